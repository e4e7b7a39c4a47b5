"""Makes the link by which a customer's IT sets up, or edits, the organization's own connection."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from guestlist import setup_links
from guestlist.auth0 import Auth0
from guestlist.edge import Answer, answered_in_organization
from guestlist.request import Request
from guestlist.settings import Settings, secret
from guestlist.setup_link_bodies import asked_for
from guestlist.store import Store
from guestlist.table import Table

settings = Settings(
    "TABLE_NAME",
    "CLAIMS_NAMESPACE",
    "AUTH0_URL",
    "AUTH0_CLIENT",
    "APPLICATION_CLIENT_ID",
    "SELF_SERVICE_PROFILE",
)
store = Store(Table(settings.TABLE_NAME))
auth0 = Auth0(settings.AUTH0_URL, secret(settings.AUTH0_CLIENT))
logger = Logger()


def mint(request: Request, organization: str, body: object) -> setup_links.Answer:
    """Make a link for one of an organization's connections."""
    tickets = setup_links.Tickets(
        auth0=auth0,
        profile=settings.SELF_SERVICE_PROFILE,
        application=settings.APPLICATION_CLIENT_ID,
    )
    return setup_links.mint(organization, asked_for(body), request=request, store=store, tickets=tickets)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: LambdaContext) -> Answer:
    """Answer an event of API Gateway's HTTP API."""
    return answered_in_organization(event, settings.CLAIMS_NAMESPACE, mint)
