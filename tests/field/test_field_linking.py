"""F19: somebody links two accounts at Auth0, which discards what the second one's profile said."""

import httpx

from local.people import PLAIN, Api, Person
from local.stack import Stack
from tests.adoption_setup import link
from tests.conftest import NewPerson
from tests.front_door import WAIT, accounts, audited, join, organizations_at_auth0, provision
from tests.left_out_setup import user


def looked(stack: Stack, api: Api) -> list[tuple[str, str]]:
    """Have everyone looked at, and what was found put right; return what it was."""
    api.post("/drift", json={}).raise_for_status()
    while (run := api.get("/drift").json())["status"] != "finished":
        stack.workers.tick(minutes=5)
    stack.workers.idle()
    return [(found["kind"], found["subject"]) for found in run["findings"]]


def test_f19_the_second_s_memberships_move_to_the_first(
    operator: Api, stack: Stack, new_person: NewPerson
) -> None:
    """One audit entry; both organizations in the first's profile, by whichever login they come."""
    ann, bea = new_person("ann"), new_person("bea")
    one, two = provision(operator), provision(operator, seats=1)
    join(operator, one, ann, roles=["editor"])
    join(operator, two, bea, roles=["admin"])
    first, second = user(stack, ann), user(stack, bea)
    link(stack.tenant, first.account, second.account)
    assert accounts(stack, bea.email) == []
    assert looked(stack, operator) == [("deleted", second.id)]
    assert organizations_at_auth0(stack, ann) == sorted([one, two])
    [member] = operator.get(f"/organizations/{two}/members").json()["items"]
    assert (member["user"], member["roles"], member["projection"]) == (first.id, ["admin"], "applied")
    assert audited(stack, two, "member:move") == [first.id]
    assert operator.get(f"/organizations/{two}").json()["members"] == 1
    assert bea.sign_in(two, prompt="login")["admitted"]
    assert ann.sign_in(one, prompt="login")["admitted"]
    gone = operator.get(f"/users/{second.id}").json()
    assert (gone["organizations"], operator.get(f"/users/{second.id}/organizations").json()["items"]) == (
        [],
        [],
    )


def test_f19_nothing_keeps_calling_the_dead_id(operator: Api, stack: Stack, new_person: NewPerson) -> None:
    """Neither the look for drift, nor whoever adds or invites the second's address afterwards."""
    ann, bea = new_person("ann"), new_person("bea")
    join(operator, provision(operator), ann)
    join(operator, provision(operator), bea)
    first, second = user(stack, ann), user(stack, bea)
    link(stack.tenant, first.account, second.account)
    looked(stack, operator)
    httpx.delete(f"{stack.tenant.url}/_local/calls", verify=PLAIN)
    assert looked(stack, operator) == []
    three = provision(operator)
    added = operator.post(f"/organizations/{three}/members", json={"email": bea.email}, headers=WAIT).json()
    assert (added["user"], added["projection"]) == (first.id, "applied")
    four = provision(operator)
    join_by_link(operator, four, bea)
    stack.workers.idle()
    assert {three, four} < set(organizations_at_auth0(stack, ann))
    called = [call["path"] for call in httpx.get(f"{stack.tenant.url}/_local/calls", verify=PLAIN).json()]
    assert not [path for path in called if second.account.partition("|")[2] in path]


def join_by_link(api: Api, organization: str, person: Person) -> None:
    """Have somebody invited who presses the button, and is sent on to the login: they have a password."""
    body = {"email": person.email, "send": False}
    link = api.post(f"/organizations/{organization}/invites", json=body).raise_for_status().json()["link"]
    assert "login" in person.press(link).headers["location"]
