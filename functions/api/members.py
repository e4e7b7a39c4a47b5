"""/members: adding at once, reading, changing roles, deprovisioning."""

from http import HTTPStatus
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api.wiring import budgets, connection, namespace, queue, store, token_life
from guestlist import adding, members, needs, receipts, records, transfers
from guestlist.access import may_end_access
from guestlist.api import Headers, etag, patience, request_of, version_seen, waited
from guestlist.bodies import MemberRequest, RolesRequest
from guestlist.clock import clock
from guestlist.receipt_records import Terms
from guestlist.receipt_resources import Receipt
from guestlist.resources import Member, MemberList
from guestlist.waiting import departed, projected

router = APIGatewayHttpRouter()
Sessions = Annotated[Literal["end"] | None, Query()]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.post("/organizations/<organization>/members", status_code=HTTPStatus.CREATED)
def add_member(organization: str, body: MemberRequest) -> Response[Member]:
    """Add somebody at once, without an offer."""
    request = request_of(router.current_event, namespace, body)
    made, welcome = adding.add_member(
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
    missing = needs.of_members(page.items, users, store)
    items = [Member.of(found, users[found.user], needs=missing.get(found.user)) for found in page.items]
    return MemberList(items=items, next=page.next)


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


@router.delete("/organizations/<organization>/members/<user>", status_code=HTTPStatus.ACCEPTED)
def deprovision(organization: str, user: str, sessions: Sessions = None) -> Response[Receipt]:
    """Take a member off this organization's list; the receipt tells how far that has come.

    It is 200 once the receipt is complete. Sessions are a user's in all organizations: they end where the
    user belongs to no other, or where `sessions=end` asks for it, for callers for all organizations.
    """
    request = request_of(router.current_event, namespace)
    ends = sessions == "end"
    may_end_access(request.caller, ends=ends)
    removed = members.deprovision(
        organization, user, terms=Terms(token_life, ends), request=request, store=store
    )
    if transfers.recounted(removed, store=store, now=request.now):
        queue.provision(organization)
    for changed in (removed.user, removed.successor, removed.predecessor):
        if changed:
            queue.project(changed)
    return _removed(removed)


@router.get("/organizations/<organization>/receipts/<receipt>")
def read_receipt(organization: str, receipt: str) -> Receipt:
    """Read the receipt of a removal."""
    found = receipts.receipt_of(organization, receipt, store)
    return Receipt.of(found, store.user(found.user), clock.now())


def _removed(membership: records.Membership) -> Response[Receipt]:
    """Answer when Auth0 knows of a removal, or the caller's patience ends."""
    seconds, name = patience(router.current_event), str(membership.receipt)
    receipt, user = departed(membership.organization, name, patience=seconds, store=store)
    complete = receipt.complete(clock.now())
    where = {"Location": f"/organizations/{receipt.organization}/receipts/{receipt.id}"}
    return Response(
        HTTPStatus.OK if complete else HTTPStatus.ACCEPTED,
        "application/json",
        Receipt.of(receipt, user, clock.now()),
        waited(seconds) | where,
    )


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
    return Response(status, "application/json", _rendered(membership, user), tagged)


def _rendered(membership: records.Membership, user: records.User) -> Member:
    missing = needs.of_members([membership], {user.id: user}, store)
    return Member.of(membership, user, needs=missing.get(user.id))
