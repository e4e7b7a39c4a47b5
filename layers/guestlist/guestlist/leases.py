"""The lease on a user: one writer at a time, who gives it back only if nothing moved meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from guestlist.accounts import Found
from guestlist.clock import clock
from guestlist.errors import Auth0Refused, Auth0Unavailable, Busy
from guestlist.profile import PROJECTION_GRACE
from guestlist.records import Halt, User
from guestlist.store import DECISIONS, Store
from guestlist.table import ConditionFailed

if TYPE_CHECKING:
    # The sweep backs off as a lease does, and starts without an HTTP client.
    from guestlist.auth0 import Account

LEASE = 60
"""Seconds; longer than anybody works on one user (`projection.WORK`)."""
SETTLING = 180
"""Seconds after which a write that was given up is taken to land no more."""
FIRST_BACK_OFF, LAST_BACK_OFF = 15, 300


@dataclass(frozen=True)
class Told:
    """What came of telling Auth0. `account` is its answer, where a call had one."""

    account: "Account | None" = None
    exists: bool = True
    """Whether the account is there now."""
    made: bool = False
    password_reset: str | None = None
    """Auth0's time of it, where the account has just got a password that nobody knows, or that came out."""
    found: Found | None = None
    """An account that was there before us, to be bound to the user."""
    linked_into: str = ""
    """The account into which the user's own was linked, which is gone therefore."""
    ambiguous: bool = False
    settled: bool = False
    differs: bool = False
    """Whether the account, as it was read, shows something else than what was told last."""
    renamed: bool = False
    """Whether the account that was told of somebody's joining bears another address than they."""
    halt: Halt | None = None
    halt_code: str = ""
    receipts: Mapping[str, int] | None = None
    """The receipts that stay open; None: nobody looked at them."""


def back_off(attempts: int) -> int:
    """Return the seconds to wait after so many attempts in vain."""
    return min(FIRST_BACK_OFF << min(attempts, 10), LAST_BACK_OFF)


def take(seen: User, owner: str, store: Store, now: int) -> User:
    """Take a lease that nobody holds. One that ran out left a call behind that may still land.

    Raises:
        ConditionFailed: somebody else took it.
    """
    held = replace(seen, lease_owner=owner, lease_until=now + LEASE)
    if seen.lease_owner is None:
        return store.amended(seen, held, when="attribute_exists(#pk) AND attribute_not_exists(#lease_owner)")
    return store.amended(
        seen,
        replace(held, unsettled_at=now),
        when="#lease_owner = :seen_owner AND #lease_until = :seen_until",
        seen_owner=seen.lease_owner,
        seen_until=seen.lease_until,
    )


def renew(user: User, owner: str, told: Told, store: Store) -> User | None:
    """Keep the lease for a version that came meanwhile; None if the lease is lost."""
    now = clock.now()
    # What the call settled may be what moved: only a write on condition of it may say so.
    longer = replace(_told(user, replace(told, settled=False), now), lease_until=now + LEASE)
    try:
        return store.amended(user, longer, when="#lease_owner = :owner", owner=owner)
    except ConditionFailed:
        return None


def give_back(user: User, owner: str, told: Told, store: Store) -> User:
    """Record what was told and give the lease back, in one write, if all is as it was.

    Raises:
        ConditionFailed: a newer version came, somebody unsettled the user, or the lease is lost.
    """
    after = replace(
        _recorded(user, told),
        lease_owner=None,
        lease_until=0,
        attempts=0,
        receipts=user.receipts if told.receipts is None else told.receipts,
    )
    when, values = _unmoved(user)
    owned = f"#lease_owner = :owner AND {when}"
    return store.amended(user, replace(after, due=_due_at_rest(after)), when=owned, owner=owner, **values)


def keep(user: User, owner: str, told: Told, store: Store) -> User:
    """Record what was told and keep the lease, for what is done on the strength of it.

    Raises:
        ConditionFailed: as `give_back`.
    """
    when, values = _unmoved(user)
    kept = replace(_recorded(user, told), lease_until=clock.now() + LEASE)
    return store.amended(user, kept, when=f"#lease_owner = :owner AND {when}", owner=owner, **values)


def _recorded(user: User, told: Told) -> User:
    """Return the user as one whose newest version was told, or halted."""
    return replace(
        _told(user, told, clock.now()),
        applied=user.applied if told.halt else user.version,
        halt=told.halt,
        halt_code=told.halt_code,
        halted=user.version if told.halt else user.halted,
        linked_into="" if told.halt else user.linked_into,
    )


def give_up(user: User, owner: str, error: Auth0Unavailable | Auth0Refused, store: Store) -> User:
    """Give the lease back with the work undone, due again a little later.

    What is out of reach is so for all, and for all at once no more: the next sweep tries it again, however
    long it was. Whatever an answer says of the time to wait, it is never for longer than the last back-off.
    """
    now, wait = clock.now(), back_off(user.attempts)
    if isinstance(error, Auth0Unavailable):
        wait = min(max(FIRST_BACK_OFF, error.retry_after), LAST_BACK_OFF)
    after = replace(
        user,
        unsettled_at=now if error.ambiguous else user.unsettled_at,
        lease_owner=None,
        lease_until=0,
        attempts=user.attempts + 1,
        due=now + wait,
    )
    try:
        return store.amended(user, after, when="#lease_owner = :owner", owner=owner)
    except ConditionFailed:
        return unsettle(user, store)


def hand_on(user: User, owner: str, store: Store) -> User:
    """Give the lease back with a newer version untold, due at once."""
    after = replace(user, lease_owner=None, lease_until=0, due=clock.now())
    try:
        return store.amended(user, after, when="#lease_owner = :owner", owner=owner)
    except ConditionFailed:
        return unsettle(user, store)


def unsettle(user: User, store: Store) -> User:
    """Have the account read again in three minutes, whatever its state is now; an earlier due time stays.

    Raises:
        Busy: it did not come to be written.
    """
    now = clock.now()
    before, target = replace(user, unsettled_at=None, due=None), now + SETTLING
    unsettled = replace(before, unsettled_at=now)
    for _ in range(DECISIONS):
        for after, when in (
            (replace(unsettled, due=target), "(attribute_not_exists(#due) OR #due > :target)"),
            (unsettled, "#due <= :target"),
        ):
            try:
                return store.amended(before, after, when=f"attribute_exists(#pk) AND {when}", target=target)
            except ConditionFailed:
                continue
    raise Busy


def read_again(seen: User, store: Store) -> User:
    """Have the account of a user at rest read at once: nothing is under way that had to be waited for.

    Raises:
        ConditionFailed: the user is at rest no more.
    """
    now = clock.now()
    when, values = _unmoved(seen)
    resting = f"{when} AND attribute_not_exists(#lease_owner) AND attribute_not_exists(#due)"
    unsettled = replace(seen, unsettled_at=now - SETTLING, due=now + PROJECTION_GRACE)
    return store.amended(seen, unsettled, when=resting, **values)


def try_again(seen: User, store: Store) -> None:
    """Have Auth0 told once more of a user whom it would not take as they are.

    Raises:
        ConditionFailed: the user moved meanwhile, or is being told.
    """
    when, values = _unmoved(seen)
    again = replace(seen, halt=None, halt_code="", due=clock.now() + PROJECTION_GRACE)
    stopped = f"{when} AND #halt = :stopped AND attribute_not_exists(#lease_owner)"
    store.amended(seen, again, when=stopped, stopped=Halt.STOPPED.value, **values)


def at_rest(seen: User, store: Store) -> User:
    """Return a user for whom nothing is to be done now; a due time that says otherwise is put right.

    The sweep puts off what it hints at, further each time: a wait to settle ends when it ends.
    """
    due = _due_at_rest(seen)
    if seen.due in {None, due}:
        return seen
    when, values = _unmoved(seen)
    try:
        return store.amended(
            seen, replace(seen, due=due), when=f"#due = :seen_due AND {when}", seen_due=seen.due, **values
        )
    except ConditionFailed:
        return store.user(seen.id)


def _told(user: User, told: Told, now: int) -> User:
    """Return what a call brought to light, whether or not the version that it told is the newest."""
    if told.password_reset is not None:
        user = replace(user, password_reset=told.password_reset, logins_before=0)
    return replace(
        user,
        created=told.exists,
        unsettled_at=None if told.settled else now if told.ambiguous else user.unsettled_at,
    )


def _due_at_rest(user: User) -> int | None:
    if user.receipts and user.halt is Halt.STOPPED:
        # Whoever was removed is to be out, whatever it is that Auth0 does not take.
        return clock.now() + LAST_BACK_OFF
    return None if user.halt or user.unsettled_at is None else user.unsettled_at + SETTLING


def _unmoved(user: User) -> tuple[str, dict[str, Any]]:
    """Return the condition that neither version nor unsettledness moved since the user was read."""
    if user.unsettled_at is None:
        return "#version = :version AND attribute_not_exists(#unsettled_at)", {"version": user.version}
    values = {"version": user.version, "since": user.unsettled_at}
    return "#version = :version AND #unsettled_at = :since", values
