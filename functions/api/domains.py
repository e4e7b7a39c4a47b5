"""/domains: what an organization claims, proves, and lets people join by."""

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api.wiring import look_up, namespace, store
from guestlist import domain_records, domains
from guestlist.api import Headers, etag, request_of, version_seen
from guestlist.domain_bodies import DomainChange, DomainRequest
from guestlist.domain_resources import Domain, DomainList

router = APIGatewayHttpRouter()


@router.post("/organizations/<organization>/domains", status_code=HTTPStatus.CREATED)
def claim_domain(organization: str, body: DomainRequest) -> Response[Domain]:
    """Say that a domain is the organization's; the answer has the TXT record that proves it."""
    request = request_of(router.current_event, namespace, body)
    claimed = domains.claim(organization, body.domain, request=request, store=store)
    location: Headers = {"Location": f"/organizations/{organization}/domains/{claimed.name}"}
    return _shown(claimed, HTTPStatus.CREATED, location)


@router.get("/organizations/<organization>/domains")
def list_domains(organization: str) -> DomainList:
    """List the domains that an organization claims."""
    store.organization(organization)
    return DomainList(items=[Domain.of(found) for found in store.domains(organization)])


@router.get("/organizations/<organization>/domains/<domain>")
def read_domain(organization: str, domain: str) -> Response[Domain]:
    """Read a domain."""
    return _shown(domains.spelt(organization, domain, store))


@router.post("/organizations/<organization>/domains/<domain>/prove")
def prove_domain(organization: str, domain: str) -> Response[Domain]:
    """Look for the domain's TXT record; if it is there, no other organization can prove the domain."""
    request = request_of(router.current_event, namespace)
    name = domains.spelt(organization, domain, store).name
    return _shown(domains.prove(organization, name, request=request, look_up=look_up, store=store))


@router.patch("/organizations/<organization>/domains/<domain>")
def change_domain(organization: str, domain: str, body: DomainChange) -> Response[Domain]:
    """Say whether a proved domain's people become members by themselves, and with which roles."""
    request = request_of(router.current_event, namespace)
    found = domains.spelt(organization, domain, store)
    seen = version_seen(router.current_event, found.version)
    return _shown(domains.change(organization, found.name, body, seen=seen, request=request, store=store))


@router.delete("/organizations/<organization>/domains/<domain>")
def release_domain(organization: str, domain: str) -> Response[Domain]:
    """Give a domain up; members stay, and another organization may prove it."""
    request = request_of(router.current_event, namespace)
    name = domains.spelt(organization, domain, store).name
    return _shown(domains.release(organization, name, request=request, store=store))


def _shown(
    found: domain_records.Domain, status: HTTPStatus = HTTPStatus.OK, headers: Headers | None = None
) -> Response[Domain]:
    return Response(status, "application/json", Domain.of(found), etag(found.version) | (headers or {}))
