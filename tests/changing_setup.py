"""What tests share of enterprise organizations that get and drop connections."""

from collections.abc import Mapping
from typing import Any

import httpx

from local.people import Api, Person
from local.stack import Stack
from tests.conftest import NewPerson
from tests.domain_setup import proved
from tests.front_door import unique
from tests.moving_setup import SAML, Mover, mover

OIDC: dict[str, Any] = {"strategy": "oidc", "issuer": "https://id.labs.example", "client_id": "guestlist"}


def hospital(stack: Stack, operator: Api, *connections: Mapping[str, Any]) -> Mover:
    """Provision an organization that signs in by SAML, or by these, with a domain that it proved."""
    domain = f"{unique('domain')}.example"
    own = list(connections) or [SAML | {"domains": [domain]}]
    place = mover(stack, operator, domain, kind="enterprise", connections=own)
    proved(operator, place.id, domain)
    return place


def invited(place: Mover, new_person: NewPerson, domain: str = "", **more: object) -> Person:
    """Return somebody who was invited, with an address of a domain, by default the first one."""
    person = new_person("ann")
    person.email = person.idp["email"] = f"{unique('ann')}@{domain or place.domain}"
    body = {"email": person.email, "send": False, **more}
    place.operator.post(f"{place.path}/invites", json=body).raise_for_status()
    return person


def add(place: Mover, connection: Mapping[str, Any], **headers: str) -> httpx.Response:
    """Ask for another connection."""
    return place.operator.post(f"{place.path}/connections", json=connection, headers=headers)


def added(place: Mover, connection: Mapping[str, Any]) -> str:
    """Get another connection, and return its name once it is made."""
    add(place, connection).raise_for_status()
    place.stack.workers.idle()
    change = place.shown["connection_change"]
    assert change["state"] == "added", change
    return str(change["connection"]["name"])


def drop(place: Mover, name: str) -> httpx.Response:
    """Ask for a connection to be dropped."""
    return place.operator.delete(f"{place.path}/connections/{name}")


def state(place: Mover) -> tuple[str, dict[str, str]]:
    """Return how far the last change got, and each of its steps, with why not further."""
    change = place.record.connection_change
    assert change
    return change.state, {one.step: f"{one.state} {one.code}".strip() for one in change.steps}


def names(place: Mover) -> list[str]:
    """Return the names of the connections by which people join."""
    return [own["name"] for own in place.shown["connections"]]


def at_auth0(place: Mover, name: str) -> dict[str, Any] | None:
    """Return a connection as Auth0 has it, with what it is enabled for."""
    tenant = place.stack.tenant.state
    with tenant.lock:
        found = [own for own in tenant.connections.values() if own["name"] == name]
        return {**found[0], "enabled": {*tenant.connection_clients[found[0]["id"]]}} if found else None
