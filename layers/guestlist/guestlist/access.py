"""Who may do what: one table, which the API asks before any handler runs, and which its documents show.

A caller passes who has the route's permission and whom the route reaches:

operator               has the permissions that their token says, in every organization
system                 the same; one whose token names an organization, in that one alone
organization admin     has `ADMINS`, in the organization that their token names
member                 has none; reads themselves

Nobody gives a role above their own (`standing`): `admin`, the only role that allows anything here, is given
by who may do all that an admin may. A token outlives a removal: what an admin changes relies on their being
one at the commit, what they read on their being one when they ask. Who acts for one organization alone is
refused while it is suspended.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from guestlist import conditions
from guestlist.audit_records import Actor, ActorKind
from guestlist.caller import Caller
from guestlist.errors import Forbidden, NotFound, Unacceptable
from guestlist.names import ADMIN
from guestlist.organization_records import CLOSED
from guestlist.records import User
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
    WRITE_DOMAINS = "write:domains"
    READ_AUDIT = "read:audit"
    RESOLVE_LOGINS = "resolve:logins"
    """The door's own: to ask who a new enterprise user is."""


class Reach(StrEnum):
    """What a route reaches; who acts for one organization gets no further than that."""

    ALL = "all organizations: for callers for all of them alone"
    PATH = "the organization in the path"
    OWN = "one's own organization, or the one that the body names"
    USER = "users of one's organizations; for a member, themselves"


class Rule(NamedTuple):
    """What a route needs."""

    permission: Permission
    reach: Reach


ROUTES: Mapping[str, Rule] = {
    "POST /organizations": Rule(Permission.WRITE_ORGANIZATIONS, Reach.ALL),
    "GET /organizations": Rule(Permission.READ_ORGANIZATIONS, Reach.ALL),
    "GET /organizations/{organization}": Rule(Permission.READ_ORGANIZATIONS, Reach.PATH),
    "PATCH /organizations/{organization}": Rule(Permission.WRITE_ORGANIZATIONS, Reach.ALL),
    "DELETE /organizations/{organization}": Rule(Permission.WRITE_ORGANIZATIONS, Reach.ALL),
    "POST /organizations/{organization}/move": Rule(Permission.WRITE_ORGANIZATIONS, Reach.ALL),
    "DELETE /organizations/{organization}/move": Rule(Permission.WRITE_ORGANIZATIONS, Reach.ALL),
    "POST /organizations/{organization}/connections": Rule(Permission.WRITE_ORGANIZATIONS, Reach.ALL),
    "DELETE /organizations/{organization}/connections/{connection}": Rule(
        Permission.WRITE_ORGANIZATIONS, Reach.ALL
    ),
    "POST /organizations/{organization}/suspend": Rule(Permission.WRITE_ORGANIZATIONS, Reach.ALL),
    "POST /organizations/{organization}/resume": Rule(Permission.WRITE_ORGANIZATIONS, Reach.ALL),
    "POST /organizations/{organization}/setup-links": Rule(Permission.WRITE_ORGANIZATIONS, Reach.ALL),
    "GET /organizations/{organization}/invites": Rule(Permission.READ_INVITES, Reach.PATH),
    "GET /organizations/{organization}/invites/{invite}": Rule(Permission.READ_INVITES, Reach.PATH),
    "POST /invites": Rule(Permission.WRITE_INVITES, Reach.OWN),
    "POST /organizations/{organization}/invites": Rule(Permission.WRITE_INVITES, Reach.PATH),
    "POST /organizations/{organization}/invites/{invite}/resend": Rule(Permission.WRITE_INVITES, Reach.PATH),
    "DELETE /organizations/{organization}/invites/{invite}": Rule(Permission.WRITE_INVITES, Reach.PATH),
    "GET /organizations/{organization}/members": Rule(Permission.READ_MEMBERS, Reach.PATH),
    "GET /organizations/{organization}/members/{user}": Rule(Permission.READ_MEMBERS, Reach.PATH),
    "GET /organizations/{organization}/receipts/{receipt}": Rule(Permission.READ_MEMBERS, Reach.PATH),
    "POST /organizations/{organization}/members": Rule(Permission.WRITE_MEMBERS, Reach.PATH),
    "PATCH /organizations/{organization}/members/{user}": Rule(Permission.WRITE_MEMBERS, Reach.PATH),
    "DELETE /organizations/{organization}/members/{user}": Rule(Permission.WRITE_MEMBERS, Reach.PATH),
    "POST /organizations/{organization}/members/{user}/link": Rule(Permission.WRITE_MEMBERS, Reach.ALL),
    "GET /organizations/{organization}/domains": Rule(Permission.READ_ORGANIZATIONS, Reach.PATH),
    "GET /organizations/{organization}/domains/{domain}": Rule(Permission.READ_ORGANIZATIONS, Reach.PATH),
    "POST /organizations/{organization}/domains": Rule(Permission.WRITE_DOMAINS, Reach.PATH),
    "PATCH /organizations/{organization}/domains/{domain}": Rule(Permission.WRITE_DOMAINS, Reach.PATH),
    "POST /organizations/{organization}/domains/{domain}/prove": Rule(Permission.WRITE_DOMAINS, Reach.PATH),
    "DELETE /organizations/{organization}/domains/{domain}": Rule(Permission.WRITE_DOMAINS, Reach.PATH),
    "GET /users/{user}": Rule(Permission.READ_MEMBERS, Reach.USER),
    "GET /users/{user}/organizations": Rule(Permission.READ_MEMBERS, Reach.USER),
    "GET /organizations/{organization}/audit": Rule(Permission.READ_AUDIT, Reach.PATH),
    "GET /organizations/{organization}/audit/checkpoints": Rule(Permission.READ_AUDIT, Reach.PATH),
    "GET /organizations/{organization}/audit/keys": Rule(Permission.READ_AUDIT, Reach.PATH),
    "POST /logins/resolve": Rule(Permission.RESOLVE_LOGINS, Reach.ALL),
    "POST /drift": Rule(Permission.WRITE_MEMBERS, Reach.ALL),
    "GET /drift": Rule(Permission.READ_MEMBERS, Reach.ALL),
}
"""Every route that asks for a token; one that is neither here nor in `PUBLIC` does not exist."""

PUBLIC = frozenset(
    {
        "GET /openapi.json",
        "GET /accept/{token}",
        "HEAD /accept/{token}",
        "POST /accept/{token}",
        "POST /discover",
    }
)
"""The routes that nobody needs a token for."""

ADMINS = frozenset(
    {
        Permission.READ_ORGANIZATIONS,
        Permission.READ_INVITES,
        Permission.WRITE_INVITES,
        Permission.READ_MEMBERS,
        Permission.WRITE_MEMBERS,
        Permission.WRITE_DOMAINS,
        Permission.READ_AUDIT,
    }
)


def allow(caller: Caller, route: str, organization: str | None) -> None:
    """Let the caller pass who may take this route; `organization` is the one in its path.

    Raises:
        Forbidden: not with this token.
        NotFound: not in this organization, of which the caller is not told whether it exists.
    """
    permission, reach = ROUTES[route]
    if caller.kind is ActorKind.MEMBER and reach is Reach.USER:
        return
    if permission not in permissions(caller):
        raise Forbidden
    if caller.organization is None:
        return
    if reach is Reach.ALL:
        raise Forbidden
    if reach is Reach.PATH and organization != caller.organization:
        raise NotFound


def permissions(caller: Caller) -> frozenset[str]:
    """Return what the caller may do: as their token says, or by what they are in one organization."""
    return ADMINS if caller.kind is ActorKind.ADMIN else caller.permissions


def gives_admin(caller: Caller) -> bool:
    """Tell whether a caller may do all that an admin may, and so make others one."""
    return permissions(caller) >= ADMINS


def standing(
    caller: Caller, organization: str, store: Store, *, gives: Iterable[str] = ()
) -> tuple[Actor, list[Write]]:
    """Return who acts, and what a write of an admin relies on: a token outlives a removal.

    Raises:
        Forbidden: they are an admin of the organization no more, or give a role above their own.
    """
    if ADMIN in gives and not gives_admin(caller):
        raise Forbidden("Only who may do all that an admin may gives the role admin.")
    if caller.kind is not ActorKind.ADMIN:
        return caller.actor, []
    user = _admin(caller, organization, store)
    # The token's `sub` may hold an address, and the audit has to outlast an erasure.
    return replace(caller.actor, id=user, user=user), [conditions.still_admin(organization, user)]


def not_suspended(caller: Caller, store: Store) -> None:
    """Refuse who acts for one organization alone while its door is closed: a token outlives that, too.

    Raises:
        Forbidden: it is.
    """
    if caller.organization is None:
        return
    with suppress(NotFound):  # what comes after says so, in its own way
        if store.organization(caller.organization).status in CLOSED:
            raise Forbidden("Your organization is suspended.")


def still_stands(caller: Caller, store: Store) -> None:
    """Let an admin read who is one still.

    Raises:
        Forbidden: they are an admin of their token's organization no more.
    """
    if caller.kind is ActorKind.ADMIN:
        _admin(caller, str(caller.organization), store)


def _admin(caller: Caller, organization: str, store: Store) -> str:
    """Return the user's id of an admin of the organization, or raise Forbidden."""
    user = store.user_by_account(caller.id)
    membership = store.membership(organization, user) if user else None
    if user is None or membership is None or not membership.administers:
        raise Forbidden
    return user


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
    if not sends and not sees_links(caller):
        raise Forbidden("Only a caller for all organizations may have the link instead of a mail.")


def may_end_access(caller: Caller, *, ends: bool) -> None:
    """Refuse to end sessions, which are a user's in all organizations, for whoever acts for one.

    Raises:
        Forbidden: it would sign a person out of what is others'.
    """
    if ends and caller.organization is not None:
        raise Forbidden("Only a caller for all organizations may end the sessions of who belongs elsewhere.")


def sees_links(caller: Caller) -> bool:
    """Tell whether an answer to the caller may hold a link."""
    return caller.organization is None


def seen_user(caller: Caller, user_id: str, store: Store) -> User:
    """Return a user whom the caller may know: all, those of the own organization, or oneself.

    Raises:
        NotFound: there is none, or none for this caller.
    """
    user = store.user(user_id)
    if caller.kind is ActorKind.MEMBER and user.account != caller.id:
        raise NotFound
    if caller.organization is not None and caller.organization not in user.organizations:
        raise NotFound
    return user
