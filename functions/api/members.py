"""/members: adding at once, reading, changing roles, deprovisioning."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api.wiring import budgets, connection, namespace, queue, store
from guestlist import members, records, transfers
from guestlist.api import Headers, etag, patience, request_of, version_seen, waited
from guestlist.bodies import MemberRequest, RolesRequest
from guestlist.resources import Member, MemberList
from guestlist.waiting import projected

router = APIGatewayHttpRouter()
Limit = Annotated[int, Query(ge=1, le=100)]


@router.post("/organizations/<organization>/members", status_code=HTTPStatus.CREATED)
def add_member(organization: str, body: MemberRequest) -> Response[Member]:
    """Add somebody at once, without an offer."""
    request = request_of(router.current_event, namespace, body)
    made, welcome = members.add_member(
        organization, body, request=request, connection=connection, budgets=budgets, store=store
    )
    if welcome:
        queue.mail(welcome)
    return _changed(
        made, HTTPStatus.CREATED, {"Location": f"/organizations/{organization}/members/{made.user}"}
    )


@router.get("/organizations/<organization>/members")
def list_members(organization: str, limit: Limit = 50, cursor: str | None = None) -> MemberList:
    """List an organization's members."""
    store.organization(organization)
    page = store.members(organization, limit=limit, cursor=cursor)
    users = store.users([found.user for found in page.items])
    return MemberList(items=[Member.of(found, users[found.user]) for found in page.items], next=page.next)


@router.get("/organizations/<organization>/members/<user>")
def read_member(organization: str, user: str) -> Response[Member]:
    """Read a member."""
    found = members.member(organization, user, store)
    return _shown(found, store.user(user))


@router.patch("/organizations/<organization>/members/<user>")
def change_roles(organization: str, user: str, body: RolesRequest) -> Response[Member]:
    """Give a member other roles."""
    request = request_of(router.current_event, namespace)
    current = members.member(organization, user, store).version
    seen, roles = version_seen(router.current_event, current), tuple(body.roles)
    return _changed(members.change_roles(organization, user, roles, seen=seen, request=request, store=store))


@router.delete("/organizations/<organization>/members/<user>")
def deprovision(organization: str, user: str) -> Response[Member]:
    """Take a member off this organization's list."""
    request = request_of(router.current_event, namespace)
    removed = members.deprovision(organization, user, request=request, store=store)
    if transfers.recounted(removed, store=store, now=request.now):
        queue.provision(organization)
    return _changed(removed)


def _changed(
    membership: records.Membership, status: HTTPStatus = HTTPStatus.OK, headers: Headers | None = None
) -> Response[Member]:
    """Have the change projected, and answer when Auth0 knows, or the caller's patience ends."""
    for changed in (membership.user, membership.successor, membership.predecessor):
        if changed:
            queue.project(changed)
    seconds = patience(router.current_event)
    user = projected(membership, patience=seconds, store=store)
    return _shown(membership, user, status, waited(seconds) | (headers or {}))


def _shown(
    membership: records.Membership,
    user: records.User,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Headers | None = None,
) -> Response[Member]:
    tagged = etag(membership.version) | (headers or {})
    return Response(status, "application/json", Member.of(membership, user), tagged)
