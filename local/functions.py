"""Lambda on one machine: handlers loaded and called in this process as the service would.

A function has environments, and an environment serves one request at a time: when all are busy another one
starts cold. Each is the function's own package (`api`, not `guestlist`) imported afresh, with the variables
of the template around it, so two stacks of one process do not see each other's. What lives in `guestlist` is
shared by all. A function that outlives its timeout is not killed.
"""

import importlib
import json
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guestlist.auth0 import Auth0
from local import router_fit
from local import template as declared
from local.environment import variables
from local.signals import signals
from local.template import REGION, STACK

if TYPE_CHECKING:
    from types import ModuleType

Handler = Callable[[Any, Any], Any]

# The variables and the module cache belong to the process, so one environment starts at a time.
_COLD_START = threading.Lock()


@dataclass(frozen=True)
class Context:
    """What Lambda hands to a handler beside the event; `deadline` is of the monotonic clock, in seconds."""

    function_name: str
    invoked_function_arn: str
    memory_limit_in_mb: str
    aws_request_id: str
    deadline: float
    function_version: str = "$LATEST"
    log_group_name: str = ""
    log_stream_name: str = "local"
    identity: None = None
    client_context: None = None

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left of the timeout, in milliseconds, never below zero."""
        return max(0, int((self.deadline - time.monotonic()) * 1000))


class Function:
    """A function of the template whose code is below `root`; the first environment starts at once.

    Raises:
        ImportError, AttributeError: no handler where the template says; or what its cold start raises.
    """

    def __init__(self, function: declared.Function, root: Path, account: str) -> None:
        router_fit.install()
        self.name = f"{STACK}-{function.name}"
        self.arn = f"arn:aws:lambda:{REGION}:{account}:function:{self.name}"
        self.declared = function
        self._code = str(root / function.code_uri)
        self._environments: list[ModuleType] = []
        self._idle: list[Handler] = [self._cold_start()]

    def invoke(self, event: object) -> Any:  # noqa: ANN401 what handlers answer has any shape
        """Call the handler with a copy of the event and return its answer, both as JSON would carry them.

        Raises:
            Exception: what the handler raises, or TypeError for an answer that is no JSON.
        """
        try:
            handler = self._idle.pop()
        except IndexError:
            handler = self._cold_start()
        try:
            answer = handler(json.loads(json.dumps(event)), self._context())
            return json.loads(json.dumps(answer))
        finally:
            self._idle.append(handler)

    def stop(self) -> None:
        """Close the connections to Auth0 that its environments kept for their next request."""
        for environment in self._environments:
            for kept in vars(environment).values():
                if isinstance(kept, Auth0):
                    kept.close()

    def _cold_start(self) -> Handler:
        module, _, name = self.declared.handler.rpartition(".")
        package = module.partition(".")[0]
        with _COLD_START, variables(self._environment()):
            if self._code not in sys.path:
                sys.path.insert(0, self._code)
            for loaded in list(sys.modules):
                if loaded == package or loaded.startswith(f"{package}."):
                    del sys.modules[loaded]
            environment = importlib.import_module(module)
            self._environments.append(environment)
            handler: Handler = getattr(environment, name)
            return handler

    def _environment(self) -> dict[str, str]:
        return {
            "_HANDLER": self.declared.handler,
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            # In one process all have the same credentials; this is how AWS's wire tells whose a call is.
            "AWS_SDK_UA_APP_ID": self.declared.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.declared.memory),
            **self.declared.environment,
        }

    def _context(self) -> Context:
        return Context(
            function_name=self.name,
            invoked_function_arn=self.arn,
            memory_limit_in_mb=str(self.declared.memory),
            aws_request_id=str(uuid.uuid4()),
            deadline=time.monotonic() + self.declared.timeout,
            log_group_name=f"/aws/lambda/{self.name}",
        )


def load(functions: Mapping[str, declared.Function], root: Path, account: str) -> dict[str, Function]:
    """Start every function of a template, by logical id; `root` is the template's folder."""
    started = {}
    for name, function in functions.items():
        signals.check()
        started[name] = Function(function, root, account)
    return started
