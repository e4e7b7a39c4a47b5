"""Transactions that collide: tried again unseen, for as long as makes sense; what fails leaves no trace.

DynamoDB cancels a transaction, and refuses a plain write, while another transaction is at the same item.
"""

from local.people import Api
from local.stack import Stack
from tests.conftest import NewPerson
from tests.front_door import WAIT, add, audited, organizations_at_auth0, provision
from tests.minted import EVERYTHING, caller
from tests.refusals import refused, traces

TRIES = 12
TRANSACTION = ("TransactWriteItems", "TransactionConflict")
PLAIN = ("UpdateItem", "TransactionConflictException")


def test_three_conflicts_of_a_transaction_pass_unseen(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """The fourth try is carried out, once."""
    person = new_person()
    stack.aws.inject(*TRANSACTION, times=3, matching=person.email)
    user = add(operator, clinic, person)["user"]
    assert audited(stack, clinic, "member:add") == [user]
    assert organizations_at_auth0(stack, person) == [clinic]


def test_conflicts_of_a_transaction_without_end_are_503(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """The caller is told to try again, nothing was recorded, and then it works."""
    person, before = new_person(), traces(stack)
    stack.aws.inject(*TRANSACTION, times=TRIES, matching=person.email)
    answer = operator.post(f"/organizations/{clinic}/members", json={"email": person.email})
    refused(answer, 503, "busy")
    assert int(answer.headers["retry-after"]) >= 1
    assert traces(stack) == before
    assert add(operator, clinic, person)["projection"] == "applied"


def test_three_conflicts_of_plain_writes_pass_unseen(
    operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """The lease on a user, and what gives it back, meet the transactions that change the user."""
    person = new_person()
    user = add(operator, clinic, person)["user"]
    stack.aws.inject(*PLAIN, times=3, matching=f"USER#{user}")
    removed = operator.delete(f"/organizations/{clinic}/members/{user}", headers=WAIT)
    assert removed.json()["settled"]
    assert organizations_at_auth0(stack, person) == []


def test_conflicts_of_a_plain_write_without_end_are_503() -> None:
    """A mail's budget could not be counted: nobody was invited, and nothing was recorded."""
    with Stack() as stack, caller(stack, permissions=EVERYTHING) as api:
        clinic = provision(api)
        before = traces(stack)
        stack.aws.inject(*PLAIN, times=TRIES, matching="BUDGET#")
        answer = api.post(f"/organizations/{clinic}/invites", json={"email": "ann@clinic.example"})
        refused(answer, 503, "busy")
        assert int(answer.headers["retry-after"]) >= 1
        assert traces(stack) == before
