"""Sending the mail of an invite: its link is made here, and leaves in the mail alone."""

from dataclasses import replace
from datetime import UTC, datetime

from guestlist.links import Links
from guestlist.mail import Mail, Mailer, Refused, rendered
from guestlist.mail_events import Tags
from guestlist.mail_records import MailState
from guestlist.mail_states import record
from guestlist.organization_records import Organization, OrganizationStatus
from guestlist.records import Invite
from guestlist.store import Store
from guestlist.table import ConditionFailed

CLAIM = 60
"""Seconds after which a mail that nobody reported as sent is tried again. SES tells within seconds of a mail
that it took, so what is tried again after a lost answer or a crash is most likely a mail that it did not."""
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
    """Send an invite's mail, if it waits for one; one sender at a time. Return whether it was sent.

    While the organization is not open, it goes on waiting. Who was removed meanwhile is not welcomed: the
    link is dead.
    A mailbox that a mail bounced from, or whose owner complained of one, is mailed again only in a later
    generation: that an admin resends an invite is their word that it shall be.
    """
    invite = store.invite(organization, invite_id)
    if not invite.waits_for_mail(now):
        return False
    mailboxes = links.mailboxes(invite.email)
    shut = any(mailbox.shut for mailbox in store.mailboxes(mailboxes))
    if state := _given_up(invite, store, shut=shut):
        record(organization, invite_id, invite.generation, state, store=store)
        return False
    place = store.organization(organization)
    if place.status is not OrganizationStatus.ACTIVE:
        return False
    try:
        _claim(invite, store, now)
    except ConditionFailed:
        return False
    if shut:
        mailer.unsuppress(invite.typed_email)
    tags = Tags(organization, invite.id, str(invite.generation), mailboxes[0])
    try:
        mailer.send(_mail(invite, place, application, links), tags.named())
    except Refused as refused:
        record(organization, invite_id, invite.generation, MailState.FAILED, refused.code, store=store)
        return False
    record(organization, invite_id, invite.generation, MailState.SENT, store=store)
    return True


def _given_up(invite: Invite, store: Store, *, shut: bool) -> MailState | None:
    """Return why a mail is never sent: who gets it was removed, or their mailbox is shut for this one."""
    if _too_late(invite, store):
        return MailState.WITHDRAWN
    return MailState.SUPPRESSED if shut and invite.generation == 1 else None


def _too_late(invite: Invite, store: Store) -> bool:
    """Tell whether it welcomes somebody who is a member no more."""
    membership = (
        store.membership(invite.organization, invite.user) if invite.welcome and invite.user else None
    )
    return membership is not None and not membership.stands


def _mail(invite: Invite, place: Organization, application: str, links: Links) -> Mail:
    return rendered(
        "welcome" if invite.welcome else "invite",
        invite.locale,
        invite.typed_email,
        organization=place.name,
        inviter=invite.inviter_name or None,
        link=links.url(invite.id, invite.generation),
        expires=datetime.fromtimestamp(invite.expires_at, UTC).strftime(_DATES[invite.locale]),
        application=application,
    )


def _claim(invite: Invite, store: Store, now: int) -> None:
    until = now + CLAIM
    store.amended(
        invite,
        replace(invite, mailing_until=until, due=until),
        when=UNCLAIMED,
        queued=MailState.QUEUED.value,
        status=invite.status.value,
        generation=invite.generation,
        now=now,
    )
