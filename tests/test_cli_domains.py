"""`guestlist domains`, from the claim to the release."""

from local.stack import Stack
from tests.command import Guestlist
from tests.front_door import unique


def test_a_domain_from_its_claim_to_its_proof(guestlist: Guestlist, clinic: str, stack: Stack) -> None:
    """The claim says which record to set; without it the proof says so too, and once it is there, listed."""
    where, domain = ("-o", clinic), f"{unique('cli')}.example"
    record = guestlist("domains", "claim", domain, *where, "--json").json()["record"]
    said = guestlist("domains", "claim", domain, *where).out
    assert f"{record['name']} TXT {record['value']}" in said
    assert guestlist("domains", "show", domain, *where, "--json").json()["record"] == record
    missing = guestlist("domains", "prove", domain, *where)
    assert (missing.status, f"{record['name']} TXT {record['value']}" in missing.err) == (1, True)
    stack.zone[record["name"]] = [record["value"]]
    assert guestlist("domains", "prove", domain, *where, "--json").json()["proved"] is True
    [row] = guestlist("domains", "list", *where).rows
    assert row.split()[0] == domain
    guestlist("domains", "claim", f"{unique('cli')}.example", *where)
    assert len(guestlist("domains", "list", *where, "--limit", "1").rows) == 1


def test_a_domain_changes_in_what_is_said_alone(guestlist: Guestlist, clinic: str, stack: Stack) -> None:
    """Whether people join, and with which roles; in the end it is nobody's."""
    words = (f"{unique('cli')}.example", "-o", clinic, "--json")
    record = guestlist("domains", "claim", *words).json()["record"]
    stack.zone[record["name"]] = [record["value"]]
    guestlist("domains", "prove", *words)
    for said, joins, roles in (
        (("--auto-join", "--role", "viewer"), True, ["viewer"]),
        (("--no-auto-join",), False, ["viewer"]),
        (("--no-roles",), False, []),
    ):
        changed = guestlist("domains", "change", *words, *said).json()
        assert (changed["auto_join"], changed["roles"]) == (joins, roles)
    assert guestlist("domains", "release", *words).status == 0
    assert guestlist("domains", "list", "-o", clinic, "--json").json() == []
