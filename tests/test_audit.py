"""The audit: every change has its record, in its transaction, and the organization's admins can read it."""

import json
from datetime import datetime
from typing import Any

import pytest
from werkzeug.wrappers import Request

from guestlist.audit_records import Action, Actor, ActorKind
from local.people import Api
from local.stack import Stack
from tests.bench import Bench
from tests.callers_setup import CHANGES, added, ask, change, filled
from tests.conftest import NewPerson
from tests.front_door import add, invite, provision, unique
from tests.minted import caller, of_organization
from tests.refusals import refused

Record = dict[str, Any]


def audit(api: Api, organization: str) -> list[Record]:
    """Return an organization's records, newest first."""
    answer = api.get(f"/organizations/{organization}/audit", params={"limit": 100})
    records: list[Record] = answer.raise_for_status().json()["items"]
    return records


def done(api: Api, organization: str) -> list[str]:
    """Return what was done in an organization, in the order in which it was done."""
    return [record["action"] for record in reversed(audit(api, organization))]


def test_a_record_says_who_what_whom_when_and_in_which_request(
    stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Kinds and ids, the time in UTC, and the request id that the answer bears."""
    body = {"email": new_person().email, "roles": ["editor"]}
    answer = operator.post(f"/organizations/{clinic}/members", json=body)
    record = audit(operator, clinic)[0]
    assert record["actor"]["kind"] == "operator"
    assert record["actor"]["id"].startswith("auth0|")
    assert record["action"] == "member:add"
    assert record["subject"] == {"kind": "member", "id": answer.json()["user"]}
    assert record["request_id"] == answer.headers["apigw-requestid"]
    assert abs(datetime.fromisoformat(record["at"]).timestamp() - stack.tenant.state.clock.now()) < 60
    assert (record["organization"], record["seal"]) == (clinic, None)
    assert set(record) == {
        *("id", "organization", "at", "actor", "action", "subject", "request_id", "seal"),
    }


def test_every_kind_of_actor_is_named(
    stack: Stack, operator: Api, system: Api, clinic: str, new_person: NewPerson
) -> None:
    """An admin by the user, not by an account, a system by its client, an invitee by the invite."""
    boss, invitee = new_person("admin"), new_person()
    user = add(system, clinic, boss, roles=["admin"])["user"]
    account = operator.get(f"/users/{user}").json()["account"]
    with caller(stack, sub=account, **of_organization(clinic, "admin")) as admin:
        offer = invite(admin, clinic, invitee)["id"]
        invitee.join()
        accepted, created, joined, _ = audit(admin, clinic)
    joiner = operator.get(f"/organizations/{clinic}/invites/{offer}").json()["user"]
    assert accepted["actor"] == {"kind": "invitee", "id": offer, "user": joiner}
    assert created["actor"] == {"kind": "admin", "id": user, "user": user}
    assert joined["actor"]["kind"] == "system"
    assert joined["actor"]["id"].endswith("@clients")


def test_every_change_has_its_record(operator: Api) -> None:
    """One record for one change, under the name of what was done to what."""
    clinic = provision(operator)
    path, invites = f"/organizations/{clinic}", f"/organizations/{clinic}/invites"
    first, second, third = (
        operator.post(invites, json={"email": f"{unique('x')}@clinic.example"}).json() for _ in range(3)
    )
    operator.post(f"{invites}/{first['id']}/resend").raise_for_status()
    operator.delete(f"{invites}/{second['id']}").raise_for_status()
    operator.post(f"{path}/members", json={"email": third["email"]}).raise_for_status()
    user = added(operator, clinic)
    change(operator, clinic, user, "editor").raise_for_status()
    operator.delete(f"{path}/members/{user}").raise_for_status()
    assert done(operator, clinic)[:6] == [
        *("organization:provision", "invite:create", "invite:create", "invite:create"),
        *("invite:resend", "invite:revoke"),
    ]
    assert sorted(done(operator, clinic)[6:8]) == ["invite:revoke", "member:add"]
    assert done(operator, clinic)[8:11] == ["member:add", "member:change", "member:remove"]


def test_what_changes_nothing_has_no_record(operator: Api, clinic: str) -> None:
    """Neither refusals, nor replays, nor what is so already."""
    ids = filled(operator, clinic)
    operator.delete(f"/organizations/{clinic}/invites/{ids['invite']}").raise_for_status()
    body, key = {"email": "ann@clinic.example"}, {"Idempotency-Key": "one"}
    operator.post(f"/organizations/{clinic}/members", json=body, headers=key).raise_for_status()
    before = audit(operator, clinic)
    operator.delete(f"/organizations/{clinic}/invites/{ids['invite']}").raise_for_status()
    operator.post(f"/organizations/{clinic}/members", json=body, headers=key).raise_for_status()
    refused(operator.post(f"/organizations/{clinic}/members", json=body), 409, "already_member")
    assert audit(operator, clinic) == before


UNRECORDED = {"POST /drift", "POST /logins/resolve"}
"""A look for drift changes nothing here; its run says who asked for it. Nobody's login leaves no trace."""


def test_a_record_is_in_the_transaction_of_its_change(stack: Stack, operator: Api, clinic: str) -> None:
    """Whatever a request commits holds a record of it; the provisioner's turns end later."""
    ids, heard = filled(operator, clinic), list[Record]()

    def hear(request: Request) -> None:
        commits = request.headers.get("X-Amz-Target", "").endswith(".TransactWriteItems")
        if commits and "ProvisionerFunction" not in str(request.user_agent):
            heard.append(json.loads(request.get_data()))

    with stack.aws.heard(hear):
        asked = [ask(operator, route, ids) for route in CHANGES if route not in UNRECORDED]
    recorded = [
        {part["Put"]["Item"]["request"]["S"] for part in commit["TransactItems"] if "AUDIT#" in str(part)}
        for commit in heard
    ]
    requests = [answer.headers["apigw-requestid"] for answer in asked]
    assert [record for record in recorded if record & {*requests}] == [{request} for request in requests]
    assert all(recorded)


def test_an_expiry_is_the_sweeps(guests: Bench, organization: str) -> None:
    """Nobody asks for it, so it is the sweep's, in the sweep's own request."""
    offer = guests.invited(organization, "late@clinic.example", send=False)
    guests.advance(offer.life)
    guests.sweep()
    record = guests.store.audit(organization, limit=1, cursor=None).items[0]
    assert (record.actor, record.request) == (Actor(ActorKind.SWEEP, "sweep"), "sweep")
    assert (record.action, record.subject) == (Action.INVITE_EXPIRE, offer.id)


def test_the_newest_comes_first_and_pages_lead_back(operator: Api, clinic: str) -> None:
    """What is done between two pages is on neither, and nothing is left out or shown twice."""
    for _ in range(4):
        added(operator, clinic)
    before, path = audit(operator, clinic), f"/organizations/{clinic}/audit"
    page = operator.get(path, params={"limit": 2}).json()
    added(operator, clinic)
    rest = operator.get(path, params={"cursor": page["next"]}).json()
    assert page["items"] + rest["items"] == before
    assert rest["next"] is None
    assert [record["id"] for record in before] == sorted((r["id"] for r in before), reverse=True)


@pytest.mark.parametrize("kind", ["members", "audit"])
def test_a_cursor_leads_on_in_its_own_list_alone(kind: str, operator: Api, clinic: str) -> None:
    """Members and records lie in one partition, and are two lists."""
    for _ in range(2):
        added(operator, clinic)
    path, other = f"/organizations/{clinic}", {"members": "audit", "audit": "members"}[kind]
    cursor = operator.get(f"{path}/{kind}", params={"limit": 1}).json()["next"]
    refused(operator.get(f"{path}/{other}", params={"cursor": cursor}), 400, "malformed")


def test_no_address_stands_in_it(operator: Api, clinic: str, new_person: NewPerson) -> None:
    """Who was invited, added and removed is told by ids."""
    person = new_person()
    invite(operator, clinic, person)
    person.join()
    operator.post(f"/organizations/{clinic}/members", json={"email": new_person().email})
    assert "@clinic.example" not in operator.get(f"/organizations/{clinic}/audit").text


def test_an_erasure_has_nothing_to_take_out_of_it(
    stack: Stack, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """What an admin, an invitee and a member did stands there without their accounts and addresses."""
    boss, invitee = new_person("boss"), new_person("invitee")
    user = add(operator, clinic, boss, roles=["admin"])["user"]
    account = operator.get(f"/users/{user}").json()["account"]
    with caller(stack, sub=account, **of_organization(clinic, "admin")) as admin:
        invite(admin, clinic, invitee)
        invitee.join()
        added(admin, clinic)
    members = operator.get(f"/organizations/{clinic}/members").json()["items"]
    accounts = [operator.get(f"/users/{member['user']}").json()["account"] for member in members]
    told = operator.get(f"/organizations/{clinic}/audit").text
    assert len(accounts) == 3
    assert [one for one in accounts if one.removeprefix("auth0|") in told] == []
    assert "@clinic.example" not in told
