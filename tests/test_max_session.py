"""How long a sign-in at an organization's identity provider counts: after that the door asks for another."""

from collections.abc import Iterator

import pytest

from local.stack import NAMESPACE, Stack
from tests.conftest import NewPerson
from tests.front_door import counted, pass_time
from tests.logins_setup import Place
from tests.max_session_setup import HOUR, bound, bounding, change, code, shown_session, signed_in


@pytest.fixture
def clinic(stack: Stack) -> Iterator[Place]:
    """Return an organization by whose identity provider a sign-in counts for an hour."""
    with bounding(stack) as place:
        yield place


@pytest.fixture
def lesser_plan(stack: Stack) -> Iterator[None]:
    """Have the tenant on a plan that shows Actions no refresh tokens."""
    stack.tenant.state.plan = "essentials"
    yield
    stack.tenant.state.plan = "none"


def test_within_the_time_nothing_changes(clinic: Place, new_person: NewPerson) -> None:
    """Refreshes and further logins get in without another sign-in, with the same claims."""
    ann = signed_in(clinic, new_person)
    pass_time(clinic.stack, seconds=HOUR // 2)
    assert shown_session(ann, clinic) == ""
    assert ann.refresh(clinic.id)["claims"][f"{NAMESPACE}/roles"] == ["editor"]


def test_after_it_refresh_and_session_are_shut(clinic: Place, new_person: NewPerson) -> None:
    """Both say the same, however often they are tried; who signs in again gets in, and may refresh."""
    ann = signed_in(clinic, new_person)
    pass_time(clinic.stack, seconds=HOUR)
    assert code(ann.refresh(clinic.id)) == "sign_in_too_old"
    assert [shown_session(ann, clinic) for _ in range(2)] == ["sign_in_too_old"] * 2
    assert clinic.arrives(ann)["admitted"]
    assert ann.refresh(clinic.id)["admitted"]


def test_whoever_was_removed_at_the_provider_is_out_by_then(clinic: Place, new_person: NewPerson) -> None:
    """The session lives on, but the sign-in that it takes now is refused by the identity provider."""
    ann = signed_in(clinic, new_person)
    ann.idp = {"error": "access_denied", "error_description": "unknown here"}
    assert ann.refresh(clinic.id)["admitted"]
    pass_time(clinic.stack, seconds=HOUR)
    assert code(ann.refresh(clinic.id)) == "sign_in_too_old"
    assert not clinic.arrives(ann)["admitted"]


def test_a_refresh_token_of_a_later_login_is_no_younger(clinic: Place, new_person: NewPerson) -> None:
    """It is the sign-in that counts: a session that renews itself does not last for ever."""
    ann = signed_in(clinic, new_person)
    pass_time(clinic.stack, seconds=HOUR // 2)
    assert shown_session(ann, clinic) == ""
    pass_time(clinic.stack, seconds=HOUR // 2)
    assert code(ann.refresh(clinic.id)) == "sign_in_too_old"


def test_a_refresh_outlives_the_session(clinic: Place, new_person: NewPerson) -> None:
    """The time was stored with the refresh token, and counts when the session is gone."""
    ann = signed_in(clinic, new_person)
    clinic.stack.tenant.state.sessions.clear()
    assert ann.refresh(clinic.id)["admitted"]
    pass_time(clinic.stack, seconds=HOUR)
    assert code(ann.refresh(clinic.id)) == "sign_in_too_old"


@pytest.mark.usefixtures("lesser_plan")
def test_where_auth0_tells_no_time_a_refresh_is_refused(clinic: Place, new_person: NewPerson) -> None:
    """With a reason of its own; a login by the session tells it, so that nobody has to sign in for that."""
    ann = signed_in(clinic, new_person)
    assert code(ann.refresh(clinic.id)) == "sign_in_unknown"
    assert shown_session(ann, clinic) == ""
    pass_time(clinic.stack, seconds=HOUR)
    assert shown_session(ann, clinic) == "sign_in_too_old"


def test_a_bound_that_is_set_later_counts_for_who_is_in(stack: Stack, new_person: NewPerson) -> None:
    """When somebody signed in is stored from the first; without the bound all is as it was."""
    with bounding(stack, max_session=None) as place:
        ann = signed_in(place, new_person)
        pass_time(stack, seconds=2 * HOUR)
        assert ann.refresh(place.id)["admitted"]
        change(place, max_session=HOUR)
        assert code(ann.refresh(place.id)) == "sign_in_too_old"
        change(place, max_session=24 * HOUR)
        assert ann.sign_in(place.id)["admitted"]
        change(place, max_session=None)
        assert bound(place) is None
        pass_time(stack, seconds=48 * HOUR)
        assert shown_session(ann, place) == ""


def test_a_change_costs_two_calls_whatever_the_size(clinic: Place, new_person: NewPerson) -> None:
    """One to read the connection and one to write it; the same again costs none."""
    signed_in(clinic, new_person)
    with counted(clinic.stack) as calls:
        assert change(clinic, max_session=2 * HOUR)["max_session_told"]
    assert [call.split()[0] for call in calls] == ["GET", "PATCH"]
    with counted(clinic.stack) as calls:
        change(clinic, max_session=2 * HOUR)
    assert calls == []
