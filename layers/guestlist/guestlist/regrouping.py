"""Tables of groups: what may stand in one, and that members are asked about anew where it is another.

Their profiles are told to have the door ask, a page of members in each sweep; no roles change before a login.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from guestlist import writes
from guestlist.errors import Unacceptable
from guestlist.groups import GroupsAt, roles_in
from guestlist.names import ADMIN
from guestlist.organization_records import Organization, OrganizationStatus
from guestlist.profile import with_groups
from guestlist.provisioning_records import Kind
from guestlist.records import User
from guestlist.store import Store, decided_anew
from guestlist.table import ConditionFailed

if TYPE_CHECKING:
    from guestlist.queue import Queue

PAGE = 100
"""Members who are gone through in one sweep: some two calls to Auth0 a second come of it."""
GRACE = 30
"""Seconds after which that begins: changes of a table in quick succession are gone through once."""
NOT_GIVEN = "is a role that this organization does not give"


def awaited(user: User, organization: str, store: Store) -> tuple[User, Organization | None]:
    """Return who joins by an account that is bound already so that their next login looks at their groups.

    And the organization as it was read, if that relies on it.
    """
    if not _has_signed_in(user):
        return user, None
    place = store.organization(organization)
    return replace(user, groups="") if place.groups else user, place


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
    return replace(after, groups_cursor="", groups_done=0, due=now + GRACE, attempts=0)


def ask_anew(organization: str, *, queue: "Queue", store: Store, now: int) -> int:
    """Have the next login of some members look at their groups, and return how many they are.

    Whoever has not signed in yet is looked at then anyway.
    """
    place = store.organization(organization)
    page = store.members(organization, limit=PAGE, cursor=place.groups_cursor or None)
    asked = [member.user for member in page.items if _ask(organization, member.user, store, now)]
    for user in asked:
        queue.project(user)
    done = place.groups_done + len(page.items)
    after = replace(place, groups_cursor=page.next, groups_done=done, attempts=0)
    after = replace(after, due=now if after.goes_through_people or after.unfinished else None)
    with suppress(ConditionFailed):  # it changed meanwhile: this page is gone through once more
        same = "#version = :seen AND #due = :was"
        store.amended(place, after, when=same, seen=place.version, was=place.due)
    return len(asked)


@decided_anew
def _ask(organization: str, user_id: str, store: Store, now: int) -> bool:
    user = store.user(user_id)
    if organization not in user.organizations or not _has_signed_in(user) or user.groups == "":
        return False
    store.commit(writes.changed(user, with_groups(user, "", now)))
    return True


def _has_signed_in(user: User) -> bool:
    """Tell whether a user's account is known to be one at an identity provider of the organization's."""
    return user.created and not user.is_made_by_us
