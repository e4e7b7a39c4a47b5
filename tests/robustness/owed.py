"""What is owed when the clients are done: to Auth0, to a mailbox, to an invite's end."""

from collections.abc import Iterator

from guestlist.clock import clock
from guestlist.mail_records import MailState
from guestlist.records import InviteStatus
from tests.robustness.doorstep import at_rest
from tests.robustness.ledger import Item, Ledger
from tests.robustness.threshold import waits_for_login


def owed(ledger: Ledger) -> Iterator[str]:
    """Yield what is still to be done, by the table."""
    for user in ledger.users.values():
        if "due" in user if waits_for_login(user) else not at_rest(user):
            yield f"{_state(user)} is owed to Auth0"
    yield from (f"{name} is turned" for name, item in ledger.organizations.items() if _turns(item))
    yield from (
        f"{name}'s people are to be asked about anew"
        for name, item in ledger.organizations.items()
        if "groups_cursor" in item
    )
    if "due" in ledger.items.get(("DOOR", "DOOR"), {}):
        yield "the door is owed"
    for invites in ledger.invites.values():
        yield from (f"invite {invite['id']} is owed" for invite in invites.values() if _waits(invite))


def _state(user: Item) -> str:
    names = ("version", "applied", "created", "unsettled_at", "lease_owner", "halt", "halt_code", "due")
    return f"{user['email']} ({', '.join(f'{name}={user[name]}' for name in names if name in user)})"


def _turns(organization: Item) -> bool:
    """Tell whether members' profiles are still to leave an organization out, or to take it in again."""
    stage = organization.get("left_out", {}).get("stage", "")
    return bool(stage) and (organization["status"] == "active" or stage != "known")


def _waits(invite: Item) -> bool:
    """Tell whether an invite is over and still pending, or waits for its mail; who accepted needs none."""
    over = bool(invite["expires_at"] <= clock.now())
    pending = bool(invite["status"] == InviteStatus.PENDING)
    welcomes = bool(invite["welcome"]) and invite["status"] == InviteStatus.ACCEPTED
    return pending if over else (pending or welcomes) and bool(invite["mail"] == MailState.QUEUED)
