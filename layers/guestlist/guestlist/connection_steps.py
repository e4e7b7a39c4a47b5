"""The connections of an organization at Auth0: made or taken, enabled, and given back or deleted.

What we make bears our mark from its very creation, so that it is found again after a crash; what was there
before us is used, and given back as it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from guestlist.auth0 import Answer, Auth0, Body, segment
from guestlist.errors import Auth0Refused
from guestlist.login_policy import ENTERPRISE, MAX_SESSION
from guestlist.organization_records import Organization
from guestlist.provisioning_records import DATABASE, Connection, Kind
from guestlist.self_service import AwaitingSetupError, awaited_if_gone, is_set_up
from guestlist.turns import Turn

OWNER, MADE = "organization", "guestlist"
"""Keys of a connection's metadata: whose it is, which the door reads, and that we made it."""
LARGEST_LIST = 50
"""Entries that one change of a connection's clients may have (Auth0's API description)."""
CONFLICT, NOT_FOUND = 409, 404


class StepRefusedError(Exception):
    """A step cannot be done as things are; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def make_connections(organization: Organization, turn: Turn) -> Organization:
    """Make the connections, or take those that are there; what these are enabled for is looked at first.

    One that the customer's IT sets up is waited for when the others are there.
    """
    there = []
    for connection in organization.connections:
        found = _connection(connection, organization, turn.auth0)
        wanted = turn.applications(organization)
        if found is None or not is_set_up(connection, _enabled(found["id"], turn.auth0), wanted):
            continue
        enabled = _disabled(connection, found, organization, turn)
        there.append(replace(connection, id=found["id"], strategy=found["strategy"], enabled=enabled))
    if len(there) < len(organization.connections):
        raise AwaitingSetupError
    return replace(organization, connections=tuple(there))


def _disabled(connection: Connection, found: Body, organization: Organization, turn: Turn) -> tuple[str, ...]:
    """Return the applications for which a connection that was there before us is still to be enabled.

    Where that was looked at before, some may be enabled by now: by us, who are to give it back as it was.
    """
    if connection.made:
        return ()
    if connection.id == found["id"]:
        return connection.enabled
    enabled = set(_enabled(found["id"], turn.auth0))
    return tuple(name for name in turn.applications(organization) if name not in enabled)


def _enabled(connection_id: str, auth0: Auth0) -> Iterator[str]:
    """Yield the applications that a connection is enabled for; the list ends where `next` is absent."""
    path, following = f"/connections/{segment(connection_id)}/clients?take={LARGEST_LIST}", ""
    while True:
        page = auth0.call("GET", path + following).body
        yield from (client["client_id"] for client in page["clients"])
        if not page.get("next"):
            return
        following = f"&from={segment(page['next'])}"


def _connection(connection: Connection, place: Organization, auth0: Auth0) -> Body | None:
    """Return a connection as it stands at Auth0, made or taken for the organization.

    None: it is for the customer's IT to make, who did not yet.
    """
    organization, found = place.id, named(connection.name, auth0)
    if found is None and not connection.made:
        raise StepRefusedError("connection_missing")
    if found is None:
        return None if connection.self_service else _made(connection, place, auth0)
    metadata = found.get("metadata") or {}
    if connection.made and metadata.get(MADE) != organization:
        raise StepRefusedError("connection_exists")
    # A set-up link outlives an attempt that failed; what is made by it is not what we would make now.
    if connection.made and not connection.self_service and found["strategy"] != connection.strategy:
        raise StepRefusedError("connection_exists")
    if metadata.get(OWNER, organization) != organization:
        raise StepRefusedError("connection_taken")
    # Nothing is marked that people of others may sign in by.
    if place.kind is Kind.ENTERPRISE and found["strategy"] not in ENTERPRISE:
        database = found["strategy"] == DATABASE
        raise StepRefusedError("connection_is_database" if database else "connection_is_no_provider")
    if (marked := with_marks(metadata, place)) != metadata:
        mark(found, marked, auth0)
    return found


def with_marks(metadata: Mapping[str, str], place: Organization) -> dict[str, str]:
    """Return a connection's metadata with what the door is to find there of its organization."""
    rest = {name: value for name, value in metadata.items() if name != MAX_SESSION}
    bound = {} if place.max_session is None else {MAX_SESSION: str(place.max_session)}
    return rest | {OWNER: place.id} | bound


def named(name: str, auth0: Auth0) -> Body | None:
    """Return the connection of this name at Auth0, if there is one."""
    found = auth0.call("GET", f"/connections?name={segment(name)}").body
    connections = found["connections"] if isinstance(found, dict) else found
    return next(iter(connections), None)


def _made(connection: Connection, place: Organization, auth0: Auth0) -> Body:
    """Make a connection, once; one whose answer was lost is found by its name."""
    body = {
        "name": connection.name,
        "strategy": connection.strategy,
        "metadata": with_marks({MADE: place.id}, place),
        "options": _options(connection),
    }
    try:
        return dict(auth0.call("POST", "/connections", body, repeatable=False).body)
    except Auth0Refused as error:
        if error.auth0_status != CONFLICT or (found := named(connection.name, auth0)) is None:
            raise
        if (found.get("metadata") or {}).get(MADE) != place.id:
            raise StepRefusedError("connection_exists") from None
        return found


def _options(connection: Connection) -> Mapping[str, Any]:
    if connection.is_database:
        return {"disable_signup": True}
    aliases = {"domain_aliases": list(connection.domains)} if connection.domains else {}
    return dict(connection.options) | aliases


def unmake_connections(organization: Organization, turn: Turn) -> Organization:
    """Delete those that we made, with their accounts; give the others back."""
    for connection in reversed(organization.connections):
        found = named(connection.name, turn.auth0)
        metadata = (found or {}).get("metadata") or {}
        if found is None or metadata.get(OWNER) != organization.id:
            continue
        if connection.made and metadata.get(MADE) == organization.id:
            with gone_is_undone():
                turn.auth0.call("DELETE", f"/connections/{segment(found['id'])}")
        elif not connection.made:
            rest = {name: value for name, value in metadata.items() if name not in {OWNER, MAX_SESSION}}
            with gone_is_undone():
                mark(found, rest, turn.auth0)
    return organization


@contextmanager
def gone_is_undone() -> Iterator[None]:
    """Undo nothing of what somebody deleted at Auth0 before."""
    try:
        yield
    except Auth0Refused as error:
        if error.auth0_status != NOT_FOUND:
            raise


def mark(found: Body, metadata: Body, auth0: Auth0) -> Answer:
    """Give a connection other metadata; a name that is left out would be reset."""
    kept = {name: found[name] for name in ("display_name",) if name in found}
    return auth0.call("PATCH", f"/connections/{segment(found['id'])}", kept | {"metadata": metadata})


def enable(organization: Organization, turn: Turn) -> Organization:
    """Enable those that we made for all of its applications, and the others where they are not yet."""
    for connection in organization.connections:
        new = turn.applications(organization) if connection.made else connection.enabled
        with awaited_if_gone(connection):
            _switch(connection, new, turn.auth0, on=True)
    return organization


def disable(organization: Organization, turn: Turn) -> Organization:
    """Disable those that were there before us where they were; ours are going to be deleted."""
    for connection in organization.connections:
        if not connection.made and connection.id:
            _switch_off(connection, turn.auth0)
    return organization


def _switch_off(connection: Connection, auth0: Auth0) -> None:
    """Disable a connection where we enabled it: one by one, if a list names an application that is gone."""
    try:
        _switch(connection, connection.enabled, auth0, on=False)
    except Auth0Refused as error:
        if error.auth0_status != NOT_FOUND:
            raise
        for client in connection.enabled:
            with gone_is_undone():
                _switch(connection, (client,), auth0, on=False)


def _switch(connection: Connection, clients: Sequence[str], auth0: Auth0, *, on: bool) -> None:
    path = f"/connections/{segment(connection.id)}/clients"
    entries = [{"client_id": client, "status": on} for client in clients]
    for start in range(0, len(entries), LARGEST_LIST):
        auth0.call("PATCH", path, entries[start : start + LARGEST_LIST])
