"""Self-service set-up: a profile, a ticket, and the page on which a customer's IT makes the connection."""

from typing import Any

import httpx
import pytest

from local.tenant.app import Tenant
from tests.local.tenant.certificates import certificate
from tests.local.tenant.management_client import ManagementClient

CONFIG = {
    "name": "acme",
    "display_name": "Acme Inc.",
    "metadata": {"organization": "acme"},
    "options": {"domain_aliases": ["acme.example"]},
}
ENTERED = {"strategy": "oidc", "issuer": "https://idp.acme.example/", "client_id": "guestlist"}


@pytest.fixture
def profile(management: ManagementClient) -> str:
    """The id of a self-service profile."""
    made = management.made(
        "/self-service-profiles", {"name": "Guestlist", "allowed_strategies": ["oidc", "samlp"]}
    )
    return str(made["id"])


def minted(management: ManagementClient, profile: str, **body: Any) -> str:  # noqa: ANN401 - JSON
    """Return a ticket's address."""
    body = {"connection_config": CONFIG, **body}
    answer = management.made(f"/self-service-profiles/{profile}/sso-ticket", body)
    return str(answer["ticket"])


def test_a_profile_is_made_read_changed_and_deleted(management: ManagementClient, profile: str) -> None:
    """With an id of Auth0's form and two times; unknown it is a 404."""
    path = f"/self-service-profiles/{profile}"
    assert management.get(path).json()["name"] == "Guestlist"
    changed = management.patch(path, json={"description": "For clinics", "branding": None}).json()
    assert (changed["description"], "branding" in changed) == ("For clinics", False)
    listed = management.get("/self-service-profiles", params={"include_totals": "true"}).json()
    assert (listed["total"], listed["self_service_profiles"]) == (1, [changed])
    assert management.delete(path).status_code == 204
    assert management.get(path).json()["message"] == "Self-service profile not found"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "a", "allowed_strategies": ["auth0"]},
        {"name": "a", "user_attributes": [{"name": "email"}]},
        {"name": "a", "branding": {"colors": {"primary": "blue"}}},
        {"name": "a", "branding": {"logo_url": "http://acme.example"}},
        {"name": "a", "enabled": True},
    ],
)
def test_a_profile_is_held_to_the_description(management: ManagementClient, body: dict[str, object]) -> None:
    """Names, strategies, attributes and branding."""
    assert management.post("/self-service-profiles", json=body).json()["errorCode"] == "invalid_body"


def test_the_customer_makes_the_connection(
    tenant: Tenant, management: ManagementClient, profile: str
) -> None:
    """As the ticket has it and with what was entered, enabled for the clients that were named."""
    client = management.made("/clients", {"name": "portal"})["client_id"]
    ticket = minted(management, profile, enabled_clients=[client])
    assert ticket.startswith(f"{tenant.url}/self-service/connections-flow?ticket=")
    assert httpx.get(ticket).status_code == 200
    assert management.get("/connections").json() == []
    assert httpx.post(ticket, data=ENTERED).status_code == 200
    [connection] = management.get("/connections").json()
    assert (connection["strategy"], connection["metadata"]) == ("oidc", {"organization": "acme"})
    options = connection["options"]
    assert (options["issuer"], options["domain_aliases"]) == (ENTERED["issuer"], ["acme.example"])
    assert options["discovery_url"] == "https://idp.acme.example/.well-known/openid-configuration"
    clients = management.get(f"/connections/{connection['id']}/clients").json()["clients"]
    assert clients == [{"client_id": client}]


def test_by_saml_the_customer_enters_endpoint_and_certificate(
    management: ManagementClient, profile: str
) -> None:
    """What is wrong is said on the page, and the ticket stays good."""
    ticket = minted(management, profile)
    entered = {"strategy": "samlp", "signInEndpoint": "https://idp.acme.example/in"}
    refused = httpx.post(ticket, data=entered)
    assert (refused.status_code, "options.signingCert is required" in refused.text) == (400, True)
    assert httpx.post(ticket, data={**entered, "signingCert": certificate()}).status_code == 200
    assert management.get("/connections").json()[0]["strategy"] == "samlp"


def test_only_allowed_strategies_can_be_chosen(management: ManagementClient, profile: str) -> None:
    """Those of the profile."""
    ticket = minted(management, profile)
    assert 'value="waad"' not in httpx.get(ticket).text
    assert httpx.post(ticket, data={**ENTERED, "strategy": "waad"}).status_code == 400
    assert management.get("/connections").json() == []


def test_a_ticket_is_good_once_and_not_for_ever(
    tenant: Tenant, management: ManagementClient, profile: str
) -> None:
    """Used, revoked, too old, or of a profile that is gone."""
    used, revoked = minted(management, profile), minted(management, profile)
    late = minted(management, profile, ttl_sec=60)
    assert httpx.post(used, data=ENTERED).status_code == 200
    path = f"/self-service-profiles/{profile}/sso-ticket/{revoked.partition('ticket=')[2]}/revoke"
    assert management.post(path).status_code == 202
    tenant.state.clock.advance(61)
    assert [httpx.get(ticket).status_code for ticket in (used, revoked, late)] == [400, 400, 400]


def test_two_tickets_of_one_name_make_one_connection(management: ManagementClient, profile: str) -> None:
    """The later finds the name taken, as does whoever asks for a third ticket."""
    first, second = minted(management, profile), minted(management, profile)
    assert httpx.post(first, data=ENTERED).status_code == 200
    assert "already exists" in httpx.post(second, data=ENTERED).text
    path = f"/self-service-profiles/{profile}/sso-ticket"
    assert management.post(path, json={"connection_config": CONFIG}).status_code == 409


def test_domains_are_entered_where_the_ticket_asks_for_them(
    management: ManagementClient, profile: str
) -> None:
    """Required there, and they take the place of those that were configured."""
    domains = {"domain_verification": "required", "pending_domains": ["acme.example"]}
    ticket = minted(management, profile, domain_aliases_config=domains)
    assert 'value="acme.example"' in httpx.get(ticket).text
    assert httpx.post(ticket, data=ENTERED).status_code == 400
    assert httpx.post(ticket, data={**ENTERED, "domains": "Acme.example, acme.test"}).status_code == 200
    [connection] = management.get("/connections").json()
    assert connection["options"]["domain_aliases"] == ["acme.example", "acme.test"]


def test_a_connection_that_is_there_may_be_edited(management: ManagementClient, profile: str) -> None:
    """What is not entered stays as it was."""
    httpx.post(minted(management, profile), data=ENTERED)
    [before] = management.get("/connections").json()
    path = f"/self-service-profiles/{profile}/sso-ticket"
    ticket = management.made(path, {"connection_id": before["id"]})["ticket"]
    assert httpx.post(ticket, data={**ENTERED, "client_id": "other"}).status_code == 200
    [after] = management.get("/connections").json()
    assert (after["options"]["client_id"], after["options"]["domain_aliases"]) == ("other", ["acme.example"])


def test_one_that_is_edited_is_enabled_too(management: ManagementClient, profile: str) -> None:
    """Who had set it up half-way goes on by another ticket."""
    client = management.made("/clients", {"name": "portal"})["client_id"]
    httpx.post(minted(management, profile), data=ENTERED)
    [made] = management.get("/connections").json()
    path = f"/self-service-profiles/{profile}/sso-ticket"
    body = {"connection_id": made["id"], "enabled_clients": [client]}
    assert management.get(f"/connections/{made['id']}/clients").json()["clients"] == []
    assert httpx.post(management.made(path, body)["ticket"], data=ENTERED).status_code == 200
    assert management.get(f"/connections/{made['id']}/clients").json()["clients"] == [{"client_id": client}]


def test_a_page_s_texts_are_written_whole(management: ManagementClient, profile: str) -> None:
    """There is one page, in one language."""
    path = f"/self-service-profiles/{profile}/custom-text"
    assert management.get(f"{path}/en/get-started").json() == {}
    assert management.put(f"{path}/en/get-started", json={"introduction": "Hello"}).status_code == 200
    assert management.get(f"{path}/en/get-started").json() == {"introduction": "Hello"}
    assert management.put(f"{path}/en/get-started", json={"introduction": 1}).status_code == 400
    assert management.get(f"{path}/de/get-started").status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {"connection_config": {}},
        {"connection_config": {**CONFIG, "name": "not a name"}},
        {"connection_config": {**CONFIG, "strategy": "oidc"}},
        {"connection_config": {**CONFIG, "options": {"client_id": "x"}}},
        {"connection_config": {**CONFIG, "metadata": {"organization": 1}}},
        {"connection_config": CONFIG, "connection_id": "con_aaaaaaaaaaaaaaaa"},
        {},
        {"connection_config": CONFIG, "ttl_sec": 432001},
        {"connection_config": CONFIG, "enabled_clients": ["nobody"]},
        {"connection_config": CONFIG, "enabled_organizations": [{"organization_id": "org_aaaaaaaaaaaaaaaa"}]},
        {"connection_config": CONFIG, "domain_aliases_config": {"domain_verification": "maybe"}},
    ],
)
def test_a_ticket_is_held_to_the_description(
    management: ManagementClient, profile: str, body: dict[str, object]
) -> None:
    """And to what is there."""
    answer = management.post(f"/self-service-profiles/{profile}/sso-ticket", json=body)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "invalid_body")
