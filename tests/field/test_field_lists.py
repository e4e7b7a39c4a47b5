"""Case from the field: lists that were read to the wrong end (F17)."""

from collections.abc import Callable, Iterator
from contextlib import closing

import httpx
import pytest

from guestlist import writes
from guestlist.auth0 import Auth0
from guestlist.errors import AlreadyMember
from guestlist.management import Management
from guestlist.records import Membership
from tests.bench import Bench

LENGTHS = [0, 1, 50, 51, 99, 100, 101, 1001]
Shape = Callable[[list[dict[str, int]]], object]
SHAPES: dict[str, Shape] = {
    "bare": list,
    "with a total": lambda page: {"clients": page, "total": 7, "start": 0, "limit": 50},
    "without a total": lambda page: {"clients": page},
    "with a next that leads nowhere": lambda page: {"clients": page, "next": "last"},
}


def auth0(length: int, most: int, shape: Shape) -> Auth0:
    """Return Auth0 with so many clients, of which a page has so many at most, whatever was asked for."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "token", "expires_in": 3600})
        size = min(int(request.url.params["per_page"]), most)
        start = int(request.url.params["page"]) * size
        page = [{"id": number} for number in range(start, min(start + size, length))]
        return httpx.Response(200, json=shape(page))

    transport = httpx.MockTransport(answer)
    return Auth0(
        "https://tenant.example", lambda: {"client_id": "a", "client_secret": "b"}, transport=transport
    )


@pytest.mark.parametrize("most", [50, 100])
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("shape", SHAPES)
def test_f17_a_list_of_auth0s_ends_with_an_empty_page(shape: str, length: int, most: int) -> None:
    """Whatever it says of a total or a next page, or leaves out, and if pages are shorter than asked for."""
    with closing(auth0(length, most, SHAPES[shape])) as client:
        found = [one["id"] for one in Management(client).listing("/clients")]
    assert found == list(range(length))


@pytest.mark.parametrize("at", [0, 50, 100, 1000])
def test_f17_what_is_on_a_later_page_is_found(at: int) -> None:
    """Nothing is made a second time because a first page does not have it."""
    with closing(auth0(1001, 50, SHAPES["bare"])) as client:
        found = Management(client).find("/clients", id=at)  # type: ignore[arg-type] # numbers, for brevity
    assert found == {"id": at}


def filled(guests: Bench, organization: str, count: int) -> list[str]:
    """Give an organization so many members, in the order of their ids, a hundred to a transaction."""
    users = [f"{number:024}" for number in range(count)]
    for start in range(0, count, 100):
        guests.store.commit(
            writes.new_membership(
                Membership(
                    organization=organization,
                    user=user,
                    email=f"{user}@clinic.example",
                    roles=(),
                    user_version=1,
                    created_at=1,
                    changed_at=1,
                )
            )
            for user in users[start : start + 100]
        )
    return users


def walked(guests: Bench, organization: str, limit: int) -> Iterator[str]:
    """Yield the members of an organization, page by page."""
    cursor: str | None = ""
    while cursor is not None:
        page = guests.store.members(organization, limit=limit, cursor=cursor)
        yield from (membership.user for membership in page.items)
        cursor = page.next


@pytest.mark.parametrize("length", LENGTHS)
def test_f17_a_list_of_ours_ends_where_next_is_absent(length: int, guests: Bench, organization: str) -> None:
    """Each member once, in pages of the usual size and of the largest."""
    users = filled(guests, organization, length)
    assert [list(walked(guests, organization, limit)) for limit in (50, 100)] == [users, users]


def test_f17_a_member_past_the_first_pages_is_one(guests: Bench, organization: str) -> None:
    """The 1,001st of a list is asked for by id and by address, never looked for in it."""
    filled(guests, organization, 1000)
    user = guests.added(organization, "last@example.com")
    assert list(walked(guests, organization, 100))[-1] == user
    assert guests.store.membership(organization, user)
    with pytest.raises(AlreadyMember):
        guests.invited(organization, "Last@example.com")
