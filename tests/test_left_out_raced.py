"""Leaving out, raced: what changes between the moment at which something was decided on and its commit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from werkzeug.wrappers import Request

from guestlist import closing
from guestlist.door_records import DoorState
from guestlist.leaving_out import LOOK_AGAIN
from guestlist.making import work_on
from guestlist.queue import Queue
from guestlist.request import provisioner_request
from guestlist.turns import Turn
from tests.adoption_setup import email_of, plant
from tests.bench import Bench


@contextmanager
def before_the_next_commit(guests: Bench, deed: Callable[[], object], of: str = "") -> Iterator[None]:
    """Do something when the next transaction (`of` some words in it) is here, before it is carried out."""
    waiting = [deed]

    def hear(request: Request) -> None:
        asked = request.headers.get("X-Amz-Target", ""), request.get_data(as_text=True)
        if waiting and asked[0].endswith(".TransactWriteItems") and of in asked[1]:
            waiting.pop()()

    with guests.aws.heard(hear):
        yield
    assert not waiting, "there was no such moment"


def suspend(guests: Bench, organization: str) -> None:
    """Close an organization, of which the door's list is not to know."""
    closing.suspend(organization, by_list=False, request=guests.request(), store=guests.store)


def resume(guests: Bench, organization: str) -> None:
    closing.resume(organization, request=guests.request(), store=guests.store)


def worked_on(guests: Bench, organization: str) -> DoorState:
    """Take one turn at an organization, as the provisioner does, and have told who is to be told then."""
    urls = {name: found["Ref"] for name, found in guests.aws.physical.items() if name.endswith("Queue")}
    turn = Turn(
        request=provisioner_request("a-message", 0),
        queue=Queue(projection=urls["ProjectionQueue"], provisioning=urls["ProvisioningQueue"]),
        store=guests.store,
        auth0=guests.auth0,
        application="app",
    )
    work_on(organization, turn)
    for hint in guests.hints("ProjectionQueue"):
        guests.project(hint["user"])
    return closing.door_state(guests.store.organization(organization), guests.store.door())


def at_rest(guests: Bench, organization: str) -> DoorState:
    """Take as many turns as it takes."""
    for _ in range(5):
        state = worked_on(guests, organization)
        if state in {DoorState.OPEN, DoorState.CLOSED}:
            return state
        guests.advance(LOOK_AGAIN)
    raise TimeoutError(organization)


@pytest.mark.parametrize("passed", [False, True], ids=["before the pass", "after the pass"])
def test_an_adoption_that_was_decided_on_before(guests: Bench, organization: str, *, passed: bool) -> None:
    """Who becomes a member of an organization as it is suspended is left out of it, too."""
    other = guests.organization()
    plant(guests.tenant, email_of(organization), verified=True, organizations=[other])
    ben = guests.added(organization, email_of(organization))

    def closes() -> None:
        suspend(guests, other)
        if passed:
            assert at_rest(guests, other) is DoorState.CLOSED

    with before_the_next_commit(guests, closes, of="member:adopt"):
        guests.project(ben)
    assert at_rest(guests, other) is DoorState.CLOSED
    guests.project(ben)
    assert guests.user(ben).organizations.keys() == {organization, other}
    assert (guests.user(ben).left_out, guests.array(ben)) == ((other,), [organization])


def test_a_resumption_that_comes_before_a_mark(guests: Bench, organization: str, ann: str) -> None:
    """Whoever goes on with the suspension marks nobody any more."""
    suspend(guests, organization)
    with before_the_next_commit(guests, lambda: resume(guests, organization)):
        worked_on(guests, organization)
    assert guests.user(ann).left_out == ()
    assert at_rest(guests, organization) is DoorState.OPEN
    assert guests.array(ann) == [organization]


def test_a_suspension_that_comes_before_a_mark_is_taken_back(
    guests: Bench, organization: str, ann: str
) -> None:
    """Nobody is taken in again by a resumption that is over."""
    suspend(guests, organization)
    assert at_rest(guests, organization) is DoorState.CLOSED
    resume(guests, organization)
    with before_the_next_commit(guests, lambda: suspend(guests, organization)):
        worked_on(guests, organization)
    assert guests.user(ann).left_out == (organization,)
    assert at_rest(guests, organization) is DoorState.CLOSED
    assert guests.array(ann) == []


@pytest.mark.parametrize("turns", [1, 2])
def test_a_pass_that_goes_on_before_the_next_turn(
    guests: Bench, organization: str, ann: str, *, turns: int
) -> None:
    """Whoever suspends anew had read how far the resumption was, which may be over by then."""
    suspend(guests, organization)
    assert at_rest(guests, organization) is DoorState.CLOSED
    resume(guests, organization)

    def goes_on() -> None:
        for _ in range(turns):
            worked_on(guests, organization)
            guests.advance(LOOK_AGAIN)

    with before_the_next_commit(guests, goes_on):
        suspend(guests, organization)
    assert at_rest(guests, organization) is DoorState.CLOSED
    assert (guests.user(ann).left_out, guests.array(ann)) == ((organization,), [])


def test_a_removal_that_comes_before_a_mark(guests: Bench, organization: str, ann: str) -> None:
    """Who is a member no more has nothing that is left out."""
    suspend(guests, organization)
    with before_the_next_commit(guests, lambda: guests.removed(organization, ann)):
        worked_on(guests, organization)
    guests.project(ann)
    assert at_rest(guests, organization) is DoorState.CLOSED
    assert (guests.user(ann).left_out, dict(guests.user(ann).organizations), guests.array(ann)) == (
        (),
        {},
        [],
    )


def test_a_change_elsewhere_that_comes_before_a_mark(guests: Bench, organization: str, ann: str) -> None:
    """The mark waits for the next look; neither is lost."""
    other = guests.organization()
    suspend(guests, organization)
    with before_the_next_commit(guests, lambda: guests.added(other, guests.user(ann).email)):
        worked_on(guests, organization)
    guests.project(ann)
    assert at_rest(guests, organization) is DoorState.CLOSED
    assert guests.array(ann) == [other]
