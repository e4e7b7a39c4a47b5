"""Isolated organizations: their people sign in by a connection that is theirs alone."""

from local.people import Api
from local.stack import Stack
from tests.conftest import NewPerson
from tests.front_door import accounts, invite, join
from tests.kinds_setup import connection_of, each_list, entry, listed, offboarded, provisioned
from tests.refusals import refused


def test_its_people_come_in_by_its_own_connection(operator: Api, stack: Stack, new_person: NewPerson) -> None:
    """The first administrator's mail goes out when all is made; account and login are of that connection."""
    ann = new_person("ann")
    clinic = provisioned(stack, operator, kind="isolated", admin={"email": ann.email})
    connection = connection_of(stack, clinic)
    assert connection["options"]["disable_signup"]
    assert connection["metadata"]["organization"] == clinic
    ann.join()
    [account] = accounts(stack, ann.email)
    assert account["identities"][0]["connection"] == connection["name"]
    assert ann.sign_in(clinic, connection=connection["name"])["admitted"]


def test_one_address_in_two_is_two_accounts(operator: Api, stack: Stack, new_person: NewPerson) -> None:
    """Each has a password of its own, and is admitted to its own organization alone."""
    ann = new_person("ann")
    north, south = (provisioned(stack, operator, kind="isolated") for _ in range(2))
    for clinic in (north, south):
        join(operator, clinic, ann)
        own = connection_of(stack, clinic)["name"]
        assert ann.sign_in(clinic, connection=own, prompt="login")["admitted"]
    assert len(accounts(stack, ann.email)) == 2
    elsewhere = ann.sign_in(north, connection=connection_of(stack, south)["name"], prompt="login")
    assert elsewhere["error_description"].startswith("organizations_disagree")


@each_list
def test_its_entries_are_added_to_what_is_there(name: str, operator: Api, stack: Stack) -> None:
    """Another organization's and the application's own stay, also when one of the two leaves."""
    app = stack.clients["app"].client_id
    before, own = listed(stack, app, name), [entry(name, host) for host in ("north", "south")]
    north, _ = (provisioned(stack, operator, **{name: [one]}) for one in own)
    assert listed(stack, app, name) == [*before, *own]
    assert operator.get(f"/organizations/{north}").json()[name] == own[:1]
    offboarded(stack, operator, north)
    assert listed(stack, app, name) == [*before, own[1]]


def test_who_is_offboarded_leaves_nothing(operator: Api, stack: Stack, new_person: NewPerson) -> None:
    """People, offers, connection and record go; the id is never given again."""
    ann, ben = new_person("ann"), new_person("ben")
    clinic = provisioned(stack, operator, kind="isolated")
    join(operator, clinic, ann, roles=["admin"])
    invite(operator, clinic, ben)
    name = connection_of(stack, clinic)["name"]
    offboarded(stack, operator, clinic)
    refused(operator.get(f"/organizations/{clinic}"), 404, "not_found")
    assert name not in {own["name"] for own in stack.tenant.state.connections.values()}
    assert accounts(stack, ann.email) == []
    assert ben.browser.get(ben.link()).status_code == 404
    taken = operator.post("/organizations", json={"id": clinic, "name": "Again"})
    refused(taken, 409, "organization_exists")
