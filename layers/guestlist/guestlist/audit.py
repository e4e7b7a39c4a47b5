"""Who did what, when, to whom: a record in the transaction of every change."""

from guestlist.ids import ordered_id
from guestlist.records import Action, Actor, Audit


def audit(organization: str, actor: Actor, action: Action, subject: str, *, request: str, now: int) -> Audit:
    """Return the record of one change; `subject` is the id of what was changed."""
    return Audit(
        id=ordered_id(),
        organization=organization,
        actor=actor,
        action=action,
        subject=subject,
        at=now,
        request=request,
    )
