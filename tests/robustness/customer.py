"""A customer's IT, who set up their organization's connection by a link of Auth0's, whenever they like."""

from typing import TYPE_CHECKING

import httpx

from guestlist.making import as_made
from guestlist.organization_records import Organization
from guestlist.provisioning_records import AWAITING_SETUP, StepState
from guestlist.request import Request
from guestlist.setup_link_bodies import USUAL, SetupLinkRequest
from guestlist.setup_links import Tickets, mint
from tests.robustness.effects import Effect, Kind

if TYPE_CHECKING:
    from tests.robustness.world import World

ENTERED = {"strategy": "samlp", "metadataUrl": "https://id.hospital.example/metadata"}
FLOW = "/self-service/connections-flow"


def setup_link(organization: str, request: Request, world: "World") -> str:
    """Return a new link for an organization's IT."""
    tenant = world.tenant
    tickets = Tickets(world.auth0, tenant.profile, tenant.state.bootstrap_client[0])
    asked = SetupLinkRequest("", USUAL)
    return mint(organization, asked, request=request, store=world.store, tickets=tickets)["url"]


def fill_in(url: str, world: "World") -> None:
    """Enter what the identity provider is known by, and enable the connection."""
    answer = world.tenant.answer(httpx.Request("POST", url, data=ENTERED))
    if not answer.is_success:
        raise RuntimeError(answer.text)
    world.wire.took_place(Effect(Kind.AUTH0, f"POST {FLOW}"))


def is_good(url: str, world: "World") -> bool:
    """Tell whether a link can be opened."""
    return world.tenant.answer(httpx.Request("GET", url)).is_success


def awaits_setup(organization: Organization) -> bool:
    """Tell whether an organization waits for its IT."""
    steps = as_made(organization).provisioning
    return any(step.state is StepState.PENDING and step.code == AWAITING_SETUP for step in steps)
