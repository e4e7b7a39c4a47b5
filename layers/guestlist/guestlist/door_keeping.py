"""Keeping the door's list of closed organizations as it is recorded, whoever deploys the door meanwhile.

One item says which they are, one lease whose turn it is to tell Auth0. The list stands in numbered secrets
whose names bear its version: what is deployed can be read off them, though Auth0 shows no secret's value.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace

from aws_lambda_powertools import Logger

from guestlist.auth0 import Auth0, Body, segment
from guestlist.clock import clock
from guestlist.deadline import within
from guestlist.door import as_made, await_build
from guestlist.door_records import WATCH, Door
from guestlist.errors import Auth0Refused
from guestlist.leases import SETTLING
from guestlist.management import Management, SetUpError
from guestlist.metrics import Figure, measured
from guestlist.store import Store
from guestlist.table import ConditionFailed
from guestlist.tenant_drift import DOORS

WORK = 120.0
"""Seconds for all calls of one look; a build takes up to 45 of them at Auth0."""
LEASE = 150
"""Seconds; longer than a look takes."""
FORBIDDEN = 403
ROUNDS = 5
"""How often one look goes round again for versions that come meanwhile."""

logger = Logger(child=True)

Values = Callable[[], Mapping[str, str]]
"""Returns the values of the door's other secrets, which a deployment may have wiped out, too, by name."""


def keep_door(*, values: Values, store: Store, auth0: Auth0) -> Door:
    """Have the deployed door know which organizations are closed, unless somebody else is at it."""
    seen = store.door()
    if seen.due is None or seen.lease_until > clock.now():
        return seen
    try:
        door = _taken(seen, store)
    except ConditionFailed:
        return store.door()
    with within(WORK):
        return _told_until_newest(door, values, store, Management(auth0))


def _told_until_newest(door: Door, values: Values, store: Store, management: Management) -> Door:
    for _ in range(ROUNDS):
        try:
            _tell(door, values, management)
        except SetUpError as error:
            logger.warning("the door was not told who is closed", version=door.version, reason=str(error))
            return _released(door, WATCH, store, refused=_is_refused(error) or door.refused)
        try:
            return _given_back(door, store)
        except ConditionFailed:
            newer = store.door()
            if newer.lease_owner != door.lease_owner:
                return newer
            door = newer
    return _released(door, 0, store)


def _is_refused(error: SetUpError) -> bool:
    """Tell whether it is the right to change Actions that is lacking; who is closed next is then left out."""
    refused = isinstance(error.__cause__, Auth0Refused) and error.__cause__.auth0_status == FORBIDDEN
    if refused:
        measured(Figure.DOOR_REFUSED, 1)
    return refused


def _tell(door: Door, values: Values, management: Management) -> None:
    """Deploy the list with each of the door's Actions that has another one; they are built side by side."""
    actions = {action["name"]: action for action in management.listing("/actions/actions")}
    behind = {}
    for name in DOORS:
        action = actions.get(name)
        if action is None:
            raise SetUpError(f"There is no Action {name}.")
        wanted = _wanted(action, door, values())
        if _names(action.get("deployed_version")) != {secret["name"] for secret in wanted}:
            _write(action, wanted, management)
            behind[name] = wanted
    for name, wanted in behind.items():
        path = _path(actions[name])
        await_build(name, path, management)
        deployed = management.call("POST", f"{path}/deploy")
        if _names(deployed) != {secret["name"] for secret in wanted}:
            raise SetUpError(f"Somebody else deployed {name} at the same time.")


def _wanted(action: Body, door: Door, values: Mapping[str, str]) -> list[Body]:
    """Return an Action's whole list of secrets; one that is named without a value keeps the one it has."""
    held = _names(action)
    own: list[Body] = []
    for name in DOORS[action["name"]]["secrets"]:
        if name in held:
            own.append({"name": name})
        elif name in values:
            own.append({"name": name, "value": values[name]})
    return [*own, *({"name": name, "value": value} for name, value in door.secrets())]


def _write(action: Body, wanted: list[Body], management: Management) -> None:
    """Write an Action's list of secrets.

    Raises:
        SetUpError: the draft has changes of somebody's that a deployment would publish.
    """
    deployed = action.get("deployed_version")
    if deployed and as_made(action) != as_made(deployed):
        raise SetUpError(f"The Action {action['name']} has changes that nobody deployed.")
    management.call("PATCH", _path(action), {"secrets": wanted})


def _names(version: Body | None) -> set[str]:
    return {str(secret["name"]) for secret in (version or {}).get("secrets") or []}


def _path(action: Body) -> str:
    return f"/actions/actions/{segment(action['id'])}"


def _taken(seen: Door, store: Store) -> Door:
    now, owner = clock.now(), secrets.token_hex(8)
    return store.amended(
        seen,
        replace(seen, lease_owner=owner, lease_until=now + LEASE),
        when="#version = :version AND #lease_until = :seen_until",
        version=seen.version,
        seen_until=seen.lease_until,
    )


def _given_back(door: Door, store: Store) -> Door:
    """Record what is deployed and give the lease back, in one write, if nobody turned the door meanwhile.

    It is looked at again within a minute, as long as there is a list, or was one just now.

    Raises:
        ConditionFailed: a newer version came, or the lease is another's.
    """
    now = clock.now()
    watched = door.closed or now < door.changed_at + SETTLING
    due = now + WATCH if watched else None
    after = replace(door, applied=door.version, refused=False, attempts=0, due=due)
    return _leaseless(door, after, store, when=" AND #version = :version", version=door.version)


def _released(door: Door, wait: int, store: Store, *, refused: bool = False) -> Door:
    """Give the lease back with something untold, due again in so many seconds, whatever came meanwhile."""
    try:
        return _leaseless(door, replace(door, refused=refused, due=clock.now() + wait), store)
    except ConditionFailed:
        return store.door()


def _leaseless(door: Door, after: Door, store: Store, *, when: str = "", **values: object) -> Door:
    free = replace(after, lease_owner=None, lease_until=0)
    return store.amended(door, free, when=f"#lease_owner = :owner{when}", owner=door.lease_owner, **values)
