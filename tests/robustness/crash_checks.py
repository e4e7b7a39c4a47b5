"""What must be so in a world that has come to rest, whoever died on the way."""

from collections.abc import Iterator
from dataclasses import dataclass

from guestlist.items import from_item
from guestlist.profile import counts_as_admin, shows
from guestlist.records import Invite, Membership, Organization, User
from tests.robustness.normal_form import Form, budgets, mails, normal_form, plain
from tests.robustness.world import World


@dataclass(frozen=True)
class Ending:
    """How a history ended."""

    heard: str
    """What the client heard last; nothing if nobody answered."""
    world: Form
    mails: Form
    budgets: Form
    doors: Form
    """Where the newest link of each invite leads whoever presses its button now."""


def ending(world: World, heard: str, doors: Form) -> Ending:
    """Return how a history ended, in a form that can be compared."""
    return Ending(heard, normal_form(world), mails(world), budgets(world), doors)


def wrongs(world: World) -> Iterator[str]:
    """Yield what must be so after any history, and is not.

    An organization's counters are the count of its items; a user's item is what their memberships say; an
    account shows what its user's item says; each account is some user's, and nobody has two.
    """
    items = [plain(item) for item in world.aws.table.items()]
    users = [from_item(User, item) for item in items if item["sk"] == "USER"]
    memberships = [from_item(Membership, item) for item in items if item["sk"].startswith("MEMBER#")]
    standing = [membership for membership in memberships if membership.stands]
    invites = [from_item(Invite, item) for item in items if item["sk"] == "INVITE"]
    for place in (from_item(Organization, item) for item in items if item["sk"] == "ORG"):
        members = sum(membership.organization == place.id for membership in standing)
        pending = sum(invite.active and invite.organization == place.id for invite in invites)
        admins = sum(counts_as_admin(user, place.id) for user in users)
        if (place.taken, place.pending, place.admins) != (members + pending, pending, admins):
            yield f"the counters of {place.id} are not the count of its members, offers and admins"
    for user in users:
        where = {found.organization: found.roles for found in standing if found.user == user.id}
        if dict(user.organizations) != where:
            yield f"the item of {user.email} and their memberships differ"
        account = world.account(user.account)
        if not user.halt and user.organizations and not (account and shows(account, user)):
            yield f"the account of {user.email} does not show what their item says"
    of_users = [user.account for user in users if world.account(user.account)]
    if len(of_users) != len(set(of_users)):
        yield "two users share an account"


def differences(found: Ending, expected: Ending, crashes: int) -> list[str]:
    """Return in what an ending differs from one without crashes, as lines to read.

    Everything has to be the same but two numbers: of each mail there may be one more for each crash, and so
    may be what is spent of a budget; of neither may there be less.
    """
    told = []
    if found.heard and found.heard != expected.heard:
        told.append(f"heard {found.heard!r} instead of {expected.heard!r}")
    for one, other in (
        (found.world, expected.world),
        (found.doors, expected.doors),
        (found.mails, expected.mails),
        (found.budgets, expected.budgets),
    ):
        told += [f"missing: {line}" for line in (other - one).elements()]
    for one, other in ((found.world, expected.world), (found.doors, expected.doors)):
        told += [f"too much: {line}" for line in (one - other).elements()]
    told += [f"nobody's mail: {line}" for line in found.mails.keys() - expected.mails.keys()]
    if found.mails.total() > expected.mails.total() + crashes:
        told.append(f"{found.mails.total()} mails instead of {expected.mails.total()}")
    spent = found.budgets - expected.budgets
    told += [f"too much: {line} is {found.budgets[line]}" for line, more in spent.items() if more > crashes]
    return told
