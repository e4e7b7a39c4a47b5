"""Client credentials: what a system is granted, and how its token says so."""

from collections.abc import Iterator

import httpx
import pytest

from tests.local.tenant.authentication_client import API, Stage
from tests.local.tenant.test_tokens_codes import error_of


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A tenant with a system that may read and write members."""
    with Stage() as running:
        running.client("system", enabled=False, app_type="non_interactive")
        grant = {"client_id": "system", "audience": API, "scope": ["read:members", "write:members"]}
        running.state.client_grants["cgr_1"] = {"id": "cgr_1", **grant}
        yield running


def asked(stage: Stage, **more: str) -> httpx.Response:
    """Ask for a token as `system`."""
    proof = {"client_id": "system", "client_secret": "secret of system"}
    return stage.token(grant_type="client_credentials", **{**proof, "audience": API, **more})


def test_a_system_gets_what_it_is_granted(stage: Stage) -> None:
    """The claims are Auth0's for a client; there is no `permissions` without RBAC."""
    answer = asked(stage).json()
    claims = stage.claims(answer["access_token"])
    assert claims["sub"] == "system@clients"
    assert (claims["azp"], claims["gty"], claims["aud"]) == ("system", "client-credentials", API)
    assert claims["scope"] == answer["scope"] == "read:members write:members"
    assert claims["exp"] - claims["iat"] == answer["expires_in"] == 86400
    assert "permissions" not in claims


def test_a_system_may_ask_for_less(stage: Stage) -> None:
    """The scope is what it asked for."""
    assert asked(stage, scope="read:members").json()["scope"] == "read:members"


def test_with_rbac_the_token_has_permissions_too(stage: Stage) -> None:
    """All that is granted."""
    stage.api.update(enforce_policies=True, token_dialect="access_token_authz")
    claims = stage.claims(asked(stage, scope="read:members").json()["access_token"])
    assert claims["scope"] == "read:members"
    assert claims["permissions"] == ["read:members", "write:members"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"scope": "read:members erase:users"}, "Client has not been granted scopes: erase:users"),
        ({"audience": "https://other.example/"}, "Service not found: https://other.example/"),
        ({"audience": ""}, "No audience parameter was provided"),
        ({"client_id": "app", "client_secret": "secret of app"}, 'You need to create a "client-grant"'),
    ],
)
def test_what_is_not_granted_is_refused(stage: Stage, more: dict[str, str], told: str) -> None:
    """In the words that were reported."""
    status, error, description = error_of(asked(stage, **more))
    assert (status, error) == (403, "access_denied")
    assert told in description


def test_a_client_needs_the_grant_type(stage: Stage) -> None:
    """It is checked before anything else."""
    stage.state.clients["system"]["grant_types"] = ["authorization_code"]
    assert error_of(asked(stage)) == (
        403,
        "unauthorized_client",
        "Grant type 'client_credentials' not allowed for the client.",
    )


def test_an_action_gives_a_system_its_claim(stage: Stage) -> None:
    """Trigger `credentials-exchange`; it sees the client's metadata and no secret."""
    stage.state.clients["system"]["client_metadata"] = {"organization": "clinicA"}
    stage.action(
        """
        exports.onExecuteCredentialsExchange = async (event, api) => {
          if (event.request.body.client_secret) return api.access.deny("server_error", "secret seen");
          const { organization } = event.client.metadata;
          api.accessToken.setCustomClaim("https://app.example/organization", organization);
          api.accessToken.setCustomClaim("scope", "all:organizations");
        };""",
        "credentials-exchange",
    )
    claims = stage.claims(asked(stage).json()["access_token"])
    assert claims["https://app.example/organization"] == "clinicA"
    assert claims["scope"] == "read:members write:members"


@pytest.mark.parametrize(("more", "seen"), [({}, "|"), ({"scope": "read:members"}, "read:members|")])
def test_an_action_sees_what_was_asked_and_what_will_be_given(
    stage: Stage, more: dict[str, str], seen: str
) -> None:
    """The first is empty where no scope is named; the second never is, as long as there is a grant."""
    stage.action(
        """
        exports.onExecuteCredentialsExchange = async (event, api) => {
          const { requested_scopes: asked } = event.transaction;
          api.accessToken.setCustomClaim("https://app.example/seen", `${asked}|${event.accessToken.scope}`);
        };""",
        "credentials-exchange",
    )
    answer = asked(stage, **more).json()
    claims = stage.claims(answer["access_token"])
    assert claims["https://app.example/seen"] == seen + answer["scope"].replace(" ", ",")


@pytest.mark.parametrize(
    ("code", "status"), [("invalid_scope", 400), ("invalid_request", 400), ("server_error", 500)]
)
def test_an_action_may_deny_a_system(stage: Stage, code: str, status: int) -> None:
    """With the code and the reason that it gave."""
    deny = f"exports.onExecuteCredentialsExchange = async (e, api) => api.access.deny('{code}', 'no');"
    stage.action(deny, "credentials-exchange")
    assert error_of(asked(stage)) == (status, code, "no")
