"""The sweep: hints may be lost, and crashes happen; whatever is unfinished is due, and found."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from guestlist import writes
from guestlist.clock import clock
from guestlist.invites import revoke
from guestlist.leases import FIRST_BACK_OFF, LAST_BACK_OFF, LEASE, SETTLING, back_off
from guestlist.profile import PROJECTION_GRACE
from guestlist.records import InviteStatus
from guestlist.request import sweep_request
from guestlist.resending import resend
from guestlist.store import Due, Store
from guestlist.sweeping import EVERY, Swept, sweep
from local.stack import CONNECTION
from tests.bench import Bench
from tests.stumbling import Stumbling

SLACK = 5
"""Seconds that a test may take."""


@pytest.fixture(autouse=True)
def _swept(guests: Bench) -> None:
    """Have nothing overdue of earlier tests, and no hints."""
    guests.advance(8 * 24 * 3600)
    while guests.sweep() != Swept():
        for hint in guests.hints("ProjectionQueue"):
            guests.project(hint["user"])
        guests.hints("MailQueue")
        guests.advance(LAST_BACK_OFF)


def test_a_projection_whose_hint_was_lost_is_queued_again(guests: Bench, organization: str) -> None:
    """It is left to the hint for twenty seconds; then it is queued at every back-off, until it is done."""
    user = guests.added(organization)
    assert guests.sweep() == Swept()
    guests.advance(PROJECTION_GRACE)
    assert guests.sweep() == Swept(projections=1)
    assert guests.hints("ProjectionQueue") == [{"user": user}]
    assert guests.sweep() == Swept()
    guests.advance(FIRST_BACK_OFF)
    assert guests.sweep() == Swept(projections=1)
    assert guests.project(user).user.due is None
    guests.advance(LAST_BACK_OFF)
    assert guests.sweep() == Swept()


def test_back_off_grows_to_its_end() -> None:
    """What cannot succeed is tried ever more seldom, but for ever."""
    assert [back_off(attempts) for attempts in range(7)] == [15, 30, 60, 120, 240, 300, 300]
    assert back_off(10**6) == LAST_BACK_OFF


def test_an_outage_puts_nobody_off_past_the_next_sweep(guests: Bench, ann: str, organization: str) -> None:
    """However often Auth0 was out of reach: who waits is told with the first sweep after it is back."""
    guests.changes_roles(organization, ann, "editor")
    guests.amended(ann, attempts=9)
    guests.fails("PATCH", status=503, times=3)
    guests.project(ann)
    guests.advance(60 - SLACK)
    assert guests.sweep() == Swept(projections=1)
    assert guests.project(ann).user.applied == guests.user(ann).version


def test_a_reset_in_a_thousand_years_is_not_waited_for(guests: Bench, ann: str, organization: str) -> None:
    """Somebody's clock or header is wrong: nobody is put off for longer than the last back-off."""
    guests.changes_roles(organization, ann, "editor")
    guests.fails("PATCH", status=429, headers={"x-ratelimit-reset": "99999999999"})
    guests.project(ann)
    assert guests.user(ann).due == pytest.approx(clock.now() + LAST_BACK_OFF, abs=4)


def test_a_change_is_swept_by_its_own_time(guests: Bench, ann: str) -> None:
    """Attempts in vain before it do not put it off."""
    guests.amended(ann, attempts=9)
    guests.expelled(ann)
    guests.advance(PROJECTION_GRACE)
    guests.sweep()
    assert guests.user(ann).due == pytest.approx(clock.now() + FIRST_BACK_OFF, abs=4)


def test_an_account_is_read_when_its_wait_is_over_not_a_sweep_later(guests: Bench, ann: str) -> None:
    """A late write is found by nobody else: the sweep before sends a hint that arrives in time."""
    guests.expelled(ann)
    guests.fails("PATCH", reset=True)
    guests.project(ann)
    guests.hints("ProjectionQueue")
    guests.advance(SETTLING - EVERY - 10)
    assert guests.sweep() == Swept()
    guests.advance(EVERY)
    assert guests.sweep() == Swept(projections=1)
    assert guests.hints("ProjectionQueue") == []
    guests.advance(11)
    assert guests.hints("ProjectionQueue") == [{"user": ann}]


def test_a_wait_that_began_anew_is_over_when_it_ends_not_a_sweep_later(guests: Bench, ann: str) -> None:
    """Somebody wrote late, under a lost lease; the user was due before. Races 420015 found it."""
    other, restarted = guests.organization(), 36
    guests.added(other, guests.user(ann).email)

    def lapse() -> None:
        guests.advance(LEASE + 1)
        guests.removed(other, ann)
        guests.project(ann)
        guests.advance(restarted)

    guests.project(ann, guests.client(transport=Stumbling(before=lapse)))
    assert other in guests.array(ann)
    guests.hints("ProjectionQueue")
    guests.advance(SETTLING - restarted - 10)
    guests.sweep()
    for seconds in (11, restarted + SLACK - 1):
        guests.advance(seconds)
        for hint in guests.hints("ProjectionQueue"):
            guests.project(hint["user"])
    assert other not in guests.array(ann)


def test_a_hint_ahead_that_is_lost_is_repeated(guests: Bench, ann: str) -> None:
    """It moves no due time: the next sweep finds the account overdue."""
    guests.expelled(ann)
    guests.fails("PATCH", reset=True)
    guests.project(ann)
    guests.advance(SETTLING - 10)
    guests.sweep()
    guests.advance(EVERY)
    guests.hints("ProjectionQueue")
    assert guests.sweep() == Swept(projections=1)
    assert guests.hints("ProjectionQueue") == [{"user": ann}]


class Overtaken(Store):
    """A store between whose look at what is overdue and its writes something else happens."""

    def __init__(self, guests: Bench) -> None:
        super().__init__(guests.store._table)
        self._guests = guests

    def overdue(self, now: int) -> Iterator[Due]:
        """Yield what was overdue before another sweep took it."""
        found = list(super().overdue(now))
        self._guests.sweep()
        yield from found


def test_of_two_sweeps_at_once_one_queues(guests: Bench, organization: str) -> None:
    """The other finds that the due time was moved on."""
    user = guests.added(organization)
    guests.advance(PROJECTION_GRACE)
    request = sweep_request("sweep", clock.now())
    assert sweep(request=request, queue=guests.queue, store=Overtaken(guests)) == Swept()
    assert guests.hints("ProjectionQueue") == [{"user": user}]


def test_expiry_frees_seat_and_address(guests: Bench) -> None:
    """It is carried out when the invite's life is over, and nothing of it is due any more."""
    organization = guests.organization(seats=1)
    invite = guests.invited(organization, "late@example.com", send=False)
    assert guests.store.organization(organization).taken == 1
    guests.advance(invite.life)
    assert guests.sweep() == Swept(expiries=1)
    expired = guests.store.invite(organization, invite.id)
    assert (expired.status, expired.due) == (InviteStatus.EXPIRED, None)
    assert guests.store.organization(organization).taken == 0
    assert guests.invited(organization, "late@example.com").active


def test_a_mail_whose_hint_was_lost_is_queued_again_until_the_invite_ends(
    guests: Bench, organization: str
) -> None:
    """Then it expires, unsent."""
    invite = guests.invited(organization, "mail@example.com")
    guests.advance(20)
    assert guests.sweep() == Swept(mails=1)
    assert guests.hints("MailQueue") == [{"organization": organization, "invite": invite.id}]
    guests.advance(invite.life)
    assert guests.sweep() == Swept(expiries=1)


def test_a_welcome_whose_link_is_dead_is_swept_no_more(guests: Bench, organization: str) -> None:
    """Its mail never went out while the link led anywhere; the membership stands all the same."""
    welcome = guests.welcomed(organization, "welcome@example.com")
    guests.advance(20)
    assert guests.sweep().mails == 1
    guests.advance(welcome.life)
    assert guests.sweep().mails == 0
    assert guests.store.invite(organization, welcome.id).due is None


def test_a_renewed_invite_does_not_end_when_it_would_have(guests: Bench, organization: str) -> None:
    """It was resent, here without a mail: its life began anew, and nothing else is due."""
    invite = guests.invited(organization, "again@example.com", send=False)
    guests.advance(invite.life - 10)
    resend(
        organization,
        invite.id,
        request=guests.request(),
        connection=CONNECTION,
        budgets=guests.budgets,
        store=guests.store,
    )
    guests.advance(30)
    assert guests.sweep() == Swept()
    assert guests.store.invite(organization, invite.id).status is InviteStatus.PENDING


def test_a_revoked_invite_is_never_swept(guests: Bench, organization: str) -> None:
    """Nothing of it is due, neither mail nor end."""
    invite = guests.invited(organization, "revoked@example.com")
    revoke(organization, invite.id, request=guests.request(), store=guests.store)
    guests.advance(invite.life + 10)
    assert guests.sweep() == Swept()


def test_one_expiry_that_cannot_be_carried_out_holds_up_none_of_the_others(
    guests: Bench, organization: str
) -> None:
    """Its organization's item is gone; it is put off."""
    broken = guests.invited(organization, "broken@example.com", send=False)
    orphan = replace(broken, organization="gone", id=f"{broken.id[:-4]}0000", email="orphan@example.com")
    guests.store.commit(writes.new_invite(orphan))
    guests.advance(broken.life)
    assert guests.sweep() == Swept(expiries=1)
    assert guests.store.invite("gone", orphan.id).due == pytest.approx(clock.now() + FIRST_BACK_OFF, abs=4)
