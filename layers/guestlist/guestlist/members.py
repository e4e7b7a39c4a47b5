"""Members: adding at once, changing roles, deprovisioning from an organization."""

from dataclasses import replace

from guestlist.access import standing
from guestlist.addresses import normalised
from guestlist.audit import audit
from guestlist.caller import Caller
from guestlist.errors import AlreadyMember, LastAdmin, NotFound, Stale
from guestlist.ids import ordered_id, random_id
from guestlist.invites import MAIL_GRACE, ending, seat_free
from guestlist.names import ADMIN
from guestlist.organizations import active, replayed
from guestlist.profile import made_anew, with_membership, without_membership
from guestlist.records import (
    Action,
    Invite,
    InviteStatus,
    MailState,
    Membership,
    MembershipStatus,
    User,
)
from guestlist.resources import MemberRequest
from guestlist.store import IdempotencyKey, Store, decided_anew
from guestlist.table import Write

WELCOME_LIFE = 7 * 24 * 3600


def new_user(connection: str, email: str, now: int) -> User:
    """Return a person whom nobody has recorded yet, with an account whose id is chosen now."""
    return User(id=random_id(), connection=connection, email=email, account=f"auth0|{random_id()}", version=0, due=now)


def joined(user: User, known: bool, organization: str, roles: tuple[str, ...], store: Store, now: int) -> tuple[Membership, list[Write]]:
    """Return the membership of a user who joins, and the writes that record both.

    Raises:
        TooManyOrganizations: the profile has no room.
    """
    tombstone = store.membership(organization, user.id) if known else None
    after = with_membership(made_anew(user), organization, roles, now)
    membership = Membership(
        organization=organization,
        user=user.id,
        email=user.email,
        roles=roles,
        user_version=user.version + 1,
        created_at=now,
        changed_at=now,
    )
    recorded = [store.changed(user, after)] if known else store.new_user(replace(after, version=1))
    if tombstone is None:
        return membership, [*recorded, store.new_membership(membership)]
    return replace(membership, version=tombstone.version + 1), [*recorded, store.changed(tombstone, membership)]


def add_member(
    organization: str,
    asked: MemberRequest,
    *,
    caller: Caller,
    request: str,
    key: IdempotencyKey | None,
    connection: str,
    store: Store,
    now: int,
) -> tuple[Membership, Invite | None]:
    """Make somebody a member at once; with `welcome`, a mail's link leads to setting a password.

    Raises:
        AlreadyMember: they are in, `user` names them.
        SeatsTaken, OrganizationSuspended, TooManyOrganizations: it cannot be.
    """
    person = new_user(connection, normalised(asked.email), now)
    welcome = Invite(
        id=ordered_id(),
        organization=organization,
        email=person.email,
        typed_email=asked.email,
        roles=tuple(asked.roles),
        locale=asked.locale,
        inviter=caller.actor,
        inviter_name=asked.inviter_name,
        status=InviteStatus.ACCEPTED,
        accepted_at=now,
        life=WELCOME_LIFE,
        expires_at=now + WELCOME_LIFE,
        created_at=now,
        mail=MailState.QUEUED,
        welcome=True,
        due=now + MAIL_GRACE,
    )
    return _add_member(person, welcome if asked.welcome else None, organization, tuple(asked.roles), caller, request, key, store, now)


@decided_anew
def _add_member(
    person: User,
    welcome: Invite | None,
    organization: str,
    roles: tuple[str, ...],
    caller: Caller,
    request: str,
    key: IdempotencyKey | None,
    store: Store,
    now: int,
) -> tuple[Membership, Invite | None]:
    if known_key := store.remembered(key, now):
        return member(organization, replayed(key, known_key), store), None
    own, admin = standing(caller, organization, store)
    place = active(organization, store)
    known = store.user_by_email(person.connection, person.email)
    if known and (present := store.membership(organization, known.id)) and present.status is MembershipStatus.ACTIVE:
        if known.id == person.id:
            return present, welcome  # our own commit, whose answer was lost
        raise AlreadyMember(user=known.id)
    user = known or person
    held = store.active_invite(organization, user.email)
    if not held:
        seat_free(place)
    membership, writes = joined(user, known is not None, organization, roles, store, now)
    if held:
        writes += ending(store.invite(organization, held), InviteStatus.REVOKED, store)
    if welcome:
        writes += store.new_invite(replace(welcome, user=user.id))
    actor = replace(caller.actor, user=own)
    action = audit(organization, actor, Action.MEMBER_ADD, user.id, request=request, now=now)
    counts = store.counted(organization, taken=1, admins=int(ADMIN in roles), grants=True)
    store.commit(writes, counts, store.audited(action), admin, store.remember(key, user.id, now))
    return membership, welcome


def member(organization: str, user: str, store: Store) -> Membership:
    """Return a membership that stands, or raise NotFound."""
    found = store.membership(organization, user)
    if found is None or found.status is not MembershipStatus.ACTIVE:
        raise NotFound
    return found


@decided_anew
def change_roles(
    organization: str,
    user_id: str,
    roles: tuple[str, ...],
    *,
    seen: int,
    caller: Caller,
    request: str,
    store: Store,
    now: int,
) -> Membership:
    """Give a member these roles in place of those they have.

    Raises:
        Stale: `seen` is not the membership's version.
        LastAdmin: nobody would be an admin any more.
    """
    before = member(organization, user_id, store)
    if before.version != seen:
        raise Stale
    gained = int(ADMIN in roles) - int(ADMIN in before.roles)
    writes = _changing(before, replace(before, roles=roles), gained, Action.MEMBER_CHANGE, caller, request, store, now)
    store.commit(writes)
    return member(organization, user_id, store)


@decided_anew
def deprovision(
    organization: str, user_id: str, *, caller: Caller, request: str, store: Store, now: int
) -> Membership:
    """Take a member off the organization's list; what they have in others stays. Twice is the same.

    Raises:
        NotFound: they never were a member.
        LastAdmin: nobody would be an admin any more.
    """
    before = store.membership(organization, user_id)
    if before is None:
        raise NotFound
    if before.status is MembershipStatus.REMOVED:
        return before
    after = replace(before, status=MembershipStatus.REMOVED)
    gained = -int(ADMIN in before.roles)
    writes = _changing(before, after, gained, Action.MEMBER_REMOVE, caller, request, store, now)
    if held := store.active_invite(organization, before.email):
        writes += ending(store.invite(organization, held), InviteStatus.REVOKED, store)
    store.commit(writes)
    removed = store.membership(organization, user_id)
    return removed or after


def _changing(
    before: Membership,
    after: Membership,
    gained: int,
    action: Action,
    caller: Caller,
    request: str,
    store: Store,
    now: int,
) -> list[Write]:
    """Return the writes that change a membership that stands, in the truth and for its projection."""
    own, admin = standing(caller, before.organization, store)
    if gained < 0 and store.organization(before.organization).admins <= 1:
        raise LastAdmin
    user = store.user(before.user)
    removed = after.status is MembershipStatus.REMOVED
    projected = (
        without_membership(user, before.organization, now)
        if removed
        else with_membership(user, before.organization, after.roles, now)
    )
    after = replace(after, changed_at=now, user_version=user.version + 1)
    actor = replace(caller.actor, user=own)
    writes = [
        store.changed(before, after),
        store.changed(user, projected),
        store.audited(audit(before.organization, actor, action, before.user, request=request, now=now)),
    ]
    if removed or gained:
        writes.append(store.counted(before.organization, taken=-int(removed), admins=gained, grants=not removed))
    # Of one's own membership the change itself says that it stood as it was read.
    return writes if own == before.user else [*writes, *admin]
