"""Roles by groups: what a login makes of them in an organization that maps groups, and who is asked anew.

Groups make nobody a member. They give roles to a member whose account was just read at Auth0, and take those
that the organization's table governs; never its last admin's.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from aws_lambda_powertools import Logger

from guestlist import writes
from guestlist.errors import Unacceptable
from guestlist.groups import GroupsAt, digest, given, groups_in, roles_in
from guestlist.names import ADMIN
from guestlist.profile import counting, counts_as_admin, with_groups, with_membership
from guestlist.provisioning_records import Kind
from guestlist.records import Action, Membership, Organization, OrganizationStatus, User
from guestlist.request import Request
from guestlist.store import Store, decided_anew
from guestlist.table import ConditionFailed, Write

if TYPE_CHECKING:
    from guestlist.queue import Queue

PAGE = 100
"""Members who are gone through in one sweep: some two calls to Auth0 a second come of it."""
GRACE = 30
"""Seconds after which that begins: by then whoever was joining as the table changed has joined."""

NOT_GIVEN = "is a role that this organization does not give"

logger = Logger(child=True)


class Regrouped(NamedTuple):
    """A user whose groups were looked at, and the writes that record it but for the user's own."""

    user: User
    writes: Sequence[Write]
    """One of them relies on the organization's being active."""


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

    It is returned as it was given where there is nothing to be done.

    Raises:
        TooManyOrganizations: the profile has no room for them.
    """
    groups = groups_in(account)
    every = place.groups_at is GroupsAt.EVERY_LOGIN
    resting = digest(groups) if every and place.groups else None
    looks = before.groups != resting if before.created else bool(place.groups)
    held = store.membership(place.id, before.id) if looks else None
    if held is None or not held.stands:
        return Regrouped(after, [writes.still_active(place.id)])
    wanted = _with_roles(held, place, given(groups, place.groups), every=every)
    if _takes_last_admin(before, wanted, place):
        logger.warning(
            "groups do not take an organization's last admin", organization=place.id, user=before.id
        )
        # Looked at again at each login, until there is another one.
        wanted, resting = _with_admin(wanted), ""
    if (wanted, resting) == (held, before.groups):
        return Regrouped(after, [writes.still_active(place.id)])
    return _recorded(before, with_groups(after, resting, request.now), held, wanted, request)


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


def _recorded(before: User, after: User, held: Membership, wanted: Membership, request: Request) -> Regrouped:
    """Return the writes of what groups came to; without another role it is no change of the membership."""
    organization, now = held.organization, request.now
    if wanted.roles == held.roles:
        same = "#version = :seen"
        looked_at = [writes.difference(held, wanted, when=same, seen=held.version)] if wanted != held else []
        return Regrouped(after, [*looked_at, writes.still_active(organization)])
    after = counting(before, with_membership(after, organization, wanted.roles, now), organization)
    gained = counts_as_admin(after, organization) - counts_as_admin(before, organization)
    changed = replace(wanted, changed_at=now, user_version=before.version + 1)
    audit = request.audit(organization, request.caller.actor, Action.MEMBER_CHANGE, before.id)
    counted = writes.counted(organization, admins=gained, grants=True)
    return Regrouped(after, [writes.changed(held, changed), counted, writes.audited(audit)])


def awaited(user: User, organization: str, store: Store) -> User:
    """Return who joins by an account that is bound already so that their next login looks at their groups."""
    if not user.created or user.is_made_by_us or not store.organization(organization).groups:
        return user
    return replace(user, groups="")


def fit(place: Organization, asked: Collection[str]) -> None:
    """Hold an organization's table of groups against the rest of it; `asked` names what a request says of it.

    Raises:
        Unacceptable: it has no identity providers, or its table gives a role that it does not give.
    """
    mapping = bool(place.groups) or place.groups_at is GroupsAt.EVERY_LOGIN
    if mapping and place.kind is not Kind.ENTERPRISE:
        field = "groups" if place.groups else "groups_at"
        wrong = [{"pointer": f"#/{field}", "detail": "is for organizations of the kind `enterprise`"}]
        raise Unacceptable(errors=wrong)
    beyond = roles_in(place.groups) - {ADMIN, *place.roles}
    if not place.roles or not beyond:
        return
    if "groups" not in asked:
        raise Unacceptable(
            errors=[{"pointer": "#/roles", "detail": "leaves out a role that its groups give"}]
        )
    raise Unacceptable(
        errors=[
            {"pointer": f"#/groups/{_escaped(name)}/{number}", "detail": NOT_GIVEN}
            for name, roles in place.groups.items()
            for number, role in enumerate(roles)
            if role in beyond
        ]
    )


def _escaped(name: str) -> str:
    """Return a name as a part of a JSON Pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def asked_anew(before: Organization, after: Organization, now: int) -> Organization:
    """Return an organization so that its members' groups are looked at anew if its table asks for that."""
    is_open = after.status in {OrganizationStatus.ACTIVE, OrganizationStatus.SUSPENDED}
    same = (after.groups, after.groups_at) == (before.groups, before.groups_at)
    if same or not is_open or after.groups_at is not GroupsAt.EVERY_LOGIN:
        return after
    return replace(after, groups_cursor="", due=now + GRACE, attempts=0)


def ask_anew(organization: Organization, *, queue: "Queue", store: Store, now: int) -> int:
    """Have the next login of some members look at their groups, and return how many they are.

    Whoever has not signed in yet is looked at then anyway.
    """
    page = store.members(organization.id, limit=PAGE, cursor=organization.groups_cursor or None)
    asked = [member.user for member in page.items if _ask(organization.id, member.user, store, now)]
    for user in asked:
        queue.project(user)
    after = replace(organization, groups_cursor=page.next, attempts=0)
    after = replace(after, due=now if after.goes_through_people else None)
    with suppress(ConditionFailed):  # the table was changed again, and all of them are gone through anew
        store.amended(organization, after, when="#version = :seen", seen=organization.version)
    return len(asked)


@decided_anew
def _ask(organization: str, user_id: str, store: Store, now: int) -> bool:
    user = store.user(user_id)
    if organization not in user.organizations or not user.created or user.groups == "":
        return False
    store.commit(writes.changed(user, with_groups(user, "", now)))
    return True
