"""A bound on the age of sign-ins reaches the connections at Auth0, whatever comes in between."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from werkzeug.wrappers import Request

from guestlist.connection_steps import OWNER
from guestlist.leases import SETTLING
from guestlist.login_policy import MAX_SESSION
from guestlist.turns import LEASE
from local.stack import Stack
from tests.front_door import pass_time, suffer, unique
from tests.kinds_setup import connection_of, offboarded, provisioned
from tests.logins_setup import Place
from tests.max_session_setup import ANY, HOUR, bound, bounding, change
from tests.refusals import refused
from tests.self_service_setup import made_past_us
from tests.test_moments import once

PATCH = {"method": "PATCH", "path": "^/api/v2/connections/[^/]*$"}


@pytest.fixture
def clinic(stack: Stack) -> Iterator[Place]:
    """Return an organization by whose identity provider a sign-in counts for an hour."""
    with bounding(stack) as place:
        yield place


def later(place: Place, seconds: int) -> bool:
    """Let time pass and the sweep come by; tell whether the connections are told."""
    pass_time(place.stack, seconds=seconds)
    place.stack.workers.tick()
    place.stack.workers.idle()
    return bool(place.operator.get(place.path).raise_for_status().json()["max_session_told"])


def test_it_is_there_from_the_beginning(clinic: Place) -> None:
    """A connection is made with it: there is no moment at which its people come in without."""
    assert bound(clinic) == str(HOUR)
    assert clinic.operator.get(clinic.path).json()["max_session_told"]


def test_a_suspended_organization_is_told_and_stays_suspended(clinic: Place) -> None:
    """Nothing is opened by it."""
    clinic.operator.post(f"{clinic.path}/suspend").raise_for_status()
    shown = change(clinic, max_session=2 * HOUR)
    assert (bound(clinic), shown["status"], shown["max_session_told"]) == (str(2 * HOUR), "suspended", True)


@pytest.mark.parametrize("kind", ["shared", "isolated"])
def test_it_is_for_organizations_with_identity_providers(kind: str, stack: Stack, clinic: Place) -> None:
    """On another kind nobody signs in at one."""
    other = provisioned(stack, clinic.operator, kind=kind)
    changed = clinic.operator.patch(f"/organizations/{other}", json={"max_session": HOUR}, headers=ANY)
    refused(changed, 422, "unacceptable", "#/max_session")
    body = {"id": "never", "name": "Never", "kind": kind, "max_session": HOUR}
    refused(clinic.operator.post("/organizations", json=body), 422, "unacceptable", "#/max_session")


@pytest.mark.parametrize("wrong", [0, HOUR - 1, 30 * 24 * HOUR + 1, "3600", 3600.5, True, [HOUR]])
def test_a_time_that_is_none(wrong: object, clinic: Place) -> None:
    """From an hour to thirty days, in whole seconds."""
    refused(
        clinic.operator.patch(clinic.path, json={"max_session": wrong}, headers=ANY),
        422,
        "unacceptable",
        "#/max_session",
    )


def test_what_auth0_refuses_is_tried_again(clinic: Place) -> None:
    """The resource says that the door does not know yet; nothing else of the organization is touched."""
    suffer(clinic.stack, **PATCH, status=403)
    assert not change(clinic, max_session=2 * HOUR)["max_session_told"]
    assert bound(clinic) == str(HOUR)
    assert later(clinic, 600)
    assert bound(clinic) == str(2 * HOUR)
    assert clinic.operator.get(clinic.path).json()["status"] == "active"


def test_an_answer_that_was_lost_is_looked_for_when_it_cannot_land_any_more(clinic: Place) -> None:
    """Until then the resource does not promise it."""
    suffer(clinic.stack, **PATCH, reset=True, after_effect=True)
    assert not change(clinic, max_session=2 * HOUR)["max_session_told"]
    assert later(clinic, SETTLING)
    assert bound(clinic) == str(2 * HOUR)


def test_a_late_write_of_an_older_bound_is_put_right(clinic: Place) -> None:
    """It lands on top of the newer one, and does not stay."""
    suffer(clinic.stack, **PATCH, land_after=100, status=503)
    change(clinic, max_session=2 * HOUR)
    change(clinic, max_session=3 * HOUR)
    for _ in range(6):
        later(clinic, 100)
    assert bound(clinic) == str(3 * HOUR)
    assert clinic.operator.get(clinic.path).json()["max_session_told"]


WRITES = {
    "takes the turn": ('":until"', "UpdateItem"),
    "is done": ("#max_session_told", "TransactWriteItems"),
}


@pytest.mark.parametrize("write", WRITES)
def test_whoever_dies_leaves_it_to_the_next(write: str, clinic: Place) -> None:
    """Before each of the writes of a turn."""
    words, call = WRITES[write]
    matching = rf"(?s)(?=.*ORG#{clinic.id}\W).*{words}"
    clinic.stack.aws.inject(call, "ValidationException", matching=matching)
    change(clinic, max_session=2 * HOUR)
    assert any(later(clinic, LEASE + SETTLING) for _ in range(3))
    assert bound(clinic) == str(2 * HOUR)


def test_a_change_that_comes_as_another_is_told_is_told_too(clinic: Place) -> None:
    """Whoever tells the first sees the second before giving the turn back."""

    def again() -> None:
        clinic.operator.patch(clinic.path, json={"max_session": 3 * HOUR}, headers=ANY).raise_for_status()

    with once(clinic.stack, gives_back, again):
        shown = change(clinic, max_session=2 * HOUR)
    assert (bound(clinic), shown["max_session_told"]) == (str(3 * HOUR), True)


def gives_back(request: Request) -> bool:
    """Tell whether a request is the one that says what was told."""
    return b"max_session_told" in request.get_data() and b"TransactItems" in request.get_data()


def test_what_others_keep_on_a_connection_stays(stack: Stack, clinic: Place) -> None:
    """A connection that was there before is given back without the bound."""
    name, theirs = unique("there-before"), {"team": "blue"}
    made_past_us(stack, name, **theirs)
    ours = {"kind": "enterprise", "connections": [{"name": name}], "max_session": HOUR}
    other = provisioned(stack, clinic.operator, **ours)
    assert connection_of(stack, other)["metadata"] == {**theirs, OWNER: other, MAX_SESSION: str(HOUR)}
    offboarded(stack, clinic.operator, other)
    with closing(stack.management()) as auth0:
        [found] = auth0.call("GET", f"/connections?name={name}").body
    assert found["metadata"] == theirs
