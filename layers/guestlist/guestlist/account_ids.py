"""Which connection the id of an account tells of, as Auth0 makes it from what an identity provider says."""

from guestlist.login_policy import ENTERPRISE
from guestlist.provisioning_records import Connection

MAY_BE_BARE = ("google-apps", "okta", "waad")
"""Strategies of whose accounts some have ids without the connection's name (reported by users of Auth0)."""


def may_have(connection: Connection, account: str) -> bool:
    """Tell whether an account may be one of an enterprise connection, as far as its id says it.

    `samlp|clinic-a|ann` is of the connection clinic-a; `waad|Vx0` may be of any connection to Entra ID, so
    that it is enough there if the connection is one.
    """
    strategy, _, rest = account.partition("|")
    if strategy not in ENTERPRISE or strategy != connection.strategy:
        return False
    name, named, _ = rest.partition("|")
    return name == connection.name if named else strategy in MAY_BE_BARE
