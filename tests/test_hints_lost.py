"""The whole stack, when a message was lost between the commit and the queue, or one is all that is left."""

from guestlist.adding import add_member
from guestlist.audit_records import ActorKind
from guestlist.bodies import MemberRequest
from guestlist.caller import Caller
from guestlist.clock import clock
from guestlist.request import Request
from local.people import Api, Person
from local.stack import CONNECTION, Stack
from tests.accept_setup import invited, store
from tests.bench import budgets
from tests.conftest import NewPerson
from tests.front_door import accounts, organizations_at_auth0, pass_time, suffer


def test_the_sweep_carries_out_what_no_hint_told(stack: Stack, clinic: str, new_person: NewPerson) -> None:
    """Somebody was added, and their mail is to be sent; the process ended before it could queue either."""
    person = new_person()
    request = Request(Caller(ActorKind.OPERATOR, "auth0|olga"), "crashed", clock.now())
    held = store(stack)
    asked = MemberRequest(email=person.email, welcome=True)
    add_member(clinic, asked, request=request, connection=CONNECTION, budgets=budgets(held), store=held)
    swept_in(person, clinic)


def swept_in(person: Person, clinic: str) -> None:
    """Hold that the next sweep has the account made and the mail sent, whose button leads to a password."""
    stack = person.stack
    pass_time(stack, seconds=21)
    stack.workers.tick()
    stack.workers.idle()
    assert organizations_at_auth0(stack, person) == [clinic]
    assert person.press(person.link()).headers["location"].startswith(stack.tenant.url)


def test_queues_that_are_away_lose_nothing(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """SQS refuses after the commit: the caller is answered, and the sweep queues what was not."""
    person = new_person()
    stack.workers.idle()
    stack.aws.inject("SendMessage", "ServiceUnavailable", times=2)
    body = {"email": person.email, "welcome": True}
    answer = operator.post(f"/organizations/{clinic}/members", json=body)
    assert (answer.status_code, answer.json()["projection"]) == (201, "pending")
    stack.workers.idle()
    assert (accounts(stack, person.email), [mail for mail in stack.mails() if mail.to == person.email]) == (
        [],
        [],
    )
    swept_in(person, clinic)


def test_a_page_that_has_to_wait_hints_at_the_work(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """Auth0 fails as the button is pressed: the projector makes the account without any sweep."""
    person = new_person()
    _, url = invited(operator, clinic, person)
    suffer(stack, method="POST", path="/api/v2/users$", status=503)
    page = person.press(url)
    assert (page.status_code, page.headers["retry-after"]) == (503, "5")
    stack.workers.idle()
    assert organizations_at_auth0(stack, person) == [clinic]
