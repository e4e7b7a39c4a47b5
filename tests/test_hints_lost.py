"""The whole stack, when a message was lost between the commit and the queue."""

import httpx

from guestlist.caller import Caller
from guestlist.clock import clock
from guestlist.members import add_member
from guestlist.records import ActorKind
from guestlist.request import Request
from guestlist.resources import MemberRequest
from guestlist.store import Store
from guestlist.table import Table
from local.people import PLAIN
from local.stack import CONNECTION, Stack
from tests.bench import budgets
from tests.conftest import NewPerson
from tests.front_door import organizations_at_auth0


def test_the_sweep_carries_out_what_no_hint_told(stack: Stack, clinic: str, new_person: NewPerson) -> None:
    """Somebody was added, and their mail is to be sent; the process ended before it could queue either."""
    person = new_person()
    request = Request(Caller(ActorKind.OPERATOR, "auth0|olga"), "crashed", clock.now())
    store = Store(Table(stack.aws.physical["Table"]["Ref"]))
    asked = MemberRequest(email=person.email, welcome=True)
    add_member(clinic, asked, request=request, connection=CONNECTION, budgets=budgets(store), store=store)
    httpx.post(f"{stack.tenant.url}/_local/clock", json={"advance": 21}, verify=PLAIN)
    stack.workers.tick()
    stack.workers.idle()
    assert organizations_at_auth0(stack, person) == [clinic]
    assert person.press(person.link()).headers["location"].startswith(stack.tenant.url)
