"""`guestlist explain`: what it says of a person is what the door says at their login."""

from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from typing import Any

import httpx
import pytest

from guestlist.auth0 import segment
from guestlist.door_configuration import DoorConfiguration
from guestlist.explain import AT_AUTH0, WHAT_NEXT, Findings, Login, explain
from guestlist.login_policy import Source
from guestlist.records import Halt
from local.people import PLAIN, Api
from local.stack import Stack
from tests.command import Guestlist, environment, runner
from tests.conftest import NewPerson
from tests.front_door import accounts, add, invite, join, provision, suffer, unique


@pytest.fixture
def configured(
    stack: Stack, operator: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Guestlist]:
    """Return a maker of the command as an operator runs it, with more in the environment."""
    return partial(runner, monkeypatch, capsys, **environment(stack, operator))


@pytest.fixture
def guestlist(configured: Callable[..., Guestlist]) -> Guestlist:
    """Return the command of an operator who cannot ask Auth0."""
    return configured()


@pytest.fixture
def asking(stack: Stack, configured: Callable[..., Guestlist]) -> Guestlist:
    """Return the command of an operator who can ask Auth0, too."""
    client_id, client_secret = stack.tenant.bootstrap_client
    auth0 = {"URL": stack.tenant.url, "CLIENT_ID": client_id, "CLIENT_SECRET": client_secret}
    return configured(**{f"GUESTLIST_AUTH0_{name}": value for name, value in auth0.items()})


def explained(run: Guestlist, who: str, organization: str, *more: str) -> dict[str, Any]:
    """Return what is explained, for programs."""
    return dict(run("explain", who, "--organization", organization, *more, "--json").json())


def codes(answer: Mapping[str, Any]) -> list[str]:
    return [decision["code"] for decision in answer["decisions"]]


def test_a_member_whom_auth0_knows_is_let_in(
    guestlist: Guestlist, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """In five lines, by address or id."""
    ann = new_person("ann")
    join(operator, clinic, ann, roles=["admin"])
    said = guestlist("explain", ann.email, "-o", clinic).out.splitlines()
    assert said[0] == f"{ann.email} at {clinic}: the door opens."
    assert [line.split()[0] for line in said[1:]] == ["membership", "Auth0", "at", "next"]
    assert "roles: admin" in said[1]
    assert said[3] == f"  at login    admitted to {clinic}"
    [member] = operator.get(f"/organizations/{clinic}/members").json()["items"]
    by_id = explained(guestlist, member["user"], clinic)
    assert (by_id["admitted"], codes(by_id)) == (True, ["member"])
    assert ann.sign_in(clinic)["organization"] == clinic


def test_who_is_no_member_is_told_what_the_door_tells_them(
    guestlist: Guestlist, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """In the very words of the refusal, and with the way in."""
    ann, other = new_person("ann"), provision(operator)
    join(operator, other, ann)
    user = operator.get(f"/organizations/{other}/members").json()["items"][0]["user"]
    answer = explained(guestlist, user, clinic)
    assert (answer["admitted"], answer["membership"]) == (False, "no member")
    [decision] = answer["decisions"]
    assert decision["reason"] == ann.sign_in(clinic)["error_description"]
    assert answer["next"] == f"Offer membership: guestlist invite {user} --organization {clinic}"


def test_of_a_stranger_it_says_what_it_may_be(guestlist: Guestlist, clinic: str) -> None:
    """Shut in any case; which of two texts depends on what nobody can look up by an address."""
    answer = explained(guestlist, "nobody@clinic.example", clinic)
    assert (answer["admitted"], codes(answer)) == (False, ["no_organizations", "not_member"])


def test_who_is_invited_has_a_button_to_press(
    guestlist: Guestlist, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """The invite is named, with how far its mail got; once revoked, another offer is due."""
    ann = new_person("ann")
    made = invite(operator, clinic, ann)
    answer = explained(guestlist, ann.email.upper(), clinic)
    assert answer["admitted"] is False
    assert answer["next"].startswith("They press the button in the invite's mail (")
    assert f"guestlist invites resend {made['id']} --organization {clinic}" in answer["next"]
    operator.delete(f"/organizations/{clinic}/invites/{made['id']}").raise_for_status()
    assert "is revoked" in explained(guestlist, ann.email, clinic)["membership"]


def test_while_auth0_is_out_of_reach_nothing_is_certain(
    guestlist: Guestlist, stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Guestlist has the member, the array may or may not."""
    suffer(stack, method="POST", path="/api/v2/users", status=503, times=50)
    ann = new_person("ann")
    body = {"email": ann.email}
    operator.post(f"/organizations/{clinic}/members", json=body).raise_for_status()
    answer = explained(guestlist, ann.email, clinic)
    assert (answer["admitted"], codes(answer)) == (None, ["member", "no_organizations"])
    assert answer["auth0"] == "pending: Auth0 has not been told yet"
    assert "it cannot be told yet" in guestlist("explain", ann.email, "-o", clinic).out
    httpx.delete(f"{stack.tenant.url}/_local/faults", verify=PLAIN).raise_for_status()


def test_auth0_is_asked_where_that_is_allowed(
    asking: Guestlist, stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """What stands in the account decides: an array that was changed past us, a blocked account."""
    ann = new_person("ann")
    join(operator, clinic, ann)
    assert explained(asking, ann.email, clinic)["auth0"] == f"asked: the account's array has {clinic}"
    [account] = accounts(stack, ann.email)
    path = f"/users/{segment(account['user_id'])}"
    with closing(stack.management()) as auth0:
        auth0.call("PATCH", path, {"app_metadata": {"organizations": ["elsewhere"]}})
        answer = explained(asking, ann.email, clinic)
        assert (answer["admitted"], codes(answer)) == (False, ["not_member"])
        assert "past Guestlist" in answer["next"]
        metadata = {"organizations": [clinic]}
        auth0.call("PATCH", path, {"app_metadata": metadata, "blocked": True})
    answer = explained(asking, ann.email, clinic)
    assert (answer["admitted"], codes(answer)) == (False, ["member"])
    assert answer["next"].startswith("Unblock the account")


def test_an_application_of_another_organization(
    asking: Guestlist, stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Its metadata come from Auth0, or are said; both lead to the same row of the table."""
    ann, other = new_person("ann"), provision(operator)
    add(operator, clinic, ann)
    with closing(stack.management()) as auth0:
        client = {"name": unique("App"), "client_metadata": {"organization": other}}
        client_id = auth0.call("POST", "/clients", client).body["client_id"]
    asked = explained(asking, ann.email, clinic, "--client", client_id)
    said = explained(asking, ann.email, clinic, "--client-organization", other)
    assert codes(asked) == codes(said) == ["organizations_disagree"]
    assert (
        asked["next"]
        == said["next"]
        == ("Sign in at an application of this organization: this one belongs to another.")
    )
    unknown = asking("explain", ann.email, "-o", clinic, "--client", "none")
    assert (unknown.status, unknown.err.split(":")[0]) == (1, "auth0_refused")


def test_the_doors_own_settings_are_heeded(
    configured: Callable[..., Guestlist], operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """An exempt application; a door that does not heed the query; and a secret that is none."""
    ann = new_person("ann")
    add(operator, clinic, ann)
    door = DoorConfiguration("https://x.example", (Source.CLIENT,), exempt_clients=("console",))
    run = configured(GUESTLIST_DOOR=door.to_json())
    assert codes(explained(run, ann.email, clinic)) == ["organization_not_named"]
    exempt = explained(run, ann.email, clinic, "--client", "console")
    assert (exempt["admitted"], codes(exempt)) == (True, ["exempt_client"])
    broken = configured(GUESTLIST_DOOR="{}")("explain", ann.email, "-o", clinic)
    assert (broken.status, broken.err.split(":")[0]) == (1, "door_not_configured")


def test_an_organization_or_address_that_is_none(guestlist: Guestlist, clinic: str) -> None:
    """Refused as the API refuses, or before it is asked."""
    assert guestlist("explain", "ann@clinic.example", "-o", "none").err.startswith("not_found: ")
    wrong = guestlist("explain", "ann@", "-o", clinic)
    assert (wrong.status, wrong.err) == (1, "unacceptable: ann@ is not an email address\n")


@pytest.mark.parametrize(
    ("projection", "admitted"),
    [
        ("applied", True),
        ("pending", None),
        ("stopped", None),
        ("missing", False),
        ("awaiting_login", False),
        ("awaiting_acceptance", False),
    ],
)
def test_every_state_of_a_projection_has_its_words(projection: str, admitted: bool | None) -> None:  # noqa: FBT001 (a cell of the table)
    """What Auth0 has been told, what follows for the door, and what to do next."""
    member = {"email": "ann@example.com", "roles": [], "created_at": "2026-11-25T08:00:00Z"}
    found = Findings(
        person="ann",
        organization={"id": "clinicA", "status": "active", "door": "open"},
        member={**member, "projection": projection, "projection_code": "account_linked"},
        organizations=("clinicA", "clinicB"),
    )
    said = explain(found, Login(None, "clinicA"), DoorConfiguration("https://x.example", (Source.QUERY,)))
    assert said.admitted is admitted
    assert said.auth0 == f"{projection}: {AT_AUTH0[projection]} (account_linked)"
    assert said.next == WHAT_NEXT[projection]


def test_no_state_of_a_projection_lacks_its_words() -> None:
    """All that the API knows."""
    assert set(AT_AUTH0) == set(WHAT_NEXT) == {"applied", "pending", *Halt}
