"""Organizations that move to an identity provider of their own: nobody loses roles, nobody keeps a door."""

import pytest

from guestlist.move_turns import AT_LEAST
from local.people import Api
from local.stack import NAMESPACE, Stack
from tests.accept_setup import store
from tests.conftest import NewPerson
from tests.domain_setup import ANY, proved
from tests.front_door import audited, invite, unique
from tests.kinds_setup import connections, offboarded
from tests.moving_setup import DAY, Mover, mover
from tests.refusals import refused


@pytest.fixture
def clinic(operator: Api, stack: Stack) -> Mover:
    """Return an organization of the kind `shared`, with a domain that it proved."""
    place = mover(stack, operator, f"{unique('domain')}.example", seats=4)
    proved(operator, place.id, place.domain)
    return place


def roles(came: dict[str, dict[str, list[str]]]) -> list[str]:
    """Return the roles that an admitted person's token bears."""
    return came["claims"][f"{NAMESPACE}/roles"]


def test_members_keep_seat_and_roles_behind_the_new_door(clinic: Mover, new_person: NewPerson) -> None:
    """During the grace they come by either, on one seat; then the old one is shut."""
    ann = clinic.person(new_person, roles=["admin", "editor"])
    before = clinic.record
    shown = clinic.move()
    assert (shown["kind"], shown["move"]["state"], shown["move"]["unmoved"]) == ("enterprise", "grace", 0)
    assert [own["name"] for own in shown["connections"]] == [clinic.provider]
    old, new = clinic.members(ann.email)
    assert (old["moved_to"], new["moved_to"]) == (new["user"], None)
    assert (old["roles"], new["roles"], new["projection"]) == (*[["admin", "editor"]] * 2, "awaiting_login")
    now = clinic.record
    assert (now.taken, now.admins) == (before.taken, before.admins) == (1, 1)
    assert roles(clinic.comes_as_before(ann)) == ["admin", "editor"]
    assert roles(clinic.arrives(ann)) == ["admin", "editor"]
    clinic.later(14 * DAY)
    assert clinic.shown["move"]["state"] == "done"
    assert not clinic.comes_as_before(ann)["admitted"]
    assert roles(clinic.arrives(ann)) == ["admin", "editor"]
    assert [member["user"] for member in clinic.members(ann.email)] == [new["user"]]
    assert (clinic.record.taken, clinic.record.admins) == (1, 1)
    assert audited(clinic.stack, clinic.id, "member:move") == [new["user"]]
    assert audited(clinic.stack, clinic.id, "member:remove") == [old["user"]]


def test_the_old_door_closes_at_once_if_so_chosen(clinic: Mover, new_person: NewPerson) -> None:
    """Within a minute or so, whether they have come by the new one or not."""
    ann = clinic.person(new_person)
    clinic.move(grace=0)
    clinic.later(AT_LEAST)
    assert clinic.shown["move"]["state"] == "done"
    assert not clinic.comes_as_before(ann)["admitted"]
    assert clinic.arrives(ann)["admitted"]


def test_in_other_organizations_they_stay_as_they_were(clinic: Mover, new_person: NewPerson) -> None:
    """The old account is theirs; only the door to the organization that moved closes."""
    ann = clinic.person(new_person)
    other = mover(clinic.stack, clinic.operator, clinic.domain)
    body = {"email": ann.email, "roles": ["viewer"]}
    clinic.operator.post(f"{other.path}/members", json=body).raise_for_status()
    clinic.move(grace=0)
    clinic.later(AT_LEAST)
    assert roles(ann.sign_in(other.id, prompt="login")) == ["viewer"]


def test_isolated_organizations_move_as_well(operator: Api, stack: Stack, new_person: NewPerson) -> None:
    """Their database is gone with them at the end, no sooner: its accounts are their users' former ones."""
    clinic = mover(stack, operator, f"{unique('domain')}.example", kind="isolated")
    proved(operator, clinic.id, clinic.domain)
    ann = clinic.person(new_person, roles=["editor"])
    clinic.move(grace=0)
    clinic.later(AT_LEAST)
    assert not clinic.comes_as_before(ann)["admitted"]
    assert roles(clinic.arrives(ann)) == ["editor"]
    assert [own["name"] for own in clinic.shown["connections"]] == [clinic.provider]
    assert len(connections(stack, clinic.id)) == 2
    offboarded(stack, operator, clinic.id)
    assert connections(stack, clinic.id) == []


def test_what_is_changed_during_the_grace_holds_for_both(clinic: Mover, new_person: NewPerson) -> None:
    """Who is demoted or removed does not go on by the other door."""
    ann, _ = clinic.person(new_person, roles=["admin"]), clinic.person(new_person, roles=["admin"])
    clinic.move()
    old, new = clinic.members(ann.email)
    path = f"{clinic.path}/members"
    answer = clinic.operator.patch(f"{path}/{old['user']}", json={"roles": []}, headers=ANY)
    refused(answer, 409, "member_moved")
    assert answer.json()["user"] == new["user"]
    clinic.operator.patch(f"{path}/{new['user']}", json={"roles": ["viewer"]}, headers=ANY).raise_for_status()
    assert [member["roles"] for member in clinic.members(ann.email)] == [["viewer"], ["viewer"]]
    assert (clinic.record.taken, clinic.record.admins) == (2, 1)
    clinic.stack.workers.idle()
    clinic.later(30)
    assert roles(clinic.comes_as_before(ann)) == ["viewer"]
    clinic.operator.delete(f"{path}/{new['user']}").raise_for_status()
    clinic.stack.workers.idle()
    assert clinic.members(ann.email) == []
    assert not clinic.comes_as_before(ann)["admitted"]
    assert not clinic.arrives(ann)["admitted"]
    assert clinic.record.taken == 1


def test_who_is_removed_by_their_old_id_is_removed(clinic: Mover, new_person: NewPerson) -> None:
    """Whoever asks may not know yet that they moved: it is the person who is meant."""
    ann, _ = clinic.person(new_person, roles=["admin"]), clinic.person(new_person, roles=["admin"])
    clinic.move()
    old, new = clinic.members(ann.email)
    answer = clinic.operator.delete(f"{clinic.path}/members/{old['user']}").raise_for_status()
    assert answer.json()["user"] == old["user"]
    along = clinic.operator.get(f"{clinic.path}/receipts/{answer.json()['along']}").json()
    assert (along["user"], along["along"]) == (new["user"], answer.json()["id"])
    clinic.stack.workers.idle()
    assert clinic.members(ann.email) == []
    assert (clinic.record.taken, clinic.record.admins) == (1, 1)
    assert not clinic.comes_as_before(ann)["admitted"]
    assert not clinic.arrives(ann)["admitted"]
    assert audited(clinic.stack, clinic.id, "member:remove").count(new["user"]) == 1


def test_an_offer_from_before_leads_to_the_new_door(clinic: Mover, new_person: NewPerson) -> None:
    """Also if an admin made it who has moved since."""
    ann, ben = clinic.person(new_person, roles=["admin"]), new_person("ben")
    ben.email = ben.idp["email"] = f"{unique('ben')}@{clinic.domain}"
    with ann.api(clinic.id) as admin:
        invite(admin, clinic.id, ben)
    clinic.move(grace=0)
    clinic.later(AT_LEAST)
    pressed = ben.press(ben.link())
    assert pressed.headers["location"] == f"{clinic.stack.app}/login?organization={clinic.id}"
    assert clinic.arrives(ben)["admitted"]
    [member] = clinic.members(ben.email)
    assert store(clinic.stack).user(member["user"]).connection == clinic.provider


def test_nobody_is_offered_a_second_seat(clinic: Mover, new_person: NewPerson) -> None:
    """By whichever door they are in."""
    ann = clinic.person(new_person)
    clinic.move()
    old, new = clinic.members(ann.email)
    for kind in ("invites", "members"):
        answer = clinic.operator.post(f"{clinic.path}/{kind}", json={"email": ann.email})
        refused(answer, 409, "already_member")
        assert answer.json()["user"] == new["user"] != old["user"]


def test_a_removed_member_does_not_come_back_by_the_new_door(clinic: Mover, new_person: NewPerson) -> None:
    """Although their domain lets its people in, as it lets in a colleague."""
    ann, ben = clinic.person(new_person), new_person("ben")
    ben.idp["email"] = ben.email = f"{unique('ben')}@{clinic.domain}"
    clinic.operator.patch(
        f"{clinic.path}/domains/{clinic.domain}", json={"auto_join": True}, headers=ANY
    ).raise_for_status()
    [member] = clinic.members(ann.email)
    clinic.operator.delete(f"{clinic.path}/members/{member['user']}").raise_for_status()
    clinic.move()
    assert not clinic.arrives(ann)["admitted"]
    assert clinic.arrives(ben)["admitted"]


def test_a_suspended_organization_moves_on_when_it_is_resumed(clinic: Mover, new_person: NewPerson) -> None:
    """Nothing is granted meanwhile, and the old door closes once it may."""
    ann = clinic.person(new_person)
    clinic.move()
    clinic.operator.post(f"{clinic.path}/suspend").raise_for_status()
    clinic.later(15 * DAY)
    assert clinic.shown["move"]["state"] == "grace"
    clinic.operator.post(f"{clinic.path}/resume").raise_for_status()
    for _ in range(2):  # the sweep looks at what waits ever less often, every five minutes at last
        clinic.later(301)
    assert clinic.shown["move"]["state"] == "done"
    assert not clinic.comes_as_before(ann)["admitted"]
    assert clinic.arrives(ann)["admitted"]
