"""Who becomes a member by themselves, by a domain that their organization proved."""

import pytest

from guestlist.auto_joining import auto_joins
from local.people import Api
from local.stack import Stack
from tests.accept_setup import store
from tests.callers_setup import added
from tests.domain_setup import ANY, claim, path, proved
from tests.front_door import provision
from tests.kinds_setup import provisioned


@pytest.fixture
def clinic(operator: Api) -> str:
    """Return the id of an organization that takes its domain's people in as viewers."""
    return provision(operator)


@pytest.fixture
def domain(operator: Api, clinic: str) -> dict[str, str]:
    """Return its domain, proved, with auto-join on."""
    made = proved(operator, clinic)
    body = {"auto_join": True, "roles": ["viewer"]}
    return dict(operator.patch(path(made), json=body, headers=ANY).raise_for_status().json())


def test_people_of_a_proved_domain_join_with_its_roles(
    stack: Stack, clinic: str, domain: dict[str, str]
) -> None:
    """Known or not, at that domain alone."""
    name = domain["domain"]
    assert auto_joins(clinic, f"ann@{name}", store(stack), user=None) == ("viewer",)
    assert auto_joins(clinic, f"ann@{name}", store(stack), user="0" * 24) == ("viewer",)
    for address in (f"ann@mail.{name}", f"ann@x{name}", "ann@elsewhere.example"):
        assert auto_joins(clinic, address, store(stack), user=None) is None


def test_nobody_joins_another_organization(operator: Api, stack: Stack, domain: dict[str, str]) -> None:
    """Although it claims the domain as well."""
    other = provision(operator)
    assert auto_joins(other, f"ann@{domain['domain']}", store(stack), user=None) is None


def test_nobody_joins_by_a_claim_alone(operator: Api, stack: Stack, clinic: str) -> None:
    """Nor by a domain that is proved, until somebody says so, nor by one that was released."""
    claimed, bare = claim(operator, clinic), proved(operator, clinic)
    for made in (claimed, bare):
        assert auto_joins(clinic, f"ann@{made['domain']}", store(stack), user=None) is None
    operator.patch(path(bare), json={"auto_join": True}, headers=ANY).raise_for_status()
    assert auto_joins(clinic, f"ann@{bare['domain']}", store(stack), user=None) == ()
    operator.delete(path(bare)).raise_for_status()
    assert auto_joins(clinic, f"ann@{bare['domain']}", store(stack), user=None) is None


def test_who_was_removed_by_hand_does_not_come_back(
    operator: Api, stack: Stack, clinic: str, domain: dict[str, str]
) -> None:
    """Who is a member has nothing to join; who was one stays away."""
    user, address = added(operator, clinic), f"ann@{domain['domain']}"
    assert auto_joins(clinic, address, store(stack), user=user) is None
    operator.delete(f"/organizations/{clinic}/members/{user}").raise_for_status()
    assert auto_joins(clinic, address, store(stack), user=user) is None


def test_nor_by_another_connection_of_the_organization(operator: Api, stack: Stack) -> None:
    """There they are another user, with the same address."""
    clinic = provisioned(stack, operator, kind="isolated")
    made = proved(operator, clinic)
    operator.patch(path(made), json={"auto_join": True}, headers=ANY).raise_for_status()
    address = f"ann@{made['domain']}"
    assert auto_joins(clinic, address, store(stack), user=None) == ()
    member = operator.post(f"/organizations/{clinic}/members", json={"email": address}).raise_for_status()
    assert auto_joins(clinic, address, store(stack), user=None) == ()
    operator.delete(member.headers["location"]).raise_for_status()
    assert auto_joins(clinic, address, store(stack), user=None) is None
