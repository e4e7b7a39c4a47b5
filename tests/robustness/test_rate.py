"""Offboarding many members within the rate that a plan allows, while somebody else waits at a button."""

from collections.abc import Iterator
from http import HTTPStatus

import pytest

from tests.robustness.rate import asked, most_in_a_minute, pauses_move_the_clock
from tests.robustness.stage import MINUTE, Stage, person, shown, stage

PLAN = "essentials"
MEMBERS = 260
"""More than the plan lets be told in one minute."""
LONGEST = 10 * MINUTE


@pytest.fixture
def on() -> Iterator[Stage]:
    """Return a stack of its own."""
    with stage() as made:
        yield made


def test_members_are_taken_off_within_the_rate_budget(on: Stage) -> None:
    """Never faster than the plan allows, seldom in vain, and to the end; a button works meanwhile."""
    clinic, other = on.organization(), on.organization()
    people = [f"{number}@{clinic}.example" for number in range(MEMBERS)]
    for email in people:
        on.api.post(f"/organizations/{clinic}/members", json={"email": email}).raise_for_status()
    on.work(MINUTE)
    on.control("POST", "limits", {"plan": PLAN})
    on.control("DELETE", "calls")
    with pauses_move_the_clock(on), person(on) as ann:
        started = on.now()
        on.api.delete(f"/organizations/{clinic}").raise_for_status()
        body = {"email": ann.email, "send": False}
        link = on.api.post(f"/organizations/{other}/invites", json=body).raise_for_status().json()["link"]
        assert ann.press(link).headers["location"].startswith(on.stack.tenant.url)
        counts = [MEMBERS]
        while (found := on.api.get(f"/organizations/{clinic}")).status_code == HTTPStatus.OK:
            assert on.now() < started + LONGEST, found.json()
            counts.append(found.json()["members"])
            on.work(MINUTE / 4)
    assert counts == sorted(counts, reverse=True)
    calls = asked(on)
    assert calls.busiest_minute <= most_in_a_minute(PLAN)
    # Who is told to wait waits; how often anybody is told so is for the threads to decide.
    assert calls.limited < calls.calls / 2
    assert on.now() - started > MINUTE * (MEMBERS / most_in_a_minute(PLAN) - 1)
    assert [shown(on.accounts(email)) for email in people] == [{}] * MEMBERS
