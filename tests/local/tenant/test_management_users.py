"""Users by the Management API: what is stored, merged and refused."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from local.tenant.app import Tenant
from local.tenant.passwords import matches
from tests.local.tenant.management_client import PASSWORD, ManagementClient

NEW = {"connection": "guests", "email": "ann@example.com", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _connection(management: ManagementClient) -> None:
    management.connection()


def test_a_given_id_is_prefixed(management: ManagementClient) -> None:
    """The bare id comes back as `auth0|id`, and bare in the identity (recorded)."""
    user = management.user("ann")
    assert user["user_id"] == "auth0|ann"
    assert user["identities"] == [
        {"connection": "guests", "user_id": "ann", "provider": "auth0", "isSocial": False}
    ]


def test_an_address_is_lower_cased(management: ManagementClient) -> None:
    """Database connections fold the address, and the search by address is exact."""
    management.user(email="Ann@Example.COM")
    exact = management.get("/users-by-email", params={"email": "ann@example.com"}).json()
    assert [user["email"] for user in exact] == ["ann@example.com"]
    assert management.get("/users-by-email", params={"email": "Ann@Example.COM"}).json() == []


@pytest.mark.parametrize("other", [{"user_id": "bob"}, {"email": "other@example.com"}])
def test_a_duplicate_is_a_409(management: ManagementClient, other: dict[str, str]) -> None:
    """The same address is a duplicate whatever the id, and the same id whatever the address."""
    management.user("ann")
    answer = management.post("/users", json={**NEW, "user_id": "ann", **other})
    assert answer.status_code == 409
    assert answer.json()["errorCode"] == "auth0_idp_error"
    assert answer.json()["message"] == "The user already exists."


def test_a_password_appears_in_no_answer(tenant: Tenant, management: ManagementClient) -> None:
    """It is kept as a digest, outside the document."""
    management.user("ann")
    assert PASSWORD not in management.get("/users").text
    assert matches(tenant.state.credentials["auth0|ann"], PASSWORD)


def test_a_weak_password_is_refused(management: ManagementClient) -> None:
    """The connection's policy decides."""
    answer = management.post("/users", json={**NEW, "password": "password"})
    assert answer.status_code == 400
    assert answer.json()["message"] == "PasswordStrengthError: Password is too weak"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({**NEW, "shoe": 1}, "Payload validation error: 'Additional properties not allowed: shoe'."),
        ({"email": "a@example.com"}, "Payload validation error: 'Missing required property: connection'."),
        ({**NEW, "connection": "none"}, "Connection does not exist."),
        ({**NEW, "username": "ann"}, "Cannot set username for connection without requires_username."),
        ({**NEW, "app_metadata": {"email": "x"}}, None),
        ({**NEW, "user_id": "with space"}, None),
        ({**NEW, "email": "nobody"}, None),
        ({**NEW, "blocked": "yes"}, None),
    ],
)
def test_a_bad_body_is_a_400(management: ManagementClient, body: dict[str, str], message: str | None) -> None:
    """Nothing is created, and the message says what is wrong."""
    answer = management.post("/users", json=body)
    assert answer.status_code == 400
    assert message in {None, answer.json()["message"]}
    assert management.get("/users").json() == []


def test_a_connection_for_no_client_takes_no_user(management: ManagementClient) -> None:
    """Auth0 calls such a connection disabled."""
    management.made("/connections", {"name": "closed", "strategy": "auth0"})
    answer = management.post("/users", json={**NEW, "connection": "closed"})
    assert (answer.status_code, answer.json()["message"]) == (400, "Connection is disabled.")


def test_metadata_is_merged_at_the_first_level_alone(management: ManagementClient) -> None:
    """An array is replaced whole, null deletes a key, what is not named stays."""
    management.user(app_metadata={"organizations": ["a", "b"], "guestlist": {"x": 1, "y": 2}, "old": 1})
    change = {"organizations": ["c"], "guestlist": {"x": 3}, "old": None}
    user = management.patch("/users/auth0%7Cann", json={"app_metadata": change}).json()
    assert user["app_metadata"] == {"organizations": ["c"], "guestlist": {"x": 3}}
    user = management.patch("/users/auth0%7Cann", json={"app_metadata": {"plan": 1}}).json()
    assert user["app_metadata"]["organizations"] == ["c"]


def test_empty_metadata_clears_all(management: ManagementClient) -> None:
    """The answer then shows `user_metadata: {}` and no app_metadata (recorded)."""
    management.user(app_metadata={"a": 1}, user_metadata={"b": 2})
    user = management.patch("/users/auth0%7Cann", json={"app_metadata": {}, "user_metadata": {}}).json()
    assert user["user_metadata"] == {}
    assert "app_metadata" not in user


@pytest.mark.parametrize("pair", ["password email", "password email_verified", "username email"])
def test_some_changes_exclude_each_other(management: ManagementClient, pair: str) -> None:
    """The combination is refused, and nothing of it applied."""
    management.user("ann")
    values = {
        "password": "Another-Pass-1",
        "email": "new@example.com",
        "email_verified": True,
        "username": "x",
    }
    first, second = pair.split()
    body = {first: values[first], second: values[second], "name": "New"}
    answer = management.patch("/users/auth0%7Cann", json=body)
    assert answer.json()["message"] == f"Cannot update {first} and {second} simultaneously"
    assert management.get("/users/auth0%7Cann").json()["name"] == "ann@example.com"


def test_a_password_set_by_the_api_lifts_a_block(management: ManagementClient) -> None:
    """It stamps the reset, too."""
    management.user("ann", blocked=True)
    user = management.patch("/users/auth0%7Cann", json={"password": "Another-Pass-1"}).json()
    assert user["blocked"] is False
    assert user["last_password_reset"].endswith("Z")


def test_the_lesser_scope_writes_app_metadata_alone(tenant: Tenant, management: ManagementClient) -> None:
    """`update:users_app_metadata` permits no other attribute."""
    management.user("ann")
    with ManagementClient(tenant, "update:users_app_metadata") as writer:
        allowed = writer.patch("/users/auth0%7Cann", json={"app_metadata": {"organizations": ["a"]}})
        refused = writer.patch("/users/auth0%7Cann", json={"app_metadata": {}, "blocked": True})
    assert (allowed.status_code, refused.status_code) == (200, 403)
    assert management.get("/users/auth0%7Cann").json()["app_metadata"] == {"organizations": ["a"]}


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_an_unknown_user_is_a_404(management: ManagementClient, method: str) -> None:
    """With the code that callers tell it by."""
    answer = management.request(method, "/users/auth0%7Cnobody", json={"name": "x"})
    assert answer.status_code == 404
    assert answer.json()["errorCode"] == "inexistent_user"


def test_deletion_is_a_204_twice(tenant: Tenant, management: ManagementClient) -> None:
    """The second finds nobody and says the same."""
    management.user("ann")
    assert [management.delete("/users/auth0%7Cann").status_code for _ in range(2)] == [204, 204]
    assert not tenant.state.credentials


def test_an_id_with_a_slash_is_one_segment(tenant: Tenant, management: ManagementClient) -> None:
    """It is decoded once, after the path was split."""
    user_id = "samlp|acme|dir/ann@example.com"
    tenant.state.users[user_id] = {"user_id": user_id, "identities": [{"connection": "acme"}]}
    segment = "samlp%7Cacme%7Cdir%2Fann%40example.com"
    assert management.get(f"/users/{segment}").json()["user_id"] == user_id
    assert management.get("/users/samlp%7Cacme%7Cdir/ann%40example.com").json()["message"] == "Not Found"


def test_users_are_listed_by_page(management: ManagementClient) -> None:
    """With totals as an object (recorded), without them as a bare array."""
    for name in "abc":
        management.user(name)
    page = management.get("/users", params={"per_page": 2, "page": 1, "include_totals": "true"}).json()
    assert (page["start"], page["limit"], page["length"], page["total"]) == (2, 2, 1, 3)
    assert isinstance(management.get("/users").json(), list)


def test_a_search_finds_by_an_exact_field(management: ManagementClient) -> None:
    """Of the query syntax `field:"value"` is there; the rest is refused, not answered wrongly."""
    management.user("ann")
    management.user("bob")
    found = management.get("/users", params={"q": 'email:"bob@example.com"'}).json()
    assert [user["user_id"] for user in found] == ["auth0|bob"]
    assert management.get("/users", params={"q": "email:bob*"}).status_code == 400


def test_no_page_is_larger_than_a_hundred(management: ManagementClient) -> None:
    """A larger one is refused as a query."""
    answer = management.get("/users", params={"per_page": 101})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "invalid_query_string")


def test_racing_creations_of_one_person_make_one(tenant: Tenant, management: ManagementClient) -> None:
    """One wins, the others get 409, whoever they are."""
    headers = dict(management.headers)

    def create(number: int) -> int:
        body = {**NEW, "user_id": f"ann{number}"}
        return httpx.post(f"{tenant.url}/api/v2/users", json=body, headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(create, range(8)))
    assert statuses == [201, *[409] * 7]
