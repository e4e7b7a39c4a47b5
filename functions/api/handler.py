"""Every route behind the authorizer: records what is asked."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from api import audit, connections, document, domains, drift, invites, members, moves, organizations, users
from api.wiring import namespace, store
from guestlist.api import answer, create_api

logger = Logger()
app = create_api(namespace, store)
resources = (organizations, invites, members, moves, connections, domains, users, audit, drift)
for resource in resources:
    app.include_router(resource.router)
app.include_router(document.router_of(app, resources))


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an event of API Gateway's HTTP API."""
    return answer(app, event, context)
