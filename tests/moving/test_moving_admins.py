"""Admins on themselves while their organization moves: they stand behind two doors, and act by either."""

import pytest

from local.people import Api
from tests.conftest import NewPerson
from tests.domain_setup import ANY
from tests.moving_setup import Mover


def signed_in(clinic: Mover, door: str, new_person: NewPerson) -> tuple[Api, str, dict[str, str]]:
    """Return an admin's API by one door, their address, and their ids behind both; another admin stays."""
    ann, _ = clinic.person(new_person, roles=["admin"]), clinic.person(new_person, roles=["admin"])
    clinic.move()
    came = clinic.comes_as_before(ann) if door == "old" else clinic.arrives(ann)
    old, new = clinic.members(ann.email)
    return Api(clinic.stack, came["access_token"]), ann.email, {"old": old["user"], "new": new["user"]}


@pytest.mark.parametrize("door", ["old", "new"])
def test_who_gives_up_being_an_admin_does_so_behind_both_doors(
    clinic: Mover, new_person: NewPerson, door: str
) -> None:
    """Whichever they came by; afterwards their token is good for nothing more."""
    api, email, ids = signed_in(clinic, door, new_person)
    path = f"{clinic.path}/members/{ids['new']}"
    with api:
        changed = api.patch(path, json={"roles": ["viewer"]}, headers=ANY)
        again = api.patch(path, json={"roles": ["editor"]}, headers=ANY)
    assert (changed.status_code, changed.json()["roles"], again.status_code) == (200, ["viewer"], 403)
    assert [member["roles"] for member in clinic.members(email)] == [["viewer"], ["viewer"]]
    assert (clinic.record.taken, clinic.record.admins) == (2, 1)


@pytest.mark.parametrize("named", ["old", "new"])
@pytest.mark.parametrize("door", ["old", "new"])
def test_who_removes_themself_is_off_the_list(
    clinic: Mover, new_person: NewPerson, door: str, named: str
) -> None:
    """By either of their ids, and behind both doors."""
    api, email, ids = signed_in(clinic, door, new_person)
    with api:
        removed = api.delete(f"{clinic.path}/members/{ids[named]}")
    assert (removed.status_code, removed.json()["user"]) == (202, ids[named])
    assert clinic.members(email) == []
    assert (clinic.record.taken, clinic.record.admins) == (1, 1)
