"""Roles by groups while an organization moves to an identity provider of its own: at both doors the same."""

from typing import Any

from local.stack import NAMESPACE
from tests.conftest import NewPerson
from tests.domain_setup import ANY
from tests.groups_setup import TABLE, asking
from tests.moving_setup import DAY, Mover
from tests.refusals import refused


def change(clinic: Mover, **asked: object) -> None:
    """Change the organization."""
    clinic.operator.patch(clinic.path, json=asked, headers=ANY).raise_for_status()


def roles(came: dict[str, Any]) -> list[str]:
    """Return the roles that an admitted person's token bears."""
    return sorted(came["claims"][f"{NAMESPACE}/roles"])


def test_what_groups_give_and_take_holds_at_both_doors(clinic: Mover, new_person: NewPerson) -> None:
    """From the first login behind the new one; once the old one is shut, all goes on."""
    ann = clinic.person(new_person, roles=["editor"])
    refused(
        clinic.operator.patch(clinic.path, json={"groups": TABLE}, headers=ANY),
        422,
        "unacceptable",
        "#/groups",
    )
    clinic.move()
    change(clinic, groups=TABLE, groups_at="every_login")
    for groups, wanted in ((["Nurses"], ["editor", "member"]), (["Lab, night"], ["editor", "lab"])):
        ann.idp["groups"] = groups
        assert roles(clinic.arrives(ann)) == wanted
        clinic.later(60)
        assert roles(clinic.comes_as_before(ann)) == wanted
    clinic.later(14 * DAY)
    assert [member["roles"] for member in clinic.members(ann.email)] == [["editor", "lab"]]
    ann.idp["groups"] = []
    assert roles(clinic.arrives(ann)) == ["editor"]


def test_another_table_counts_though_the_move_waits_for_weeks(clinic: Mover, new_person: NewPerson) -> None:
    """Members are gone through all the same, and the move ends when it is to end."""
    ann = clinic.person(new_person)
    clinic.move()
    change(clinic, groups=TABLE, groups_at="every_login")
    ann.idp["groups"] = ["Nurses"]
    assert roles(clinic.arrives(ann)) == ["member"]
    clinic.later(60)
    change(clinic, groups={"Nurses": ["nurse"]})
    clinic.later(60)
    clinic.later(60)
    assert clinic.record.groups_cursor is None
    with asking(clinic.stack) as answers:
        assert roles(clinic.arrives(ann)) == ["nurse"]
    assert answers == [200]
    assert clinic.shown["move"]["state"] == "grace"
    clinic.later(14 * DAY)
    assert (clinic.shown["move"]["state"], clinic.record.due) == ("done", None)
