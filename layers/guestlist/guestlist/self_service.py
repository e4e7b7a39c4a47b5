"""Connections that a customer's IT sets up at Auth0 by themselves: when one is there, and the wait for it.

The link makes the connection in steps, of which the last enables it (Auth0, "Manage Self-Service Enterprise
Configuration"); until then it is theirs alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from guestlist.errors import Auth0Refused
from guestlist.provisioning_records import Connection

GONE = "inexistent_connection"
"""Auth0's code of a connection that is not there (recorded)."""


class AwaitingSetupError(Exception):
    """A step waits for the customer's IT, however long they take."""


def is_set_up(connection: Connection, enabled: Iterable[str], wanted: Sequence[str]) -> bool:
    """Tell whether a connection may be used: one that IT sets up is enabled for one of the applications.

    `enabled` is read of those alone.
    """
    return not connection.self_service or not {*wanted}.isdisjoint(enabled)


@contextmanager
def awaited_if_gone(connection: Connection) -> Iterator[None]:
    """Have a connection waited for again that the customer's IT has deleted."""
    try:
        yield
    except Auth0Refused as error:
        if connection.self_service and error.auth0_code == GONE:
            raise AwaitingSetupError from None
        raise
