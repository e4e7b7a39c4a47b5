"""Who may do what: one table, which the handlers ask."""

from dataclasses import replace
from enum import StrEnum

from guestlist import writes
from guestlist.caller import Caller
from guestlist.errors import Forbidden, NotFound, Unacceptable
from guestlist.records import Actor, ActorKind, User
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


def standing(caller: Caller, organization: str, store: Store) -> tuple[Actor, list[Write]]:
    """Return who acts, and what a write of an admin relies on: a token outlives a removal.

    Raises:
        Forbidden: they are an admin of the organization no more.
    """
    if caller.kind is not ActorKind.ADMIN:
        return caller.actor, []
    user = store.user_by_account(caller.id)
    membership = store.membership(organization, user) if user else None
    if user is None or membership is None or not membership.administers:
        raise Forbidden
    return replace(caller.actor, user=user), [writes.still_admin(organization, user)]


def own_organization(caller: Caller, named: str | None) -> str:
    """Return the organization of `POST /invites`: the caller's own, or the one that an operator names.

    Raises:
        NotFound: the body names another one.
        Unacceptable: the caller has none of their own and names none.
    """
    if caller.organization is None and named is None:
        raise Unacceptable(errors=[{"pointer": "#/organization", "detail": "name the organization"}])
    if caller.organization is not None and named not in {None, caller.organization}:
        raise NotFound
    return caller.organization or str(named)


def may_see_links(caller: Caller, *, sends: bool) -> None:
    """Refuse `send: false`, whose answer holds the link, to whoever acts for one organization.

    Raises:
        Forbidden: with the link, an admin could accept in the invitee's place.
    """
    if not sends and caller.organization is not None:
        raise Forbidden("Only a caller for all organizations may have the link instead of a mail.")


def seen_user(caller: Caller, user_id: str, store: Store) -> User:
    """Return a user whom the caller may know: all, those of the own organization, or oneself.

    Raises:
        NotFound: there is none, or none for this caller.
    """
    if caller.kind is not ActorKind.MEMBER:
        allow(caller, Permission.READ_MEMBERS, caller.organization)
    user = store.user(user_id)
    if caller.kind is ActorKind.MEMBER and user.account != caller.id:
        raise NotFound
    if caller.organization is not None and caller.organization not in user.organizations:
        raise NotFound
    return user
