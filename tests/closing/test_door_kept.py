"""Who keeps the door's list of closed organizations: two at once, what others deploy, what fails."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest

from guestlist.door_configuration import RESOLVER_SECRET, SECRET_NAME
from guestlist.door_records import MARKS, SECRETS
from guestlist.leases import SETTLING
from guestlist.login_policy import CLOSED_SECRETS
from local.people import Api, Person
from local.stack import Stack
from tests.accept_setup import store
from tests.door_setup import CLOSED, door_actions, open_all, turn
from tests.front_door import pass_time, provision


@pytest.fixture(autouse=True)
def _all_open(stack: Stack, operator: Api) -> None:
    open_all(stack, operator)


def test_two_suspensions_at_once_are_both_kept(operator: Api, stack: Stack) -> None:
    """Each adds its own to one list; the one who finds the door's lease taken leaves it to the other."""
    names = [provision(operator) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool, stack.aws.delayed("TransactWriteItems", 0.1):
        list(pool.map(lambda name: operator.post(f"/organizations/{name}/suspend"), names))
    stack.workers.idle()
    stack.workers.tick()
    stack.workers.idle()
    shown = [operator.get(f"/organizations/{name}").json() for name in names]
    assert {(found["status"], found["door"]) for found in shown} == {("suspended", "closed")}
    door = store(stack).door()
    assert (len(door.closed), door.applied) == (4, door.version)


@pytest.mark.parametrize(
    "left", [[SECRET_NAME, RESOLVER_SECRET], [SECRET_NAME], []], ids=["its own", "its settings", "nothing"]
)
def test_a_deployment_that_wipes_the_list_opens_it_for_no_longer_than_a_sweep(
    left: list[str], operator: Api, stack: Stack, clinic: str, ann: Person
) -> None:
    """The sweep of each minute has the door looked after; what else was wiped, too, is put back."""
    turn(operator, clinic, "suspend")
    with closing(stack.management()) as auth0:
        for action in door_actions(stack):
            path = f"/actions/actions/{action['id']}"
            held = {secret["name"] for secret in action["secrets"]}
            auth0.call("PATCH", path, {"secrets": [{"name": name} for name in left if name in held]})
            stack.tenant.state.clock.advance(1)
            auth0.call("POST", f"{path}/deploy")
    assert ann.sign_in(clinic, prompt="login")["admitted"] == bool(left)
    pass_time(stack, seconds=60)
    stack.workers.tick()
    stack.workers.idle()
    assert ann.sign_in(clinic, prompt="login")["error_description"] == CLOSED
    [login, *_] = door_actions(stack)
    kept = {secret["name"]: secret["value"] for secret in login["secrets"]}
    assert kept[SECRET_NAME] == stack.clients["door"].configuration
    assert kept[RESOLVER_SECRET] == stack.clients["resolver"].client_secret


def test_set_up_run_again_leaves_it_closed(operator: Api, stack: Stack, clinic: str, ann: Person) -> None:
    """It writes the settings, and names the lists that stand there."""
    turn(operator, clinic, "suspend")
    stack._set_up_tenant()
    assert ann.sign_in(clinic, prompt="login")["error_description"] == CLOSED


def test_what_somebody_is_writing_is_not_published(operator: Api, stack: Stack, clinic: str) -> None:
    """A draft that differs from what is deployed keeps the door from being told; a person has to look."""
    [login, *_] = door_actions(stack)
    path = f"/actions/actions/{login['id']}"
    with closing(stack.management()) as auth0:
        auth0.call("PATCH", path, {"code": login["code"] + "// half-w"})
        operator.post(f"/organizations/{clinic}/suspend").raise_for_status()
        stack.workers.idle()
        assert operator.get(f"/organizations/{clinic}").json()["door"] == "closing"
        auth0.call("PATCH", path, {"code": login["code"]})
    pass_time(stack, seconds=60)
    stack.workers.tick()
    stack.workers.idle()
    assert operator.get(f"/organizations/{clinic}").json()["door"] == "closed"


def test_the_door_is_looked_at_no_more_when_all_is_open(operator: Api, stack: Stack, clinic: str) -> None:
    """For three minutes it is, in which a late write might land."""
    turn(operator, clinic, "suspend")
    turn(operator, clinic, "resume")
    assert store(stack).door().due is not None
    pass_time(stack, seconds=SETTLING)
    stack.workers.tick()
    stack.workers.idle()
    assert store(stack).door().due is None


def test_three_thousand_are_closed(operator: Api, stack: Stack, clinic: str, ann: Person) -> None:
    """They take nine secrets of thirty, and the door finds the last of them."""
    turn(operator, clinic, "suspend")
    kept, door = store(stack), store(stack).door()
    many = tuple(sorted({*door.closed, *(f"-{number:011}" for number in range(3000))}))
    kept.amended(door, replace(door, closed=many), when="attribute_exists(#pk)")
    turn(operator, provision(operator), "suspend")
    [login, *_] = door_actions(stack)
    lists = [secret for secret in login["secrets"] if secret["name"].startswith(CLOSED_SECRETS)]
    assert (len(lists), max(len(secret["value"]) for secret in lists)) == (9, 12 * MARKS)
    assert len(lists) < SECRETS
    assert ann.sign_in(clinic, prompt="login")["error_description"] == CLOSED
    kept.amended(kept.door(), replace(kept.door(), closed=()), when="attribute_exists(#pk)")
