"""`python -m guestlist.setup`: what it needs, prints, and says when something is missing or refused."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from guestlist import setup
from guestlist.auth0 import Auth0
from guestlist.setup import main
from guestlist.tenant import SCOPES as SCOPES_OF_FUNCTIONS
from local import stack
from local.tenant.app import Tenant
from tests.bench import URL, set_up_tenant

ARGUMENTS = ["--audience", stack.AUDIENCE, "--namespace", stack.NAMESPACE, "--application", URL]
SCOPE = re.compile(r"\b(?:read|create|update|delete):\w+")
SCOPES = sorted(SCOPE.findall(str(setup.__doc__)))
TOLD = (
    "Exempt from the door: Guestlist operator console.\n"
    "Asked for an organization at each login and refresh: Guestlist example application.\n"
)
CLIENTS = {"app", "operator", "system", "resolver", *SCOPES_OF_FUNCTIONS}
Owned = Callable[[Tenant, list[str]], None]
Printed = pytest.CaptureFixture[str]


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    """A tenant as Auth0 gives it."""
    with Tenant() as running:
        yield running


@pytest.fixture(scope="module")
def set_up() -> Iterator[Tenant]:
    """A tenant that is set up already."""
    with Tenant() as running:
        set_up_tenant(running)
        yield running


@pytest.fixture
def credential(monkeypatch: pytest.MonkeyPatch) -> Owned:
    """Give set-up a client of its own, with these scopes of the tenant's Management API."""

    def give(tenant: Tenant, scopes: list[str]) -> None:
        client_id, client_secret = tenant.bootstrap_client
        owner = Auth0(tenant.url, lambda: {"client_id": client_id, "client_secret": client_secret})
        machine = {"name": "Set-up", "app_type": "non_interactive", "grant_types": ["client_credentials"]}
        with closing(owner):
            made = owner.call("POST", "/clients", machine).body
            grant = {"client_id": made["client_id"], "audience": owner.audience, "scope": scopes}
            owner.call("POST", "/client-grants", grant)
        monkeypatch.setenv("GUESTLIST_SETUP_CLIENT_ID", made["client_id"])
        monkeypatch.setenv("GUESTLIST_SETUP_CLIENT_SECRET", made["client_secret"])

    return give


def test_the_readme_asks_for_the_same_scopes() -> None:
    """Each once, as the command's own help lists them."""
    told = (stack.ROOT / "docs/deploy.md").read_text().partition("Then,")[0]
    assert sorted(SCOPE.findall(told)) == SCOPES


def test_the_scopes_that_are_asked_for_suffice_twice(
    tenant: Tenant, credential: Owned, capsys: Printed
) -> None:
    """The second run prints the same clients, and makes nothing."""
    credential(tenant, SCOPES)
    assert main(["--url", tenant.url, *ARGUMENTS]) == 0
    first = capsys.readouterr().out
    tenant.state.calls.clear()
    assert main(["--url", tenant.url, *ARGUMENTS]) == 0
    assert capsys.readouterr().out == first
    assert set(json.loads(first)) == CLIENTS
    posts = {call["path"].rpartition("/")[2] for call in tenant.state.calls if call["method"] == "POST"}
    assert posts == {"token", "permissions", "deploy"}


@pytest.mark.parametrize("missing", SCOPES)
def test_each_scope_is_needed(
    missing: str, request: pytest.FixtureRequest, credential: Owned, capsys: Printed
) -> None:
    """Without it the run ends with a line that names it and the call; to make something, in a new tenant."""
    tenant = request.getfixturevalue("tenant" if missing.startswith("create:") else "set_up")
    credential(tenant, [scope for scope in SCOPES if scope != missing])
    assert main(["--url", tenant.url, *ARGUMENTS]) == 1
    out, told = capsys.readouterr()
    err = told.removeprefix(TOLD)
    assert (out, err.count("\n")) == ("", 1)
    assert re.fullmatch(r"Auth0 answered 403 insufficient_scope .* \((GET|POST|PATCH) /\S+\)\n", err)
    assert missing in SCOPE.findall(err)


def test_secrets_that_are_not_shown_are_said_so(set_up: Tenant, credential: Owned, capsys: Printed) -> None:
    """`read:clients` lists the clients, without their secrets."""
    credential(set_up, [*(scope for scope in SCOPES if scope != "read:client_keys"), "read:clients"])
    assert main(["--url", set_up.url, *ARGUMENTS]) == 1
    assert capsys.readouterr() == (
        "",
        TOLD
        + "The secret of 'Guestlist example application' is not shown without the scope read:client_keys.\n",
    )


def test_what_is_missing_or_malformed_is_said_at_once(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it, a line each, before any call."""
    monkeypatch.delenv("GUESTLIST_SETUP_CLIENT_ID", raising=False)
    monkeypatch.setenv("GUESTLIST_SETUP_CLIENT_SECRET", "")
    wrong = {"--url": "acme.eu.auth0.com", "--namespace": "http://x/", "--application": f"{URL}/"}
    wrong |= {"--audience": "any", "--door": "no/such"}
    assert main([word for option in wrong.items() for word in option]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "GUESTLIST_SETUP_CLIENT_ID is not set.",
        "GUESTLIST_SETUP_CLIENT_SECRET is not set.",
        "url: a URL without a path or a trailing slash",
        "application: a URL without a path or a trailing slash",
        "namespace: an https URL without a trailing slash",
        "door: there is no Action in no/such",
    ]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--api", "http://api.acme.example"], "resolve: https URLs"),
        (
            ["--api", "https://api.acme.example/", "--issuer", "http://acme.eu.auth0.com"],
            "resolve: https URLs",
        ),
    ],
    ids=["api", "issuer"],
)
def test_no_secret_is_sent_in_the_clear(
    more: list[str], told: str, set_up: Tenant, credential: Owned, capsys: Printed
) -> None:
    """The door sends its client's secret to the issuer, and a token to our API."""
    credential(set_up, SCOPES)
    assert main(["--url", set_up.url, *ARGUMENTS, *more]) == 2
    assert capsys.readouterr().err.startswith(told)


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:9"])
def test_the_command_says_what_went_wrong_and_no_traceback(
    tenant: Tenant, url: str, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong secret, or nobody at the address."""
    monkeypatch.setenv("GUESTLIST_SETUP_CLIENT_ID", tenant.bootstrap_client[0])
    monkeypatch.setenv("GUESTLIST_SETUP_CLIENT_SECRET", "wrong")
    assert main(["--url", url or tenant.url, *ARGUMENTS]) == 1
    assert capsys.readouterr().err.startswith("Auth0 ")
