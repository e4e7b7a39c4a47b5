"""Who is who behind the new door where no proved domain tells: an operator says it, of one account."""

import pytest

from guestlist.move_turns import AT_LEAST
from local.people import Person
from tests.accept_setup import store
from tests.conftest import NewPerson
from tests.domain_setup import ANY, proved
from tests.front_door import audited, unique
from tests.kinds_setup import connections
from tests.moving_setup import DAY, SAML, Mover
from tests.refusals import refused


def account(clinic: Mover, person: Person, name: str = "") -> str:
    """Return the id that somebody's account at the identity provider has."""
    return f"samlp|{name or clinic.provider}|{person.idp['sub']}"


def link(clinic: Mover, user: str, account_id: str, **more: str) -> None:
    """Say whose an account is."""
    body = {"account": account_id, **more}
    clinic.operator.post(f"{clinic.path}/members/{user}/link", json=body).raise_for_status()
    clinic.stack.workers.idle()


def test_who_is_linked_needs_no_proved_domain(clinic: Mover, new_person: NewPerson) -> None:
    """Nobody else with the same address is admitted in their place."""
    ann, mallory = clinic.person(new_person, roles=["editor"]), new_person("mallory")
    mallory.idp["email"] = ann.email
    clinic.move()
    _, new = clinic.members(ann.email)
    assert not clinic.arrives(ann)["admitted"]
    link(clinic, new["user"], account(clinic, ann))
    assert not clinic.arrives(mallory)["admitted"]
    assert clinic.arrives(ann)["admitted"]
    assert audited(clinic.stack, clinic.id, "member:link") == [new["user"]]
    assert audited(clinic.stack, clinic.id, "user:bind") == [new["user"]]


def test_it_is_the_same_by_the_id_that_they_had_before(clinic: Mover, new_person: NewPerson) -> None:
    """Operators have that from their own records; saying it twice changes nothing."""
    ann = clinic.person(new_person)
    clinic.move()
    old, new = clinic.members(ann.email)
    for _ in range(2):
        link(clinic, old["user"], account(clinic, ann))
    assert clinic.arrives(ann)["admitted"]
    assert audited(clinic.stack, clinic.id, "member:link") == [new["user"]]


def test_whom_no_domain_tells_keeps_the_old_door_until_linked(clinic: Mover, new_person: NewPerson) -> None:
    """Of several identity providers it must be said which; afterwards the old door closes for them, too."""
    ann = clinic.person(new_person, roles=["admin"])
    second = SAML | {"metadata_url": "https://id.ward.example/metadata"}
    shown = clinic.move(connections=[SAML, second], grace=0)
    assert shown["move"]["unmoved"] == 1
    clinic.later(AT_LEAST)
    assert (clinic.shown["move"]["state"], clinic.shown["move"]["unmoved"]) == ("done", 1)
    assert clinic.comes_as_before(ann)["admitted"]
    [member] = clinic.members(ann.email)
    names = sorted(own["name"] for own in connections(clinic.stack, clinic.id))
    for kind in ("invites", "members"):
        again = {"email": ann.email, "connection": names[0]}
        refused(clinic.operator.post(f"{clinic.path}/{kind}", json=again), 409, "already_member")
    there = account(clinic, ann, names[1])
    answer = clinic.operator.post(f"{clinic.path}/members/{member['user']}/link", json={"account": there})
    refused(answer, 422, "unacceptable", "#/connection")
    link(clinic, member["user"], there, connection=names[1])
    clinic.later(30)
    assert not clinic.comes_as_before(ann)["admitted"]
    assert clinic.arrives(ann, names[1])["admitted"]
    assert (clinic.record.taken, clinic.record.admins) == (1, 1)
    assert clinic.shown["move"] | {"steps": []} == clinic.shown["move"] | {
        "steps": [],
        "state": "done",
        "unmoved": 0,
    }


def test_the_domain_tells_by_which_of_several_they_come(clinic: Mover, new_person: NewPerson) -> None:
    """By the other one nobody is let in under their name."""
    proved(clinic.operator, clinic.id, clinic.domain)
    ann = clinic.person(new_person)
    second = SAML | {"domains": [clinic.domain], "metadata_url": "https://id.ward.example/metadata"}
    clinic.move(connections=[SAML, second])
    _, new = clinic.members(ann.email)
    names = {own["name"] for own in connections(clinic.stack, clinic.id)}
    name = store(clinic.stack).user(new["user"]).connection
    assert not clinic.arrives(ann, *(names - {name}))["admitted"]
    assert clinic.arrives(ann, name)["admitted"]


def test_two_users_of_one_person_become_one(clinic: Mover, new_person: NewPerson) -> None:
    """Who joined by another address behind the new door gets the seat and the roles of the first."""
    ann = clinic.person(new_person, roles=["editor"])
    second = SAML | {"metadata_url": "https://id.ward.example/metadata"}
    clinic.move(connections=[SAML, second])
    work = proved(clinic.operator, clinic.id)["domain"]
    clinic.operator.patch(
        f"{clinic.path}/domains/{work}", json={"auto_join": True, "roles": ["viewer"]}, headers=ANY
    ).raise_for_status()
    names = sorted(own["name"] for own in connections(clinic.stack, clinic.id))
    ann.idp["email"] = f"{unique('ann')}@{work}"
    assert clinic.arrives(ann, names[0])["admitted"]
    assert clinic.record.taken == 2
    [old] = clinic.members(ann.email)
    link(clinic, old["user"], account(clinic, ann, names[0]), connection=names[0])
    [new] = clinic.members(str(ann.idp["email"]))
    assert (new["roles"], clinic.record.taken) == (["editor", "viewer"], 1)
    clinic.later(14 * DAY)
    assert clinic.members(ann.email) == []
    assert clinic.arrives(ann, names[0])["admitted"]


def test_whose_account_is_taken_is_not_linked(clinic: Mover, new_person: NewPerson) -> None:
    """Neither one account to two users, nor a second one to somebody who has come already."""
    proved(clinic.operator, clinic.id, clinic.domain)
    ann, ben = clinic.person(new_person), clinic.person(new_person)
    clinic.move()
    assert clinic.arrives(ann)["admitted"]
    users = {person.email: clinic.members(person.email)[-1]["user"] for person in (ann, ben)}
    for user, whose in ((users[ben.email], ann), (users[ann.email], ben)):
        answer = clinic.operator.post(
            f"{clinic.path}/members/{user}/link", json={"account": account(clinic, whose)}
        )
        refused(answer, 409, "account_taken")
    assert clinic.arrives(ben)["admitted"]


def test_a_linked_account_that_was_removed_takes_up_nobodys_offer(
    clinic: Mover, new_person: NewPerson
) -> None:
    """The link spares the proof for the member alone: a provider may send whichever address it likes."""
    ann, ben = clinic.person(new_person), new_person("ben")
    clinic.move()
    _, new = clinic.members(ann.email)
    link(clinic, new["user"], account(clinic, ann))
    clinic.operator.delete(f"{clinic.path}/members/{new['user']}").raise_for_status()
    clinic.operator.post(
        f"{clinic.path}/invites", json={"email": ben.email, "send": False}
    ).raise_for_status()
    ann.idp["email"] = ben.email
    assert not clinic.arrives(ann)["admitted"]
    assert clinic.members(ben.email) == []


@pytest.mark.parametrize("wrong", ["auth0|1234", "samlp", "", "samlp|", "samlp|clinic a|ann", "samlp|x" * 60])
def test_what_is_no_account_of_an_identity_provider_is_refused(clinic: Mover, wrong: str) -> None:
    """A database's accounts are made by us."""
    answer = clinic.operator.post(f"{clinic.path}/members/{'0' * 24}/link", json={"account": wrong})
    refused(answer, 422, "unacceptable", "#/account")


def test_who_is_in_no_organization_with_a_provider_is_not_linked(
    clinic: Mover, new_person: NewPerson
) -> None:
    """Nor who is no member."""
    ann = clinic.person(new_person)
    [member] = clinic.members(ann.email)
    body = {"account": "samlp|clinic|ann"}
    answer = clinic.operator.post(f"{clinic.path}/members/{member['user']}/link", json=body)
    refused(answer, 422, "unacceptable", "#")
    answer = clinic.operator.post(f"{clinic.path}/members/{'0' * 24}/link", json=body)
    refused(answer, 404, "not_found")
