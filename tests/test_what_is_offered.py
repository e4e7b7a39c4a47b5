"""What an organization allows: whose addresses may come, which roles are given; and its language."""

import pytest

from local.people import Api
from local.stack import Stack
from tests.conftest import NewPerson
from tests.front_door import add, invite, join, provision
from tests.refusals import recorded, refused

ELSEWHERE = "ann@elsewhere.example"


@pytest.mark.parametrize("way", ["invites", "members"])
def test_only_allowed_domains_may_come(way: str, operator: Api) -> None:
    """Compared as addresses are: ignoring case, in one form of an international domain."""
    clinic = provision(operator, allowed_domains=["Clinic.example", "b\u00fccher.example"])
    path = f"/organizations/{clinic}/{way}"
    assert operator.get(f"/organizations/{clinic}").json()["allowed_domains"] == [
        "clinic.example",
        "xn--bcher-kva.example",
    ]
    refused(operator.post(path, json={"email": ELSEWHERE}), 422, "unacceptable", "#/email")
    refused(operator.post(path, json={"email": "ann@sub.clinic.example"}), 422, "unacceptable", "#/email")
    assert operator.post(path, json={"email": f"{way}@CLINIC.example"}).status_code == 201
    assert operator.post(path, json={"email": f"{way}@B\u00dcCHER.example"}).status_code == 201


def test_a_refused_address_leaves_nothing(operator: Api, stack: Stack) -> None:
    """No invite, no seat, no user."""
    clinic = provision(operator, allowed_domains=["clinic.example"])
    before = recorded(stack)
    answer = operator.post(f"/organizations/{clinic}/invites", json={"email": ELSEWHERE})
    refused(answer, 422, "unacceptable", "#/email")
    assert recorded(stack) == before


def test_only_offered_roles_are_given_and_admin_always_is(operator: Api, new_person: NewPerson) -> None:
    """At an invite, an addition and a change; a role that somebody has stays theirs."""
    clinic, ann = provision(operator), new_person("ann")
    member = add(operator, clinic, ann, roles=["editor", "billing"])
    path = f"/organizations/{clinic}"
    operator.patch(path, json={"roles": ["editor"]}, headers={"If-Match": "*"}).raise_for_status()
    body = {"email": new_person("ben").email, "roles": ["admin", "viewer"]}
    refused(operator.post(f"{path}/invites", json=body), 422, "unacceptable", "#/roles/1")
    refused(operator.post(f"{path}/members", json=body), 422, "unacceptable", "#/roles/1")
    of_ann, seen = f"{path}/members/{member['user']}", {"If-Match": "*"}
    refused(
        operator.patch(of_ann, json={"roles": ["viewer"]}, headers=seen), 422, "unacceptable", "#/roles/0"
    )
    kept = operator.patch(of_ann, json={"roles": ["billing", "admin"]}, headers=seen)
    assert kept.json()["roles"] == ["admin", "billing"]


def test_what_was_offered_before_is_accepted_and_not_renewed(operator: Api, new_person: NewPerson) -> None:
    """A limit is for what comes: an offer that is out stands, but has no new link."""
    clinic, ann, ben = provision(operator), new_person("ann"), new_person("ben")
    path = f"/organizations/{clinic}"
    invite(operator, clinic, ann)
    of_ben = invite(operator, clinic, ben)["id"]
    limit = {"allowed_domains": ["elsewhere.example"]}
    operator.patch(path, json=limit, headers={"If-Match": "*"}).raise_for_status()
    refused(operator.post(f"{path}/invites/{of_ben}/resend"), 422, "unacceptable", "#/email")
    ann.join()
    assert ann.sign_in(clinic)["admitted"]


def test_mails_are_in_the_organizations_language_where_nobody_said_another(
    operator: Api, new_person: NewPerson
) -> None:
    """An invite's own comes first."""
    clinic = provision(operator, locale="de-AT")
    ann, ben = new_person("ann"), new_person("ben")
    invite(operator, clinic, ann)
    invite(operator, clinic, ben, locale="en")
    pages = [person.browser.get(person.link()).text for person in (ann, ben)]
    assert ['lang="de"' in page for page in pages] == [True, False]


@pytest.mark.parametrize(
    ("setting", "pointer"),
    [
        ({"allowed_domains": ["no domain"]}, "#/allowed_domains/0"),
        ({"allowed_domains": ["a.example"] * 101}, "#/allowed_domains"),
        ({"allowed_domains": "clinic.example"}, "#/allowed_domains"),
        ({"roles": ["Not A Slug"]}, "#/roles/0"),
        ({"locale": "12"}, "#/locale"),
    ],
)
def test_a_limit_that_is_none_is_refused(operator: Api, setting: dict[str, object], pointer: str) -> None:
    """With the place of what is wrong."""
    clinic = provision(operator)
    answer = operator.patch(f"/organizations/{clinic}", json=setting, headers={"If-Match": "*"})
    refused(answer, 422, "unacceptable", pointer)


def test_limits_are_taken_away(operator: Api, new_person: NewPerson) -> None:
    """By an empty list."""
    clinic = provision(operator, allowed_domains=["elsewhere.example"], roles=["editor"])
    open_to_all: dict[str, list[str]] = {"allowed_domains": [], "roles": []}
    operator.patch(f"/organizations/{clinic}", json=open_to_all, headers={"If-Match": "*"}).raise_for_status()
    join(operator, clinic, new_person("ann"), roles=["viewer"])
