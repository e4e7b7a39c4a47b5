"""/openapi.json: the API, for machines."""

import json
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from guestlist.openapi import completed


def router_of(app: APIGatewayHttpResolver) -> APIGatewayHttpRouter:
    """Return the route that serves the OpenAPI 3.1 document of `app`, made from its handlers."""
    router = APIGatewayHttpRouter()

    @router.get("/openapi.json", include_in_schema=False)
    def document() -> dict[str, Any]:
        return completed(json.loads(app.get_openapi_json_schema(title="Guestlist", version="1")))

    return router
