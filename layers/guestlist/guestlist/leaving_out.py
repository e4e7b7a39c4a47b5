"""Closed without the door's list: an organization is left out of its members' profiles, and later taken in.

That costs a call per member, so it goes through them in the background, a page at a time: the next page comes
when Auth0 was told of this one, and whoever waits elsewhere waits for a page at the most. Each user's item
says what their profile leaves out, so that nothing else that is told of them puts it back.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from guestlist import conditions, writes
from guestlist.clock import clock
from guestlist.door_records import LeavingOut, Stage
from guestlist.offboarding import known_to_be_told
from guestlist.organization_records import Organization
from guestlist.profile import leaving_out
from guestlist.provisioning_steps import NotYetError
from guestlist.records import Membership, User
from guestlist.sweeping import adopt
from guestlist.table import ConditionFailed
from guestlist.turns import Turn

PAGE = 50
"""Members whose profiles are told between two looks; with `LOOK_AGAIN`, 25 in a second at the most."""
LOOK_AGAIN = 2
"""Seconds after which it is looked whether a page's profiles were told."""
TRIES = 4
"""How often a profile is told in vain before the next page comes: what is in the way may be its own."""
ADOPTING = 5
"""Seconds after which it is looked whether accounts that bear the name from before us became members."""


def turn_profiles(organization: Organization, turn: Turn) -> None:
    """Go on with leaving an organization out of its members' profiles, or with taking it in again.

    Raises:
        NotYetError: there is more, for the next turn.
        ConditionFailed: it was closed or opened meanwhile.
    """
    leaving = organization.left_out or LeavingOut()
    while leaving.stage is Stage.TELLING:
        organization, leaving = _page_told(organization, leaving, turn)
    if not organization.leaves_out:
        turn.store.commit(turn.finished(organization, replace(organization, left_out=None, cursor=None)))
        return
    if organization.adopting:
        # An account that bears the name from before us is no member's yet, and the door would let it in. The
        # sweep does not come to it: these turns are faster.
        adopt(organization, turn.queue, turn.store, clock.now())
        raise NotYetError(ADOPTING)
    organization = known_to_be_told(organization, turn)
    known = replace(organization, left_out=replace(leaving, stage=Stage.KNOWN), cursor=None)
    turn.store.commit(turn.finished(organization, known))


def _page_told(
    organization: Organization, leaving: LeavingOut, turn: Turn
) -> tuple[Organization, LeavingOut]:
    """Have the next page of profiles told; return how far it is when that is done.

    Raises:
        NotYetError: it is under way.
    """
    page = turn.store.memberships(organization.id, limit=PAGE, cursor=organization.cursor)
    users = turn.store.users([membership.user for membership in page.items])
    members = [membership for membership in page.items if membership.stands]
    behind = list(_behind(members, users, organization))
    for membership in behind:
        _mark(membership, users[membership.user], organization, turn)
    if behind or any(_waits(users[membership.user]) for membership in members):
        raise NotYetError(LOOK_AGAIN)
    told = sum(_is_told(membership, users[membership.user]) for membership in members)
    stage = Stage.TELLING if page.next else Stage.CHECKING
    further = replace(leaving, stage=stage, done=leaving.done + told)
    after = replace(organization, left_out=further, cursor=page.next, attempts=0)
    return turn.kept(organization, after), further


def _behind(
    members: list[Membership], users: dict[str, User], organization: Organization
) -> Iterator[Membership]:
    """Yield those whose user's item does not say yet what their profile is to leave out."""
    for membership in members:
        if (organization.id in users[membership.user].left_out) != organization.leaves_out:
            yield membership


def _mark(membership: Membership, user: User, organization: Organization, turn: Turn) -> None:
    """Say on a user's item what their profile leaves out, and have it told; the next look sees if it is."""
    after = leaving_out(user, organization.id, leaves=organization.leaves_out, now=clock.now())
    with suppress(ConditionFailed):  # the user moved, or the organization did
        turn.store.commit(
            writes.changed(user, after),
            writes.carried(membership, user.version + 1),
            conditions.still_worked_on(organization, turn.owner),
        )
        turn.queue.project(user.id)


def _is_told(membership: Membership, user: User) -> bool:
    return user.applied >= membership.user_version or not user.created


def _waits(user: User) -> bool:
    """Tell whether something is about to be told of a user."""
    return user.halt is None and user.version > user.applied and user.attempts < TRIES
