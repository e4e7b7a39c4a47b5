"""How a user joins an organization, whether an offer led there or somebody added them."""

from dataclasses import replace
from typing import NamedTuple

from guestlist import writes
from guestlist.ids import random_id
from guestlist.profile import counting, counts_as_admin, made_anew, proved, with_membership
from guestlist.records import Actor, Membership, User
from guestlist.store import Store
from guestlist.table import Write


def new_user(connection: str, email: str, now: int) -> User:
    """Return a person whom nobody has recorded yet, with an account whose id is chosen now."""
    return User(
        id=random_id(), connection=connection, email=email, account=f"auth0|{random_id()}", version=0, due=now
    )


class Joined(NamedTuple):
    """A user who joins an organization, and the writes that record it but for the organization's counters."""

    user: User
    membership: Membership
    writes: list[Write]

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
    store: Store,
    now: int,
) -> Joined:
    """Join a user to an organization: added by an inviter, or, with none, by their own pressing of a button.

    Raises:
        TooManyOrganizations: the profile has no room.
    """
    known = user.version > 0
    wanted = made_anew(user) if inviter else proved(user, now)
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
        created_at=now,
        changed_at=now,
    )
    joining = [writes.changed(user, after)] if known else writes.new_user(replace(after, version=1))
    tombstone = store.membership(organization, user.id) if known else None
    if tombstone is None:
        return Joined(after, membership, [*joining, writes.new_membership(membership)])
    again = replace(membership, version=tombstone.version + 1)
    return Joined(after, again, [*joining, writes.changed(tombstone, membership)])
