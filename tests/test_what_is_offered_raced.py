"""What an organization allows, changed at the very moment in which somebody is to come in."""

from functools import partial

import pytest

from local.people import Api
from local.stack import Stack
from tests.domain_setup import ANY
from tests.front_door import audited, provision, unique
from tests.interrupting import interrupted
from tests.refusals import refused


@pytest.mark.parametrize(
    ("way", "action"),
    [("invites", "invite:create"), ("members", "member:add"), ("resend", "invite:resend")],
)
def test_at_no_moment_does_anybody_come_who_may_not(
    way: str, action: str, operator: Api, stack: Stack
) -> None:
    """What was decided by what is allowed no more is decided anew."""
    moment, reached = 0, True
    while reached:
        moment += 1
        clinic = provision(operator)
        where, body = f"/organizations/{clinic}", {"email": f"{unique('ann')}@clinic.example"}
        asked = partial(operator.post, f"{where}/{way}", json=body)
        if way == "resend":
            made = operator.post(f"{where}/invites", json=body).raise_for_status().json()
            asked = partial(operator.post, f"{where}/invites/{made['id']}/resend")

        def forbid(clinic: str = clinic) -> int:
            only = {"allowed_domains": ["only.example"]}
            operator.patch(f"/organizations/{clinic}", json=only, headers=ANY).raise_for_status()
            return len(audited(stack, clinic, action))

        answer, done = interrupted(stack, moment, asked, forbid)
        reached = bool(done)
        if done == [0]:
            refused(answer, 422, "unacceptable", "#/email")
            assert audited(stack, clinic, action) == [], moment
        else:
            answer.raise_for_status()
    assert moment > 5
