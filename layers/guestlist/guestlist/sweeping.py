"""The sweep: whatever is overdue is queued again or carried out. Nothing else has to remember it."""

from dataclasses import dataclass, replace

from guestlist.invites import expire
from guestlist.projection import FIRST_BACK_OFF, LAST_BACK_OFF
from guestlist.queue import Queue
from guestlist.records import Invite, MailState, User
from guestlist.request import Request
from guestlist.store import DUE_SHARDS, Amended, Store
from guestlist.table import ConditionFailed


@dataclass
class Swept:
    """What one sweep did."""

    projections: int = 0
    mails: int = 0
    expiries: int = 0


def sweep(*, request: Request, queue: Queue, store: Store) -> Swept:
    """Go through what is overdue, up to a hundred items in each of the eight shards."""
    swept = Swept()
    for shard in range(DUE_SHARDS):
        for record in store.overdue(shard, request.now):
            if isinstance(record, User):
                swept.projections += _put_off(record, store, request.now)
                queue.project(record.id)
            elif record.active and record.expires_at <= request.now:
                expire(record.organization, record.id, request=request, store=store)
                swept.expiries += 1
            elif record.mail is MailState.QUEUED:
                swept.mails += _put_off(record, store, request.now)
                queue.mail(record)
    return swept


def _put_off(record: Amended, store: Store, now: int) -> bool:
    """Move a due time on, further each time, so that what cannot succeed does not crowd the rest."""
    back_off = min(FIRST_BACK_OFF * 2 ** min(record.attempts, 10), LAST_BACK_OFF)
    due = now + back_off
    if isinstance(record, Invite):
        due = min(due, record.expires_at) if record.active else due
    try:
        store.amended(
            record,
            replace(record, due=due, attempts=record.attempts + 1),
            when="#due = :seen",
            seen=record.due,
        )
    except ConditionFailed:
        return False
    return True
