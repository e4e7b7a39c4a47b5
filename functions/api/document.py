"""/openapi.json: the API, for machines."""

import inspect
import json
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from guestlist.openapi import completed


def router_of(app: APIGatewayHttpResolver, resources: Iterable[ModuleType]) -> APIGatewayHttpRouter:
    """Return the route that serves the OpenAPI 3.1 document of `app`, made from its handlers."""
    router = APIGatewayHttpRouter()

    @router.get("/openapi.json", include_in_schema=False)
    def document() -> dict[str, Any]:
        made = app.get_openapi_json_schema(title="Guestlist", version="1")
        return completed(json.loads(made), _told(resources))

    return router


def _told(resources: Iterable[ModuleType]) -> dict[str, str]:
    """Return the docstrings of handlers, by name."""
    functions = [pair for module in resources for pair in inspect.getmembers(module, inspect.isfunction)]
    return {name: inspect.getdoc(function) or "" for name, function in functions}
