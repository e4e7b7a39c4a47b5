"""The story that `make demo` tells, line by line, through the front door."""

import time
from contextlib import closing
from typing import Any

import httpx
import pytest

from guestlist.tenant import SCOPES
from local.naive import add_organization
from local.people import PLAIN, Api, Person
from local.stack import AUDIENCE, CONNECTION, NAMESPACE, Stack
from local.telling import together
from tests.conftest import NewPerson
from tests.front_door import (
    WAIT,
    accounts,
    add,
    counted,
    invite,
    items,
    join,
    organizations_at_auth0,
    provision,
    suffer,
)

CLIENTS = {"operator", "system", "resolver", "app", *SCOPES}


def test_line_1_every_part_of_the_stack_answers(stack: Stack) -> None:
    """Tenant, gateway, mailbox, application and index are up, and each client has its registration."""
    pages = [f"{stack.issuer}.well-known/openid-configuration", f"{stack.api}/openapi.json"]
    pages += [stack.mailbox, f"{stack.mailbox}/messages", stack.app, stack.index]
    assert [httpx.get(page, verify=PLAIN).status_code for page in pages] == [200] * len(pages)
    assert set(stack.clients) >= CLIENTS


def test_line_1_setup_brought_the_tenant_to_what_guestlist_needs(stack: Stack) -> None:
    """Sign-ups are off, the API has RBAC and permissions in its tokens, the deployed door is first."""
    with closing(stack.management()) as auth0:
        every = _listed(auth0.call("GET", "/connections").body, "connections")
        [connection] = [found for found in every if found["name"] == CONNECTION]
        servers = _listed(auth0.call("GET", "/resource-servers").body, "resource_servers")
        bindings = auth0.call("GET", "/actions/triggers/post-login/bindings").body["bindings"]
        door = auth0.call("GET", f"/actions/actions/{bindings[0]['action']['id']}").body
    [api] = [server for server in servers if server["identifier"] == AUDIENCE]
    assert connection["options"]["disable_signup"] is True
    assert (api["enforce_policies"], api["token_dialect"]) == (True, "access_token_authz")
    assert (bindings[0]["display_name"], door["deployed_version"]["deployed"]) == ("guestlist-door", True)


def _listed(body: Any, name: str) -> list[dict[str, Any]]:  # noqa: ANN401 JSON
    """Return a list that comes bare or with its totals."""
    return list(body[name] if isinstance(body, dict) else body)


def test_line_2_an_operator_provisions_organizations(operator: Api, stack: Stack) -> None:
    """Two of them, active and empty, without a word to Auth0."""
    with counted(stack) as calls:
        made = [provision(operator, name=name) for name in ("Clinic A", "Clinic B")]
    read = [operator.get(f"/organizations/{organization}").json() for organization in made]
    assert [(found["name"], found["status"], found["members"]) for found in read] == [
        ("Clinic A", "active", 0),
        ("Clinic B", "active", 0),
    ]
    assert calls == []


def test_line_3_an_invite_is_a_mail_and_nothing_else(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """One mail with one link; no call to Auth0, no account."""
    doctor = new_person()
    with counted(stack) as calls:
        made = invite(operator, clinic, doctor, roles=["admin"], inviter_name="Olga Operator")
    [mail] = _mails(stack, doctor)
    assert made["status"] == "pending"
    assert mail["links"] == [doctor.link()]
    assert "Olga Operator" in mail["text"]
    assert calls == []
    assert accounts(stack, doctor.email) == []


def _mails(stack: Stack, person: Person) -> list[dict[str, Any]]:
    mails = httpx.get(f"{stack.mailbox}/messages", verify=PLAIN).json()
    return [mail for mail in mails if mail["to"] == person.email]


def test_line_4_a_scanner_that_opens_the_link_changes_nothing(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """HEAD, GET, GET within 200 ms: pages without a script, no item of the table moved, no call made."""
    doctor = new_person()
    invite(operator, clinic, doctor)
    before, link = items(stack), doctor.link()
    opened: list[float] = []
    hooks = {"request": [lambda _: opened.append(time.monotonic())]}
    with counted(stack) as calls, httpx.Client(verify=PLAIN, event_hooks=hooks) as scanner:
        together(lambda: scanner.head(link), lambda: scanner.get(link), lambda: scanner.get(link))
        assert max(opened) - min(opened) < 0.2
        page = scanner.get(link)
    assert page.status_code == 200
    assert "<script" not in page.text
    assert items(stack) == before
    assert calls == []
    assert doctor.press(link).status_code == 303


def test_line_5_who_accepts_and_sets_a_password_is_admitted(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """Both tokens carry the organization and the roles, and nothing of other organizations."""
    doctor = new_person()
    join(operator, clinic, doctor, roles=["admin"])
    outcome = doctor.sign_in(clinic)
    claims = {f"{NAMESPACE}/organization": clinic, f"{NAMESPACE}/roles": ["admin"]}
    assert outcome["admitted"]
    for token in ("claims", "access_token_claims"):
        assert outcome[token] | claims == outcome[token]
    [account] = accounts(stack, doctor.email)
    assert account["email_verified"] is True


def test_line_5_the_door_denies_another_organization(
    operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """By the deployed Action, in its own words, although the person is signed in."""
    doctor, other = new_person(), provision(operator)
    join(operator, clinic, doctor)
    assert doctor.sign_in(clinic)["admitted"]
    denied = doctor.sign_in(other)
    assert (denied["admitted"], denied["error"]) == (False, "access_denied")
    assert denied["error_description"].startswith("not_member: ")


def test_line_6_an_admins_invite_goes_into_their_own_organization(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """It is forced; another one's name is answered as an unknown one, and nothing is sent."""
    doctor, nurse, other = new_person(), new_person(), provision(operator)
    join(operator, clinic, doctor, roles=["admin"])
    with doctor.api(clinic) as admin:
        made = admin.post("/invites", json={"email": nurse.email})
        elsewhere = admin.post("/invites", json={"email": new_person().email, "organization": other})
    stack.workers.idle()
    assert (made.status_code, made.json()["organization"]) == (201, clinic)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "not_found")
    assert len(_mails(stack, nurse)) == 1
    assert operator.get(f"/organizations/{other}/invites").json()["items"] == []


def test_line_7_another_system_adds_a_known_account(
    operator: Api, system: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """One call; the array holds both organizations, and the second one admits."""
    doctor, second = new_person(), provision(operator)
    join(operator, clinic, doctor)
    with counted(stack) as calls:
        added = add(system, second, doctor)
    assert added["projection"] == "applied"
    assert len(calls) == 1
    assert organizations_at_auth0(stack, doctor) == sorted([clinic, second])
    assert doctor.sign_in(second)["admitted"]


def test_line_8_who_is_added_with_a_welcome_sets_a_password(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """The account is there at once, nobody's; the mail's page and button lead to a password."""
    clerk = new_person()
    added = add(operator, clinic, clerk, welcome=True)
    stack.workers.idle()
    [account] = accounts(stack, clerk.email)
    assert added["projection"] == "applied"
    assert "last_password_reset" not in account
    clerk.join()
    assert clerk.sign_in(clinic)["admitted"]


def test_line_9_two_administrators_at_once_both_get_what_they_did(
    operator: Api, system: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """Each adds the doctor to an organization in the same instant, while Auth0 is slow."""
    doctor, second, third = new_person(), provision(operator), provision(operator)
    join(operator, clinic, doctor)
    suffer(stack, method="PATCH", path="/api/v2/users/.*", lag=0.15, times=2)
    added = together(lambda: add(operator, second, doctor), lambda: add(system, third, doctor))
    assert [member["projection"] for member in added] == ["applied", "applied"]
    assert organizations_at_auth0(stack, doctor) == sorted([clinic, second, third])


def test_line_9_the_straightforward_script_loses_one(stack: Stack, new_person: NewPerson) -> None:
    """Read the array, append, write it back: two at once, and what the first one wrote is gone."""
    doctor = new_person()
    account = stack.new_account(doctor.email)
    suffer(stack, method="PATCH", path="/api/v2/users/.*", lag=0.15, times=2)
    together(*(lambda name=name: add_organization(stack, account, name) for name in ("east", "west")))
    assert organizations_at_auth0(stack, doctor) in (["east"], ["west"])


@pytest.mark.parametrize("way", ["refresh", "sign_in"])
def test_line_10_who_was_removed_is_not_admitted_there_any_more(
    way: str, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Neither by the next refresh nor by the next login; the other organization goes on."""
    doctor, second = new_person(), provision(operator)
    join(operator, clinic, doctor)
    user = add(operator, second, doctor)["user"]
    enter = {"refresh": doctor.refresh, "sign_in": doctor.sign_in}[way]
    assert doctor.sign_in(clinic)["admitted"]
    assert doctor.sign_in(second)["admitted"]
    assert enter(clinic)["admitted"]
    removed = operator.delete(f"/organizations/{clinic}/members/{user}", headers=WAIT)
    assert (removed.status_code, removed.json()["steps"][1]["state"]) == (202, "done")
    assert enter(clinic)["error"] == "access_denied"
    assert enter(second)["admitted"]
