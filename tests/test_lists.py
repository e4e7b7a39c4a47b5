"""Lists: pages that end where `next` is null, and cursors that survive what happens between two pages."""

from collections.abc import Iterator

import pytest
from botocore.stub import Stubber

from guestlist import keys
from guestlist.organization_records import Organization
from guestlist.store import Store
from guestlist.table import Item, Table, put
from local.people import Api
from local.stack import Stack
from tests.front_door import unique


def pages(api: Api, path: str, limit: int, **query: str) -> Iterator[list[str]]:
    """Walk through a list, yielding each page's ids."""
    cursor: str | None = ""
    while cursor is not None:
        page = api.get(path, params={"limit": limit, "cursor": cursor, **query}).raise_for_status().json()
        assert len(page["items"]) <= limit
        yield [item.get("user") or item["id"] for item in page["items"]]
        cursor = page["next"]


def invite(api: Api, organization: str) -> str:
    body = {"email": f"{unique('listed')}@clinic.example", "send": False}
    made = api.post(f"/organizations/{organization}/invites", json=body).raise_for_status()
    return str(made.json()["id"])


def add(api: Api, organization: str) -> str:
    body = {"email": f"{unique('listed')}@clinic.example"}
    made = api.post(f"/organizations/{organization}/members", json=body).raise_for_status()
    return str(made.json()["user"])


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 100])
def test_a_walk_sees_each_once(limit: int, operator: Api, clinic: str) -> None:
    """Pages of any size hold everything once, oldest invite first, and come to an end."""
    made = [invite(operator, clinic) for _ in range(3)]
    walked = list(pages(operator, f"/organizations/{clinic}/invites", limit))
    assert [found for page in walked for found in page] == made
    assert all(walked[:-1])


def test_an_empty_list_is_one_empty_page(operator: Api, clinic: str) -> None:
    """A list without anything has no next page."""
    for kind in ("invites", "members"):
        answer = operator.get(f"/organizations/{clinic}/{kind}")
        assert answer.json() == {"items": [], "next": None}


def test_a_cursor_survives_what_comes_and_goes(operator: Api, clinic: str) -> None:
    """Between two pages one before the cursor goes, the one at it goes, and one comes."""
    path, made = f"/organizations/{clinic}/invites", [invite(operator, clinic) for _ in range(4)]
    page = operator.get(path, params={"limit": 2}).json()
    for gone in made[:2]:
        operator.delete(f"{path}/{gone}").raise_for_status()
    come = invite(operator, clinic)
    rest = operator.get(path, params={"cursor": page["next"]}).json()
    assert [item["id"] for item in rest["items"]] == [*made[2:], come]
    assert rest["next"] is None


@pytest.mark.parametrize("kind", ["members", "audit"])
def test_what_comes_between_pages_moves_nothing(kind: str, operator: Api, clinic: str) -> None:
    """While members join between any two pages, whatever was there at first is seen once, none twice."""
    there = {add(operator, clinic) for _ in range(4)}
    path = f"/organizations/{clinic}/{kind}"
    before = {name for page in pages(operator, path, 100) for name in page}
    walked = list[str]()
    for page in pages(operator, path, 2):
        walked += page
        add(operator, clinic)
    assert len(walked) == len(set(walked))
    assert before <= set(walked)
    assert kind == "audit" or there <= before


def test_f35_removed_members_leave_no_gap(operator: Api, clinic: str) -> None:
    """Pages of members are full although tombstones lie between them."""
    users = sorted(add(operator, clinic) for _ in range(7))
    for gone in users[1:5]:
        operator.delete(f"/organizations/{clinic}/members/{gone}").raise_for_status()
    walked = list(pages(operator, f"/organizations/{clinic}/members", 2))
    assert walked[0] == [users[0], users[5]]
    assert [found for page in walked for found in page] == [users[0], *users[5:]]


def test_invites_are_listed_by_status(operator: Api, clinic: str) -> None:
    """An invite stands in the list of its status alone; pending is the usual one."""
    path = f"/organizations/{clinic}/invites"
    revoked, pending = invite(operator, clinic), invite(operator, clinic)
    operator.delete(f"{path}/{revoked}").raise_for_status()
    assert list(pages(operator, path, 10)) == [[pending]]
    assert list(pages(operator, path, 10, status="revoked")) == [[revoked]]
    assert list(pages(operator, path, 10, status="accepted")) == [[]]


def test_organizations_are_listed_by_id(operator: Api) -> None:
    """All organizations, in the order of their ids, a new one among them."""
    name = unique("listed")
    operator.post("/organizations", json={"id": name, "name": "Listed"}).raise_for_status()
    walked = [found for page in pages(operator, "/organizations", 100) for found in page]
    assert name in walked
    assert walked == sorted(walked)


def stored(organization: str, **more: str) -> Item:
    record = Organization(id=organization, name="A Clinic", created_at=1)
    return dict(put(keys.item(record) | more).arguments["Item"])


def entry(item: Item) -> Item:
    return {name: item[name] for name in ("pk", "sk", "listing", "listed")}


def test_a_list_passes_over_what_has_left_it(stack: Stack) -> None:
    """The index lags behind: what stands elsewhere by now makes room for another; the order is kept."""
    table = Table(stack.aws.physical["Table"]["Ref"])
    first, second, third, left = (stored(name) for name in ("a", "b", "c", "left"))
    with Stubber(table._client) as aws:
        for entries, items in (
            ([first, left, second], [second, stored("left", listing="ELSEWHERE"), first]),
            ([third], [third]),
        ):
            page = [entry(item) for item in entries]
            aws.add_response("query", {"Items": page} | ({"LastEvaluatedKey": page[-1]} if page[1:] else {}))
            aws.add_response("batch_get_item", {"Responses": {table._name: items}})
        found = Store(table).organizations(limit=3, cursor=None)
    assert [organization.id for organization in found.items] == ["a", "b", "c"]
