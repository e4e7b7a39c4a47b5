"""Each refusal that the door may get instead of an answer, provoked at the front door."""

from dataclasses import replace

from guestlist.records import Halt
from guestlist.table import ATTEMPTS
from local.people import Person
from tests.accept_setup import filled, store
from tests.asked import Asker
from tests.front_door import suffer
from tests.logins_setup import Place, enterprise


def provoke_logins(asker: Asker) -> None:
    """Ask for all that is refused about people who arrive by an identity provider, or want to."""
    asker.ask("discover", email="nobody")
    place = enterprise(asker.stack, asker.api)
    asker.ask("resolve_login", content=b"{}")
    asker.ask("resolve_login", content=b'{"user": 1}')
    with Person(asker.stack, f"ann@{place.domain}") as ann:
        place.arrives(ann)
        _failing(asker, place, ann)
        _full(asker, place, ann)


def _failing(asker: Asker, place: Place, ann: Person) -> None:
    """Auth0 refuses or fails; so does DynamoDB, or is busy with others."""
    account = place.account_id(ann)
    for status in (403, 503):
        suffer(asker.stack, method="GET", path="/api/v2/users/", status=status, times=9)
        asker.ask("resolve_login", user=account)
        asker.stack.tenant.state.faults.clear()
    asker.stack.aws.inject("GetItem", "ValidationException")
    asker.ask("resolve_login", user=account)
    place.invite(ann.email)
    asker.stack.aws.inject("TransactWriteItems", "TransactionConflict", times=ATTEMPTS)
    asker.ask("resolve_login", user=account)


def _full(asker: Asker, place: Place, ann: Person) -> None:
    """Somebody's profile has no room for one more organization."""
    account = place.account_id(ann)
    asker.ask("resolve_login", user=account).raise_for_status()
    user = place.user(ann.email)
    assert user
    asker.api.delete(f"{place.path}/members/{user.id}").raise_for_status()
    asker.stack.workers.idle()  # the projector, which is told of the removal, would write over what follows
    kept, removed = store(asker.stack), place.user(ann.email)
    assert removed
    unbound = replace(filled(removed), created=False, halt=Halt.MISSING)
    kept.amended(removed, unbound, when="attribute_exists(#pk)")
    place.invite(ann.email)
    asker.ask("resolve_login", user=account)
