"""How far an invite's mail got, as the mailer tells it, or SES, late, out of order and more than once."""

from contextlib import suppress
from dataclasses import replace

from guestlist.errors import NotFound
from guestlist.mail_events import MailEvent
from guestlist.mail_records import MailState
from guestlist.records import Invite
from guestlist.store import Store, decided_anew

_MAILBOX = {
    MailState.BOUNCED: "bounced_at",
    MailState.SUPPRESSED: "bounced_at",
    MailState.COMPLAINED: "complained_at",
}


def hear(event: MailEvent, *, store: Store) -> None:
    """Record what SES tells of a mail: on its invite, and of the mailbox that it went to.

    The mailbox is the same for all organizations: what bounced from it for one will for the next.
    """
    tags, generation = event.tags, int(event.tags.generation)
    if what := _MAILBOX.get(event.state):
        store.mailed(tags.mailbox, what, event.sent_at)
    elif event.state is MailState.DELIVERED and generation > 1:
        # Only an admin's resend reaches a mailbox that is shut.
        store.mailed(tags.mailbox, "delivered_at", event.sent_at)
    with suppress(NotFound):  # erased meanwhile
        record(tags.organization, tags.invite, generation, event.state, event.detail, store=store)


@decided_anew
def record(
    organization: str, invite: str, generation: int, state: MailState, detail: str = "", *, store: Store
) -> None:
    """Record how far a generation's mail got, unless a newer one is mailed or more is known already.

    Raises:
        NotFound: there is no such invite.
    """
    before = store.invite(organization, invite)
    if before.generation != generation or before.mail is MailState.NONE:
        return
    after = _moved(before, state, detail)
    if after != before:
        store.amended(
            before,
            after,
            when="#generation = :generation AND #status = :status AND #mail = :mail",
            generation=generation,
            status=before.status.value,
            mail=before.mail.value,
        )


def _moved(before: Invite, state: MailState, detail: str) -> Invite:
    """Return the invite with what is new in this: a later state, or the first reason for the same."""
    mailed = before.generation if state.went_out else before.mailed_generation
    if state.rank < before.mail.rank or (state is before.mail and (before.mail_detail or not detail)):
        return replace(before, mailed_generation=mailed)
    due = before.expires_at if before.active else None
    return replace(before, mail=state, mail_detail=detail, mailed_generation=mailed, due=due)
