"""Setting a tenant up where other applications sign people in: none of them is shut out unawares."""

import json
import re
from collections.abc import Iterator

import pytest

from guestlist.door_configuration import SECRET_NAME
from guestlist.setup import main
from guestlist.tenant import Wanted, door_configuration
from local import stack
from local.tenant.app import Tenant
from tests.bench import URL

ARGUMENTS = ["--audience", stack.AUDIENCE, "--namespace", stack.NAMESPACE, "--application", URL]
TOLD = """\
Exempt from the door: {exempt}.
Asked for an organization at each login and refresh: {asked}.
"""
REFUSED = (
    "Nothing is done yet. If each of these sends an organization, go on with --yes; "
    "for one that does not, add --exempt CLIENT_ID.\n"
)
Printed = pytest.CaptureFixture[str]


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    """A tenant as Auth0 gives it, whose owner sets it up."""
    with Tenant() as running:
        client_id, client_secret = running.bootstrap_client
        monkeypatch.setenv("GUESTLIST_SETUP_CLIENT_ID", client_id)
        monkeypatch.setenv("GUESTLIST_SETUP_CLIENT_SECRET", client_secret)
        yield running


def _client(tenant: Tenant, name: str, *grants: str, **more: object) -> str:
    client = {"client_id": f"id-{name}", "client_secret": "s", "name": name, "app_type": "spa", **more}
    tenant.state.clients[f"id-{name}"] = {**client, "grant_types": list(grants)} if grants else client
    return f"id-{name}"


def _set_up(tenant: Tenant, *more: str) -> int:
    return main(["--url", tenant.url, *ARGUMENTS, *more])


def _exempt(tenant: Tenant) -> list[str]:
    """Return the names of the clients that the deployed door lets pass."""
    [action] = [found for found in tenant.state.actions.values() if found["name"] == "guestlist-door"]
    values = {secret["name"]: secret["value"] for secret in action["deployed_version"]["secrets"]}
    exempt = json.loads(values[SECRET_NAME])["exempt_clients"]
    return [tenant.state.clients[found]["name"] for found in exempt]


def test_nothing_is_done_where_others_would_be_asked(tenant: Tenant, capsys: Printed) -> None:
    """By which grant their people sign in plays no part; machines do not, nor the legacy global client."""
    _client(tenant, "Portal", "authorization_code")
    _client(tenant, "Television", "urn:ietf:params:oauth:grant-type:device_code", "client_credentials")
    _client(tenant, "Ancient")
    _client(tenant, "Robot", "client_credentials")
    _client(tenant, "All Applications", "implicit", **{"global": True})
    before = json.dumps(tenant.state.clients)
    assert _set_up(tenant) == 2
    asked = (
        "Guestlist example application, Portal (id-Portal), Television (id-Television), Ancient (id-Ancient)"
    )
    told = TOLD.format(exempt="Guestlist operator console", asked=asked)
    assert capsys.readouterr() == ("", told + REFUSED)
    assert (json.dumps(tenant.state.clients), tenant.state.bindings) == (before, {})


def test_with_consent_they_are_asked(tenant: Tenant, capsys: Printed) -> None:
    """Which ones is said all the same."""
    _client(tenant, "Portal", "authorization_code")
    assert _set_up(tenant, "--yes") == 0
    assert "Portal (id-Portal)" in capsys.readouterr().err.splitlines()[1]
    assert tenant.state.bindings["post-login"]
    assert _exempt(tenant) == ["Guestlist operator console"]


def test_each_run_sets_the_whole_list_of_the_exempt(tenant: Tenant, capsys: Printed) -> None:
    """Whoever is left out the next time is asked, which needs consent; until then they stay exempt."""
    names = [_client(tenant, name, "authorization_code") for name in ("Portal", "Shop")]
    assert _set_up(tenant, "--exempt", names[0], "--exempt", names[1]) == 0
    exempt = "Guestlist operator console, Portal (id-Portal), Shop (id-Shop)"
    assert capsys.readouterr().err == TOLD.format(exempt=exempt, asked="Guestlist example application")
    assert _set_up(tenant, "--exempt", names[1]) == 2
    assert _exempt(tenant) == ["Guestlist operator console", "Portal", "Shop"]
    assert _set_up(tenant, "--exempt", names[1], "--yes") == 0
    assert _exempt(tenant) == ["Guestlist operator console", "Shop"]


def test_an_exempt_client_that_is_none_is_refused(tenant: Tenant, capsys: Printed) -> None:
    """A slip would shut out the application that was meant."""
    assert _set_up(tenant, "--exempt", "id-Portl") == 1
    assert capsys.readouterr().err == "exempt: this tenant has no client id-Portl\n"
    assert tenant.state.bindings == {}


def test_the_configuration_in_the_readme_is_what_set_up_writes() -> None:
    """With the operators' console exempt, and refreshes that work on every plan."""
    shown = re.search(r"GUESTLIST_DOOR='(.*)'", (stack.ROOT / "actions/README.md").read_text())
    assert shown
    wanted = Wanted("any", "https://guestlist.example/claims", "any", URL)
    written = door_configuration(wanted, "CLIENT_ID_OF_THE_OPERATOR_CONSOLE", resolver="").to_json()
    assert json.loads(shown[1]) == json.loads(written)
