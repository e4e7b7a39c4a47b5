"""The sweep: whatever is overdue is queued again or carried out. Nothing else has to remember it."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TypeVar

from aws_lambda_powertools import Logger

from guestlist.door_records import WATCH, Door
from guestlist.errors import GuestlistError
from guestlist.invites import expire
from guestlist.leases import SETTLING, back_off
from guestlist.organization_records import Organization, OrganizationStatus
from guestlist.queue import Queue
from guestlist.receipts import LATE
from guestlist.records import Invite, User
from guestlist.regrouping import ask_anew
from guestlist.request import Request
from guestlist.store import Due, Store
from guestlist.table import ConditionFailed

logger = Logger(child=True)
Waiting = TypeVar("Waiting", Invite, User, Organization, Door)

EVERY = 60
"""Seconds between two sweeps (template.yaml)."""


@dataclass
class Swept:
    """What one sweep did."""

    projections: int = 0
    mails: int = 0
    doors: int = 0
    provisionings: int = 0
    expiries: int = 0
    late_receipts: int = 0
    """Removals of a while ago that Auth0 does not know all of."""
    oldest_due: int = field(default=0, compare=False)
    """Seconds for which the first of it has been waiting, however often it was tried."""


def sweep(*, request: Request, queue: Queue, store: Store) -> Swept:
    """Go through what is overdue, up to a hundred items in each of the eight shards.

    An account in which a late write may stand is read when its wait is over, not a sweep later.
    """
    swept = Swept()
    for record in store.overdue(request.now + EVERY):
        for ahead in _ahead(record, request.now) if isinstance(record, User) else ():
            queue.project(record.id, after=ahead)
            swept.projections += 1
        # Also of what is only due in a moment: whoever is hinted at it is often there before the next sweep.
        swept.oldest_due = max(swept.oldest_due, request.now - _since(record, request.now))
        if (record.due or 0) > request.now:
            continue
        if isinstance(record, User):
            swept.late_receipts += sum(at <= request.now - LATE for at in record.receipts.values())
            if _put_off(record, store, request.now):
                queue.project(record.id)
                swept.projections += 1
        elif isinstance(record, Door):
            swept.doors += _look_at(record, queue, store, request.now)
        elif isinstance(record, Organization):
            _work_on(record, queue, store, request.now, swept)
        elif record.active and record.expires_at <= request.now:
            swept.expiries += _expired(record, request, store)
        elif _put_off(record, store, request.now) and record.waits_for_mail(request.now):
            queue.mail(record)
            swept.mails += 1
    return swept


def _ahead(user: User, now: int) -> list[int]:
    """Return in how many seconds something is to be done for an unsettled user before the next sweep.

    Their wait may end later than they are due: whoever unsettles leaves an earlier due time as it is.
    """
    if user.unsettled_at is None or user.due is None:
        return []
    moments = {user.due - now, user.unsettled_at + SETTLING - now}
    return sorted(ahead for ahead in moments if 0 < ahead <= EVERY)


def _look_at(door: Door, queue: Queue, store: Store, now: int) -> int:
    """Have the door looked after: while a list of closed organizations stands there, every minute."""
    if not _put_off(door, store, now):
        return 0
    queue.door()
    return 1


def _work_on(organization: Organization, queue: Queue, store: Store, now: int, swept: Swept) -> None:
    """Have what is unfinished gone on with; look at who bears its name, and at whose groups count anew."""
    if not _put_off(organization, store, now):
        return
    if organization.groups_cursor is not None and organization.status is not OrganizationStatus.OFFBOARDING:
        swept.projections += ask_anew(organization.id, queue=queue, store=store, now=now)
    elif organization.adopting and not organization.under_way:
        swept.projections += adopt(organization, queue, store, now)
    if organization.unfinished:
        queue.provision(organization.id)
        swept.provisionings += 1


def adopt(organization: Organization, queue: Queue, store: Store, now: int) -> int:
    """Have up to a hundred of those looked at who bear an organization's name from before us."""
    bearers = store.bearers(organization.id)
    for user in map(store.user, bearers):
        store.amended(user, replace(user, adopting=True, due=now), when="attribute_exists(#pk)")
        queue.project(user.id)
    if not bearers:
        due = organization.due if organization.unfinished else None
        done = replace(organization, adopting=False, due=due)
        with suppress(ConditionFailed):  # closed, opened or moved meanwhile, and due for that
            store.amended(organization, done, when="#version = :seen", seen=organization.version)
    return len(bearers)


def _expired(invite: Invite, request: Request, store: Store) -> bool:
    """Carry out an expiry; one that cannot be is put off, and holds up none of the others."""
    try:
        expire(invite.organization, invite.id, request=request, store=store)
    except GuestlistError as error:
        logger.warning("an invite could not be expired", invite=invite.id, reason=str(error))
        _put_off(invite, store, request.now)
        return False
    return True


def _since(record: Due, now: int) -> int:
    """Return when what is overdue now was first to be done; `due` moves on with each try."""
    match record:
        case User(halt=None, behind_since=int(since)) if record.version > record.applied:
            return since
        case Invite() if record.active and record.expires_at <= now:
            return record.expires_at
        case Invite() if record.waits_for_mail(now):
            return record.expires_at - record.life
        case Organization() if record.unfinished:
            return record.progressed_at
        case Door() if record.version > record.applied:
            return record.changed_at
    return record.due or now


def _put_off(record: Waiting, store: Store, now: int) -> bool:
    """Move a due time on, further each time, so that what cannot succeed does not crowd the rest.

    Return whether it was ours to move: not if the index was behind, or another sweep was faster.
    """
    if record.due is None or record.due > now:
        return False
    later = replace(record, due=_later(record, now), attempts=record.attempts + 1)
    try:
        store.amended(record, later, when="#due = :seen", seen=record.due)
    except ConditionFailed:
        return False
    return True


def _later(record: Due, now: int) -> int | None:
    """Return when to look again: at an offer's end at the latest, and never at a link that is dead."""
    later = now + (WATCH if isinstance(record, Door) else back_off(record.attempts))
    if not isinstance(record, Invite) or (record.active and record.expires_at <= now):
        return later
    return min(later, record.expires_at) if record.expires_at > now else None
