"""A link to set a password is for an account that nobody ever used; in other hands it is a takeover."""

from collections.abc import Callable
from contextlib import closing

import pytest

from guestlist.auth0 import segment
from local.people import Api, Person
from local.stack import Stack
from local.tenant.passwords import credential
from tests.accept_setup import invited
from tests.conftest import NewPerson
from tests.front_door import accounts, counted


def _patched(person: Person, **change: object) -> None:
    """Change the account as the tenant's owner does in the dashboard."""
    [account] = accounts(person.stack, person.email)
    with closing(person.stack.management()) as auth0:
        auth0.call("PATCH", f"/users/{segment(account['user_id'])}", change)


def _blocked(person: Person, _: str) -> None:
    _patched(person, blocked=True)


def _renamed(person: Person, _: str) -> None:
    _patched(person, email=f"someone-elses-{person.email}")


def _signed_in(person: Person, clinic: str) -> None:
    """Sign in with a password that came about without a reset, as one brought along by an import does."""
    [account] = accounts(person.stack, person.email)
    with person.stack.tenant.state.lock:
        person.stack.tenant.state.credentials[account["user_id"]] = credential(person.password)
    assert person.sign_in(clinic)["admitted"]
    assert "last_password_reset" not in accounts(person.stack, person.email)[0]


@pytest.mark.parametrize("taken", [_blocked, _renamed, _signed_in])
def test_an_account_in_other_hands_gets_no_ticket(
    taken: Callable[[Person, str], None],
    operator: Api,
    clinic: str,
    new_person: NewPerson,
    stack: Stack,
) -> None:
    """Pressing again leads to the login once it was blocked, renamed or signed in with; nothing is minted."""
    person = new_person()
    _, url = invited(operator, clinic, person)
    assert person.press(url).headers["location"].startswith(stack.tenant.url)
    taken(person, clinic)
    with counted(stack) as calls:
        pressed = person.press(url)
    assert pressed.headers["location"] == f"{stack.app}/login?organization={clinic}"
    assert [call.split("/auth0")[0] for call in calls] == ["GET /api/v2/users"]
