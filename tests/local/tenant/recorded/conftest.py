"""What the tests of this folder look at: all recorded kinds replayed, and a whole story told."""

from dataclasses import dataclass, field

import pytest

from local import people
from local.people import Person
from local.stack import Stack
from local.tenant.app import Tenant
from tests import front_door
from tests.adoption_setup import plant
from tests.local.tenant.management_client import ManagementClient
from tests.local.tenant.recorded.exchanges import Wire
from tests.local.tenant.recorded.extract import kept
from tests.local.tenant.recorded.replay import Replay, heading


@dataclass
class Replayed:
    """What differed, by the heading of a fact, and what passed."""

    wire: Wire = field(default_factory=Wire)
    differences: dict[str, set[str]] = field(default_factory=dict)


@pytest.fixture(scope="session")
def replayed() -> Replayed:
    """Every recorded kind of request, put to one tenant."""
    done, facts = Replayed(), kept()["recorded"]
    with Tenant(tap=done.wire) as tenant, ManagementClient(tenant) as management:
        replay = Replay(tenant, management, facts)
        for fact in facts:
            done.differences.setdefault(heading(fact), set()).update(replay.differences(fact))
    return done


@pytest.fixture(scope="session")
def story() -> Wire:
    """Set-up, an operator, an invite, an addition, changes, an adoption, an end: all that Guestlist asks."""
    wire = Wire()
    with Stack(tap=wire) as stack, Person(stack, "olga@guestlist.example") as olga:
        stack.hire_operator(olga.email, olga.password)
        with people.operator(stack, olga) as api:
            _tell(stack, api)
    # The stack has ended: one that outlived its tests would keep its clock and environment for all others.
    return wire


def _tell(stack: Stack, api: people.Api) -> None:
    clinic = front_door.provision(api)
    with Person(stack, "dora@clinic.example") as dora, Person(stack, "carl@clinic.example") as carl:
        front_door.join(api, clinic, dora, roles=["admin"])
        dora.sign_in(clinic)
        dora.refresh(clinic)
        front_door.add(api, front_door.provision(api), dora)
        plant(stack.tenant, carl.email, organizations=["of-old"])
        front_door.join(api, clinic, carl)
        members = api.get(f"/organizations/{clinic}/members").raise_for_status().json()["items"]
        for member in members:
            api.delete(f"/organizations/{clinic}/members/{member['user']}")
        stack.workers.idle()
