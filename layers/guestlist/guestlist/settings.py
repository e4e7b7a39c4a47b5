"""A function's environment and secrets, read once at its cold start."""

import json
import os
from collections.abc import Callable, Mapping

import boto3
from aws_lambda_powertools.utilities.parameters import SecretsProvider

SECRET_AGE = 300


class Settings:
    """The environment by attribute; whatever is missing is named at once, at the cold start."""

    def __init__(self, *names: str, environment: Mapping[str, str] = os.environ) -> None:
        missing = [name for name in names if not environment.get(name)]
        if missing:
            raise RuntimeError(f"missing in the environment: {', '.join(missing)}")
        self._values = {name: environment[name] for name in names}

    def __getattr__(self, name: str) -> str:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(name) from None


def secret(name: str) -> Callable[[], dict[str, str]]:
    """Return a reader of a secret that holds a JSON object of strings; it is read anew every five minutes."""
    # Without a client it makes a session of its own, which reads again all that botocore had read: 90 ms.
    provider = SecretsProvider(boto3_client=boto3.client("secretsmanager"))

    def read() -> dict[str, str]:
        values = json.loads(str(provider.get(name, max_age=SECRET_AGE)))
        return {key: str(value) for key, value in values.items()}

    return read
