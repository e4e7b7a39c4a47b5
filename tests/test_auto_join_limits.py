"""What an organization allows holds for who joins by a domain as it does for who is invited."""

from local.people import Api
from local.stack import NAMESPACE, Stack
from tests.conftest import NewPerson
from tests.domain_setup import ANY
from tests.logins_setup import Place, enterprise
from tests.refusals import refused
from tests.test_first_logins_refused import refused as denied


def lets_in(place: Place, *roles: str) -> None:
    """Let the people of the domain become members by themselves."""
    body = {"auto_join": True, "roles": list(roles)}
    place.operator.patch(f"{place.path}/domains/{place.domain}", json=body, headers=ANY).raise_for_status()


def allow(place: Place, **what: list[str]) -> None:
    """Change what an organization allows."""
    place.operator.patch(place.path, json=what, headers=ANY).raise_for_status()


def test_nobody_joins_who_could_not_be_invited(operator: Api, stack: Stack, new_person: NewPerson) -> None:
    """Until their domain is allowed."""
    place = enterprise(stack, operator, allowed_domains=["only.example"])
    lets_in(place)
    ann = place.person(new_person)
    answer = operator.post(f"{place.path}/invites", json={"email": ann.email})
    refused(answer, 422, "unacceptable", "#/email")
    denied(place, ann)
    allow(place, allowed_domains=["only.example", place.domain])
    assert place.arrives(ann)["admitted"]


def test_a_role_that_is_given_no_more_is_not_given(
    operator: Api, stack: Stack, new_person: NewPerson
) -> None:
    """The others are; an organization that names no roles gives any."""
    place = enterprise(stack, operator, roles=["viewer", "editor"])
    lets_in(place, "editor", "viewer")
    allow(place, roles=["viewer"])
    came = place.arrives(place.person(new_person))
    assert came["claims"][f"{NAMESPACE}/roles"] == ["viewer"]
    allow(place, roles=["surgeon"])
    came = place.arrives(place.person(new_person))
    assert (came["admitted"], came["claims"][f"{NAMESPACE}/roles"]) == (True, [])
    allow(place, roles=[])
    came = place.arrives(place.person(new_person))
    assert came["claims"][f"{NAMESPACE}/roles"] == ["editor", "viewer"]
