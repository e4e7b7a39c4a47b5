"""Which connections an organization may have, and whose they are: no two organizations share one."""

from collections import Counter
from collections.abc import Iterable, Sequence

from guestlist import organization_writes
from guestlist.errors import ConnectionTaken, DomainTaken, Unacceptable
from guestlist.provisioning_records import Connection
from guestlist.store import Store
from guestlist.table import Write

HAS = "is a connection of this organization already"


def unclaimed(organization: str, connections: Iterable[Connection], common: str, store: Store) -> None:
    """Refuse connections of which one is another organization's, or the common one, or is for its domain.

    Raises:
        ConnectionTaken: one is another's, or the common one.
        DomainTaken: one is for addresses of a domain that another organization proved.
    """
    connections = tuple(connections)
    for connection in connections:
        is_common = connection.name.lower() == common.lower()
        owner = common if is_common else store.organization_of(connection.name)
        if owner not in {None, organization}:
            raise ConnectionTaken
    provers = store.provers(name for own in connections for name in own.domains)
    if {*provers.values()} - {organization}:
        raise DomainTaken


def told_apart(asked: Sequence[Connection], had: Iterable[Connection] = ()) -> None:
    """Refuse a named connection that the organization has, or that is made for it under that very name.

    It is ours to delete, or used already: nothing that was there before us, and is given back at the end.

    Raises:
        Unacceptable: one is, ignoring case.
    """
    names = Counter(connection.name.lower() for connection in (*asked, *had))
    errors = [
        {"pointer": f"#/connections/{number}/name", "detail": HAS}
        for number, connection in enumerate(asked)
        if not connection.made and names[connection.name.lower()] > 1
    ]
    if errors:
        raise Unacceptable(errors=errors)


def freed(organization: str, connections: Iterable[Connection], store: Store) -> list[Write]:
    """Return the writes that let others have an organization's connections; what it has no more stays so."""
    names = {connection.name.lower() for connection in connections}
    return [
        organization_writes.free_connection(organization, name)
        for name in sorted(names)
        if store.organization_of(name) == organization
    ]
