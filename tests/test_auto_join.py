"""Who becomes a member by themselves, by a domain that their organization proved."""

from collections.abc import Iterator

import pytest

from local.stack import NAMESPACE, Stack
from tests.conftest import NewPerson
from tests.domain_setup import ANY, claim, path, proved
from tests.logins_setup import Place, enterprise
from tests.minted import lasting
from tests.test_first_logins_refused import refused


@pytest.fixture(scope="module")
def places(stack: Stack) -> Iterator[tuple[Place, Place]]:
    """Two organizations, of which the first takes its domain's people in as viewers."""
    with lasting(stack) as api:
        place, other = enterprise(stack, api), enterprise(stack, api)
        body = {"auto_join": True, "roles": ["viewer"]}
        api.patch(f"{place.path}/domains/{place.domain}", json=body, headers=ANY).raise_for_status()
        yield place, other


@pytest.fixture
def place(places: tuple[Place, Place]) -> Place:
    """The first of them."""
    return places[0]


def test_people_of_a_proved_domain_join_with_its_roles(place: Place, new_person: NewPerson) -> None:
    """At that very domain alone."""
    came = place.arrives(place.person(new_person))
    assert came["claims"][f"{NAMESPACE}/roles"] == ["viewer"]
    for domain in (f"mail.{place.domain}", f"x{place.domain}", "elsewhere.example"):
        refused(place, place.person(new_person, domain=domain))


def test_nobody_joins_another_organization(places: tuple[Place, Place], new_person: NewPerson) -> None:
    """Although it claims the domain as well."""
    place, other = places
    claimed = claim(other.operator, other.id)
    taken = proved(place.operator, place.id, claimed["domain"])
    place.operator.patch(path(taken), json={"auto_join": True}, headers=ANY).raise_for_status()
    refused(other, place.person(new_person, domain=claimed["domain"]))


def test_nobody_joins_by_a_claim_alone(place: Place, new_person: NewPerson) -> None:
    """Nor by a domain that is proved, until somebody says so, nor by one that was released."""
    claimed, bare = claim(place.operator, place.id), proved(place.operator, place.id)
    for made in (claimed, bare):
        refused(place, place.person(new_person, domain=made["domain"]))
    early, late = (place.person(new_person, domain=bare["domain"]) for _ in range(2))
    place.operator.patch(path(bare), json={"auto_join": True}, headers=ANY).raise_for_status()
    assert place.arrives(early)["claims"][f"{NAMESPACE}/roles"] == []
    place.operator.delete(path(bare)).raise_for_status()
    refused(place, late)
