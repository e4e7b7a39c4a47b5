"""What tests of organizations share that are left out of their members' profiles: turned, and waited for."""

from typing import Any

from guestlist.offboarding import LOOK_AGAIN
from guestlist.records import User
from local.people import Api, Person
from local.stack import CONNECTION, Stack
from tests.accept_setup import store
from tests.front_door import accounts, pass_time


def turned(stack: Stack, api: Api, organization: str, verb: str) -> dict[str, Any]:
    """Suspend or resume an organization, and return it when its members' profiles were told."""
    api.post(f"/organizations/{organization}/{verb}").raise_for_status()
    return at_rest(stack, api, organization)


def at_rest(stack: Stack, api: Api, organization: str, *, looks: int = 20) -> dict[str, Any]:
    """Return an organization when its door stands as it is to, by hints, or the sweep where they are lost."""
    for _ in range(looks):
        stack.workers.idle()
        shown = api.get(f"/organizations/{organization}").raise_for_status().json()
        if shown["door"] in {"open", "closed"}:
            return dict(shown)
        pass_time(stack, seconds=LOOK_AGAIN)
        stack.workers.tick()
    raise TimeoutError(f"the door of {organization} is still {shown['door']}")


def user(stack: Stack, person: Person) -> User:
    """Return the record of a person of the common connection."""
    found = store(stack).user_by_email(CONNECTION, person.email)
    assert found
    return found


def profile(stack: Stack, person: Person) -> tuple[list[str], list[str]]:
    """Return the organizations and the roles that the person's only account bears."""
    [account] = accounts(stack, person.email)
    metadata = account["app_metadata"]
    return list(metadata["organizations"]), list(metadata["guestlist"]["roles"])
