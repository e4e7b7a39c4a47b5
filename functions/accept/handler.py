"""The invite's page and its button. Public."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext

from accept.pages import redirect, render, submitted
from guestlist import acceptance
from guestlist.audit_records import ActorKind
from guestlist.auth0 import Auth0
from guestlist.caller import Caller
from guestlist.clock import clock
from guestlist.errors import Malformed
from guestlist.links import Links
from guestlist.queue import Queue
from guestlist.request import BROKEN_PATH, Request
from guestlist.settings import Settings, secret
from guestlist.store import Store
from guestlist.table import Table

CALL = 4.0
"""Seconds for a call to Auth0: two of them and a projection, the most that a press takes, fit into our 29."""

settings = Settings(
    "TABLE_NAME",
    "CONNECTION",
    "AUTH0_URL",
    "AUTH0_CLIENT",
    "APPLICATION_NAME",
    "APPLICATION_LOGIN_URL",
    "APPLICATION_CLIENT_ID",
    "LINK_KEYS",
    "LINK_ORIGIN",
    "PROJECTION_QUEUE",
)
store = Store(Table(settings.TABLE_NAME))
queue = Queue(projection=settings.PROJECTION_QUEUE)
links = Links(origin=settings.LINK_ORIGIN, keys=secret(settings.LINK_KEYS))
auth0 = Auth0(settings.AUTH0_URL, secret(settings.AUTH0_CLIENT), deadline=CALL)
logger = Logger()
app = APIGatewayHttpResolver(strip_prefixes=[BROKEN_PATH])


def show(opened: acceptance.Opened, token: str, *, now: int) -> Response[str]:
    """Return the page of what a link opened, for whoever asks."""
    return render(
        opened,
        token,
        accepts=app.current_event.headers.get("accept-language", ""),
        application=settings.APPLICATION_NAME,
        login_url=settings.APPLICATION_LOGIN_URL,
        links=links,
        now=now,
    )


@app.get("/accept/<token>")
def page(token: str) -> Response[str]:
    """Show what the link leads to. Changes nothing."""
    now = clock.now()
    return show(acceptance.open_invite(token, links=links, store=store, now=now), token, now=now)


@app.route("/accept/<token>", method="HEAD")
def head(token: str) -> Response[str]:
    """Answer as the page does, without it."""
    response = page(token)
    return Response(response.status_code, response.content_type, "", response.headers)


@app.post("/accept/<token>")
def button(token: str) -> Response[str]:
    """Accept, and lead on to a password or a login."""
    event, now = app.current_event, clock.now()
    if not links.nonce_holds(token, submitted(event, "nonce"), now):
        return page(token)
    request = Request(Caller(ActorKind.INVITEE, "invitee"), event.request_context.request_id, now)
    outcome = acceptance.accept(
        token,
        request=request,
        client_id=settings.APPLICATION_CLIENT_ID,
        connection=settings.CONNECTION,
        links=links,
        store=store,
        auth0=auth0,
    )
    if isinstance(outcome, acceptance.Opened):
        if outcome.page is acceptance.Page.WAIT and outcome.invite and outcome.invite.user:
            queue.project(outcome.invite.user)
        return show(outcome, token, now=now)
    return redirect(outcome, settings.APPLICATION_LOGIN_URL)


@app.not_found
def unknown(_: NotFoundError) -> Response[str]:
    """Answer for a token with characters that no route takes."""
    return show(acceptance.Opened(acceptance.Page.UNKNOWN), "", now=clock.now())


def malformed(_: Malformed) -> Response[str]:
    """Answer for a form that arrived broken."""
    return show(acceptance.Opened(acceptance.Page.MALFORMED), "", now=clock.now())


def failed(error: Exception) -> Response[str]:
    """Show a person a page, whatever went wrong."""
    logger.error("a page failed", exc_info=error)
    return show(acceptance.Opened(acceptance.Page.FAILED), "", now=clock.now())


app.exception_handler(Malformed)(malformed)
app.exception_handler(Exception)(failed)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an event of API Gateway's HTTP API."""
    return app.resolve(event, context)
