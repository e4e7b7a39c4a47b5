"""Who may do what: one table, which the handlers ask."""

from enum import StrEnum

from guestlist.caller import Caller
from guestlist.errors import Forbidden, NotFound
from guestlist.names import ADMIN
from guestlist.records import ActorKind, MembershipStatus
from guestlist.store import Store
from guestlist.table import Write


class Permission(StrEnum):
    """The permissions of the API, as `setup` makes them at Auth0."""

    READ_ORGANIZATIONS = "read:organizations"
    WRITE_ORGANIZATIONS = "write:organizations"
    READ_INVITES = "read:invites"
    WRITE_INVITES = "write:invites"
    READ_MEMBERS = "read:members"
    WRITE_MEMBERS = "write:members"


# Operators and systems have what their token says; these two have what they are.
BY_KIND = {
    ActorKind.ADMIN: frozenset(Permission) - {Permission.WRITE_ORGANIZATIONS},
    ActorKind.MEMBER: frozenset[Permission](),
}


def allow(caller: Caller, permission: Permission, organization: str | None = None) -> None:
    """Let the caller pass who may do this in this organization, or in all of them.

    Raises:
        Forbidden: not with this token.
        NotFound: not in this organization, of which the caller is not told whether it exists.
    """
    if permission not in BY_KIND.get(caller.kind, caller.permissions):
        raise Forbidden
    if caller.organization is None:
        return
    if organization is None:
        raise Forbidden
    if organization != caller.organization:
        raise NotFound


def everywhere(caller: Caller) -> bool:
    """Tell whether the caller acts for all organizations: what could plant a credential needs that."""
    return caller.organization is None


def standing(caller: Caller, organization: str, store: Store) -> tuple[str | None, list[Write]]:
    """Return an admin's own user id, and what a write of theirs relies on: a token outlives a removal.

    Raises:
        Forbidden: they are an admin of the organization no more.
    """
    if caller.kind is not ActorKind.ADMIN:
        return None, []
    user = store.user_by_account(caller.id)
    membership = store.membership(organization, user) if user else None
    if user is None or membership is None:
        raise Forbidden
    if membership.status is not MembershipStatus.ACTIVE or ADMIN not in membership.roles:
        raise Forbidden
    return user, [store.still_admin(organization, user)]
