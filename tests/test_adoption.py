"""Adoption of accounts that Auth0 had before us: what they bring along, and when whoever was added counts."""

import pytest

from guestlist.adoption import count_in
from guestlist.errors import NameReserved
from guestlist.records import Halt, InviteStatus
from guestlist.table import ATTEMPTS
from tests.adoption_setup import account, email_of, plant
from tests.bench import Bench


def test_a_verified_account_is_adopted_with_four_calls(guests: Bench, organization: str) -> None:
    """The create is refused, nothing is under our id, it is found by its address, and told."""
    name = plant(guests.tenant, email_of(organization), verified=True)
    user = guests.added(organization, email_of(organization))
    guests.calls()
    projected = guests.project(user).user
    assert guests.calls() == ["POST 409", "GET 404", "GET 200", "PATCH 200"]
    assert (projected.account, projected.created, projected.halt) == (name, True, None)
    assert guests.array(user) == [organization]
    assert guests.store.user_by_account(name) == user


def test_its_names_become_memberships_without_roles(guests: Bench, organization: str) -> None:
    """Those of ours; each takes a seat and has its audit record."""
    other = guests.organization(seats=1)
    plant(guests.tenant, email_of(organization), verified=True, organizations=[other, organization])
    user = guests.added(organization, email_of(organization), "editor")
    guests.project(user)
    assert guests.user(user).organizations == {organization: ("editor",), other: ()}
    assert guests.array(user) == sorted([organization, other])
    assert guests.store.organization(other).taken == 1
    assert guests.audited(other) == ["organization:provision", "member:adopt"]


def test_a_name_whose_seats_are_full_is_dropped_and_reported(guests: Bench, organization: str) -> None:
    """Seats are never exceeded, and nobody is let in who is no member."""
    full = guests.organization(seats=1)
    guests.added(full)
    plant(guests.tenant, email_of(organization), verified=True, organizations=[full])
    user = guests.added(organization, email_of(organization))
    guests.project(user)
    assert guests.array(user) == [organization]
    assert guests.store.organization(full).taken == 1
    assert guests.audited(full)[-1] == "member:drop"


def test_a_name_of_an_organization_that_removed_the_user_is_dropped(guests: Bench, organization: str) -> None:
    """A tombstone outlives what an old account says."""
    user = guests.added(organization, email_of(organization))
    guests.removed(organization, user)
    plant(guests.tenant, email_of(organization), verified=True, organizations=[organization])
    other = guests.organization()
    guests.added(other, email_of(organization))
    guests.project(user)
    assert guests.array(user) == [other]
    assert guests.audited(organization)[-1] == "member:drop"


def test_an_offer_that_waits_for_the_same_person_is_over(guests: Bench, organization: str) -> None:
    """They hold one seat, as the member that they are."""
    other = guests.organization(seats=1)
    offer = guests.invited(other, email_of(organization))
    plant(guests.tenant, email_of(organization), verified=True, organizations=[other])
    guests.project(guests.added(organization, email_of(organization)))
    counters = guests.store.organization(other)
    assert (counters.taken, counters.pending) == (1, 0)
    assert guests.store.invite(other, offer.id).status is InviteStatus.REVOKED


def test_names_unknown_to_us_stay_and_are_reserved(guests: Bench, organization: str) -> None:
    """What else the tenant's owner wrote there is not ours to erase, nor to give to a newcomer."""
    theirs, odd = f"Theirs-{organization}", "not a name of ours"
    plant(guests.tenant, email_of(organization), verified=True, organizations=[theirs, odd, 7])
    user = guests.added(organization, email_of(organization))
    guests.project(user)
    assert guests.array(user) == sorted([theirs, odd, organization])
    assert not guests.user(user).adopting
    with pytest.raises(NameReserved):
        guests.provisioned(theirs.lower())


def test_an_organization_that_adopts_its_name_gets_who_bears_it(guests: Bench, organization: str) -> None:
    """As members without roles, by the sweep and the projector."""
    theirs = f"Theirs-{organization}"
    plant(guests.tenant, email_of(organization), verified=True, organizations=[theirs])
    user = guests.added(organization, email_of(organization))
    guests.project(user)
    guests.provisioned(theirs, adopting=True)
    guests.sweep()
    assert {"user": user} in guests.hints("ProjectionQueue")
    guests.project(user)
    assert guests.user(user).organizations == {organization: (), theirs: ()}
    assert guests.user(user).foreign == ()
    assert guests.store.organization(theirs).taken == 1
    guests.advance(60)
    guests.sweep()
    assert not guests.store.organization(theirs).adopting


@pytest.mark.parametrize("gone", [True, False], ids=["missing", "stopped"])
def test_an_organization_that_adopts_its_name_is_done_with_whoever_halted(
    guests: Bench, organization: str, *, gone: bool
) -> None:
    """An account that is gone bears no name any more, any other makes a member; the sweep has an end."""
    theirs = f"Theirs-{organization}"
    plant(guests.tenant, email_of(organization), verified=True, organizations=[theirs])
    user = guests.added(organization, email_of(organization))
    guests.project(user)
    if gone:
        guests.delete_account(user)
    else:
        guests.fails("PATCH", status=400)
    guests.changes_roles(organization, user, "editor")
    assert guests.project(user).user.halt is (Halt.MISSING if gone else Halt.STOPPED)
    guests.provisioned(theirs, adopting=True)
    guests.sweep()
    guests.project(user)
    assert (theirs in guests.user(user).organizations) is not gone
    assert guests.audited(theirs)[-1] == ("member:drop" if gone else "member:adopt")
    guests.advance(60)
    guests.sweep()
    assert not guests.store.organization(theirs).adopting


def test_what_adoption_writes_bears_the_message_that_led_to_it(guests: Bench, organization: str) -> None:
    """Whoever reads the audit finds the projector's log by it."""
    other = guests.organization()
    plant(guests.tenant, email_of(organization), verified=True, organizations=[other])
    guests.project(guests.added(organization, email_of(organization)))
    assert guests.store.audit(other, limit=1, cursor=None).items[0].request == "a-message"


def test_an_adoption_that_collides_gives_its_lease_back(guests: Bench, organization: str) -> None:
    """Whoever comes next goes on at once, and nothing is done twice."""
    other = guests.organization()
    plant(guests.tenant, email_of(organization), verified=True, organizations=[other])
    user = guests.added(organization, email_of(organization))
    guests.aws.inject("TransactWriteItems", "TransactionConflict", times=ATTEMPTS, matching=other)
    assert guests.project(user).user.lease_owner is None
    assert guests.project(user).user.organizations == {organization: (), other: ()}
    assert guests.audited(other) == ["organization:provision", "member:adopt"]


@pytest.mark.parametrize("array", ["clinicA", {"clinicA": True}, None])
def test_an_array_that_is_none_counts_for_nothing(array: object, guests: Bench, organization: str) -> None:
    """The door does not heed it either; the projection puts an array there."""
    plant(guests.tenant, email_of(organization), verified=True, app_metadata={"organizations": array, "x": 1})
    user = guests.added(organization, email_of(organization))
    guests.project(user)
    kept = account(guests.tenant, guests.user(user).account)["app_metadata"]
    assert (kept["organizations"], kept["x"]) == ([organization], 1)


def test_who_awaits_acceptance_is_no_admin_yet(guests: Bench) -> None:
    """So the last admin stays, whoever was added beside them."""
    organization = guests.organization()
    plant(guests.tenant, email_of(organization))
    user = guests.added(organization, email_of(organization), "admin")
    assert guests.store.organization(organization).admins == 0
    guests.project(user)
    assert guests.store.organization(organization).admins == 0
    guests.removed(organization, user)
    assert guests.store.organization(organization).admins == 0


def test_an_admin_added_at_once_counts_when_the_account_is_made(guests: Bench) -> None:
    """Not before: until then nobody knows whose account that address has."""
    organization = guests.organization()
    user = guests.added(organization, None, "admin")
    guests.project(user)
    assert guests.store.organization(organization).admins == 1
    assert guests.user(user).uncounted == ()


def test_an_admin_who_counts_goes_on_counting(guests: Bench) -> None:
    """A change of roles between the count and the end of the projection does not take the last admin away."""
    organization = guests.organization()
    user = guests.added(organization, None, "admin")
    count_in(user, guests.store)
    guests.changes_roles(organization, user, "admin", "editor")
    assert guests.store.organization(organization).admins == 1
    guests.project(user)
    assert guests.store.organization(organization).admins == 1
