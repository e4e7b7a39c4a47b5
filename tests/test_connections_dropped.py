"""An enterprise organization drops one of its identity providers, by which nobody comes."""

from http import HTTPStatus

import pytest

from guestlist.connection_turns import LATE
from guestlist.leases import SETTLING
from guestlist.login_policy import MAX_SESSION
from local.people import Api
from local.stack import Stack
from tests.accept_setup import store
from tests.changing_setup import OIDC, added, at_auth0, drop, hospital, invited, names, state
from tests.conftest import NewPerson
from tests.front_door import audited, suffer, unique
from tests.kinds_setup import connections
from tests.moving_setup import SAML, Mover
from tests.refusals import refused
from tests.self_service_setup import made_past_us
from tests.test_moments import between

UNDONE = {"connections": "undone", "applications": "undone"}


@pytest.fixture
def clinic(operator: Api, stack: Stack) -> Mover:
    """Return an organization with two identity providers: the domain's people come by the first."""
    return hospital(stack, operator, SAML | {"domains": [f"{unique('a')}.example"]}, OIDC)


def test_one_that_we_made_is_deleted(clinic: Mover) -> None:
    """Nobody joins by it at once; after a minute it goes, and may be another's."""
    first, second = names(clinic)
    shown = drop(clinic, second).raise_for_status()
    assert (shown.status_code, shown.headers["location"]) == (202, clinic.path)
    assert [own["name"] for own in shown.json()["connections"]] == [first]
    assert shown.json()["connection_change"]["state"] == "dropping"
    found = clinic.operator.post("/discover", json={"organization": clinic.id}).json()
    assert found == {"connections": [{"name": first}]}
    clinic.stack.workers.idle()
    assert at_auth0(clinic, second)
    assert (
        drop(clinic, second).raise_for_status().json()["connection_change"]
        == (shown.json()["connection_change"])
    )
    clinic.later(LATE)
    assert state(clinic) == ("dropped", UNDONE)
    assert (at_auth0(clinic, second), store(clinic.stack).organization_of(second)) == (None, None)
    assert at_auth0(clinic, first)
    assert audited(clinic.stack, clinic.id, "connection:drop") == [second]
    refused(drop(clinic, second), 404, "not_found")


def test_one_that_was_there_before_us_is_given_back(clinic: Mover) -> None:
    """As it was, but for what others did to it meanwhile."""
    name = unique("corp")
    made_past_us(clinic.stack, name, theirs="stays")
    added(clinic, {"name": name})
    drop(clinic, name).raise_for_status()
    clinic.later(LATE)
    found = at_auth0(clinic, name)
    assert found
    assert (found["metadata"], found["enabled"]) == ({"theirs": "stays"}, set())
    assert store(clinic.stack).organization_of(name) is None


def test_its_name_is_never_given_again(clinic: Mover) -> None:
    """People are known by it, whoever they were."""
    before = names(clinic)
    drop(clinic, before[1]).raise_for_status()
    clinic.later(LATE)
    assert added(clinic, OIDC) not in before
    assert len(names(clinic)) == 2


def test_one_by_which_members_come_stays(clinic: Mover, new_person: NewPerson) -> None:
    """Until they are removed; as long as somebody is invited by it, too."""
    second = names(clinic)[1]
    ann = invited(clinic, new_person, connection=second)
    refused(drop(clinic, second), 409, "connection_in_use")
    assert clinic.arrives(ann, second)["admitted"]
    refused(drop(clinic, second), 409, "connection_in_use")
    [member] = clinic.members(ann.email)
    clinic.operator.delete(f"{clinic.path}/members/{member['user']}").raise_for_status()
    drop(clinic, second).raise_for_status()
    clinic.later(LATE)
    assert state(clinic)[0] == "dropped"


def test_nobody_is_invited_by_one_that_is_dropped_meanwhile(clinic: Mover) -> None:
    """An offer rests on the connections that the organization has at the commit."""
    _, second = names(clinic)
    body = {"email": f"ann@{clinic.domain}", "connection": second, "send": False}
    with between(clinic.stack, lambda: drop(clinic, second).raise_for_status()):
        refused(
            clinic.operator.post(f"{clinic.path}/invites", json=body), 422, "unacceptable", "#/connection"
        )
    clinic.later(LATE)
    assert state(clinic)[0] == "dropped"


def test_one_by_which_somebody_was_invited_meanwhile_stays(clinic: Mover) -> None:
    """Whoever was invited before it was dropped is to come by it: it is there for them, as it was."""
    first, second = names(clinic)
    body = {"email": f"ann@{clinic.domain}", "connection": second, "send": False}
    with between(
        clinic.stack, lambda: clinic.operator.post(f"{clinic.path}/invites", json=body).raise_for_status()
    ):
        drop(clinic, second).raise_for_status()
    assert names(clinic) == [first]
    bound = {"max_session": 7200}
    clinic.operator.patch(clinic.path, json=bound, headers={"If-Match": "*"}).raise_for_status()
    clinic.stack.workers.idle()  # a jump of the clock would end the deadline of a call
    clinic.later(LATE)
    assert state(clinic)[0] == "kept"
    marked = [own["metadata"].get(MAX_SESSION) for own in connections(clinic.stack, clinic.id)]
    assert marked == ["7200", "7200"]
    assert names(clinic) == [first, second]
    assert at_auth0(clinic, second)
    assert store(clinic.stack).organization_of(second) == clinic.id
    assert audited(clinic.stack, clinic.id, "connection:fail") == [second]


def test_nobody_arrives_by_it_while_it_is_dropped(clinic: Mover, new_person: NewPerson) -> None:
    """Also not by a domain that makes its people members."""
    path = f"{clinic.path}/domains/{clinic.domain}"
    clinic.operator.patch(path, json={"auto_join": True}, headers={"If-Match": "*"}).raise_for_status()
    first, second = names(clinic)
    drop(clinic, second).raise_for_status()
    ann = new_person("ann")
    ann.email = ann.idp["email"] = f"{unique('ann')}@{clinic.domain}"
    assert not clinic.arrives(ann, second).get("admitted")
    clinic.later(LATE)
    assert state(clinic)[0] == "dropped"
    assert clinic.arrives(ann, first)["admitted"]


def test_while_auth0_is_away_it_waits(clinic: Mover) -> None:
    """However long; what was deleted without an answer is gone."""
    second = names(clinic)[1]
    suffer(clinic.stack, method="DELETE", path="/api/v2/connections/", reset=True, after_effect=True, times=1)
    suffer(clinic.stack, method="GET", path="/api/v2/connections", status=503, times=30)
    drop(clinic, second).raise_for_status()
    for _ in range(3):
        clinic.later(LATE)
    assert state(clinic)[0] == "dropping"
    clinic.stack.tenant.state.faults.clear()
    for _ in range(2):
        clinic.later(SETTLING)
    assert state(clinic) == ("dropped", UNDONE)
    assert at_auth0(clinic, second) is None


def test_who_is_offboarded_on_the_way_leaves_nothing(clinic: Mover) -> None:
    """Neither the one that stays nor the one that goes."""
    first, second = names(clinic)
    drop(clinic, second).raise_for_status()
    clinic.operator.delete(clinic.path).raise_for_status()
    for _ in range(3):
        clinic.later(LATE)
    refused(clinic.operator.get(clinic.path), 404, "not_found")
    assert connections(clinic.stack, clinic.id) == []
    assert [store(clinic.stack).organization_of(name) for name in (first, second)] == [None, None]


def test_who_was_removed_there_does_not_come_back_by_another(clinic: Mover, new_person: NewPerson) -> None:
    """A removal outlives the connection, whether it is being dropped or gone."""
    path = f"{clinic.path}/domains/{clinic.domain}"
    clinic.operator.patch(path, json={"auto_join": True}, headers={"If-Match": "*"}).raise_for_status()
    first, second = names(clinic)
    ann = new_person("ann")
    ann.email = ann.idp["email"] = f"{unique('ann')}@{clinic.domain}"
    assert clinic.arrives(ann, second)["admitted"]
    [member] = clinic.members(ann.email)
    clinic.operator.delete(f"{clinic.path}/members/{member['user']}").raise_for_status()
    clinic.stack.workers.idle()
    drop(clinic, second).raise_for_status()
    assert not clinic.arrives(ann, first).get("admitted")
    clinic.later(LATE)
    assert state(clinic)[0] == "dropped"
    assert not clinic.arrives(ann, first).get("admitted")
    assert clinic.members(ann.email) == []


def test_an_offer_by_one_that_was_dropped_is_not_renewed(clinic: Mover) -> None:
    """It would make somebody a member by what is gone, or another organization's by now."""
    _, second = names(clinic)
    body = {"email": f"ann@{clinic.domain}", "connection": second, "send": False, "expires_in": 3600}
    made = clinic.operator.post(f"{clinic.path}/invites", json=body).raise_for_status().json()
    clinic.later(3601)
    drop(clinic, second).raise_for_status()
    clinic.later(LATE)
    assert state(clinic)[0] == "dropped"
    answer = clinic.operator.post(f"{clinic.path}/invites/{made['id']}/resend")
    refused(answer, 422, "unacceptable", "#/connection")


def test_who_accepts_while_one_is_dropped_comes_by_it_when_it_is_kept(
    clinic: Mover, new_person: NewPerson
) -> None:
    """The button leads to the login; the offer waits, keeps the connection, and is taken up there."""
    _, second = names(clinic)
    ann, links = new_person("ann"), list[str]()
    ann.email = ann.idp["email"] = f"{unique('ann')}@{clinic.domain}"
    body = {"email": ann.email, "connection": second, "send": False}

    def offer() -> None:
        made = clinic.operator.post(f"{clinic.path}/invites", json=body).raise_for_status()
        links.append(made.json()["link"])

    with between(clinic.stack, offer):
        drop(clinic, second).raise_for_status()
    assert ann.press(links[0]).status_code == HTTPStatus.SEE_OTHER
    clinic.later(LATE)
    assert state(clinic)[0] == "kept"
    assert clinic.arrives(ann, second)["admitted"]
