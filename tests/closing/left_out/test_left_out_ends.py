"""Left out of its members' profiles, what else meets an organization: adoption, offboarding, first logins."""

from local.people import Api, Person
from local.stack import Stack
from tests.accept_setup import store
from tests.command import Guestlist
from tests.conftest import NewPerson
from tests.front_door import add, items, pass_time, provision, suffer
from tests.left_out_setup import at_rest, profile, turned, user
from tests.logins_setup import Place, enterprise

NOT_MEMBER = "not_member"


def test_an_account_from_before_us_that_bears_its_name_is_not_let_in(
    operator: Api, stack: Stack, clinic: str, ann: Person, new_person: NewPerson
) -> None:
    """Adoption makes it a member, whose profile leaves the organization out from the first."""
    turned(stack, operator, clinic, "suspend")
    ben = new_person("ben")
    account = stack.new_account(ben.email)
    with stack.tenant.state.lock:
        stack.tenant.state.users[account]["app_metadata"] = {"organizations": [clinic]}
    other = provision(operator)
    add(operator, other, ben)
    assert (user(stack, ben).left_out, profile(stack, ben)[0]) == ((clinic,), [other])
    turned(stack, operator, clinic, "resume")
    assert profile(stack, ben)[0] == sorted([clinic, other])
    assert profile(stack, ann)[0] == [clinic]


def test_accounts_that_bear_a_name_from_before_us_keep_the_door_closing(
    operator: Api, stack: Stack, new_person: NewPerson
) -> None:
    """Until they are members, the door would let them in by the name alone."""
    ben, name = new_person("ben"), f"before-{provision(operator)}"
    account = stack.new_account(ben.email)
    with stack.tenant.state.lock:
        stack.tenant.state.users[account]["app_metadata"] = {"organizations": [name]}
    add(operator, provision(operator), ben)
    made = operator.post("/organizations", json={"id": name, "name": "Before", "adopt": True})
    made.raise_for_status()
    operator.post(f"/organizations/{name}/suspend").raise_for_status()
    stack.workers.idle()
    assert operator.get(f"/organizations/{name}").json()["door"] == "closing"
    closed = at_rest(stack, operator, name)
    assert (closed["door"], closed["members"]) == ("closed", 1)
    assert name not in profile(stack, ben)[0]


def test_offboarded_it_is_gone(operator: Api, stack: Stack, clinic: str, ann: Person) -> None:
    """Left out or just about to be; nobody's record keeps its name."""
    other = provision(operator)
    add(operator, other, ann)
    turned(stack, operator, clinic, "suspend")
    operator.post(f"/organizations/{other}/suspend").raise_for_status()
    for name in (clinic, other):
        assert operator.delete(f"/organizations/{name}").raise_for_status().json()["left_out"]
    for _ in range(4):
        stack.workers.idle()
        pass_time(stack, seconds=60)
        stack.workers.tick()
    stack.workers.idle()
    assert [operator.get(f"/organizations/{name}").status_code for name in (clinic, other)] == [404, 404]
    found = user(stack, ann)
    assert (dict(found.organizations), found.left_out, profile(stack, ann)) == ({}, (), ([], []))
    assert not [item for item in items(stack) if item["pk"]["S"] == "DOOR"]


def test_a_first_login_by_its_own_identity_provider_is_denied(
    operator: Api, stack: Stack, new_person: NewPerson
) -> None:
    """And leaves nothing; once it is resumed it leads in."""
    place: Place = enterprise(stack, operator)
    cy = place.person(new_person, "cy")
    place.invite(cy.email)
    turned(stack, operator, place.id, "suspend")
    assert not place.arrives(cy)["admitted"]
    assert place.user(cy.email) is None
    turned(stack, operator, place.id, "resume")
    assert place.arrives(cy)["admitted"]
    pass_time(stack, seconds=60)
    stack.workers.tick()
    turned(stack, operator, place.id, "suspend")
    assert not place.arrives(cy)["admitted"]
    assert not cy.refresh(place.id)["admitted"]


def test_explain_says_why(
    operator: Api, stack: Stack, clinic: str, ann: Person, guestlist: Guestlist
) -> None:
    """What to do is what it is for the door's list; and it says how far it is."""
    turned(stack, operator, clinic, "suspend")
    said = guestlist("explain", ann.email, "--organization", clinic).out
    assert "the door stays shut" in said
    assert "nothing is granted in it; 1 of 1 profiles leave it out" in said
    assert f"Nothing gets them in before: guestlist organizations resume {clinic}" in said


def test_its_work_is_no_old_work(operator: Api, stack: Stack, clinic: str, ann: Person) -> None:
    """The alarm for what waits too long counts from the suspension, not from the organization's beginning."""
    pass_time(stack, seconds=7200)
    suffer(stack, method="PATCH", path="/api/v2/users", status=503, times=3)
    operator.post(f"/organizations/{clinic}/suspend").raise_for_status()
    due = store(stack).organization(clinic).due or 0
    assert abs(due - stack.tenant.state.clock.now()) < 60
    assert at_rest(stack, operator, clinic)["door"] == "closed"
    assert not ann.refresh(clinic)["admitted"]


def test_what_auth0_refused_once_is_told_again(operator: Api, stack: Stack, clinic: str, ann: Person) -> None:
    """A projection that stopped keeps the door closing for a minute, not for ever."""
    suffer(stack, method="PATCH", path="/api/v2/users", status=400, times=1)
    assert turned(stack, operator, clinic, "suspend")["door"] == "closed"
    assert not ann.refresh(clinic)["admitted"]
