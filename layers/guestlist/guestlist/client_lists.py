"""An application's lists at Auth0 of which organizations have entries of their own: callbacks, web origins.

Auth0 takes a list whole, so two who write it at once lose what one of them added. One item per application
and list says which entries are to be on it, one lease whose turn it is to tell Auth0; what others keep there
stays. A write that was given up may land late: the list is read again three minutes later.
"""

import secrets
from collections.abc import Collection
from dataclasses import replace

from guestlist import writes
from guestlist.auth0 import Auth0, segment
from guestlist.clock import clock
from guestlist.errors import Auth0Refused, Auth0Unavailable
from guestlist.leases import LEASE, SETTLING
from guestlist.provisioning_records import ClientList, ListName
from guestlist.store import Store, decided_anew
from guestlist.table import ConditionFailed


@decided_anew
def want(name: ListName, client_id: str, organization: str, entries: Collection[str], store: Store) -> None:
    """Record that of an organization's entries these are to be on an application's list, and no others.

    One that several want stays for as long as any of them does.
    """
    before = store.client_list(client_id, name)
    owners = {entry: {*before.wanted.get(entry, ())} for entry in (*before.wanted, *entries)}
    for entry, own in owners.items():
        (own.add if entry in entries else own.discard)(organization)
    wanted = {entry: tuple(sorted(own)) for entry, own in owners.items() if own}
    if wanted != before.wanted:
        store.commit(writes.changed_list(before, replace(before, wanted=wanted)))


def tell(name: ListName, client_id: str, *, store: Store, auth0: Auth0) -> ClientList:
    """Have Auth0's list as it is wanted, unless somebody else is at it; return how it stands then.

    Raises:
        Auth0Refused, Auth0Unavailable: it was not told.
    """
    now, seen = clock.now(), store.client_list(client_id, name)
    if seen.lease_until > now or not _has_work(seen, now):
        return seen
    try:
        held = _taken(seen, now, store)
    except ConditionFailed:
        return store.client_list(client_id, name)
    try:
        return _told(held, store, auth0)
    except ConditionFailed:
        return _unsettled(held, store)


def _has_work(found: ClientList, now: int) -> bool:
    settles = found.unsettled_at is not None and now >= found.unsettled_at + SETTLING
    return found.version > found.applied or settles


def _taken(seen: ClientList, now: int, store: Store) -> ClientList:
    """Take the lease; one that ran out left a call behind that may still land."""
    late = now if seen.lease_owner else seen.unsettled_at
    return store.amended(
        seen,
        replace(seen, lease_owner=secrets.token_hex(8), lease_until=now + LEASE, unsettled_at=late),
        when="#version = :version AND #lease_until = :until",
        version=seen.version,
        until=seen.lease_until,
    )


def _told(held: ClientList, store: Store, auth0: Auth0) -> ClientList:
    """Read the list, and write it if it is not as wanted; the lease goes back in any case.

    Raises:
        ConditionFailed: the lease was lost.
    """
    try:
        held, ambiguous, quiet = _written(held, store, auth0)
    except (Auth0Refused, Auth0Unavailable) as error:
        _given_back(held, replace(held, unsettled_at=clock.now()) if error.ambiguous else held, store)
        raise
    waits = ambiguous or (held.unsettled_at is not None and not quiet)
    ours = tuple(entry for entry in held.ours if entry in held.wanted)
    unsettled = clock.now() if waits else None
    return _given_back(held, replace(held, ours=ours, applied=held.version, unsettled_at=unsettled), store)


def _written(held: ClientList, store: Store, auth0: Auth0) -> tuple[ClientList, bool, bool]:
    """Return the list, whether its write may land again, and whether there was nothing to write at all."""
    path = f"/clients/{segment(held.id)}"
    there = list(auth0.call("GET", path).body.get(held.name) or ())
    new = [entry for entry in sorted(held.wanted) if entry not in there]
    kept = [entry for entry in there if entry in held.wanted or entry not in held.ours]
    if [*kept, *new] == there:
        return held, False, held.applied == held.version
    # Recorded before it is written: what we put there is what we may take off again. What else stands in the
    # item by now, a newer version perhaps, is not what is told.
    recorded = replace(held, ours=tuple(sorted({*held.ours, *new})))
    _amended(held, recorded, store)
    return recorded, auth0.call("PATCH", path, {held.name: [*kept, *new]}).ambiguous, False


def _given_back(held: ClientList, after: ClientList, store: Store) -> ClientList:
    return _amended(held, replace(after, lease_owner=None, lease_until=0), store)


def _amended(held: ClientList, after: ClientList, store: Store) -> ClientList:
    """Write under the lease, whatever version came meanwhile: of what was told alone it says that it was."""
    return store.amended(held, after, when="#lease_owner = :owner", owner=held.lease_owner)


def _unsettled(held: ClientList, store: Store) -> ClientList:
    """Have the list read again later: our write may land on top of a newer one's."""
    before = replace(held, unsettled_at=None)
    return store.amended(before, replace(before, unsettled_at=clock.now()), when="attribute_exists(#pk)")
