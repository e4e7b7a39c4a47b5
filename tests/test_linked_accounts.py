"""Accounts that were linked into others: whose memberships move where, and what keeps them where they are."""

from collections.abc import Callable
from contextvars import Context
from dataclasses import replace
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from guestlist.deadline import Transport
from guestlist.leases import LEASE
from guestlist.linked_accounts import LINKED, UNPROVED
from guestlist.names import ADMIN
from guestlist.provisioning_records import Connection
from guestlist.records import Halt, InviteStatus, MembershipStatus, User
from tests.adoption_setup import account, email_of, link, plant
from tests.bench import Bench
from tests.drift_setup import looked, repaired

MISSING = Halt.MISSING, LINKED


class During(Transport):
    """A wire on which something happens once, after the first answer to a call of a method."""

    def __init__(self, method: str, happens: Callable[[], object]) -> None:
        super().__init__(tls=False)
        self._method, self._happens, self._left = method, happens, 1

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request, as the wire does."""
        response = super().handle_request(request)
        if request.method == self._method and "identities" in str(request.url) and self._left:
            self._left = 0
            Context().run(self._happens)
        return response


def member(guests: Bench, organization: str, *roles: str) -> str:
    """Return a new member whom Auth0 knows."""
    user = guests.added(organization, None, *roles)
    guests.project(user)
    return user


def linked(guests: Bench, second: str, first: str) -> None:
    """Link the account of a user into that of another one."""
    link(guests.tenant, guests.user(first).account, guests.user(second).account)


def followed(guests: Bench, second: str) -> User:
    """Have the projector find out, as after a look for drift, and tell whoever has the memberships then."""
    guests.amended(second, unsettled_at=1, due=1)
    projected = guests.project(second)
    if projected.heir:
        guests.project(projected.heir)
    return guests.user(second)


def test_the_second_s_user_has_nothing_left(guests: Bench, organization: str, ann: str) -> None:
    """A tombstone that says who has the seat, a user who is missing with a code, and nothing due."""
    other = guests.organization()
    bea = member(guests, other, "editor")
    linked(guests, bea, ann)
    guests.calls()
    gone = followed(guests, bea)
    assert guests.calls() == ["GET 404", "GET 200", "GET 200", "GET 200", "PATCH 200"]
    assert ((gone.halt, gone.halt_code), dict(gone.organizations), gone.due) == (MISSING, {}, None)
    tombstone = guests.store.membership(other, bea)
    assert tombstone
    assert (tombstone.status, tombstone.successor) == (MembershipStatus.REMOVED, ann)
    assert guests.user(ann).organizations == {organization: (), other: ("editor",)}
    assert guests.array(ann) == sorted([organization, other])
    assert guests.audited(other)[-1] == "member:move"


def test_who_were_both_in_one_organization_are_one_there(guests: Bench) -> None:
    """A seat is free, and the roles are united; an admin stays one, and counts once."""
    organization = guests.organization(seats=2)
    ann, bea = member(guests, organization, "editor", ADMIN), member(guests, organization, "viewer", ADMIN)
    linked(guests, bea, ann)
    followed(guests, bea)
    place = guests.store.organization(organization)
    assert (place.taken, place.admins) == (1, 1)
    assert guests.user(ann).organizations == {organization: (ADMIN, "editor", "viewer")}
    assert member(guests, organization)


def test_the_last_admin_goes_on_as_the_first_s_user(guests: Bench, ann: str) -> None:
    """At no moment the organization has none."""
    other = guests.organization()
    bea = member(guests, other, ADMIN)
    linked(guests, bea, ann)
    followed(guests, bea)
    assert guests.store.organization(other).admins == 1
    assert guests.user(ann).organizations[other] == (ADMIN,)


def test_full_seats_are_in_nobody_s_way(guests: Bench, ann: str) -> None:
    """The seat moves along. An offer that waits for the first's address there is over, and frees its own."""
    other = guests.organization(seats=2)
    bea = member(guests, other)
    offer = guests.invited(other, guests.user(ann).email, send=False)
    linked(guests, bea, ann)
    followed(guests, bea)
    place = guests.store.organization(other)
    assert (place.taken, place.pending) == (1, 0)
    assert guests.store.invite(other, offer.id).status is InviteStatus.REVOKED
    assert guests.audited(other)[-1] == "invite:revoke"


def test_whoever_dies_between_two_memberships_is_gone_on_from(
    guests: Bench, organization: str, ann: str
) -> None:
    """What moved stays, what did not moves later: when the lease has lapsed the sweep finds it."""
    others = [guests.organization() for _ in range(3)]
    bea = member(guests, others[0])
    for other in others[1:]:
        guests.added(other, guests.user(bea).email)
    guests.project(bea)
    linked(guests, bea, ann)
    guests.amended(bea, unsettled_at=1, due=1)
    guests.aws.inject("TransactWriteItems", "AccessDeniedException", matching=f"ORG#{others[1]}")
    with pytest.raises(ClientError):
        guests.project(bea)
    assert guests.user(bea).organizations.keys() == set(others[1:])
    guests.advance(LEASE)
    guests.sweep()
    for hint in guests.hints("ProjectionQueue"):
        guests.project(hint["user"])
    guests.project(ann)
    assert guests.array(ann) == sorted([organization, *others])
    assert guests.user(bea).organizations == {}
    assert [guests.audited(other).count("member:move") for other in others] == [1, 1, 1]


@pytest.mark.parametrize("who", ["the second", "the first"])
def test_who_is_removed_meanwhile_does_not_come_back(who: str, guests: Bench, ann: str) -> None:
    """Whichever of the two somebody took off the list, while it was found what became of the account."""
    other = guests.organization()
    bea = member(guests, other)
    if who == "the first":
        guests.added(other, guests.user(ann).email)
        guests.project(ann)
    linked(guests, bea, ann)
    removed = bea if who == "the second" else ann
    guests.amended(bea, unsettled_at=1, due=1)
    wire = guests.client(transport=During("GET", lambda: guests.removed(other, removed)))
    guests.project(bea, wire)
    guests.project(ann)
    assert other not in guests.array(ann)
    assert guests.store.organization(other).taken == 0
    assert "member:move" not in guests.audited(other)


def test_who_is_removed_by_the_id_from_before_is_removed(guests: Bench, ann: str) -> None:
    """Whoever had the list before them in which the second stood means the person."""
    other = guests.organization()
    bea = member(guests, other)
    linked(guests, bea, ann)
    followed(guests, bea)
    for _ in range(2):
        guests.removed(other, bea)
    guests.project(ann)
    assert other not in guests.array(ann)
    assert (guests.store.organization(other).taken, guests.audited(other)[-1]) == (0, "member:remove")


def test_a_removal_from_before_does_not_undo_a_joining(guests: Bench, ann: str) -> None:
    """The second joined after the first had been removed: somebody wanted the person in."""
    other = guests.organization()
    guests.added(other, guests.user(ann).email)
    guests.removed(other, ann)
    guests.advance(10)
    bea = member(guests, other)
    linked(guests, bea, ann)
    followed(guests, bea)
    assert other in guests.array(ann)


def test_a_last_admin_is_not_dropped_for_an_older_removal(guests: Bench, ann: str) -> None:
    """An organization that has an admin keeps one."""
    other = guests.organization()
    guests.added(other, guests.user(ann).email)
    bea = member(guests, other, ADMIN)
    guests.removed(other, ann)
    linked(guests, bea, ann)
    followed(guests, bea)
    assert guests.user(ann).organizations[other] == (ADMIN,)
    assert guests.store.organization(other).admins == 1


def test_a_search_that_is_behind_finds_it_the_next_day(guests: Bench, organization: str, ann: str) -> None:
    """Until then the account is missing; each look for drift searches again."""
    other = guests.organization()
    bea = member(guests, other)
    linked(guests, bea, ann)
    guests.control.post(
        "/faults", json={"method": "GET", "path": "^/api/v2/users$", "status": 200, "text": "[]", "times": 1}
    ).raise_for_status()
    assert followed(guests, bea).halt_code == ""
    assert guests.user(bea).organizations == {other: ()}
    [found] = [found for found in looked(guests).findings if found.subject == bea]
    assert (found.kind, found.repairing) == ("linked", True)
    repaired(guests)
    guests.project(ann)
    assert guests.array(ann) == sorted([organization, other])


def test_joining_something_moves_as_well(guests: Bench, organization: str, ann: str) -> None:
    """Whoever adds the second's address before anybody knows means the same person; no account is made."""
    other, third = guests.organization(), guests.organization()
    bea = member(guests, other)
    linked(guests, bea, ann)
    guests.added(third, guests.user(bea).email)
    projected = guests.project(bea)
    assert projected.heir == ann
    guests.project(ann)
    assert guests.array(ann) == sorted([organization, other, third])
    assert guests.accounts(bea) == []


def test_a_verified_account_of_nobody_s_becomes_the_user_s(guests: Bench, organization: str) -> None:
    """If its address is theirs: as an adoption would have it, with the names of ours that it bears."""
    bea, named = guests.added(organization, email_of(organization)), guests.organization()
    guests.project(bea)
    old = guests.user(bea).account
    first = _another_account(guests, bea, verified=True, organizations=[named])
    link(guests.tenant, first, old)
    found = followed(guests, bea)
    assert (found.account, found.halt, found.linked_into) == (first, None, "")
    assert found.organizations == {organization: (), named: ()}
    assert account(guests.tenant, first)["app_metadata"]["organizations"] == sorted([organization, named])
    assert guests.store.user_by_account(first) == bea
    assert guests.store.user_by_account(old) is None


@pytest.mark.parametrize("whose", ["unverified", "another's"])
def test_an_account_that_may_be_anyone_s_gets_nothing(whose: str, guests: Bench, organization: str) -> None:
    """Applications that link by an address that nobody proved hand accounts over to whoever planted one."""
    bea = guests.added(organization, email_of(organization))
    guests.project(bea)
    more = {"email": f"other-{organization}@example.com"} if whose == "another's" else {}
    first = _another_account(guests, bea, verified=whose == "another's", **more)
    link(guests.tenant, first, guests.user(bea).account)
    found = followed(guests, bea)
    assert (found.halt, found.halt_code, found.due) == (Halt.MISSING, UNPROVED, None)
    assert found.organizations == {organization: ()}
    assert "guestlist" not in account(guests.tenant, first).get("app_metadata", {})
    assert [found.kind for found in looked(guests).findings if found.subject == bea] == []


def _another_account(guests: Bench, user: str, **more: Any) -> str:  # noqa: ANN401 (what `plant` takes)
    """Plant an account with the user's address, as one of another connection has, and return its id."""
    with guests.tenant.state.lock:
        held = guests.tenant.state.users.pop(guests.user(user).account)
    try:
        planted = plant(guests.tenant, **{"email": guests.user(user).email, **more})
    finally:
        with guests.tenant.state.lock:
            guests.tenant.state.users[guests.user(user).account] = held
    return planted


def test_unlinked_again_it_is_told_again(guests: Bench, ann: str) -> None:
    """Who finds the account by itself, after it was recorded where it was, goes on as if nothing had been."""
    other = guests.organization()
    bea = member(guests, other)
    guests.amended(bea, linked_into=guests.user(ann).account, due=1)
    found = guests.project(bea).user
    assert (found.linked_into, found.halt, dict(found.organizations)) == ("", None, {other: ()})
    assert guests.array(bea) == [other]


def test_an_organization_with_doors_of_its_own_keeps_its_members(guests: Bench, ann: str) -> None:
    """The common connection is no way into it, whatever was linked: a person must decide."""
    other, isolated = guests.organization(), guests.organization()
    bea = member(guests, other)
    guests.added(isolated, guests.user(bea).email)
    guests.project(bea)
    place = guests.store.organization(isolated)
    own = replace(place, connections=(Connection(name=isolated),))
    guests.store.amended(place, own, when="attribute_exists(#pk)")
    linked(guests, bea, ann)
    left = followed(guests, bea)
    assert ((left.halt, left.halt_code), dict(left.organizations)) == (MISSING, {isolated: ()})
    assert isolated not in guests.array(ann)
    assert other in guests.array(ann)
