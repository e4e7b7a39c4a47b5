"""Roles by groups at the first login: beside what was offered, once, and never a membership."""

from collections.abc import Iterator

import pytest

from guestlist.groups import digest
from guestlist.login_policy import RESOLVE_FAILED
from local.stack import Stack
from tests.conftest import NewPerson
from tests.front_door import audited
from tests.groups_setup import ANY, TABLE, Mapping, asking, mapping
from tests.logins_setup import enterprise
from tests.minted import lasting


@pytest.fixture(scope="module")
def clinic(stack: Stack) -> Iterator[Mapping]:
    """An organization whose groups count at the first login."""
    with lasting(stack) as api:
        yield mapping(stack, api, every=False)


def test_who_joins_has_the_roles_of_their_groups_beside_those_offered(
    clinic: Mapping, new_person: NewPerson
) -> None:
    """At this login already, and it is in the audit."""
    ann = clinic.person(new_person, "Nurses", "Lab, night", "Choir", roles=["editor"])
    outcome = clinic.place.arrives(ann)
    assert clinic.roles(outcome) == clinic.recorded(ann) == ["editor", "lab", "member"]
    user = clinic.place.user(ann.email)
    assert user
    assert audited(clinic.place.stack, clinic.place.id, "member:change").count(user.id) == 1
    assert clinic.place.operator.get(f"/users/{user.id}").json()["email"] == ann.email


def test_they_are_kept_from_then_on(clinic: Mapping, new_person: NewPerson) -> None:
    """Whatever the groups are later, and whoever changes them by hand; the door asks no more."""
    ann = clinic.person(new_person, "Nurses")
    clinic.place.arrives(ann)
    clinic.told()
    assert clinic.profile(ann).keys() == {"version", "roles"}
    with asking(clinic.place.stack) as answers:
        assert clinic.comes(ann, "Lab, night") == ["member"]
        clinic.place.operator.patch(clinic.member(ann), json={"roles": []}, headers=ANY).raise_for_status()
        clinic.place.stack.workers.idle()
        assert clinic.comes(ann, "Nurses") == []
    assert answers == []


def test_who_was_added_or_pressed_the_button_before(clinic: Mapping, new_person: NewPerson) -> None:
    """Their first login is the same."""
    added, pressed = clinic.place.person(new_person, "added"), clinic.place.person(new_person, "pressed")
    body = {"email": added.email, "roles": ["editor"]}
    clinic.place.operator.post(f"{clinic.place.path}/members", json=body).raise_for_status()
    pressed.press(clinic.place.invite(pressed.email)["link"])
    assert [clinic.comes(ann, "Nurses") for ann in (added, pressed)] == [["editor", "member"]] * 2


def test_who_comes_by_a_domain_has_them_too(clinic: Mapping, new_person: NewPerson) -> None:
    """Beside the roles that the domain gives."""
    path = f"{clinic.place.path}/domains/{clinic.place.domain}"
    body = {"auto_join": True, "roles": ["viewer"]}
    clinic.place.operator.patch(path, json=body, headers=ANY).raise_for_status()
    assert clinic.comes(clinic.place.person(new_person), "Nurses") == ["member", "viewer"]
    clinic.place.operator.patch(path, json={"auto_join": False}, headers=ANY).raise_for_status()


def test_an_admin_by_group_counts_as_one(clinic: Mapping, new_person: NewPerson) -> None:
    """Whether offered or added at once: once."""
    offered, added = clinic.person(new_person, "Heads"), clinic.place.person(new_person, "added")
    before = clinic.admins()
    body = {"email": added.email, "roles": ["admin"]}
    clinic.place.operator.post(f"{clinic.place.path}/members", json=body).raise_for_status()
    assert [clinic.comes(ann, "Heads") for ann in (offered, added)] == [["admin", "member"]] * 2
    clinic.told()
    assert clinic.admins() == before + 2


def test_groups_make_nobody_a_member(clinic: Mapping, new_person: NewPerson) -> None:
    """Neither a stranger, nor who was removed, nor who comes by another organization's provider."""
    stranger = clinic.place.person(new_person, "stranger")
    gone = clinic.person(new_person, "Heads")
    clinic.place.arrives(gone)
    clinic.told()
    clinic.place.operator.delete(clinic.member(gone)).raise_for_status()
    clinic.told()
    other = enterprise(clinic.place.stack, clinic.place.operator)
    elsewhere = clinic.person(new_person)
    for person, by in ((stranger, clinic.place), (gone, clinic.place), (elsewhere, other)):
        person.idp["groups"] = [*TABLE]
        assert not by.arrives(person).get("admitted")
    assert clinic.place.user(stranger.email) is None
    assert clinic.place.operator.get(clinic.member(gone)).status_code == 404
    assert clinic.place.user(elsewhere.email) is None


def test_who_comes_back_by_an_offer_has_them_at_the_next_login(
    clinic: Mapping, new_person: NewPerson
) -> None:
    """Their account is known by then, so the door asks once more."""
    ann = clinic.person(new_person, "Nurses")
    clinic.place.arrives(ann)
    clinic.told()
    clinic.place.operator.delete(clinic.member(ann)).raise_for_status()
    clinic.told()
    ann.press(clinic.place.invite(ann.email, roles=["editor"])["link"])
    clinic.place.stack.workers.idle()
    with asking(clinic.place.stack) as answers:
        assert clinic.comes(ann, "Lab, night") == ["editor", "lab"]
        clinic.told()
        assert clinic.comes(ann, "Nurses") == ["editor", "lab"]
    assert answers == [200]


@pytest.mark.parametrize(
    ("groups", "roles"),
    [
        (["Nurses"], ["member"]),  # of SAML: a text in the profile
        (["nurses", "Nurses ", "Nurses,Heads"], []),
        ("Lab, night", ["lab"]),
        (["Lab, night", "Lab, night"], ["lab"]),
        (["Nurses", 7], []),
        ([["Nurses"], "Heads"], []),
        ({"Nurses": True, "Heads": True}, []),
        (True, []),
        ([""], []),
        ([f"group {number}" for number in range(999)] + ["Nurses"], ["member"]),
    ],
    ids=str,
)
def test_what_a_provider_may_say(
    clinic: Mapping, new_person: NewPerson, groups: object, roles: list[str]
) -> None:
    """Names count letter for letter; what is no list of texts is no groups."""
    ann = clinic.person(new_person)
    ann.idp["groups"] = groups
    if groups == "Lab, night":
        ann.idp["groups"] = [groups]  # the provider's page splits a text at its commas
    assert clinic.roles(clinic.place.arrives(ann)) == roles


def test_a_profile_has_the_groups_as_auth0_has_them(clinic: Mapping, new_person: NewPerson) -> None:
    """At its root, where the Management API shows them; brought up to date at each login."""
    ann = clinic.person(new_person)
    for said, kept in ((["Nurses", "Choir"], ["Nurses", "Choir"]), (["Nurses"], "Nurses")):
        clinic.comes(ann, *said)
        assert clinic.place.account(ann)["groups"] == kept
    clinic.comes(ann)
    assert "groups" not in clinic.place.account(ann)


def test_a_first_login_cut_short_goes_on_at_the_next(clinic: Mapping, new_person: NewPerson) -> None:
    """Between the offer's being taken up and the account's being bound: they are a member, and once."""
    ann = clinic.person(new_person, "Heads", roles=["editor"])
    before = clinic.admins()
    clinic.place.stack.aws.inject("TransactWriteItems", "ValidationException", times=2, matching="user:bind")
    assert clinic.place.arrives(ann)["error_description"] == RESOLVE_FAILED.reason
    assert clinic.recorded(ann) == ["editor"]
    assert clinic.comes(ann, "Heads") == ["admin", "editor", "member"]
    assert clinic.admins() == before + 1


def test_a_digest_that_is_not_ours_goes(clinic: Mapping, new_person: NewPerson) -> None:
    """Who was in a profile's place of ours has the door ask; it is written over, and asked about no more."""
    ann = clinic.person(new_person, "Nurses")
    clinic.place.arrives(ann)
    clinic.told()
    with clinic.place.stack.tenant.state.lock:
        account = clinic.place.stack.tenant.state.users[clinic.place.account_id(ann)]
        account["app_metadata"]["guestlist"] |= {"groups": "planted", "theirs": "stays"}
    with asking(clinic.place.stack) as answers:
        assert clinic.comes(ann, "Nurses") == ["member"]
        clinic.told()
        assert clinic.comes(ann, "Nurses") == ["member"]
    assert answers == [200]
    assert clinic.profile(ann).keys() == {"version", "roles", "theirs"}


def test_without_a_table_nothing_is_looked_at(stack: Stack, new_person: NewPerson) -> None:
    """Nor is anything of groups written, where their counting at each login was asked for alone."""
    with lasting(stack) as api:
        place = Mapping(enterprise(stack, api, groups_at="every_login"))
        ann = place.person(new_person, "Nurses", roles=["editor"])
        assert place.roles(place.place.arrives(ann)) == ["editor"]
        place.told()
        assert place.profile(ann).keys() == {"version", "roles"}


def test_a_digest_tells_groups_apart() -> None:
    """Whatever is in their names, and in whatever order they come."""
    sets = [[], [""], ["a", "b"], ["ab"], ["a1:b"], ["a", "1:b"], ["\U0001f600"], ["\ufffd"], ["\ud800"]]
    assert len({digest(groups) for groups in sets}) == len(sets)
    assert all(len(digest(groups)) == 12 for groups in sets)
