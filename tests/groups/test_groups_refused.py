"""Tables of groups that are none: refused with the place of what is wrong, and nothing recorded."""

from typing import Any

import pytest

from local.people import Api
from local.stack import Stack
from tests.connections_setup import asked, held, of_idp
from tests.front_door import provision
from tests.groups_setup import ANY, TABLE
from tests.logins_setup import enterprise
from tests.refusals import MARK, recorded, refused

SAML = {"strategy": "samlp", "metadata_url": "https://id.clinic.example/metadata"}

WRONG: dict[str, tuple[object, str]] = {
    "no table": (["Nurses"], "#/groups"),
    "a role that stands alone": ({"Nurses": "member"}, "#/groups/Nurses"),
    "a role that is no slug": ({"Nurses": [f"Not {MARK}"]}, "#/groups/Nurses/0"),
    "a role that is no text": ({"Nurses": ["member", 7]}, "#/groups/Nurses/1"),
    "too many roles of one group": ({"Nurses": [f"r{n}" for n in range(11)]}, "#/groups/Nurses"),
    "too many groups": ({f"group {n}": ["member"] for n in range(101)}, "#/groups"),
    "too many roles in all": (
        {f"group {n}": [f"r{n}-{m}" for m in range(10)] for n in range(6)},
        "#/groups",
    ),
    "a group without a name": ({"": ["member"]}, "#/groups"),
    "a name that is too long": ({"n" * 201: ["member"]}, "#/groups"),
    "a control character in a name": ({f"Nurses\n{MARK}": ["member"]}, "#/groups"),
    "a name with a slash and a bad role": ({"OU=a/b~c": ["No"]}, "#/groups/OU=a~1b~0c/0"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_table_that_is_none(wrong: str, operator: Api, stack: Stack) -> None:
    """When an organization is provisioned, and later."""
    groups, pointer = WRONG[wrong]
    clinic = provision(operator)
    held(stack, operator, of_idp(**SAML) | {"groups": groups}, 422, "unacceptable", pointer)
    before = recorded(stack)
    changed = operator.patch(f"/organizations/{clinic}", json={"groups": groups}, headers=ANY)
    refused(changed, 422, "unacceptable", pointer)
    assert recorded(stack) == before


@pytest.mark.parametrize("at", ["sometimes", "", None, True])
def test_a_time_that_is_none(at: object, operator: Api) -> None:
    """There are two."""
    answer = operator.patch(f"/organizations/{provision(operator)}", json={"groups_at": at}, headers=ANY)
    refused(answer, 422, "unacceptable", "#/groups_at")


@pytest.mark.parametrize(
    ("asking", "pointer"),
    [({"groups": TABLE}, "#/groups"), ({"groups_at": "every_login"}, "#/groups_at")],
)
@pytest.mark.parametrize("kind", ["shared", "isolated"])
def test_who_has_no_identity_provider_has_no_groups(
    kind: str, asking: dict[str, Any], pointer: str, operator: Api, stack: Stack
) -> None:
    """Neither from the beginning nor later; an empty table is none."""
    clinic = provision(operator, kind=kind, groups={}, groups_at="first_login")
    stack.workers.idle()
    held(stack, operator, asked(kind=kind, **asking), 422, "unacceptable", pointer)
    before = recorded(stack)
    path = f"/organizations/{clinic}"
    refused(operator.patch(path, json=asking, headers=ANY), 422, "unacceptable", pointer)
    assert recorded(stack) == before


def test_groups_give_what_the_organization_gives(operator: Api, stack: Stack) -> None:
    """`admin` among it; a limit that comes later leaves nothing out that groups give."""
    groups = {"Nurses": ["member"], "Heads/night": ["admin", "owner", "member"]}
    limited = of_idp(**SAML) | {"roles": ["member"], "groups": groups}
    # In order of their names: admin, member, owner.
    held(stack, operator, limited, 422, "unacceptable", "#/groups/Heads~1night/2")
    clinic = enterprise(stack, operator, groups=groups).path
    refused(operator.patch(clinic, json={"roles": ["member"]}, headers=ANY), 422, "unacceptable", "#/roles")
    both = {"roles": ["member"], "groups": {"Heads": ["admin", "member"]}}
    changed = operator.patch(clinic, json=both, headers=ANY).raise_for_status().json()
    assert (changed["groups"], changed["roles"]) == (both["groups"], ["member"])


def test_an_organization_is_asked_for_again_with_its_table(operator: Api) -> None:
    """The same is the same organization; with another table it is another one of that name."""
    body = of_idp(**SAML) | {"groups": TABLE, "groups_at": "every_login"}
    made = [operator.post("/organizations", json=body).raise_for_status().json() for _ in range(2)]
    assert made[0]["groups"] == made[1]["groups"] == TABLE
    for other in (body | {"groups": {}}, body | {"groups_at": "first_login"}):
        refused(operator.post("/organizations", json=other), 409, "organization_exists")


def test_a_table_is_replaced_as_a_whole_and_shown_as_it_is(operator: Api, stack: Stack) -> None:
    """Names letter for letter, roles in order; what is left out stays, and nothing takes it away."""
    strange = " Nurses \u00e9e\u0301 \U0001f691 'CN=a,OU=b/c' __proto__"
    clinic = enterprise(stack, operator, groups={strange: ["member", "lab", "lab"]})
    shown = operator.get(clinic.path).json()
    assert (shown["groups"], shown["groups_at"]) == ({strange: ["lab", "member"]}, "first_login")
    later = operator.patch(clinic.path, json={"groups_at": "every_login"}, headers=ANY).json()
    assert (later["groups"], later["groups_at"]) == (shown["groups"], "every_login")
    assert operator.patch(clinic.path, json={"groups": TABLE}, headers=ANY).json()["groups"] == TABLE
    assert operator.patch(clinic.path, json={"groups": {}}, headers=ANY).json()["groups"] == {}
