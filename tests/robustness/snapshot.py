"""A world as it stands at rest, to begin many histories from."""

import pickle
from typing import Any, NamedTuple

from tests.robustness.world import World

OF_USERS = ("users", "credentials", "authentication_methods", "tickets", "sessions", "refresh_tokens")


class Snapshot(NamedTuple):
    """The table, the accounts and the outbox at one moment. Queues are empty, nobody is at work."""

    time: float
    items: list[dict[str, Any]]
    mails: list[dict[str, Any]]
    accounts: bytes


def taken(world: World) -> Snapshot:
    """Return a world as it stands."""
    accounts = {name: getattr(world.tenant.state, name) for name in OF_USERS}
    time = world.simulation.time
    return Snapshot(time, world.aws.table.items(), list(world.aws.mails), pickle.dumps(accounts))


def restored(world: World, snapshot: Snapshot) -> World:
    """Let a new world go on from there."""
    world.simulation.time = snapshot.time
    world.aws.table.fill(snapshot.items)
    world.aws.mails.extend(snapshot.mails)
    for name, of_users in pickle.loads(snapshot.accounts).items():  # noqa: S301 (our own bytes)
        getattr(world.tenant.state, name).update(of_users)
    return world
