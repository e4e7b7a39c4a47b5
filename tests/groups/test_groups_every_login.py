"""Roles by groups at every login: they come and go with the groups; the door asks when these are others."""

from collections.abc import Iterator

import pytest

from guestlist.groups import digest
from guestlist.leases import SETTLING
from guestlist.login_policy import RESOLVE_FAILED
from guestlist.logins import DURING_LOGIN
from local.stack import Stack
from tests.conftest import NewPerson
from tests.door_setup import open_all, turn
from tests.front_door import audited, pass_time, suffer
from tests.groups_setup import ANY, Mapping, asking, mapping
from tests.logins_setup import enterprise, resolved
from tests.minted import lasting


@pytest.fixture(scope="module")
def clinic(stack: Stack) -> Iterator[Mapping]:
    """An organization whose groups count at every login."""
    with lasting(stack) as api:
        yield mapping(stack, api, every=True)


@pytest.fixture
def own(stack: Stack) -> Iterator[Mapping]:
    """Return one that no other test has."""
    with lasting(stack) as api:
        yield mapping(stack, api, every=True)


def test_a_group_gained_and_lost(clinic: Mapping, new_person: NewPerson) -> None:
    """Its roles come and go at that very login; a role that the table knows nothing of stays."""
    ann = clinic.person(new_person, "Nurses", roles=["editor"])
    clinic.place.arrives(ann)
    clinic.told()
    assert clinic.comes(ann, "Nurses", "Lab, night") == ["editor", "lab", "member"]
    clinic.told()
    assert clinic.comes(ann, "Lab, night") == clinic.recorded(ann) == ["editor", "lab"]
    clinic.told()
    assert clinic.profile(ann)["roles"] == [f"{clinic.place.id}:{role}" for role in ("editor", "lab")]
    assert clinic.comes(ann) == ["editor"]
    user = clinic.place.user(ann.email)
    assert user
    assert audited(clinic.place.stack, clinic.place.id, "member:change").count(user.id) == 4


def test_the_door_asks_where_groups_are_others_and_not_again(clinic: Mapping, new_person: NewPerson) -> None:
    """Also if no role comes of them: once, until the profile says so. In steady state it asks nobody."""
    ann = clinic.person(new_person, "Nurses")
    clinic.place.arrives(ann)
    clinic.told()
    assert clinic.profile(ann)["groups"] == digest(["Nurses"])
    version = clinic.place.operator.get(clinic.member(ann)).headers["etag"]
    with asking(clinic.place.stack) as answers:
        assert clinic.comes(ann, "Nurses") == ["member"]
        assert answers == []
        assert [clinic.comes(ann, "Choir", "Nurses") for _ in range(2)] == [["member"]] * 2
        assert answers == [200, 200]
        clinic.told()
        assert [clinic.comes(ann, "Nurses", "Choir", "Choir") for _ in range(2)] == [["member"]] * 2
    assert answers == [200, 200]
    assert clinic.place.operator.get(clinic.member(ann)).headers["etag"] == version


def test_a_refresh_asks_nobody(clinic: Mapping, new_person: NewPerson) -> None:
    """The groups are those of the last login, whatever the provider would say by now."""
    ann = clinic.person(new_person, "Nurses")
    clinic.place.arrives(ann)
    clinic.told()
    clinic.comes(ann, "Lab, night")
    clinic.told()
    with asking(clinic.place.stack) as answers:
        assert clinic.roles(ann.refresh(clinic.place.id)) == ["lab"]
    assert answers == []


def test_an_admin_by_group(own: Mapping, new_person: NewPerson) -> None:
    """Becomes one, and is one no more, as long as there is another."""
    boss, ann = own.person(new_person, "Heads"), own.person(new_person, "Nurses")
    for person in (boss, ann):
        own.place.arrives(person)
    own.told()
    assert own.comes(ann, "Heads") == ["admin", "member"]
    assert own.admins() == 2
    own.told()
    assert own.comes(ann, "Nurses") == ["member"]
    assert own.admins() == 1


def test_the_last_admin_stays_one(own: Mapping, new_person: NewPerson) -> None:
    """Until there is another: then the next login takes the role, though the groups are as they were."""
    boss, ann = own.person(new_person, "Heads"), own.person(new_person, "Nurses")
    for person in (boss, ann):
        own.place.arrives(person)
    own.told()
    assert own.comes(boss, "Lab, night") == ["admin", "lab"]
    own.told()
    assert (own.profile(boss)["groups"], own.admins()) == ("", 1)
    assert own.comes(boss, "Lab, night") == ["admin", "lab"]
    assert own.comes(ann, "Heads") == ["admin", "member"]
    assert own.comes(boss, "Lab, night") == ["lab"]
    own.told()
    assert (own.profile(boss)["groups"], own.admins()) == (digest(["Lab, night"]), 1)


def test_by_hand_until_the_groups_are_others(clinic: Mapping, new_person: NewPerson) -> None:
    """A role in the table that somebody gave or took by hand is the table's again then."""
    ann = clinic.person(new_person, "Nurses", roles=["lab"])
    assert clinic.roles(clinic.place.arrives(ann)) == ["lab", "member"]
    clinic.told()
    body = {"roles": ["lab", "editor"]}
    clinic.place.operator.patch(clinic.member(ann), json=body, headers=ANY).raise_for_status()
    clinic.place.stack.workers.idle()
    assert clinic.comes(ann, "Nurses") == ["editor", "lab"]
    assert clinic.comes(ann, "Nurses", "Choir") == ["editor", "member"]


def test_while_auth0_is_out_of_reach(clinic: Mapping, new_person: NewPerson) -> None:
    """Who comes with other groups is denied, with a reason of its own; who comes with the same gets in."""
    ann, ben = clinic.person(new_person, "Nurses"), clinic.person(new_person, "Nurses")
    for person in (ann, ben):
        clinic.place.arrives(person)
    clinic.told()
    suffer(clinic.place.stack, method="GET", path="/api/v2/users/", status=503, times=20)
    ann.idp["groups"] = ["Heads"]
    denied = clinic.place.arrives(ann)
    let_in = clinic.comes(ben, "Nurses")
    clinic.place.stack.tenant.state.faults.clear()
    assert denied["error_description"] == RESOLVE_FAILED.reason
    assert let_in == ["member"]
    assert clinic.comes(ann, "Heads") == ["admin", "member"]


def test_whose_account_went_away_comes_back_as_their_groups_say(own: Mapping, new_person: NewPerson) -> None:
    """Also if they were made an admin meanwhile, who did not count as one yet."""
    boss, ann = own.person(new_person, "Heads"), own.place.person(new_person, "added")
    own.place.operator.post(f"{own.place.path}/members", json={"email": ann.email}).raise_for_status()
    for person, group in ((boss, "Heads"), (ann, "Nurses")):
        own.comes(person, group)
    own.told()
    with own.place.stack.tenant.state.lock:
        del own.place.stack.tenant.state.users[own.place.account_id(ann)]
    for roles in ([], ["admin", "editor"]):
        own.place.operator.patch(own.member(ann), json={"roles": roles}, headers=ANY).raise_for_status()
        own.place.stack.workers.idle()
    assert own.comes(ann, "Nurses") == ["editor", "member"]
    own.told()
    assert (own.profile(ann)["groups"], own.admins()) == (digest(["Nurses"]), 1)


def test_a_profile_is_not_written_during_its_own_login(clinic: Mapping, new_person: NewPerson) -> None:
    """That might be lost: not by the sweep either."""
    ann = clinic.person(new_person, "Nurses")
    clinic.place.arrives(ann)
    clinic.told()
    clinic.comes(ann, "Lab, night")
    pass_time(clinic.place.stack, seconds=DURING_LOGIN - 5)
    clinic.place.stack.workers.tick()
    clinic.place.stack.workers.idle()
    assert clinic.profile(ann)["groups"] == digest(["Nurses"])
    clinic.told()
    assert clinic.profile(ann)["groups"] == digest(["Lab, night"])


def test_who_is_suspended_or_removed_gains_nothing(own: Mapping, new_person: NewPerson) -> None:
    """Neither behind a closed door, nor after they were taken off the list."""
    ann = own.person(new_person, "Nurses")
    own.place.arrives(ann)
    own.told()
    turn(own.place.operator, own.place.id, "suspend")
    ann.idp["groups"] = ["Heads"]
    assert own.place.arrives(ann)["error_description"].startswith("organization_suspended")
    assert resolved(own.place.stack, own.place.account_id(ann))["organizations"] == []
    assert own.recorded(ann) == ["member"]
    open_all(own.place.stack, own.place.operator)
    own.place.operator.delete(own.member(ann)).raise_for_status()
    own.told()
    with asking(own.place.stack) as answers:
        assert not own.place.arrives(ann).get("admitted")
    assert answers == []
    assert "groups" not in own.profile(ann)


def test_by_another_organizations_provider(clinic: Mapping, new_person: NewPerson) -> None:
    """Its groups of the same names give nothing here, nor there, where no table is."""
    ann = clinic.person(new_person, "Nurses")
    clinic.place.arrives(ann)
    clinic.told()
    other = enterprise(clinic.place.stack, clinic.place.operator)
    ann.idp["groups"] = ["Heads"]
    assert not other.arrives(ann).get("admitted")
    assert clinic.recorded(ann) == ["member"]


def test_a_late_write_of_older_roles(clinic: Mapping, new_person: NewPerson) -> None:
    """The door asks while it stands, for it says other groups; three minutes later it is put right."""
    ann = clinic.person(new_person, "Lab, night")
    clinic.place.arrives(ann)
    clinic.told()
    suffer(clinic.place.stack, method="PATCH", path="/api/v2/users/", land_after=100, reset=True)
    body = {"roles": ["lab", "editor"]}
    clinic.place.operator.patch(clinic.member(ann), json=body, headers=ANY).raise_for_status()
    clinic.place.stack.workers.idle()
    assert clinic.comes(ann, "Nurses") == ["editor", "member"]
    clinic.told()
    assert clinic.profile(ann)["groups"] == digest(["Nurses"])
    pass_time(clinic.place.stack, seconds=100)
    assert clinic.profile(ann)["groups"] == digest(["Lab, night"])
    assert clinic.comes(ann, "Nurses") == ["editor", "member"]
    pass_time(clinic.place.stack, seconds=SETTLING)
    clinic.place.stack.workers.tick()
    clinic.place.stack.workers.idle()
    assert clinic.profile(ann)["groups"] == digest(["Nurses"])
