"""What each function may do in AWS, in template.yaml: all that it does, and nothing else."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx
import pytest
from werkzeug.wrappers import Request as Asked

from guestlist.adding import add_member
from guestlist.audit_records import ActorKind
from guestlist.bodies import MemberRequest
from guestlist.caller import Caller
from guestlist.clock import clock
from guestlist.leases import SETTLING
from guestlist.provisioning import GRACE
from guestlist.request import Request
from local.people import PLAIN, Api, Person
from local.stack import CONNECTION, Stack
from tests.accept_setup import HOUR, get, link, store
from tests.adoption_setup import plant
from tests.bench import budgets
from tests.callers_setup import ROUTES, added, ask, filled
from tests.drift_setup import edits
from tests.front_door import WAIT, invite, pass_time, provision, suffer, unique
from tests.kinds_setup import offboarded
from tests.left_out_setup import turned
from tests.logins_setup import enterprise
from tests.minted import EVERYTHING, caller, of_organization
from tests.rights import Need, Right, given, needed

RESOLVE, OFFBOARD = "POST /logins/resolve", "DELETE /organizations/{organization}"
"""Asked by the door, and the end of whatever is asked in the same organization."""


@dataclass(frozen=True)
class Run:
    """A stack in which every function did all of its work, what that took, and what is given."""

    stack: Stack
    needs: set[Need]
    rights: list[Right]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Return a run through every route, the pages, the workers, and a sweep of all that may be overdue."""
    with Stack() as stack, caller(stack, permissions=EVERYTHING) as api:
        done = Run(stack, set(), list(given(stack.aws)))

        def hear(request: Asked) -> None:
            done.needs.update(needed(request, stack.aws))

        with stack.aws.heard(hear):
            clinic = provision(api)
            _drift(stack, api, clinic)
            _ask_everything(api, provision(api))
            _isolate(stack, api)
            _leave_out(stack, api)
            _accept(stack, api, clinic)
            _bounce(stack, api, clinic)
            _adopt(stack, api, clinic)
            _arrive(stack, api)
            _sweep(stack, api, clinic)
        yield done


def _drift(stack: Stack, api: Api, clinic: str) -> None:
    """Look for drift when it is time, and find an account that somebody changed."""
    body = {"email": "edited@clinic.example"}
    added = api.post(f"/organizations/{clinic}/members", json=body, headers=WAIT).json()
    account = api.get(f"/users/{added['user']}").json()["account"]
    edits(stack.tenant, account, app_metadata={"organizations": []})
    stack.workers.tick(minutes=5)
    stack.workers.idle()
    assert stack.tenant.state.users[account]["app_metadata"]["organizations"] == [clinic]


def _ask_everything(api: Api, clinic: str) -> None:
    ids = filled(api, clinic)
    routes = [route for route in ROUTES if route not in {RESOLVE, OFFBOARD}]
    assert [answer for route in routes if not (answer := ask(api, route, ids)).is_success] == []
    api.post("/invites", json={"email": "own@clinic.example", "organization": clinic}).raise_for_status()
    ask(api, OFFBOARD, {"organization": provision(api)}).raise_for_status()
    api.post("/discover", json={"email": "ann@clinic.example"}).raise_for_status()
    api.get("/openapi.json").raise_for_status()
    assert api.get("/nowhere").status_code == 404


def _isolate(stack: Stack, api: Api) -> None:
    """Provision an organization with all that it may have of its own, and offboard it with its people."""
    lists = {"callbacks": ["https://own.app.example/callback"], "web_origins": ["https://own.app.example"]}
    more = lists | {"admin": {"email": "first@clinic.example"}}
    stack.aws.inject("SendMessage", "ServiceUnavailable", times=1)
    clinic = provision(api, kind="isolated", **more)
    # They are waited for, in case the write that was not heard lands again.
    suffer(stack, method="PATCH", path="/api/v2/clients/", reset=True, after_effect=True)
    for seconds in (GRACE, SETTLING):
        pass_time(stack, seconds=seconds)
        stack.workers.tick()
        stack.workers.idle()
    added(api, clinic, "editor")
    offboarded(stack, api, clinic)


def _leave_out(stack: Stack, api: Api) -> None:
    """Suspend an organization while Auth0 does not let the door's Actions be changed."""
    clinic, kept = provision(api), store(stack)
    added(api, clinic, "editor")
    kept.amended(kept.door(), replace(kept.door(), refused=True), when="attribute_exists(#pk)")
    assert turned(stack, api, clinic, "suspend")["left_out"] == {"done": 1, "of": 1}
    kept.amended(kept.door(), replace(kept.door(), refused=False), when="attribute_exists(#pk)")


def _accept(stack: Stack, api: Api, clinic: str) -> None:
    """Accept what an admin offered, while Auth0 is out of reach and when it is there again."""
    account = api.get(f"/users/{added(api, clinic, 'admin')}").json()["account"]
    with (
        Person(stack, "dora@clinic.example") as dora,
        caller(stack, sub=account, **of_organization(clinic, "admin")) as admin,
    ):
        invite(admin, clinic, dora)
        httpx.head(dora.link(), verify=PLAIN).raise_for_status()
        suffer(stack, method="POST", path="/api/v2/users", status=503, times=20)
        assert dora.press(dora.link()).status_code == 503
        httpx.delete(f"{stack.tenant.url}/_local/faults", verify=PLAIN)
        stack.workers.idle()
        assert dora.press(dora.link()).status_code == 303


def _bounce(stack: Stack, api: Api, clinic: str) -> None:
    """Resend what bounced."""
    made = api.post(f"/organizations/{clinic}/invites", json={"email": "bounce@simulator.amazonses.com"})
    stack.workers.idle()
    api.post(f"/organizations/{clinic}/invites/{made.json()['id']}/resend").raise_for_status()
    stack.workers.idle()


def _adopt(stack: Stack, api: Api, clinic: str) -> None:
    """Add whose account bears an organization's name, and one that an organization adopts later."""
    theirs = unique("theirs")
    plant(stack.tenant, "old@clinic.example", verified=True, organizations=[provision(api), theirs])
    added = api.post(f"/organizations/{clinic}/members", json={"email": "old@clinic.example"}, headers=WAIT)
    assert added.json()["projection"] == "applied"
    api.post("/organizations", json={"id": theirs, "name": "Theirs", "adopt": True}).raise_for_status()
    pass_time(stack, seconds=30)
    stack.workers.tick()
    stack.workers.idle()
    assert api.get(f"/organizations/{theirs}/members").json()["items"][0]["email"] == "old@clinic.example"


def _arrive(stack: Stack, api: Api) -> None:
    """Come by an organization's own identity provider, with an offer that an admin made."""
    place = enterprise(stack, api)
    with Person(stack, f"boss@{place.domain}") as boss, Person(stack, f"ann@{place.domain}") as ann:
        place.invite(boss.email, roles=["admin"])
        with Api(stack, place.arrives(boss)["access_token"]) as admin:
            admin.post("/invites", json={"email": ann.email}).raise_for_status()
        assert place.arrives(ann)["admitted"]


def _sweep(stack: Stack, api: Api, clinic: str) -> None:
    """Sweep a user and a mail whose hints were lost, and an invite whose life is over."""
    url = link(api, clinic, "late@clinic.example", expires_in=HOUR)
    pass_time(stack, seconds=HOUR)
    lost = MemberRequest(email="lost@clinic.example", welcome=True)
    request = Request(Caller(ActorKind.OPERATOR, "auth0|olga"), "crashed", clock.now())
    table = store(stack)
    add_member(clinic, lost, request=request, connection=CONNECTION, budgets=budgets(table), store=table)
    pass_time(stack, seconds=30)
    stack.workers.tick()
    stack.workers.idle()
    assert get(url).status_code == 410
    assert "lost@clinic.example" in {mail.to for mail in stack.mails()}


def test_the_run_took_every_route(run: Run) -> None:
    """What the others look at is all that there is."""
    taken = {json.loads(line)["route"] for line in run.stack.gateway.access_log}
    assert taken == {route.key for route in run.stack.aws.template.routes()}
    assert {need.function for need in run.needs} == set(run.stack.functions)


def test_what_a_function_does_it_may_do(run: Run) -> None:
    """On AWS a call without its right is an AccessDenied, which moto never gives."""
    assert [need for need in run.needs if not any(right.covers(need) for right in run.rights)] == []


def test_what_a_function_may_do_it_does(run: Run) -> None:
    """A right that nothing takes is one too many."""
    assert [right for right in run.rights if not any(right.covers(need) for need in run.needs)] == []
