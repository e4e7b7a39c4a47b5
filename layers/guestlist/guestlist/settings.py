"""A function's environment and secrets, read once at its cold start."""

import json
import os
from collections.abc import Mapping

from aws_lambda_powertools.utilities import parameters


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


def secret(name: str, max_age: int = 300) -> dict[str, str]:
    """Return a secret of Secrets Manager that holds a JSON object of strings, kept for `max_age` seconds."""
    values = json.loads(parameters.get_secret(name, max_age=max_age))
    return {key: str(value) for key, value in values.items()}
