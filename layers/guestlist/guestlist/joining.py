"""How a user joins an organization, whether an offer led there or somebody added them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from guestlist import conditions, organization_writes, writes
from guestlist.audit_records import Action, Actor, ActorKind
from guestlist.errors import AlreadyMember
from guestlist.ids import random_id
from guestlist.organization_records import Organization
from guestlist.profile import counting, counts_as_admin, made_anew, proved, with_membership
from guestlist.provisioning_records import Connection
from guestlist.records import Halt, Invite, InviteStatus, Membership, User
from guestlist.regrouping import awaited
from guestlist.request import Request
from guestlist.store import Store
from guestlist.table import ConditionFailed, Write


def new_user(connection: Connection, email: str, now: int) -> User:
    """Return a person whom nobody has recorded yet, with an account whose id is chosen now.

    At an identity provider of an organization's own the account comes with its first login, under an id of
    Auth0's; until then ours stands for it.
    """
    return User(
        id=random_id(),
        connection=connection.name,
        email=email,
        account=f"auth0|{random_id()}",
        version=0,
        halt=None if connection.is_database else Halt.AWAITING_LOGIN,
        due=now if connection.is_database else None,
    )


class Joined(NamedTuple):
    """A user who joins an organization, and the writes that record it but for the organization's counters."""

    user: User
    membership: Membership
    writes: list[Write]
    place: Organization | None
    """The organization as it was read, and as they rely on it; None: they do not."""

    @property
    def admins(self) -> int:
        """How many admins the organization gains."""
        return int(counts_as_admin(self.user, self.membership.organization))


def joined(
    user: User,
    organization: str,
    roles: tuple[str, ...],
    *,
    inviter: Actor | None,
    welcomed: bool = False,
    predecessor: str | None = None,
    store: Store,
    now: int,
) -> Joined:
    """Join a user to an organization: added by an inviter, or, with none, by their own pressing of a button.

    `predecessor` is the user who had the same person's seat.

    Raises:
        TooManyOrganizations: the profile has no room.
    """
    known = user.version > 0
    wanted = made_anew(user) if inviter else proved(user, now)
    wanted, place = awaited(wanted, organization, store)
    after = counting(user, with_membership(wanted, organization, roles, now), organization)
    if welcomed:
        after = replace(after, welcomed=(*after.welcomed, organization))
    membership = Membership(
        organization=organization,
        user=user.id,
        email=user.email,
        roles=roles,
        user_version=user.version + 1,
        inviter=inviter,
        predecessor=predecessor,
        created_at=now,
        changed_at=now,
    )
    joining = [writes.changed(user, after)] if known else writes.new_user(replace(after, version=1))
    tombstone = store.membership(organization, user.id) if known else None
    if tombstone is None:
        return Joined(after, membership, [*joining, writes.new_membership(membership)], place)
    again = replace(membership, version=tombstone.version + 1, receipt=tombstone.receipt)
    return Joined(after, again, [*joining, writes.changed(tombstone, again)], place)


def taken_up(
    invite: Invite, user: User, *, relies_on: Iterable[Write] = (), request: Request, store: Store
) -> Invite:
    """Turn an offer into a membership of the user, once, and return it as it is then.

    `relies_on` are conditions beyond the offer's own.

    Raises:
        TooManyOrganizations: the profile has no room.
        ConditionFailed: the offer or the user moved, or its inviter may grant these roles no more.
    """
    now = request.now
    joining = joined(user, invite.organization, invite.roles, inviter=None, store=store, now=now)
    accepted = replace(invite, status=InviteStatus.ACCEPTED, user=user.id, accepted_at=now, due=None)
    admins, place = joining.admins, joining.place
    counts = organization_writes.counted(
        invite.organization, pending=-1, admins=admins, grants=True, as_read=place
    )
    invitee = Actor(ActorKind.INVITEE, invite.id, user.id)
    action = request.audit(invite.organization, invitee, Action.INVITE_ACCEPT, invite.id)
    inviter = granted(invite.organization, invite.inviter.user, store)
    if inviter is None:
        raise ConditionFailed
    store.commit(
        writes.changed(invite, accepted),
        writes.free_address(invite),
        joining.writes,
        counts,
        writes.audited(action),
        inviter,
        relies_on,
    )
    return accepted


def inviter_stands(invite: Invite, store: Store) -> bool:
    """Tell whether an inviting admin may still grant these roles; others do not lose that right."""
    return granted(invite.organization, invite.inviter.user, store) is not None


def granted(organization: str, admin: str | None, store: Store) -> list[Write] | None:
    """Return what somebody's joining relies on who was offered it by an admin; None: they are one no more.

    They may have moved to another identity provider. Without one it was offered by who loses no right to.
    """
    if admin is None:
        return []
    found = store.membership(organization, admin)
    if found and found.successor:
        found = store.membership(organization, found.successor)
    return [conditions.still_admin(organization, found.user)] if found and found.administers else None


def not_member(
    organization: Organization, connections: Iterable[str], email: str, store: Store
) -> list[Write]:
    """Refuse a person who is a member already, by these connections or the one that they took the place of.

    Return that they shall be none at the commit either.

    Raises:
        AlreadyMember: they are, `user` names them.
    """
    former = [organization.origin] if organization.origin else []
    names = dict.fromkeys([*connections, *former])
    return [not_member_by(name, organization, email, store) for name in names]


def not_member_by(connection: str, organization: Organization, email: str, store: Store) -> Write:
    """Refuse who is a member already by this very connection, as `not_member` does."""
    user = store.user_by_email(connection, email)
    membership = store.membership(organization.id, user.id) if user else None
    if membership and membership.stands:
        raise AlreadyMember(user=membership.successor or membership.user)
    return conditions.still_no_member(organization.id, connection, email, user.id if user else None)
