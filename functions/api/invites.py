"""/invites: offers of membership."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api.wiring import budgets, connection, links, namespace, queue, store
from guestlist import invites, needs, records, resending
from guestlist.access import may_see_links, own_organization, sees_links
from guestlist.api import Headers, etag, request_of
from guestlist.bodies import InviteRequest, OwnInviteRequest
from guestlist.request import Request
from guestlist.resources import Invite, InviteList

router = APIGatewayHttpRouter()
Limit = Annotated[int, Query(ge=1, le=100)]


@router.post("/invites", status_code=HTTPStatus.CREATED)
def invite_into_own(body: OwnInviteRequest) -> Response[Invite]:
    """Invite into the caller's own organization; an operator names it in the body."""
    request = request_of(router.current_event, namespace, body)
    return _invite(own_organization(request.caller, body.organization), body, request)


@router.post("/organizations/<organization>/invites", status_code=HTTPStatus.CREATED)
def invite(organization: str, body: InviteRequest) -> Response[Invite]:
    """Invite somebody into an organization."""
    return _invite(organization, body, request_of(router.current_event, namespace, body))


@router.get("/organizations/<organization>/invites")
def list_invites(
    organization: str,
    status: records.InviteStatus = records.InviteStatus.PENDING,
    limit: Limit = 50,
    cursor: str | None = None,
) -> InviteList:
    """List an organization's invites in one status, oldest first."""
    place = store.organization(organization)
    page = store.invites(organization, status, limit=limit, cursor=cursor)
    missing = needs.of_invites(place, page.items, store)
    items = [Invite.of(found, needs=missing.get(found.id)) for found in page.items]
    return InviteList(items=items, next=page.next)


@router.get("/organizations/<organization>/invites/<invite>")
def read_invite(organization: str, invite: str) -> Response[Invite]:
    """Read an invite."""
    return _shown(store.invite(organization, invite))


@router.post("/organizations/<organization>/invites/<invite>/resend")
def resend(organization: str, invite: str) -> Response[Invite]:
    """Send a new link; the old one is dead.

    Where the invite was made with `send: false` nothing is mailed and the answer holds the link, for whoever
    may ask for that; an organization admin's resend is mailed.
    """
    request = request_of(router.current_event, namespace)
    again = resending.resend(
        organization, invite, request=request, connection=connection, budgets=budgets, store=store
    )
    if again.waits_for_mail(request.now):
        queue.mail(again)
    link = links.url(again.id, again.generation) if again.silent and sees_links(request.caller) else None
    return _shown(again, link)


@router.delete("/organizations/<organization>/invites/<invite>")
def revoke(organization: str, invite: str) -> Response[Invite]:
    """Take an offer back."""
    request = request_of(router.current_event, namespace)
    return _shown(invites.revoke(organization, invite, request=request, store=store))


def _invite(organization: str, body: InviteRequest, request: Request) -> Response[Invite]:
    may_see_links(request.caller, sends=body.send)
    made = invites.invite(
        organization, body, request=request, connection=connection, budgets=budgets, store=store
    )
    link = None if body.send or not made.as_made else links.url(made.id, made.generation)
    if made.waits_for_mail(request.now):
        queue.mail(made)
    where = f"/organizations/{made.organization}/invites/{made.id}"
    return _shown(made, link, HTTPStatus.CREATED, {"Location": where})


def _shown(
    found: records.Invite,
    link: str | None = None,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Headers | None = None,
) -> Response[Invite]:
    shown = Invite.of(found, link, needs=needs.of_invite(found, store))
    return Response(status, "application/json", shown, etag(found.version) | (headers or {}))
