"""First logins that lead nowhere, and leave nothing behind."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from guestlist.auth0 import segment
from guestlist.login_policy import RESOLVE_FAILED
from guestlist.provisioning_records import DATABASE
from local.people import Api, Person
from local.stack import Stack
from tests.conftest import NewPerson
from tests.domain_setup import path, proved
from tests.door_setup import open_all, turn
from tests.front_door import items, join, pass_time, provision, suffer, unique
from tests.kinds_setup import provisioned
from tests.logins_setup import NOBODY, Place, enterprise, resolved
from tests.minted import lasting

NONE = "no_organizations: You are not a member of any organization."
ANY = {"If-Match": "*"}


@pytest.fixture(scope="module")
def places(stack: Stack) -> Iterator[tuple[Place, Place]]:
    """Two organizations with an identity provider each."""
    with lasting(stack) as api:
        yield enterprise(stack, api), enterprise(stack, api)


@pytest.fixture
def place(places: tuple[Place, Place]) -> Place:
    """One of them."""
    return places[0]


def refused(place: Place, person: Person, reason: str = NONE) -> None:
    """Have somebody sign in, who is denied, and of whom the table knows nothing more than before."""
    place.stack.workers.idle()
    before = items(place.stack)
    assert place.arrives(person)["error_description"] == reason
    assert items(place.stack) == before


def test_strangers_leave_nothing(place: Place, new_person: NewPerson) -> None:
    """Whoever the identity provider knows, but nobody invited."""
    refused(place, place.person(new_person))


def test_by_the_connection_of_another_organization(
    places: tuple[Place, Place], new_person: NewPerson
) -> None:
    """It cannot vouch for an address of a domain that is not its organization's."""
    place, other = places
    ann = place.person(new_person)
    place.invite(ann.email)
    refused(other, ann)
    assert place.user(ann.email) is other.user(ann.email) is None


@pytest.mark.parametrize("whose", ["nobody's", "another's"])
def test_by_a_domain_that_the_organization_did_not_prove(
    whose: str, places: tuple[Place, Place], new_person: NewPerson
) -> None:
    """Its identity provider may say of anybody who they are."""
    place, other = places
    domain = f"{unique('unproved')}.example" if whose == "nobody's" else other.domain
    ann = place.person(new_person, domain=domain)
    place.invite(ann.email)
    refused(place, ann)


def test_a_domain_given_up_vouches_for_nobody(place: Place, new_person: NewPerson) -> None:
    """Who was bound before stays so."""
    domain = proved(place.operator, place.id)
    early, late = (place.person(new_person, domain=domain["domain"]) for _ in range(2))
    for person in (early, late):
        place.invite(person.email)
    assert place.arrives(early)["admitted"]
    place.operator.delete(path(domain)).raise_for_status()
    assert place.arrives(early)["admitted"]
    refused(place, late)


def test_another_account_with_the_same_address_never_takes_over(place: Place, new_person: NewPerson) -> None:
    """Whatever the provider says: it was bound once and for ever, also when its user was removed."""
    ann, evil = place.person(new_person), new_person("evil")
    evil.idp["email"] = ann.email
    place.invite(ann.email)
    assert place.arrives(ann)["admitted"]
    refused(place, evil)
    user = place.user(ann.email)
    assert user
    place.operator.delete(f"{place.path}/members/{user.id}").raise_for_status()
    place.invite(ann.email)
    refused(place, evil)
    after = place.user(ann.email)
    assert after
    assert after.account == place.account_id(ann)


def test_an_account_is_bound_to_one_address(place: Place, new_person: NewPerson) -> None:
    """Who was given another address by the provider is still who they were, and nobody else too."""
    ann, ben = place.person(new_person), place.person(new_person, "ben")
    for person in (ann, ben):
        place.invite(person.email)
    assert place.arrives(ann)["admitted"]
    ann.idp["email"] = ben.email
    assert place.arrives(ann)["admitted"]
    assert place.user(ben.email) is None


def test_who_was_removed_before_they_came(place: Place, new_person: NewPerson) -> None:
    """Their address is known, and grants nothing."""
    ann = place.person(new_person)
    ann.press(place.invite(ann.email)["link"])
    user = place.user(ann.email)
    assert user
    place.operator.delete(f"{place.path}/members/{user.id}").raise_for_status()
    place.stack.workers.idle()
    refused(place, ann)


def test_whose_inviter_may_not_invite_any_more(place: Place, new_person: NewPerson) -> None:
    """As with the button: an admin who left grants nothing."""
    boss, other, ann = (place.person(new_person, name) for name in ("boss", "other", "ann"))
    for admin in (boss, other):
        place.invite(admin.email, roles=["admin"])
        assert place.arrives(admin)["admitted"]
    with Api(place.stack, place.arrives(boss)["access_token"]) as api:
        api.post("/invites", json={"email": ann.email}).raise_for_status()
    user = place.user(boss.email)
    assert user
    path = f"{place.path}/members/{user.id}"
    place.operator.patch(path, json={"roles": ["editor"]}, headers=ANY).raise_for_status()
    refused(place, ann)


def test_into_a_suspended_organization(place: Place, operator: Api, new_person: NewPerson) -> None:
    """Nobody is bound while its door is closed; afterwards the offer is still good."""
    ann = place.person(new_person)
    place.invite(ann.email)
    turn(operator, place.id, "suspend")
    refused(place, ann)
    open_all(place.stack, operator)
    assert place.arrives(ann)["admitted"]


def test_while_auth0_is_out_of_reach(place: Place, new_person: NewPerson) -> None:
    """It stays shut, with its own reason, and opens when Auth0 is there again."""
    ann = place.person(new_person)
    place.invite(ann.email)
    suffer(place.stack, method="GET", path="/api/v2/users/", status=503, times=20)
    refused(place, ann, RESOLVE_FAILED.reason)
    place.stack.tenant.state.faults.clear()
    assert place.arrives(ann)["admitted"]


def test_a_token_that_ran_out_is_renewed(place: Place, new_person: NewPerson) -> None:
    """The door's cache keeps it by another clock than the gateway's."""
    for _ in range(2):
        ann = place.person(new_person)
        place.invite(ann.email)
        assert place.arrives(ann)["admitted"]
        pass_time(place.stack, seconds=400)


def test_accounts_of_databases_are_nobodys(stack: Stack, operator: Api, new_person: NewPerson) -> None:
    """Common or an organization's own: they are told of by projection alone."""
    ann, ben = new_person("ann"), new_person("ben")
    join(operator, provision(operator), ann)
    join(operator, provisioned(stack, operator, kind="isolated"), ben)
    with stack.tenant.state.lock:
        known = [
            user for user in stack.tenant.state.users.values() if user["email"] in {ann.email, ben.email}
        ]
    assert [user["identities"][0]["provider"] for user in known] == [DATABASE] * 2
    assert [resolved(stack, user["user_id"]) for user in known] == [NOBODY] * 2
    assert resolved(stack, "samlp|nobody|nobody") == NOBODY


def test_who_is_linked_to_another_account_is_that_account(place: Place, new_person: NewPerson) -> None:
    """What an account's first identity is decides, not by which of its identities somebody came."""
    ann = place.person(new_person)
    account = place.stack.new_account(f"{unique('main')}@clinic.example")
    place.arrives(ann)
    place.invite(ann.email)
    with closing(place.stack.management()) as auth0:
        body = {"provider": "samlp", "user_id": place.account_id(ann).partition("|")[2]}
        auth0.call("POST", f"/users/{segment(account)}/identities", body)
    refused(place, ann)
