"""An account that was in the tenant before us: whose it is, and how it is made safe."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from guestlist.acceptance import _never_used
from guestlist.clock import clock
from guestlist.leases import SETTLING
from guestlist.mail_records import MailState
from guestlist.profile import proved
from guestlist.records import Halt
from guestlist.writes import changed
from tests.adoption_setup import account, email_of, link, plant
from tests.bench import Bench
from tests.stumbling import Stumbling


def test_an_unverified_account_is_granted_nothing_as_it_stands(guests: Bench, organization: str) -> None:
    """Anybody may have planted it: nothing is written there, and its address is asked by mail."""
    name = plant(guests.tenant, email_of(organization))
    user = guests.added(organization, email_of(organization))
    halted = guests.project(user).user
    assert (halted.halt, halted.due) == (Halt.AWAITING_ACCEPTANCE, None)
    assert "PATCH 200" not in guests.calls()
    assert "app_metadata" not in account(guests.tenant, name)
    [offer] = guests.accepted_invites(organization)
    assert (offer.email, offer.welcome, offer.mail) == (email_of(organization), True, MailState.QUEUED)
    assert guests.store.organization(organization).taken == 1


def test_whoever_was_welcomed_is_not_asked_a_second_time(guests: Bench, organization: str) -> None:
    """The welcome's own button proves as much."""
    plant(guests.tenant, email_of(organization))
    offer = guests.welcomed(organization, email_of(organization))
    guests.project(guests.named(email_of(organization)))
    assert [found.id for found in guests.accepted_invites(organization)] == [offer.id]


def test_an_account_is_out_of_all_other_hands_before_it_is_told_anything(
    guests: Bench, organization: str
) -> None:
    """Sessions and refresh tokens end, the password changes, and they end once more for who came between."""
    plant(guests.tenant, email_of(organization))
    user = guests.added(organization, email_of(organization))
    guests.amended(user, proved=1)
    guests.calls()
    guests.project(user)
    found, ended = ["POST 409", "GET 404", "GET 200"], ["DELETE 202", "DELETE 202"]
    looked = ["GET 200", "GET 200"]
    assert guests.calls() == [*found, "GET 200", *ended, "PATCH 200", *ended, *looked, "PATCH 200"]
    assert guests.array(user) == [organization]


@contextmanager
def standing() -> Iterator[None]:
    """Let the second not pass in which something is reckoned."""
    before, now = clock.source, clock.source()
    clock.source = lambda: now
    try:
        yield
    finally:
        clock.source = before


def test_a_reset_that_may_still_land_is_waited_for(guests: Bench, organization: str) -> None:
    """It would be the last word on the password, even on the one that the owner chose since."""
    name = plant(guests.tenant, email_of(organization))
    user = guests.added(organization, email_of(organization))
    guests.amended(user, proved=1)
    guests.fails("PATCH", land_after=SETTLING - 5)
    guests.project(user, guests.client(deadline=0.5))
    with standing():
        waiting = guests.project(user).user
    assert (waiting.created, waiting.due) == (False, (waiting.unsettled_at or 0) + SETTLING)
    assert "PATCH 200" not in guests.calls()
    last_of_ours = guests.settled(user).password_reset
    assert account(guests.tenant, name)["last_password_reset"] == last_of_ours


@pytest.mark.parametrize("way_in", ["linked", "second factor", "renamed"])
def test_a_way_into_an_account_that_is_opened_while_it_is_secured_is_seen(
    way_in: str, guests: Bench, organization: str
) -> None:
    """Whoever planted it may hold a token that outlives the session which it came from."""
    name = plant(guests.tenant, email_of(organization))
    other = plant(guests.tenant, f"other-{organization}@example.com")
    user = guests.added(organization, email_of(organization))
    guests.amended(user, proved=1)

    def open_it() -> None:
        if way_in == "linked":
            link(guests.tenant, name, other)
        elif way_in == "second factor":
            guests.tenant.state.authentication_methods[name] = [{"id": "passkey|1", "type": "passkey"}]
        else:
            guests.tenant.state.users[name]["email"] = f"mine-{organization}@example.com"

    projected = guests.project(user, guests.client(transport=Stumbling(after=open_it))).user
    assert (projected.halt, projected.created) == (Halt.STOPPED, False)
    assert "app_metadata" not in account(guests.tenant, name)


def test_an_account_linked_into_another_is_for_a_person_to_decide(guests: Bench, organization: str) -> None:
    """Its address is found nowhere by itself."""
    primary = plant(guests.tenant, f"primary-{organization}@example.com", verified=True)
    link(guests.tenant, primary, plant(guests.tenant, email_of(organization), verified=True))
    user = guests.project(guests.added(organization, email_of(organization))).user
    assert (user.halt, user.halt_code) == (Halt.STOPPED, "account_exists")
    assert "app_metadata" not in account(guests.tenant, primary)


def test_an_account_of_another_user_is_never_written_by_two(guests: Bench, organization: str) -> None:
    """One that was renamed in the dashboard to the address of somebody who is added now."""
    first = guests.added(organization, email_of(organization))
    guests.project(first)
    with guests.tenant.state.lock:
        guests.tenant.state.users[guests.user(first).account] |= {
            "email": f"new-{organization}@example.com",
            "email_verified": True,
        }
    user = guests.project(guests.added(organization, f"new-{organization}@example.com")).user
    assert (user.halt, user.halt_code) == (Halt.STOPPED, "account_taken")
    assert guests.array(first) == [organization]


def test_an_account_in_a_deleted_ones_place_is_no_owners_of_an_old_proof(
    guests: Bench, organization: str
) -> None:
    """Who pressed a button had the account that is gone; this one is for a person, or a new button."""
    user = guests.added(organization, email_of(organization))
    guests.amended(user, proved=1)
    guests.project(user)
    guests.delete_account(user)
    planted = plant(guests.tenant, email_of(organization))
    guests.added(guests.organization(), email_of(organization))
    halted = guests.project(user).user
    assert (halted.halt, halted.halt_code) == (Halt.STOPPED, "account_replaced")
    assert "app_metadata" not in account(guests.tenant, planted)
    assert "PATCH 200" not in guests.calls()
    item = guests.user(user)
    guests.store.commit(changed(item, proved(item, clock.now())))
    assert guests.project(user).user.account == planted


def test_an_account_that_was_renamed_is_told_of_no_joining(guests: Bench, organization: str) -> None:
    """It is somebody else's by now, for all we know: what they joined is taken back, what they had stays."""
    user = guests.added(organization, email_of(organization))
    guests.project(user)
    with guests.tenant.state.lock:
        guests.tenant.state.users[guests.user(user).account]["email"] = f"moved-{organization}@example.com"
    other = guests.organization()
    guests.added(other, email_of(organization))
    halted = guests.project(user).user
    assert (halted.halt, halted.halt_code, halted.due) == (Halt.STOPPED, "account_renamed", None)
    assert guests.array(user) == [organization]
    guests.removed(other, user)
    assert guests.project(user).user.halt is None
    assert guests.array(user) == [organization]


def test_an_adopted_account_gets_no_ticket(guests: Bench, organization: str) -> None:
    """Its owner has a password of their own, whether or not they ever signed in."""
    name = plant(guests.tenant, email_of(organization), verified=True)
    user = guests.project(guests.added(organization, email_of(organization))).user
    assert not _never_used(account(guests.tenant, name), user)
