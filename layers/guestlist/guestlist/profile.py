"""What a user's profile at Auth0 says of them, and how a membership changes it."""

import json
from dataclasses import replace
from typing import Any

from guestlist.errors import TooManyOrganizations
from guestlist.records import Halt, User

PROFILE_BYTES = 8 * 1024
"""Our share of the 10 KB that Auth0 allows a whole profile (Auth0, "Oversized user profiles")."""
PROJECTION_GRACE = 20
"""Seconds for which the queue's hint has the first word, before the sweep repeats it."""


def app_metadata(user: User) -> dict[str, Any]:
    """Return the first-level keys of `app_metadata` that are ours; telling them twice is harmless."""
    roles = [f"{name}:{role}" for name, given in sorted(user.organizations.items()) for role in given]
    return {
        "organizations": sorted({*user.organizations, *user.foreign}),
        "guestlist": {"version": user.version, "roles": roles},
    }


def shows(account: dict[str, Any], user: User) -> bool:
    """Tell whether an account at Auth0 bears the user's current version and array."""
    metadata, ours = account.get("app_metadata") or {}, app_metadata(user)
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
    return _due(replace(user, organizations=rest), now)


def made_anew(user: User) -> User:
    """Return the user as one whose account is made again if it is gone: acceptances ask for that."""
    wanted = replace(user, wanted=user.version + 1)
    if user.halt is not Halt.MISSING:
        return wanted
    return replace(wanted, halt=None, created=False, applied=0)


def _size(user: User) -> int:
    return len(json.dumps(app_metadata(user), separators=(",", ":")))


def _due(user: User, now: int) -> User:
    """Have the change told. What stopped an earlier one need not stop this one: a removal least of all."""
    if user.halt is Halt.STOPPED:
        user = replace(user, halt=None, halt_code="")
    return user if user.halt else replace(user, due=now + PROJECTION_GRACE, attempts=0)
