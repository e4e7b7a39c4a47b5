"""Closed without the door's list: where Actions may not be changed, profiles leave an organization out."""

import pytest

from guestlist.leases import SETTLING
from guestlist.login_policy import CLOSED_SECRETS
from local.people import Api, Person
from local.stack import Stack
from tests.conftest import NewPerson
from tests.door_setup import door_actions
from tests.drift_setup import edits
from tests.front_door import WAIT, add, audited, counted, pass_time, provision, suffer
from tests.left_out_setup import at_rest, profile, turned, user
from tests.refusals import refused

NOT_MEMBER = "not_member"


def test_nobody_gets_in_until_it_is_resumed(operator: Api, stack: Stack, clinic: str, ann: Person) -> None:
    """Neither by a login nor by a refresh; elsewhere they do; and all that Guestlist recorded stays."""
    other = provision(operator)
    add(operator, other, ann, roles=["editor"])
    suspended = turned(stack, operator, clinic, "suspend")
    assert (suspended["status"], suspended["door"]) == ("suspended", "closed")
    assert (suspended["left_out"], suspended["members"]) == ({"done": 1, "of": 1}, 1)
    assert profile(stack, ann) == ([other], [f"{other}:editor"])
    assert ann.refresh(clinic)["error_description"].startswith(NOT_MEMBER)
    assert ann.sign_in(other, prompt="login")["admitted"]
    [member] = operator.get(f"/organizations/{clinic}/members").json()["items"]
    assert (member["roles"], member["projection"]) == (["admin"], "applied")
    resumed = turned(stack, operator, clinic, "resume")
    assert (resumed["status"], resumed["door"], resumed["left_out"]) == ("active", "open", None)
    assert profile(stack, ann) == (sorted([clinic, other]), [f"{clinic}:admin", f"{other}:editor"])
    assert ann.sign_in(clinic, prompt="login")["admitted"]
    assert audited(stack, clinic, "organization:suspend") == [clinic]


def test_our_api_refuses_at_once(operator: Api, clinic: str, ann: Person, stack: Stack) -> None:
    """However long the profiles take."""
    with ann.api(clinic) as admin:
        suffer(stack, method="PATCH", path="/api/v2/users", status=503, times=6)
        answer = operator.post(f"/organizations/{clinic}/suspend").raise_for_status().json()
        assert (answer["status"], answer["door"], answer["left_out"]) == (
            "suspended",
            "closing",
            {"done": 0, "of": 1},
        )
        refused(admin.get(f"/organizations/{clinic}/members"), 403, "forbidden")
    refused(
        operator.post(f"/organizations/{clinic}/members", json={"email": "ben@clinic.example"}),
        409,
        "organization_suspended",
    )
    assert at_rest(stack, operator, clinic)["door"] == "closed"


@pytest.mark.parametrize("members", [1, 60])
def test_each_member_is_one_call_and_the_request_none(
    members: int, operator: Api, stack: Stack, clinic: str, new_person: NewPerson
) -> None:
    """Page by page; no Action is touched. 60 are more than a page has."""
    people = [new_person() for _ in range(members)]
    for person in people:
        body = {"email": person.email}
        operator.post(f"/organizations/{clinic}/members", json=body).raise_for_status()
    stack.workers.idle(timeout=30)
    with counted(stack) as calls:
        done = turned(stack, operator, clinic, "suspend")
    assert (done["door"], done["left_out"]) == ("closed", {"done": members, "of": members})
    assert [call.split()[0] for call in calls] == ["PATCH"] * members
    assert all(profile(stack, person) == ([], []) for person in people)
    for action in door_actions(stack):
        assert not [secret for secret in action["secrets"] if secret["name"].startswith(CLOSED_SECRETS)]


def test_who_waits_for_the_answer_is_told_how_it_ends(operator: Api, clinic: str, ann: Person) -> None:
    """`Prefer: wait` waits for the profiles."""
    answer = operator.post(f"/organizations/{clinic}/suspend", headers=WAIT).raise_for_status()
    assert answer.json()["door"] == "closed"
    assert not ann.refresh(clinic)["admitted"]


@pytest.mark.parametrize(
    ("verbs", "door"),
    [
        ("suspend resume", "open"),
        ("suspend resume suspend", "closed"),
        ("suspend suspend resume resume", "open"),
    ],
)
def test_turns_that_overtake_each_other(
    operator: Api, stack: Stack, clinic: str, ann: Person, *, verbs: str, door: str
) -> None:
    """The last one holds, for the door and in the profile; each is recorded once."""
    for verb in verbs.split():
        operator.post(f"/organizations/{clinic}/{verb}").raise_for_status()
    assert at_rest(stack, operator, clinic)["door"] == door
    # A call that took too long on this machine may have landed late.
    pass_time(stack, seconds=SETTLING)
    stack.workers.tick()
    stack.workers.idle()
    assert (clinic in profile(stack, ann)[0]) == (door == "open")
    assert (clinic in user(stack, ann).left_out) == (door == "closed")


def test_a_resumption_in_the_middle_of_the_pass(
    operator: Api, stack: Stack, clinic: str, ann: Person
) -> None:
    """Whoever was left out already is taken in again; who goes on with the suspension finds it is no more."""
    suffer(stack, method="PATCH", path="/api/v2/users", status=503, times=3)
    operator.post(f"/organizations/{clinic}/suspend").raise_for_status()
    stack.workers.idle()
    assert user(stack, ann).left_out == (clinic,)
    assert turned(stack, operator, clinic, "resume")["door"] == "open"
    assert (user(stack, ann).left_out, profile(stack, ann)[0]) == ((), [clinic])


def test_a_member_of_two_that_are_closed(operator: Api, stack: Stack, clinic: str, ann: Person) -> None:
    """Each is left out, and comes back, by itself."""
    other = provision(operator)
    add(operator, other, ann)
    for name in (clinic, other):
        operator.post(f"/organizations/{name}/suspend").raise_for_status()
    assert {at_rest(stack, operator, name)["door"] for name in (clinic, other)} == {"closed"}
    assert profile(stack, ann) == ([], [])
    turned(stack, operator, other, "resume")
    assert profile(stack, ann) == ([other], [])
    turned(stack, operator, clinic, "resume")
    assert profile(stack, ann)[0] == sorted([clinic, other])


def test_nothing_that_happens_elsewhere_puts_it_back(
    operator: Api, stack: Stack, clinic: str, ann: Person
) -> None:
    """Neither joining another organization, other roles there, a removal, nor drift put right."""
    turned(stack, operator, clinic, "suspend")
    other, third = provision(operator), provision(operator)
    for name in (other, third):
        add(operator, name, ann)
    path = f"/organizations/{other}/members/{user(stack, ann).id}"
    etag = operator.get(path).headers["etag"]
    operator.patch(path, json={"roles": ["editor"]}, headers={"If-Match": etag, **WAIT}).raise_for_status()
    operator.delete(f"/organizations/{third}/members/{user(stack, ann).id}").raise_for_status()
    stack.workers.idle()
    assert profile(stack, ann) == ([other], [f"{other}:editor"])
    assert _drift(operator, stack, ann) == []
    edits(stack.tenant, user(stack, ann).account, app_metadata={"organizations": [clinic, other]})
    assert _drift(operator, stack, ann) == ["organizations"]
    stack.workers.idle()
    assert profile(stack, ann) == ([other], [f"{other}:editor"])
    turned(stack, operator, clinic, "resume")
    assert profile(stack, ann)[0] == sorted([clinic, other])


def _drift(operator: Api, stack: Stack, person: Person) -> list[str]:
    """Have everyone looked at, and return what was found of one person."""
    asked = operator.post("/drift", json={}).raise_for_status().json()["id"]
    while (run := operator.get("/drift").json())["status"] != "finished":
        stack.workers.tick(minutes=5)
    assert run["id"] == asked
    return [found["kind"] for found in run["findings"] if found["subject"] == user(stack, person).id]


def test_who_is_removed_meanwhile_does_not_come_back(
    operator: Api, stack: Stack, clinic: str, ann: Person, new_person: NewPerson
) -> None:
    """Their record leaves nothing out any more, and the resumption passes them over."""
    ben = new_person("ben")
    add(operator, clinic, ben)
    turned(stack, operator, clinic, "suspend")
    operator.delete(f"/organizations/{clinic}/members/{user(stack, ben).id}").raise_for_status()
    assert turned(stack, operator, clinic, "resume")["members"] == 1
    assert (user(stack, ben).left_out, profile(stack, ben)) == ((), ([], []))
    assert profile(stack, ann)[0] == [clinic]


def test_a_write_that_may_land_late_keeps_the_door_closing(
    operator: Api, stack: Stack, clinic: str, ann: Person
) -> None:
    """What was told before may still come in on top: it is closed when a read three minutes later says so."""
    suffer(stack, method="PATCH", path="/api/v2/users", timeout=True, after_effect=True, times=1)
    operator.post(f"/organizations/{clinic}/suspend").raise_for_status()
    stack.workers.idle(timeout=30)
    for _ in range(2):
        pass_time(stack, seconds=60)
        stack.workers.tick()
        stack.workers.idle()
        assert operator.get(f"/organizations/{clinic}").json()["door"] == "closing"
    assert profile(stack, ann) == ([], [])
    assert at_rest(stack, operator, clinic)["door"] == "closed"


def test_lost_hints_lose_nothing(operator: Api, stack: Stack, clinic: str, ann: Person) -> None:
    """The sweep finds the organization, and the users."""
    stack.aws.inject("SendMessage", "ServiceUnavailable", times=4)
    assert turned(stack, operator, clinic, "suspend")["door"] == "closed"
    assert profile(stack, ann) == ([], [])
