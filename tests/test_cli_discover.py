"""`guestlist discover`: what anybody may ask."""

import pytest

from local.people import Api
from local.stack import Stack
from tests.command import Guestlist, Printed, runner
from tests.domain_setup import proved
from tests.front_door import unique
from tests.kinds_setup import provisioned
from tests.logins_setup import enterprise

SAML = {"strategy": "samlp", "metadata_url": "https://id.clinic.example/metadata"}


@pytest.fixture
def anybody(stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> Guestlist:
    """Return the command as somebody runs it who has no token, and nothing that gets one."""
    return runner(monkeypatch, capsys, GUESTLIST_API=stack.api)


def test_an_address_leads_to_a_connection(anybody: Guestlist, operator: Api, stack: Stack) -> None:
    """For people in a sentence, for programs as the API has it."""
    place = enterprise(stack, operator)
    email = f"ann@{place.domain}"
    there = {"connection": place.connection, "organization": place.id}
    assert anybody("discover", email, "--json").json() == there
    assert anybody("discover", email).out == f"{email} signs in by {place.connection}, at {place.id}.\n"


def test_of_several_people_choose(anybody: Guestlist, operator: Api, stack: Stack) -> None:
    """The answer to the address says how to ask for the choice."""
    organization = provisioned(stack, operator, kind="enterprise", connections=[SAML, SAML])
    domain = proved(operator, organization)["domain"]
    said = anybody("discover", f"ann@{domain}").out
    assert f"guestlist discover --organization {organization}" in said
    names = [own["name"] for own in operator.get(f"/organizations/{organization}").json()["connections"]]
    assert anybody("discover", "--organization", organization).out.split() == names


def test_nobody_s_domain_leads_nowhere(anybody: Guestlist) -> None:
    """That is no refusal."""
    email = f"ann@{unique('nowhere')}.example"
    found = anybody("discover", email)
    assert (found.status, found.out.startswith(f"{email} signs in as everybody does")) == (0, True)
    assert anybody("discover", email, "--json").json() == {"connection": None, "organization": None}
    none = anybody("discover", "-o", unique("nowhere"))
    assert (none.status, "no connections of its own" in none.out) == (0, True)


def test_what_is_no_address_is_refused(anybody: Guestlist) -> None:
    """By its place; two questions, or none, are asked of nobody."""
    wrong = anybody("discover", "nobody")
    assert (wrong.status, "#/email" in wrong.err) == (1, True)
    assert anybody("discover").status == 2
    assert anybody("discover", "ann@clinic.example", "-o", "clinicA").status == 2


def test_a_token_stays_at_home(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: Printed, operator: Api
) -> None:
    """None is sent, even where one is set; where the API is has to be said."""
    place = enterprise(stack, operator)
    run = runner(monkeypatch, capsys, GUESTLIST_API=stack.api, GUESTLIST_TOKEN="of-another-api")
    assert run("discover", f"ann@{place.domain}").status == 0
    lost = runner(monkeypatch, capsys)("discover", f"ann@{place.domain}")
    assert (lost.status, lost.err) == (2, "GUESTLIST_API is not set.\n")
