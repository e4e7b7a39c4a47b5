"""/organizations: the business customers."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api.wiring import budgets, by_list, connection, namespace, queue, store
from guestlist import closing, organization_records, organizations, provisioning
from guestlist.api import Headers, etag, patience, request_of, version_seen, waited
from guestlist.bodies import OrganizationChange, OrganizationRequest
from guestlist.door_records import Door
from guestlist.organization_resources import Organization, OrganizationList
from guestlist.waiting import turned

router = APIGatewayHttpRouter()
Limit = Annotated[int, Query(ge=1, le=100)]


@router.post("/organizations", status_code=HTTPStatus.CREATED)
def provision(body: OrganizationRequest) -> Response[Organization]:
    """Provision an organization."""
    request = request_of(router.current_event, namespace, body)
    made, offer = provisioning.provision(
        body, request=request, connection=connection, budgets=budgets, store=store
    )
    if made.unfinished:
        queue.provision(made.id)
    elif offer:
        queue.mail(offer)
    headers = etag(made.version) | {"Location": f"/organizations/{made.id}"}
    return Response(HTTPStatus.CREATED, "application/json", Organization.of(made, store.door()), headers)


@router.get("/organizations")
def list_organizations(limit: Limit = 50, cursor: str | None = None) -> OrganizationList:
    """List all organizations, by id."""
    page, door = store.organizations(limit=limit, cursor=cursor), store.door()
    return OrganizationList(items=[Organization.of(found, door) for found in page.items], next=page.next)


@router.get("/organizations/<organization>")
def read_organization(organization: str) -> Response[Organization]:
    """Read an organization."""
    return _shown(store.organization(organization), store.door())


@router.patch("/organizations/<organization>")
def change_organization(organization: str, body: OrganizationChange) -> Response[Organization]:
    """Change what an organization is called, how many it seats, and what may be offered in it."""
    request = request_of(router.current_event, namespace)
    seen = version_seen(router.current_event, store.organization(organization).version)
    changed = organizations.change(organization, body, seen=seen, request=request, store=store)
    if changed.bounding:
        queue.provision(organization)
    return _shown(changed, store.door())


@router.delete("/organizations/<organization>", status_code=HTTPStatus.ACCEPTED)
def offboard(organization: str) -> Response[Organization]:
    """Close an organization for good: door first; people, connections and record follow in the background."""
    request = request_of(router.current_event, namespace)
    leaving = closing.offboard(organization, by_list=by_list, request=request, store=store)
    queue.door()
    queue.provision(organization)
    location: Headers = {"Location": f"/organizations/{organization}"}
    return _shown(leaving, store.door(), location, HTTPStatus.ACCEPTED)


@router.post("/organizations/<organization>/suspend")
def suspend(organization: str) -> Response[Organization]:
    """Close an organization's door: at once at this API, at the next login or refresh everywhere."""
    request = request_of(router.current_event, namespace)
    return _turned(closing.suspend(organization, by_list=by_list, request=request, store=store))


@router.post("/organizations/<organization>/resume")
def resume(organization: str) -> Response[Organization]:
    """Open the door of a suspended organization again; members and invites are as they were."""
    request = request_of(router.current_event, namespace)
    return _turned(closing.resume(organization, request=request, store=store))


def _turned(organization: organization_records.Organization) -> Response[Organization]:
    """Have the door told, or the members' profiles, and answer when that is done or patience ends."""
    if organization.turning:
        queue.provision(organization.id)
    queue.door()
    seconds = patience(router.current_event)
    return _shown(*turned(organization, patience=seconds, store=store), waited(seconds))


def _shown(
    found: organization_records.Organization,
    door: Door,
    headers: Headers | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response[Organization]:
    told = etag(found.version) | (headers or {})
    return Response(status, "application/json", Organization.of(found, door), told)
