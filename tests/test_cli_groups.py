"""`guestlist organizations`, with the roles of an identity provider's groups."""

import pytest

from local.people import Api
from local.stack import Stack
from tests.command import Guestlist, Printed, environment, runner
from tests.front_door import unique


@pytest.fixture
def guestlist(stack: Stack, operator: Api, monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> Guestlist:
    """Return the command as an operator runs it."""
    return runner(monkeypatch, capsys, **environment(stack, operator))


def test_groups_of_an_identity_provider(guestlist: Guestlist) -> None:
    """Their roles are said one by one, and a table takes the place of the one before."""
    words = (unique("cli"), "--name", "A Clinic", "--oidc", "https://id.a.example", "us")
    table = ("--group", "Nurses", "member", "--group", "Heads", "admin", "--group", "Heads", "member")
    made = guestlist("organizations", "create", *words, *table, "--groups-at", "every_login", "--json").json()
    assert (made["groups"], made["groups_at"]) == (
        {"Nurses": ["member"], "Heads": ["admin", "member"]},
        "every_login",
    )
    change = ("organizations", "change", words[0])
    assert "Nurses: member; Heads: admin, member" in guestlist("organizations", "show", words[0]).out
    assert guestlist(*change, "--group", "Lab", "lab", "--json").json()["groups"] == {"Lab": ["lab"]}
    assert guestlist(*change, "--no-groups", "--json").json()["groups"] == {}
