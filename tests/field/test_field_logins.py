"""Cases from the field: whose a token is, and what a denied login leaves behind (F21, F23)."""

from local.people import Api
from local.stack import NAMESPACE, Stack
from tests.conftest import NewPerson
from tests.front_door import accounts, add, counted, join, provision
from tests.minted import caller
from tests.refusals import refused


def test_f21_a_denied_login_writes_nothing(
    operator: Api, clinic: str, stack: Stack, new_person: NewPerson
) -> None:
    """The door decides first: neither the profile nor a call to the Management API shows the denial."""
    ann = new_person("ann")
    join(operator, clinic, ann)
    [before] = accounts(stack, ann.email)
    with counted(stack) as calls:
        assert ann.sign_in(provision(operator), prompt="login")["error"] == "access_denied"
    [after] = accounts(stack, ann.email)
    assert (after["app_metadata"], after.get("user_metadata"), calls) == (
        before["app_metadata"],
        before.get("user_metadata"),
        [],
    )


def test_f23_a_session_is_used_for_the_organization_that_is_asked_for(
    operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Single sign-on remembers who somebody is, never where; without a word no organization is chosen."""
    ann, other = new_person("ann"), provision(operator)
    join(operator, clinic, ann)
    add(operator, other, ann)
    claims = [ann.sign_in(place)["access_token_claims"] for place in (clinic, other)]
    assert [claim[f"{NAMESPACE}/organization"] for claim in claims] == [clinic, other]
    chooser = ann.browser.get(f"{ann.stack.app}/login")
    assert (chooser.status_code, chooser.headers["location"]) == (303, "/")


def test_f23_a_token_is_good_for_its_own_organization_alone(
    operator: Api, clinic: str, stack: Stack, new_person: NewPerson
) -> None:
    """Another one's route is 404, as if there were none; a token that names none is 403."""
    ann = new_person("ann")
    join(operator, clinic, ann, roles=["admin"])
    with ann.api(clinic) as admin, caller(stack, sub="auth0|nobody") as without:
        assert admin.get(f"/organizations/{clinic}/members").is_success
        refused(admin.get(f"/organizations/{provision(operator)}/members"), 404, "not_found")
        refused(without.get(f"/organizations/{clinic}/members"), 403, "forbidden")
