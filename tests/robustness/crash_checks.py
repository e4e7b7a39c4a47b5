"""What must be so in a world that has come to rest, whoever died on the way."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from guestlist.audit_records import Action, Audit
from guestlist.items import from_item
from guestlist.login_policy import mark
from guestlist.organization_records import CLOSED, Organization
from guestlist.profile import counts_as_admin, shows
from guestlist.receipt_records import Receipt
from guestlist.records import Halt, Invite, InviteStatus, Membership, User
from local.tenant.identities import account_id
from local.tenant.passwords import matches
from tests.adoption_setup import PASSWORD
from tests.robustness.normal_form import Form, Normal, plain
from tests.robustness.world import World


@dataclass(frozen=True)
class Ending:
    """How a history ended."""

    heard: str
    """What the client heard last; nothing if nobody answered."""
    world: Normal
    doors: Form
    """Where the newest link of each invite led whoever pressed its button then."""


class Records:
    """All records of the table."""

    def __init__(self, world: World) -> None:
        items = [plain(item) for item in world.aws.table.items()]
        of_organizations = [item for item in items if item["pk"].startswith("ORG#")]
        self.receipts = [from_item(Receipt, item) for item in items if item["sk"] == "RECEIPT"]
        self.users = [from_item(User, item) for item in items if item["sk"] == "USER"]
        self.invites = [from_item(Invite, item) for item in items if item["sk"] == "INVITE"]
        self.places = [from_item(Organization, item) for item in of_organizations if item["sk"] == "ORG"]
        memberships = [item for item in of_organizations if item["sk"].startswith("MEMBER#")]
        self.members = [one for one in (from_item(Membership, item) for item in memberships) if one.stands]
        audits = [item for item in of_organizations if item["sk"].startswith("AUDIT#")]
        self.audits = [from_item(Audit, item) for item in audits]


def wrongs(world: World) -> Iterator[str]:
    """Yield what must be so after any history, with or without crashes, and is not."""
    records = Records(world)
    yield from _of_organizations(records)
    yield from _of_seats(records)
    yield from _of_acceptances(records)
    yield from _of_the_door(records, world)
    yield from (f"{place.id} is still about to be turned" for place in records.places if place.turning)
    yield from _of_receipts(records, world)
    for user in records.users:
        yield from _of_user(user, records, world)
    accounts = Counter(user.account for user in records.users)
    yield from (f"{n} users share an account" for n in accounts.values() if n > 1)
    for name, account in world.tenant.state.users.items():
        if "guestlist" in account.get("app_metadata", {}) and name not in accounts:
            yield f"an account that we made for {account['email']} is no user's"


def _of_organizations(records: Records) -> Iterator[str]:
    """An organization's counters are the count of its members, offers and admins."""
    for place in records.places:
        seated = [member for member in records.members if member.successor is None]
        members = sum(member.organization == place.id for member in seated)
        pending = sum(invite.active and invite.organization == place.id for invite in records.invites)
        admins = sum(counts_as_admin(user, place.id) for user in records.users)
        counted = int(place.taken), int(place.pending), int(place.admins)
        if counted != (members + pending, pending, admins):
            yield f"{place.id} counts {counted}, but has {(members + pending, pending, admins)}"


def _of_the_door(records: Records, world: World) -> Iterator[str]:
    """Exactly the suspended organizations are closed, in the table and in what Auth0 runs at logins."""
    door = world.store.door()
    closed = [place.id for place in records.places if place.status in CLOSED and not place.left_out]
    if set(door.closed) != {mark(name) for name in closed}:
        yield f"the door's list has {len(door.closed)} organizations, and {closed} are closed"
    for action, secrets in world.tenant.deployed().items():
        if secrets != dict(door.secrets()):
            yield f"the Action {action} has the lists {sorted(secrets)}, which are not the table's"


def _of_seats(records: Records) -> Iterator[str]:
    """Whose seat is another user's has that user beside them, for as long as the old door is not closed."""
    members = {(member.organization, member.user): member for member in records.members}
    moving = {place.id for place in records.places if place.move and place.move.opened and place.moves}
    for member in records.members:
        heir = members.get((member.organization, str(member.successor))) if member.successor else None
        if member.successor and not (
            heir and heir.predecessor == member.user and member.organization in moving
        ):
            yield f"{member.email} has no seat in {member.organization}, nor anybody in their place"
    for user in records.users:
        left = {one.organization for one in records.members if one.user == user.id and one.successor}
        if left != {*user.leaving}:
            yield f"{user.email} counts for nobody in {user.leaving}, and left their seats in {left}"


def _of_acceptances(records: Records) -> Iterator[str]:
    """An offer that was accepted was so once; no other was."""
    accepted = Counter(audit.subject for audit in records.audits if audit.action is Action.INVITE_ACCEPT)
    for invite in records.invites:
        once = invite.status is InviteStatus.ACCEPTED and not invite.welcome
        if accepted[invite.id] != int(once):
            yield f"an invite of {invite.email} was accepted {accepted[invite.id]} times"


def _of_receipts(records: Records, world: World) -> Iterator[str]:
    """No removal is left half done, and of whoever is out of everything nothing is left at Auth0."""
    users, state = {user.id: user for user in records.users}, world.tenant.state
    yield from (f"{user.email} has receipts that are open" for user in records.users if user.receipts)
    signed_in = [session.user_id for session in state.sessions.values()]
    signed_in += [token.user_id for token in state.refresh_tokens.values()]
    for receipt in records.receipts:
        user = users[receipt.user]
        if receipt.open:
            yield f"the receipt of {user.email} in {receipt.organization} is open"
        if receipt.superseded_at is None and not user.organizations and user.account in signed_in:
            yield f"{user.email} is out of everything, and signed in"


def _of_user(user: User, records: Records, world: World) -> Iterator[str]:
    """A user's item says what their memberships say, and their account what the item says.

    Nobody else is in an account whose address nobody has proved: neither by a password nor by a session.
    """
    where = {member.organization: member.roles for member in records.members if member.user == user.id}
    if dict(user.organizations) != where:
        yield f"the item of {user.email} and their memberships differ"
    left_out = sorted(place.id for place in records.places if place.leaves_out and place.id in where)
    if sorted(user.left_out) != left_out:
        yield f"the item of {user.email} leaves {user.left_out} out, and not {left_out}"
    account, state = world.account(user.account), world.tenant.state
    if _waits_for_drift(user, world):
        return
    if user.halt:
        yield from _of_halted(user, world)
    elif (user.organizations or account) and not (account and shows(account, user)):
        yield f"the account of {user.email} does not show what their item says"
    if account is None or account["email_verified"]:
        return
    if matches(state.credentials[user.account], PASSWORD):
        yield f"whoever planted the account of {user.email} has its password"
    sessions = [session.user_id for session in state.sessions.values()]
    if user.account in sessions + [token.user_id for token in state.refresh_tokens.values()]:
        yield f"whoever planted the account of {user.email} is signed in"


def _of_halted(user: User, world: World) -> Iterator[str]:
    """Nothing is told of whom nothing can be told; of nobody else is anything left to be told."""
    if user.halt is Halt.AWAITING_LOGIN:
        if user.created or world.account(user.account):
            yield f"{user.email} waits for a first login, and has an account"
    elif user.halt is Halt.AWAITING_ACCEPTANCE:
        bearing = [one for one in world.tenant.state.users.values() if one.get("email") == user.email]
        if any("guestlist" in account["app_metadata"] for account in bearing):
            yield f"nobody proved that the address is {user.email}'s, and an account with it shows something"
    elif user.organizations:
        yield f"{user.email} is {user.halt}, and still a member of {sorted(user.organizations)}"


def _waits_for_drift(user: User, world: World) -> bool:
    """Tell whether an account is inside another one, with nothing new to tell: nobody looked there yet."""
    linked = [one for account in world.tenant.state.users.values() for one in account["identities"][1:]]
    told = user.applied == user.version and user.unsettled_at is None and user.lease_owner is None
    return user.halt is None and user.due is None and told and user.account in map(account_id, linked)


def differences(found: Ending, expected: Ending, crashes: int) -> Iterator[str]:
    """Yield in what an ending differs from one without crashes.

    All has to be the same but three numbers: for each crash there may be one mail more, one share more spent
    of a budget, and one record more of a set-up link; of none may there be less, nor one of another kind.
    """
    if found.heard and found.heard != expected.heard:
        yield f"the client heard {found.heard!r} instead of {expected.heard!r}"
    one, other = found.world, expected.world
    yield from _unequal(one.lines, other.lines)
    yield from _unequal(found.doors, expected.doors)
    yield from (f"no mail {mail}" for mail in (other.mails - one.mails).elements())
    yield from (f"a mail {mail}" for mail in one.mails.keys() - other.mails.keys())
    if one.mails.total() > other.mails.total() + crashes:
        yield f"{one.mails.total()} mails instead of {other.mails.total()}"
    for line in sorted(one.repeated | other.repeated):
        if not 0 <= one.repeated[line] - other.repeated[line] <= crashes:
            yield f"{line}: {one.repeated[line]} times instead of {other.repeated[line]}"


def _unequal(found: Form, expected: Form) -> Iterator[str]:
    yield from (f"missing: {line}" for line in (expected - found).elements())
    yield from (f"not to be there: {line}" for line in (found - expected).elements())
