"""Members: adding at once, changing roles, deprovisioning from an organization."""

from dataclasses import replace

from guestlist import writes
from guestlist.access import standing
from guestlist.addresses import normalised
from guestlist.errors import AlreadyMember, LastAdmin, NotFound, Stale
from guestlist.ids import ordered_id, random_id
from guestlist.invites import MAIL_GRACE, closed, seat_free
from guestlist.names import ADMIN
from guestlist.organizations import active, key_first, made_before
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
from guestlist.request import Request
from guestlist.resources import MemberRequest
from guestlist.store import Store, decided_anew
from guestlist.table import Write

WELCOME_LIFE = 7 * 24 * 3600


def new_user(connection: str, email: str, now: int) -> User:
    """Return a person whom nobody has recorded yet, with an account whose id is chosen now."""
    return User(
        id=random_id(), connection=connection, email=email, account=f"auth0|{random_id()}", version=0, due=now
    )


def joined(
    user: User, organization: str, roles: tuple[str, ...], *, store: Store, now: int
) -> tuple[Membership, list[Write]]:
    """Return the membership of a user who joins, and the joining that record both.

    Raises:
        TooManyOrganizations: the profile has no room.
    """
    known = user.version > 0
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
    joining = [writes.changed(user, after)] if known else writes.new_user(replace(after, version=1))
    tombstone = store.membership(organization, user.id) if known else None
    if tombstone is None:
        return membership, [*joining, writes.new_membership(membership)]
    return replace(membership, version=tombstone.version + 1), [
        *joining,
        writes.changed(tombstone, membership),
    ]


def add_member(
    organization: str, asked: MemberRequest, *, request: Request, connection: str, store: Store
) -> tuple[Membership, Invite | None]:
    """Make somebody a member at once; with `welcome`, a mail's link leads to setting a password.

    Raises:
        AlreadyMember: they are in, `user` names them.
        SeatsTaken, OrganizationSuspended, TooManyOrganizations: it cannot be.
    """
    person = new_user(connection, normalised(asked.email), request.now)
    welcome = Invite(
        id=ordered_id(),
        organization=organization,
        email=person.email,
        typed_email=asked.email,
        roles=tuple(asked.roles),
        locale=asked.locale,
        inviter=request.caller.actor,
        inviter_name=asked.inviter_name,
        status=InviteStatus.ACCEPTED,
        accepted_at=request.now,
        life=WELCOME_LIFE,
        expires_at=request.now + WELCOME_LIFE,
        created_at=request.now,
        mail=MailState.QUEUED,
        welcome=True,
        due=request.now + MAIL_GRACE,
    )
    return _add(
        person,
        welcome if asked.welcome else None,
        organization,
        tuple(asked.roles),
        request=request,
        store=store,
    )


@decided_anew
def _add(
    person: User,
    welcome: Invite | None,
    organization: str,
    roles: tuple[str, ...],
    *,
    request: Request,
    store: Store,
) -> tuple[Membership, Invite | None]:
    actor, admin = standing(request.caller, organization, store)
    if made := made_before(request, store):
        return member(organization, made, store), None
    with key_first(request, store):
        place = active(organization, store)
        user = store.user_by_email(person.connection, person.email) or person
        present = store.membership(organization, user.id)
        if present and present.stands:
            raise AlreadyMember(user=user.id)
        held = store.active_invite(organization, user.email)
        if not held:
            seat_free(place)
        membership, joining = joined(user, organization, roles, store=store, now=request.now)
        offered = (
            closed(store.invite(organization, held), InviteStatus.REVOKED)
            if held
            else [writes.still_not_invited(organization, user.email)]
        )
        welcomed = writes.new_invite(replace(welcome, user=user.id)) if welcome else []
        counts = writes.counted(
            organization,
            taken=0 if held else 1,
            pending=-1 if held else 0,
            admins=int(ADMIN in roles),
            grants=True,
        )
        action = request.audit(organization, actor, Action.MEMBER_ADD, user.id)
        remembered = writes.remember(request.key, user.id, request.now)
        store.commit(joining, offered, welcomed, counts, writes.audited(action), admin, remembered)
    return membership, welcome


def member(organization: str, user: str, store: Store) -> Membership:
    """Return a membership that stands, or raise NotFound."""
    found = store.membership(organization, user)
    if found is None or not found.stands:
        raise NotFound
    return found


@decided_anew
def change_roles(
    organization: str, user: str, roles: tuple[str, ...], *, seen: int, request: Request, store: Store
) -> Membership:
    """Give a member these roles in place of those they have.

    Raises:
        Stale: `seen` is not the membership's version.
        LastAdmin: nobody would be an admin any more.
    """
    before = member(organization, user, store)
    active(organization, store)
    if before.version != seen:
        raise Stale
    store.commit(_changing(before, replace(before, roles=roles), Action.MEMBER_CHANGE, request, store))
    return member(organization, user, store)


@decided_anew
def deprovision(organization: str, user: str, *, request: Request, store: Store) -> Membership:
    """Take a member off the organization's list; what they have in others stays. Twice is the same.

    Raises:
        NotFound: they never were a member.
        LastAdmin: nobody would be an admin any more.
    """
    before = store.membership(organization, user)
    if before is None:
        raise NotFound
    if before.status is MembershipStatus.REMOVED:
        return before
    after = replace(before, status=MembershipStatus.REMOVED)
    store.commit(_changing(before, after, Action.MEMBER_REMOVE, request, store))
    return store.membership(organization, user) or after


def _changing(
    before: Membership, after: Membership, action: Action, request: Request, store: Store
) -> list[Write]:
    """Return the joining that change a membership that stands, in the truth and for its projection."""
    organization, now = before.organization, request.now
    actor, admin = standing(request.caller, organization, store)
    removed = after.status is MembershipStatus.REMOVED
    gained = int(ADMIN in after.roles and not removed) - int(ADMIN in before.roles)
    if gained < 0 and store.organization(organization).admins <= 1:
        raise LastAdmin
    user = store.user(before.user)
    projected = (
        without_membership(user, organization, now)
        if removed
        else with_membership(user, organization, after.roles, now)
    )
    joining = [
        writes.changed(before, replace(after, changed_at=now, user_version=user.version + 1)),
        writes.changed(user, projected),
        writes.counted(organization, taken=-int(removed), admins=gained, grants=not removed),
        writes.audited(request.audit(organization, actor, action, before.user)),
    ]
    # Of one's own membership the change itself says that it stands as it was read.
    return joining if actor.user == before.user else [*joining, *admin]
