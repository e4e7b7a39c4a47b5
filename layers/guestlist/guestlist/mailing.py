"""Sending the mail of an invite: its link is made here, and leaves in the mail alone."""

from dataclasses import replace
from datetime import UTC, datetime

from guestlist.links import Links
from guestlist.mail import Mailer, rendered
from guestlist.records import Invite, MailState
from guestlist.store import Store
from guestlist.table import ConditionFailed

CLAIM = 60
"""Seconds after which a mail that nobody reported as sent is tried again."""
UNCLAIMED = "#mail = :queued AND #status = :status AND #generation = :generation AND #mailing_until <= :now"
_DATES = {"en": "%Y-%m-%d %H:%M UTC", "de": "%d.%m.%Y, %H:%M UTC"}


def send_mail(
    organization: str,
    invite_id: str,
    *,
    application: str,
    links: Links,
    mailer: Mailer,
    store: Store,
    now: int,
) -> bool:
    """Send an invite's mail, if it waits for one; one sender at a time. Return whether it was sent."""
    invite = store.invite(organization, invite_id)
    if not invite.waits_for_mail(now):
        return False
    try:
        claimed = _claim(invite, store, now)
    except ConditionFailed:
        return False
    place = store.organization(organization)
    mailer.send(
        rendered(
            "welcome" if invite.welcome else "invite",
            invite.locale,
            invite.typed_email,
            organization=place.name,
            inviter=invite.inviter_name or None,
            link=links.url(invite.id, invite.generation),
            expires=datetime.fromtimestamp(invite.expires_at, UTC).strftime(_DATES[invite.locale]),
            application=application,
        )
    )
    _sent(claimed, store)
    return True


def _claim(invite: Invite, store: Store, now: int) -> Invite:
    until = now + CLAIM
    return store.amended(
        invite,
        replace(invite, mailing_until=until, due=until),
        when=UNCLAIMED,
        queued=MailState.QUEUED.value,
        status=invite.status.value,
        generation=invite.generation,
        now=now,
    )


def _sent(invite: Invite, store: Store) -> None:
    """Record that the mail went out, unless the link in it is dead by now."""
    current = invite
    while current.generation == invite.generation:
        due = current.expires_at if current.active else None
        after = replace(current, mail=MailState.SENT, mailed_generation=invite.generation, due=due)
        when = "#generation = :generation AND #status = :status"
        try:
            store.amended(
                current, after, when=when, generation=current.generation, status=current.status.value
            )
        except ConditionFailed:
            current = store.invite(invite.organization, invite.id)
        else:
            return
