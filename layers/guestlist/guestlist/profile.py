"""What a user's profile at Auth0 says of them, and how a membership changes it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from guestlist.errors import TooManyOrganizations
from guestlist.names import ADMIN
from guestlist.records import Halt, Membership, User

PROFILE_BYTES = 8 * 1024
"""Our share of the 10 KB that Auth0 allows a whole profile (Auth0, "Oversized user profiles")."""
PROJECTION_GRACE = 20
"""Seconds for which the queue's hint has the first word, before the sweep repeats it."""


def app_metadata(user: User, account: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the first-level keys of `app_metadata` that are ours; telling them twice is harmless.

    What others put inside of ours in an account that was just read stays: Auth0 merges the first level alone.
    """
    roles = [f"{name}:{role}" for name, given in sorted(user.organizations.items()) for role in given]
    groups = {} if user.groups is None else {"groups": user.groups}
    return {
        "organizations": sorted({*user.organizations, *user.foreign}),
        "guestlist": {**_others(account or {}), "version": user.version, "roles": roles, **groups},
    }


def _others(account: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what others put inside of ours; not `groups`, which would have the door ask for ever."""
    found = (account.get("app_metadata") or {}).get("guestlist")
    inside = found if isinstance(found, dict) else {}
    return {name: value for name, value in inside.items() if name != "groups"}


def names_in(account: Mapping[str, Any]) -> list[str]:
    """Return the names in an account's array; what is none, the door does not heed either."""
    array = (account.get("app_metadata") or {}).get("organizations")
    return [name for name in array if isinstance(name, str)] if isinstance(array, list) else []


def shows(account: dict[str, Any], user: User) -> bool:
    """Tell whether an account at Auth0 bears the user's current version and array."""
    metadata, ours = account.get("app_metadata") or {}, app_metadata(user, account)
    return all(metadata.get(name) == value for name, value in ours.items())


def with_membership(user: User, organization: str, roles: tuple[str, ...], now: int) -> User:
    """Return the user as a member with these roles, due to be projected.

    Raises:
        TooManyOrganizations: the profile would grow past its limit.
    """
    changed = replace(user, organizations={**user.organizations, organization: roles})
    if _size(user) < _size(changed) > PROFILE_BYTES:
        raise TooManyOrganizations
    return _due(changed, now)


def without_membership(user: User, organization: str, now: int) -> User:
    """Return the user as a member no more, due to be projected."""
    rest = {name: roles for name, roles in user.organizations.items() if name != organization}
    uncounted, leaving, welcomed = (
        tuple(name for name in names if name != organization)
        for names in (user.uncounted, user.leaving, user.welcomed)
    )
    after = replace(
        user,
        organizations=rest,
        uncounted=uncounted,
        leaving=leaving,
        welcomed=welcomed,
        groups=user.groups if rest else None,
    )
    return _due(after, now)


def with_groups(user: User, groups: str | None, now: int, *, seen: str | None = None) -> User:
    """Return the user whose roles rest on groups with this digest, as they were then, due to be projected."""
    after = replace(user, groups=groups, groups_seen=user.groups_seen if seen is None else seen)
    return _due(after, now)


def left_behind(user: User, organization: str) -> User:
    """Return the user as one whose seat in an organization another user of the same person has."""
    uncounted = tuple(name for name in user.uncounted if name != organization)
    return replace(user, uncounted=uncounted, leaving=(*user.leaving, organization))


def made_anew(user: User) -> User:
    """Return the user as one whose account is made again if it is gone: acceptances ask for that."""
    wanted = replace(user, wanted=user.version + 1)
    if user.halt is not Halt.MISSING or not user.is_made_by_us:
        return wanted
    return replace(wanted, halt=None, created=False, applied=0, proved=0)


def proved(user: User, now: int) -> User:
    """Return the user as one who pressed a button and so has the mailbox, due to be projected."""
    return _due(replace(made_anew(user), proved=user.version + 1), now)


def adopted(user: User, account: str, names: Iterable[str]) -> User:
    """Return the user with an account that was there before us, and the names that it bears."""
    foreign = {*names, *user.foreign} - user.organizations.keys()
    return replace(
        user,
        account=account,
        created=True,
        foreign=tuple(sorted(foreign)),
        adopting=bool(foreign),
        password_reset=None,
        logins_before=0,
        halt=None,
        halt_code="",
    )


def known_name(user: User, organization: str, *, joins: bool, now: int) -> User:
    """Return the user with a foreign name that is an organization's by now: a membership, or nothing."""
    foreign = tuple(name for name in user.foreign if name != organization)
    organizations = {**user.organizations, organization: ()} if joins else user.organizations
    return _due(replace(user, foreign=foreign, organizations=organizations), now)


def with_foreign_name(user: User, name: str, now: int) -> User:
    """Return the user with one more name in the array that is no organization's, due to be projected."""
    return _due(replace(user, foreign=tuple(sorted({*user.foreign, name}))), now)


def counting(before: User, after: User, organization: str) -> User:
    """Return a changed user as an admin of an organization who counts, as they did before, or not yet."""
    others = tuple(name for name in after.uncounted if name != organization)
    waits = after.unproved and not counts_as_admin(before, organization)
    uncounted = (*others, organization) if waits and ADMIN in after.organizations[organization] else others
    return replace(after, uncounted=uncounted)


def counts_as_admin(user: User, organization: str) -> bool:
    """Tell whether the user is an admin of the organization, and counted as one."""
    stands_for_nobody_else = organization not in (*user.uncounted, *user.leaving)
    return ADMIN in user.organizations.get(organization, ()) and stands_for_nobody_else


def projection_state(user: User, membership: Membership) -> str:
    """Return how far a membership's last change got, as the API words it."""
    if user.halt:
        return user.halt.value
    return "applied" if user.applied >= membership.user_version else "pending"


def _size(user: User) -> int:
    return len(json.dumps(app_metadata(user), separators=(",", ":")))


def _due(user: User, now: int) -> User:
    """Have the change told. What stopped an earlier one need not stop this one: a removal least of all."""
    if user.behind_since is None or user.halt or user.applied >= user.version:
        user = replace(user, behind_since=now)
    if user.halt is Halt.STOPPED:
        user = replace(user, halt=None, halt_code="")
    if user.halt in {None, Halt.AWAITING_ACCEPTANCE}:
        return replace(user, due=now + PROJECTION_GRACE, attempts=0)
    return user
