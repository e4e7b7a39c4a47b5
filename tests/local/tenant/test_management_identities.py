"""Linked accounts by the Management API: two users become one, and two again."""

import pytest

from local.tenant.app import Tenant
from tests.local.tenant.management_client import ManagementClient

ANN, BOB = "/users/auth0%7Cann", "/users/auth0%7Cbob"
LINK = {"provider": "auth0", "user_id": "bob"}


@pytest.fixture(autouse=True)
def _users(management: ManagementClient) -> None:
    management.connection()
    management.user("ann", app_metadata={"organizations": ["o1"]})
    management.user("bob", app_metadata={"organizations": ["o2"]}, given_name="Bob")


def test_f19_a_secondary_s_metadata_is_discarded_and_its_user_is_gone(management: ManagementClient) -> None:
    """The primary keeps its own profile; what the secondary was stands in `profileData`."""
    identities = management.post(f"{ANN}/identities", json=LINK).json()
    assert [identity["user_id"] for identity in identities] == ["ann", "bob"]
    assert identities[1]["profileData"]["given_name"] == "Bob"
    ann = management.get(ANN).json()
    assert ann["app_metadata"] == {"organizations": ["o1"]}
    assert ann["identities"] == identities
    assert management.get(BOB).json()["errorCode"] == "inexistent_user"
    assert [user["user_id"] for user in management.get("/users").json()] == ["auth0|ann"]


def test_a_linked_identity_is_found_in_its_primary(management: ManagementClient) -> None:
    """By its bare id; so is a main identity in its own account."""
    management.made(f"{ANN}/identities", LINK)
    management.user("cy")
    for own, account in (("bob", "auth0|ann"), ("ann", "auth0|ann"), ("cy", "auth0|cy")):
        asked = {"q": f'identities.user_id:"{own}"', "search_engine": "v3"}
        assert [user["user_id"] for user in management.get("/users", params=asked).json()] == [account]
    assert management.get("/users", params={"q": 'identities.user_id:"dora"'}).json() == []


def test_a_linked_address_is_found_no_more(management: ManagementClient) -> None:
    """The search by address sees the root's address alone; the connection still holds the other."""
    management.made(f"{ANN}/identities", LINK)
    assert management.get("/users-by-email", params={"email": "bob@example.com"}).json() == []
    body = {"connection": "guests", "email": "bob@example.com", "password": "Correct-Horse-9"}
    assert management.post("/users", json=body).status_code == 409


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"provider": "auth0", "user_id": "ann"}, 400, "Main identity and the new one are the same."),
        ({"provider": "auth0", "user_id": "nobody"}, 400, "Provided secondary account not found."),
        ({"user_id": "bob"}, 400, "Missing required property: provider"),
        ({"link_with": "a.b.c"}, 400, "Invalid token (link_with)."),
    ],
)
def test_what_cannot_be_linked_is_refused(
    management: ManagementClient, body: dict[str, str], status: int, message: str
) -> None:
    """In the words of the operation's description."""
    answer = management.post(f"{ANN}/identities", json=body)
    assert (answer.status_code, answer.json()["message"]) == (status, message)
    assert len(management.get("/users").json()) == 2


def test_an_identity_is_linked_once(management: ManagementClient) -> None:
    """A second time it exists already; and who has linked identities cannot be linked."""
    management.made(f"{ANN}/identities", LINK)
    assert management.post(f"{ANN}/identities", json=LINK).status_code == 409
    management.user("cy")
    answer = management.post("/users/auth0%7Ccy/identities", json={"provider": "auth0", "user_id": "ann"})
    assert answer.json()["message"] == "Unable to link with the secondary account."


def test_unlinked_it_is_an_account_without_metadata(management: ManagementClient) -> None:
    """Its id and its attributes are back, its organizations are not."""
    management.made(f"{ANN}/identities", LINK)
    left = management.delete(f"{ANN}/identities/auth0/bob")
    assert (left.status_code, [identity["user_id"] for identity in left.json()]) == (200, ["ann"])
    bob = management.get(BOB).json()
    assert (bob["email"], bob["given_name"]) == ("bob@example.com", "Bob")
    assert "app_metadata" not in bob
    assert "profileData" not in bob["identities"][0]


def test_a_main_identity_stays(management: ManagementClient) -> None:
    """It cannot be removed, and neither can one that is not there."""
    main = management.delete(f"{ANN}/identities/auth0/ann")
    assert (main.status_code, main.json()["message"]) == (400, "Main identity cannot be removed.")
    assert management.delete(f"{ANN}/identities/auth0/bob").status_code == 404


def test_a_deleted_primary_takes_its_identities_along(tenant: Tenant, management: ManagementClient) -> None:
    """The secondary's address is free again."""
    management.made(f"{ANN}/identities", LINK)
    management.delete(ANN)
    assert not tenant.state.credentials
    management.user("bob")


def test_a_change_of_a_linked_identity_names_its_connection(management: ManagementClient) -> None:
    """It lands in `profileData`; the profile's own attributes belong to the main identity."""
    management.connection("others")
    body = {"connection": "others", "email": "cy@example.com", "password": "Correct-Horse-9", "user_id": "cy"}
    management.made("/users", body)
    management.made(f"{ANN}/identities", {"provider": "auth0", "user_id": "cy"})
    changed = management.patch(ANN, json={"connection": "others", "email_verified": True}).json()
    assert (changed["email_verified"], changed["identities"][1]["profileData"]["email_verified"]) == (
        False,
        True,
    )
    refused = management.patch(ANN, json={"connection": "others", "name": "New"})
    assert refused.json()["message"].endswith("The specified connection belongs to a secondary identity.")
