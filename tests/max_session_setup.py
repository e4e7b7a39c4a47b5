"""What tests of the age of sign-ins share: an organization that bounds it, and somebody who has signed in."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from guestlist.login_policy import MAX_SESSION
from local.people import Person
from local.stack import Stack
from tests.conftest import NewPerson
from tests.front_door import pass_time
from tests.kinds_setup import connection_of
from tests.logins_setup import Place, enterprise
from tests.minted import EVERYTHING, caller

ANY = {"If-Match": "*"}
HOUR = 3600
YEAR = 365 * 24 * HOUR


@contextmanager
def bounding(stack: Stack, **more: object) -> Iterator[Place]:
    """Give an organization by whose identity provider a sign-in counts for an hour."""
    until = int(stack.tenant.state.clock.now()) + YEAR
    with caller(stack, permissions=EVERYTHING, exp=until) as api:
        yield enterprise(stack, api, **{"max_session": HOUR, **more})


def signed_in(place: Place, new_person: NewPerson) -> Person:
    """Return somebody who was invited and has just signed in at the identity provider."""
    ann = place.person(new_person)
    place.invite(ann.email)
    assert place.arrives(ann)["admitted"]
    settle(place.stack)
    return ann


def settle(stack: Stack) -> None:
    """Let half a minute go by, and Auth0 be told what it is to be told."""
    pass_time(stack, seconds=31)
    stack.workers.tick()
    stack.workers.idle()


def change(place: Place, **asked: object) -> dict[str, Any]:
    """Change the organization, and have its connections told."""
    place.operator.patch(place.path, json=asked, headers=ANY).raise_for_status()
    place.stack.workers.idle()
    return dict(place.operator.get(place.path).raise_for_status().json())


def metadata(place: Place) -> Mapping[str, str]:
    """Return what the door reads of the organization's connection."""
    return dict(connection_of(place.stack, place.id)["metadata"])


def bound(place: Place) -> str | None:
    """Return for how long a sign-in counts, as the door reads it."""
    return metadata(place).get(MAX_SESSION)


def code(outcome: Mapping[str, Any]) -> str:
    """Return why somebody was refused; empty if they were let in."""
    return "" if outcome["admitted"] else str(outcome["error_description"]).partition(":")[0]


def shown_session(person: Person, place: Place) -> str:
    """Return what a login comes to for which the tenant asks nobody, if the session will do."""
    return code(person.sign_in(place.id, connection=place.connection, prompt="none"))
