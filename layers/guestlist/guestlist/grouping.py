"""Roles by groups: what a login makes of them, in an organization whose table maps groups (`regrouping`).

Groups make nobody a member. They give roles to a member whose account was just read at Auth0, and take those
that the organization's table governs; never its last admin's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from aws_lambda_powertools import Logger

from guestlist import conditions, organization_writes, writes
from guestlist.audit_records import Action
from guestlist.groups import GroupsAt, digest, given, groups_in, roles_in
from guestlist.members import along
from guestlist.names import ADMIN
from guestlist.organization_records import Organization
from guestlist.profile import counting, counts_as_admin, with_groups, with_membership
from guestlist.records import Membership, User
from guestlist.request import Request
from guestlist.store import Store
from guestlist.table import Write

logger = Logger(child=True)


class Regrouped(NamedTuple):
    """A user whose groups were looked at, and the writes that record it but for the user's own."""

    user: User
    writes: Sequence[Write]
    """One of them relies on the organization's being active, with the table of groups that was read."""


def regrouped(
    before: User,
    after: User,
    place: Organization,
    account: Mapping[str, Any],
    *,
    request: Request,
    store: Store,
) -> Regrouped:
    """Give a member the roles of their groups; `after` is the user as the same write makes them otherwise.

    It is returned as it was given where there is nothing to be done, as of an account that was read before a
    later login's was looked at.

    Raises:
        TooManyOrganizations: the profile has no room for them.
    """
    groups, seen = groups_in(account), str(account.get("updated_at", ""))
    every = place.groups_at is GroupsAt.EVERY_LOGIN
    resting = digest(groups) if every and place.groups else None
    looks = before.groups != resting if before.created else bool(place.groups)
    held = store.membership(place.id, before.id) if looks else None
    if held is None or not held.stands or seen < before.groups_seen:
        return Regrouped(after, [conditions.still_unchanged(place)])
    wanted = _with_roles(held, place, given(groups, place.groups), every=every)
    if _takes_last_admin(before, wanted, place):
        logger.warning(
            "groups do not take an organization's last admin", organization=place.id, user=before.id
        )
        # Looked at again at each login, until there is another one.
        wanted, resting = _with_admin(wanted), ""
    if (wanted, resting) == (held, before.groups):
        return Regrouped(after, [conditions.still_unchanged(place)])
    after = with_groups(after, resting, request.now, seen=seen)
    return _recorded(before, after, place, held, wanted, request=request, store=store)


def by_groups(
    user: User, place: Organization, account: Mapping[str, Any], *, due: int, request: Request, store: Store
) -> User:
    """Return a user with the roles that the groups of their account give now; Auth0 is told of them at `due`.

    Raises:
        TooManyOrganizations: the profile has no room for them.
        ConditionFailed: user, membership or organization moved.
    """
    looked_at = regrouped(user, user, place, account, request=request, store=store)
    if looked_at.user == user:
        return user
    store.commit(writes.changed(user, replace(looked_at.user, due=due)), looked_at.writes)
    return store.user(user.id)


def _with_roles(held: Membership, place: Organization, roles: frozenset[str], *, every: bool) -> Membership:
    """Return a membership with the roles that groups give now.

    The first time they come beside what was offered; later they take the place of what the table governs.
    """
    if held.mapped is None:
        return replace(held, roles=_sorted({*held.roles, *roles}), mapped=_sorted(roles))
    if not every:
        return held
    governed = roles_in(place.groups) | {*held.mapped}
    return replace(held, roles=_sorted(({*held.roles} - governed) | roles), mapped=_sorted(roles))


def _takes_last_admin(user: User, wanted: Membership, place: Organization) -> bool:
    return ADMIN not in wanted.roles and counts_as_admin(user, place.id) and place.admins <= 1


def _with_admin(wanted: Membership) -> Membership:
    mapped = {*(wanted.mapped or ()), ADMIN}
    return replace(wanted, roles=_sorted({*wanted.roles, ADMIN}), mapped=_sorted(mapped))


def _sorted(roles: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(roles))


def _recorded(
    before: User,
    after: User,
    place: Organization,
    held: Membership,
    wanted: Membership,
    *,
    request: Request,
    store: Store,
) -> Regrouped:
    """Return the writes of what groups came to; without another role it is no change of the membership."""
    organization, now = place.id, request.now
    if wanted.roles == held.roles:
        same = "#version = :seen"
        looked_at = [writes.difference(held, wanted, when=same, seen=held.version)] if wanted != held else []
        return Regrouped(after, [*looked_at, conditions.still_unchanged(place)])
    after = counting(before, with_membership(after, organization, wanted.roles, now), organization)
    gained = counts_as_admin(after, organization) - counts_as_admin(before, organization)
    changed = replace(wanted, changed_at=now, user_version=before.version + 1)
    actor, action = request.caller.actor, Action.MEMBER_CHANGE
    recorded = [
        writes.changed(held, changed),
        organization_writes.counted(organization, admins=gained, grants=True, as_read=place),
        writes.audited(request.audit(organization, actor, action, before.id)),
    ]
    return Regrouped(after, [*recorded, *along(changed, actor, action, request, store)])
