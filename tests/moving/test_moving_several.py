"""Organizations that move to several identity providers, where no domain tells by which one people come."""

import pytest

from local.people import Api
from local.stack import NAMESPACE
from tests.accept_setup import store
from tests.conftest import NewPerson
from tests.front_door import invite, unique
from tests.kinds_setup import connections
from tests.moving_setup import DAY, SAML, Mover
from tests.refusals import refused

SECOND = SAML | {"metadata_url": "https://id.ward.example/metadata"}


def names(clinic: Mover) -> list[str]:
    """Return the names of its identity providers' connections."""
    return sorted(own["name"] for own in connections(clinic.stack, clinic.id))


def test_a_member_has_their_place_where_they_arrive(clinic: Mover, new_person: NewPerson) -> None:
    """Their address is of the proved domain, so it is them; by the other provider nobody else is."""
    ann, mallory = clinic.person(new_person, roles=["editor"]), new_person("mallory")
    clinic.move(connections=[SAML, SECOND])
    assert clinic.shown["move"]["unmoved"] == 1
    here, there = names(clinic)
    came = clinic.arrives(ann, here)
    assert came["admitted"]
    assert came["claims"][f"{NAMESPACE}/roles"] == ["editor"]
    mallory.idp["email"] = ann.email
    assert not clinic.arrives(mallory, there)["admitted"]
    assert not clinic.arrives(mallory, here)["admitted"]
    assert (clinic.record.taken, [member["roles"] for member in clinic.members(ann.email)]) == (
        1,
        [["editor"], ["editor"]],
    )
    assert clinic.comes_as_before(ann)["admitted"]
    clinic.later(14 * DAY)
    assert clinic.shown["move"]["state"] == "done"
    assert clinic.shown["move"]["unmoved"] == 0
    assert not clinic.comes_as_before(ann)["admitted"]
    assert clinic.arrives(ann, here)["admitted"]


def test_of_two_that_have_the_domain_it_is_the_one_they_arrive_by(
    clinic: Mover, new_person: NewPerson
) -> None:
    """By a third one, which has it not, they stay denied."""
    ann = clinic.person(new_person)
    third = SAML | {"metadata_url": "https://id.lab.example/metadata"}
    both = [one | {"domains": [clinic.domain]} for one in (SAML, SECOND)]
    clinic.move(connections=[*both, third])
    has = {own.name: clinic.domain in own.domains for own in clinic.record.current_connections}
    [without] = [name for name in has if not has[name]]
    assert not clinic.arrives(ann, without)["admitted"]
    assert clinic.arrives(ann, next(name for name in has if has[name]))["admitted"]


def test_an_offer_from_before_leads_to_the_login_which_takes_it_up(
    clinic: Mover, operator: Api, new_person: NewPerson
) -> None:
    """By which provider they come is told there, so pressing the button leaves it an offer."""
    ben = new_person("ben")
    ben.email = ben.idp["email"] = f"{unique('ben')}@{clinic.domain}"
    offered = invite(operator, clinic.id, ben, roles=["viewer"])
    clinic.move(connections=[SAML, SECOND])
    for _ in range(2):
        pressed = ben.press(ben.link())
        login = f"{clinic.stack.app}/login?organization={clinic.id}"
        assert (pressed.status_code, pressed.headers["location"]) == (303, login)
    path = f"{clinic.path}/invites/{offered['id']}"
    assert operator.get(path).json()["status"] == "pending"
    here, _ = names(clinic)
    assert clinic.arrives(ben, here)["admitted"]
    assert operator.get(path).json()["status"] == "accepted"
    [member] = clinic.members(ben.email)
    assert member["roles"] == ["viewer"]
    assert store(clinic.stack).user(member["user"]).connection == here


def test_an_offer_from_before_is_renewed_as_its_button_would_have_it(
    clinic: Mover, operator: Api, new_person: NewPerson
) -> None:
    """By any of the providers, unless somebody is a member by one of them by now."""
    ben, eve = new_person("ben"), new_person("eve")
    for person in (ben, eve):
        person.email = person.idp["email"] = f"{unique('late')}@{clinic.domain}"
    paths = [f"{clinic.path}/invites/{invite(operator, clinic.id, one)['id']}" for one in (ben, eve)]
    clinic.move(connections=[SAML, SECOND])
    clinic.later(8 * DAY)
    here, there = names(clinic)
    body = {"email": eve.email, "connection": there}
    operator.post(f"{clinic.path}/members", json=body).raise_for_status()
    refused(operator.post(f"{paths[1]}/resend"), 409, "already_member")
    assert operator.post(f"{paths[0]}/resend").raise_for_status().json()["status"] == "pending"
    assert clinic.arrives(ben, here)["admitted"]
    assert operator.get(paths[0]).json()["status"] == "accepted"
    assert clinic.record.taken == 2


@pytest.mark.parametrize("why", ["linked", "removed"])
def test_whoever_is_moved_no_more_is_counted_no_more(clinic: Mover, new_person: NewPerson, why: str) -> None:
    """During the grace as well as after it, from the next look on."""
    ann, ben = clinic.person(new_person), clinic.person(new_person)
    assert clinic.move(connections=[SAML, SECOND])["move"]["unmoved"] == 2
    [member] = clinic.members(ann.email)
    path, here = f"{clinic.path}/members/{member['user']}", names(clinic)[0]
    if why == "removed":
        clinic.operator.delete(path).raise_for_status()
    else:
        body = {"account": f"samlp|{here}|{ann.idp['sub']}", "connection": here}
        clinic.operator.post(f"{path}/link", json=body).raise_for_status()
    clinic.later(14 * DAY)
    assert (clinic.shown["move"]["state"], clinic.shown["move"]["unmoved"]) == ("done", 1)
    [left] = [one for one in clinic.members(ben.email) if one["moved_to"] is None]
    clinic.operator.delete(f"{clinic.path}/members/{left['user']}").raise_for_status()
    clinic.later(30)
    assert (clinic.shown["move"]["state"], clinic.shown["move"]["unmoved"]) == ("done", 0)
