"""/organizations: the business customers."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api.wiring import namespace, store
from guestlist import organizations, records
from guestlist.api import etag, request_of, version_seen
from guestlist.bodies import OrganizationChange, OrganizationRequest
from guestlist.resources import Organization, OrganizationList

router = APIGatewayHttpRouter()
Limit = Annotated[int, Query(ge=1, le=100)]


@router.post("/organizations", status_code=HTTPStatus.CREATED)
def provision(body: OrganizationRequest) -> Response[Organization]:
    """Provision an organization."""
    request = request_of(router.current_event, namespace, body)
    asked = records.Organization(
        id=body.id,
        name=body.name,
        seats=body.seats,
        created_at=request.now,
        adopting=body.adopt,
        due=request.now if body.adopt else None,
    )
    made = organizations.provision(asked, request=request, store=store)
    headers = etag(made.version) | {"Location": f"/organizations/{made.id}"}
    return Response(HTTPStatus.CREATED, "application/json", Organization.of(made), headers)


@router.get("/organizations")
def list_organizations(limit: Limit = 50, cursor: str | None = None) -> OrganizationList:
    """List all organizations, by id."""
    page = store.organizations(limit=limit, cursor=cursor)
    return OrganizationList(items=[Organization.of(found) for found in page.items], next=page.next)


@router.get("/organizations/<organization>")
def read_organization(organization: str) -> Response[Organization]:
    """Read an organization."""
    found = store.organization(organization)
    return _shown(found)


@router.patch("/organizations/<organization>")
def change_organization(organization: str, body: OrganizationChange) -> Response[Organization]:
    """Change an organization's name or seats."""
    request = request_of(router.current_event, namespace)
    seen = version_seen(router.current_event, store.organization(organization).version)
    return _shown(organizations.change(organization, body, seen=seen, request=request, store=store))


def _shown(found: records.Organization) -> Response[Organization]:
    return Response(HTTPStatus.OK, "application/json", Organization.of(found), etag(found.version))
