"""What tests of connections that customers' IT set up share: organizations that wait, links, and that IT."""

from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from guestlist.auth0 import segment
from guestlist.making import LOOK_FOR_SETUP
from guestlist.organization_records import OrganizationStatus
from local.people import PLAIN, Api
from local.stack import Stack
from tests.accept_setup import store
from tests.front_door import pass_time, provision

SELF_SERVICE: dict[str, Any] = {"self_service": True}
ENTERED = {"strategy": "samlp", "metadataUrl": "https://id.clinic.example/metadata"}
"""What a customer's IT enters on Auth0's page."""
AWAITING = {"connections": "pending awaiting_setup", "applications": "pending "}
MADE = {"connections": "done ", "applications": "done "}


def awaiting(stack: Stack, api: Api, *connections: dict[str, Any], **more: object) -> str:
    """Provision an organization whose connections (just the one, if none is given) its IT sets up."""
    own = list(connections) or [SELF_SERVICE]
    organization = provision(api, kind="enterprise", connections=own, **more)
    stack.workers.idle()
    return organization


def ask_link(api: Api, organization: str, **body: object) -> httpx.Response:
    """Ask for a set-up link."""
    return api.post(f"/organizations/{organization}/setup-links", json=body)


def link(api: Api, organization: str, **body: object) -> str:
    """Return a set-up link."""
    return str(ask_link(api, organization, **body).raise_for_status().json()["url"])


def fill_in(url: str, **entered: str) -> httpx.Response:
    """Have a customer's IT open a link, and enter what their identity provider is known by."""
    httpx.get(url, verify=PLAIN).raise_for_status()
    return httpx.post(url, data={**ENTERED, **entered}, verify=PLAIN)


def look(stack: Stack) -> None:
    """Let it be time to look again whether a connection is set up."""
    pass_time(stack, seconds=LOOK_FOR_SETUP)
    stack.workers.tick()
    stack.workers.idle()


def steps(stack: Stack, organization: str) -> dict[str, str]:
    """Return how far each step of an organization got, and why not further."""
    progress = store(stack).organization(organization).provisioning
    return {one.step: f"{one.state} {one.code}" for one in progress}


def status(stack: Stack, organization: str) -> str:
    """Return an organization's status."""
    return str(store(stack).organization(organization).status)


def stands(stack: Stack, organization: str, status: str) -> None:
    """Let an organization stand so, in the table alone."""
    before = store(stack).organization(organization)
    after = replace(before, status=OrganizationStatus(status), due=None)
    store(stack).amended(before, after, when="attribute_exists(#pk)")


def name_of(stack: Stack, organization: str) -> str:
    """Return the name of an organization's first connection."""
    return store(stack).organization(organization).connections[0].name


def ticket(stack: Stack, url: str) -> dict[str, Any]:
    """Return what Auth0 was asked for when a link was made."""
    [found] = parse_qs(urlsplit(url).query)["ticket"]
    with stack.tenant.state.lock:
        return dict(stack.tenant.state.sso_tickets[found].asked)


def enabled(stack: Stack, name: str) -> set[str]:
    """Return the applications that a connection is enabled for."""
    with stack.tenant.state.lock:
        [found] = [key for key, own in stack.tenant.state.connections.items() if own["name"] == name]
        return set(stack.tenant.state.connection_clients[found])


def made_past_us(stack: Stack, name: str, **marks: str) -> str:
    """Make a connection as somebody at Auth0 may, past Guestlist; return its id."""
    options = {"metadataUrl": ENTERED["metadataUrl"]}
    body = {"name": name, "strategy": "samlp", "options": options, "metadata": marks}
    with closing(stack.management()) as auth0:
        return str(auth0.call("POST", "/connections", body).body["id"])


def deleted_past_us(stack: Stack, name: str) -> None:
    """Delete a connection past Guestlist."""
    with closing(stack.management()) as auth0:
        [found] = auth0.call("GET", f"/connections?name={name}").body
        auth0.call("DELETE", f"/connections/{segment(found['id'])}")
