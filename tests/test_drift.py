"""Drift: what somebody changed at Auth0 is found, all of it and nothing else; what is ours is put right."""

from tests.bench import Bench
from tests.drift_setup import looked, metadata, repaired, told

K = 3


def settled_members(guests: Bench, organization: str, number: int) -> list[str]:
    """Return members whom Auth0 knows."""
    users = [guests.added(organization, None, "editor") for _ in range(number)]
    for user in users:
        guests.project(user)
    return users


def test_every_kind_is_found_and_nothing_else(guests: Bench, organization: str) -> None:
    """Three of every kind among many users, each named once; what is ours is repaired, and then none is."""
    users = settled_members(guests, organization, 6 * K)
    other = guests.organization()
    of_kind = {
        kind: users[at * K : at * K + K] for at, kind in enumerate(("organizations", "roles", "deleted"))
    }
    for user in of_kind["organizations"]:
        metadata(guests, user, organizations=[organization, other])
    for user in of_kind["roles"]:
        metadata(guests, user, guestlist={"version": 1, "roles": [f"{organization}:admin"]})
    for user in of_kind["deleted"]:
        guests.delete_account(user)
    run = looked(guests)
    assert told(run) == {(kind, user) for kind, found in of_kind.items() for user in found}
    assert run.counts == dict.fromkeys(of_kind, K)
    repaired(guests)
    assert guests.array(users[0]) == [organization]
    again = looked(guests)
    assert (again.findings, again.passed_over) == ((), K)
