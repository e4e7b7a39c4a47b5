"""Seats that offers hold whose time is over: free for whoever needs one, before any sweep comes."""

import pytest

from local.people import Api
from local.stack import Stack
from tests.accept_setup import HOUR, later, link
from tests.callers_setup import ask
from tests.conftest import NewPerson
from tests.front_door import audited, provision, unique
from tests.minted import EVERYTHING, caller
from tests.refusals import refused

PLACE = "/organizations/{organization}"


@pytest.mark.parametrize("kind", ["invites", "members"])
def test_an_expired_offers_seat_is_free_for_another(
    kind: str, stack: Stack, operator: Api, new_person: NewPerson
) -> None:
    """Whoever is invited or added has it; the offer is expired by that, with its audit record."""
    full = provision(operator, seats=1)
    link(operator, full, new_person().email, expires_in=HOUR)
    later(stack, HOUR)
    with caller(stack, permissions=EVERYTHING) as api:
        assert ask(api, f"POST {PLACE}/{kind}", {"organization": full}).status_code == 201
        place = api.get(f"/organizations/{full}").json()
        refused(ask(api, f"POST {PLACE}/{kind}", {"organization": full}), 409, "seats_taken")
    assert place["members"] + place["pending_invites"] == 1
    assert len(audited(stack, full, "invite:expire")) == 1


def test_an_expired_offers_seat_is_free_for_one_that_is_renewed(
    stack: Stack, operator: Api, new_person: NewPerson
) -> None:
    """Of two that are over, the one that is resent has the seat."""
    full = provision(operator, seats=1)
    link(operator, full, new_person().email, expires_in=HOUR)
    [first] = operator.get(f"/organizations/{full}/invites").json()["items"]
    later(stack, HOUR)
    with caller(stack, permissions=EVERYTHING) as api:
        link(api, full, new_person().email, expires_in=HOUR)
    later(stack, HOUR)
    with caller(stack, permissions=EVERYTHING) as api:
        path = f"/organizations/{full}/invites"
        assert api.post(f"{path}/{first['id']}/resend").json()["status"] == "pending"
        assert [found["id"] for found in api.get(path).json()["items"]] == [first["id"]]


def test_offers_that_live_keep_their_seats(stack: Stack, operator: Api, new_person: NewPerson) -> None:
    """Only the one that is over makes place, and for one: the next is refused."""
    full = provision(operator, seats=3)
    for life in (2 * HOUR, HOUR, 2 * HOUR):
        link(operator, full, new_person().email, expires_in=life)
    later(stack, HOUR)
    with caller(stack, permissions=EVERYTHING) as api:
        path = f"/organizations/{full}/invites"
        answers = [api.post(path, json={"email": f"{unique('next')}@clinic.example"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 409]
