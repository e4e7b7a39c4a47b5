"""Enterprise connections at the Management API: what is taken, refused and answered."""

import pytest

from tests.local.tenant.certificates import certificate
from tests.local.tenant.management_client import ManagementClient

DISCOVERY = "https://idp.acme.example/.well-known/openid-configuration"
OIDC = {"client_id": "guestlist", "client_secret": "no secret", "discovery_url": DISCOVERY}
SAML = {"signInEndpoint": "https://idp.acme.example/saml", "signingCert": certificate()}
COMPLETE = {
    "oidc": OIDC,
    "okta": {"client_id": "guestlist", "client_secret": "no secret", "domain": "acme.okta.com"},
    "samlp": SAML,
    "waad": {"client_id": "guestlist", "client_secret": "no secret", "tenant_domain": "acme.example"},
    "google-apps": {"domain": "acme.example"},
    "adfs": {"adfs_server": "https://adfs.acme.example"},
}


@pytest.mark.parametrize("strategy", COMPLETE)
def test_a_connection_keeps_what_it_was_given(management: ManagementClient, strategy: str) -> None:
    """Secrets too: they are answered to whoever may read connections."""
    options = {**COMPLETE[strategy], "domain_aliases": ["acme.example"]}
    body = {"name": "acme", "strategy": strategy, "options": options, "metadata": {"organization": "acme"}}
    made = management.made("/connections", body)
    read = management.get(f"/connections/{made['id']}").json()
    assert read == made
    assert options.items() <= read["options"].items()
    assert (read["metadata"], read["show_as_button"], read["realms"]) == (
        {"organization": "acme"},
        False,
        ["acme"],
    )


@pytest.mark.parametrize(
    ("strategy", "options", "missing"),
    [
        ("oidc", {"client_id": "x"}, "options.discovery_url is required"),
        ("oidc", {"discovery_url": DISCOVERY}, "options.client_id is required"),
        ("oidc", {**OIDC, "client_secret": "", "type": "back_channel"}, "options.client_secret is required"),
        ("okta", {}, "options.domain is required"),
        ("samlp", {}, "options.signInEndpoint is required"),
        ("samlp", {"signInEndpoint": "https://idp.acme.example"}, "options.signingCert is required"),
        ("waad", {}, "options.client_id is required"),
        ("adfs", {}, "options.adfs_server is required"),
    ],
)
def test_what_a_strategy_needs_is_required(
    management: ManagementClient, strategy: str, options: dict[str, str], missing: str
) -> None:
    """In the words that were recorded for Okta's domain."""
    answer = management.post("/connections", json={"name": "acme", "strategy": strategy, "options": options})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "invalid_body")
    assert answer.json()["message"] == missing


@pytest.mark.parametrize(
    "change",
    [
        {"name": "-acme"},
        {"name": "acme_2"},
        {"name": "a" * 129},
        {"strategy": "pigeon"},
        {"metadata": {"organization": "a" * 256}},
        {"metadata": {str(number): "" for number in range(11)}},
        {"metadata": {"organization": 1}},
        {"show_as_button": "no"},
        {"colour": "blue"},
        {"options": {**OIDC, "issuer": "http://idp.acme.example"}},
        {"options": {**OIDC, "domain_aliases": ["not a domain"]}},
        {"options": {**OIDC, "domain_aliases": ["a.example"] * 1001}},
        {"options": {**OIDC, "type": "side_channel"}},
        {"options": {**OIDC, "scope": "email"}},
    ],
)
def test_a_body_is_held_to_the_description(management: ManagementClient, change: dict[str, object]) -> None:
    """Name, strategy, metadata and the options that have a schema."""
    answer = management.post(
        "/connections", json={"name": "acme", "strategy": "oidc", "options": OIDC, **change}
    )
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Payload validation error: ")


def test_a_realm_is_one_connection_s(management: ManagementClient) -> None:
    """As is a name, of whatever strategy."""
    management.connection("acme")
    body = {"name": "acme", "strategy": "oidc", "options": OIDC}
    assert management.post("/connections", json=body).status_code == 409
    answer = management.post("/connections", json={**body, "name": "other", "realms": ["acme"]})
    assert (answer.status_code, answer.json()["errorCode"]) == (409, "conflict")


def test_options_that_a_change_leaves_out_are_lost(management: ManagementClient) -> None:
    """But for what the strategy always has; without what it needs the change is refused."""
    made = management.made(
        "/connections", {"name": "acme", "strategy": "oidc", "options": OIDC, "display_name": "A"}
    )
    path = f"/connections/{made['id']}"
    changed = management.patch(path, json={"options": {"client_id": "x", "discovery_url": DISCOVERY}}).json()
    assert (changed["options"]["client_id"], "client_secret" in changed["options"]) == ("x", False)
    assert changed["options"]["schema_version"] == "oidc-V4"
    assert changed["display_name"] == "acme"
    assert management.patch(path, json={"options": {"domain_aliases": []}}).status_code == 400


def test_saml_metadata_becomes_endpoint_and_certificate(management: ManagementClient) -> None:
    """The XML itself is not kept (recorded)."""
    body = "".join(certificate().splitlines()[1:-1])
    xml = (
        "<md:EntityDescriptor><md:IDPSSODescriptor><ds:X509Certificate>" + body + "</ds:X509Certificate>"
        '<md:SingleSignOnService Binding="x" Location="https://idp.acme.example/in"/></md:IDPSSODescriptor>'
        "</md:EntityDescriptor>"
    )
    made = management.made(
        "/connections", {"name": "acme", "strategy": "samlp", "options": {"metadataXml": xml}}
    )
    assert made["options"]["signInEndpoint"] == "https://idp.acme.example/in"
    assert len(made["options"]["thumbprints"][0]) == 40
    assert "metadataXml" not in made["options"]


def test_a_certificate_must_be_one(management: ManagementClient) -> None:
    """PEM, or the base64 of it."""
    options = {**SAML, "signingCert": "certainly"}
    answer = management.post("/connections", json={"name": "acme", "strategy": "samlp", "options": options})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "invalid_body")


def test_strategies_are_listed_together(management: ManagementClient) -> None:
    """The parameter may be repeated."""
    management.connection("guests")
    for strategy in ("oidc", "samlp", "waad"):
        management.made(
            "/connections", {"name": strategy, "strategy": strategy, "options": COMPLETE[strategy]}
        )
    found = management.get("/connections", params={"strategy": ["oidc", "samlp"]}).json()
    assert [connection["name"] for connection in found] == ["oidc", "samlp"]
