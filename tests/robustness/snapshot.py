"""A world as it stands at rest, to begin many histories from."""

import pickle
from typing import Any, NamedTuple

from tests.robustness.world import World

KEPT = (
    *("users", "credentials", "authentication_methods", "tickets", "sessions", "refresh_tokens"),
    "sso_tickets",
    *("actions", "connections", "connection_clients", "clients"),
)


class Snapshot(NamedTuple):
    """The table, Auth0 and the outbox at one moment. Queues are empty, nobody is at work."""

    time: float
    items: list[dict[str, Any]]
    mails: list[dict[str, Any]]
    auth0: bytes


def taken(world: World) -> Snapshot:
    """Return a world as it stands."""
    auth0 = {name: getattr(world.tenant.state, name) for name in KEPT}
    time = world.simulation.time
    return Snapshot(time, world.aws.table.items(), list(world.aws.mails), pickle.dumps(auth0))


def restored(world: World, snapshot: Snapshot) -> World:
    """Let a new world go on from there."""
    world.simulation.time = snapshot.time
    world.aws.table.fill(snapshot.items)
    world.aws.mails.extend(snapshot.mails)
    for name, found in pickle.loads(snapshot.auth0).items():  # noqa: S301 (our own bytes)
        getattr(world.tenant.state, name).update(found)
    return world
