"""`guestlist organizations`, with the roles of an identity provider's groups."""

from tests.command import Guestlist
from tests.front_door import unique


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
