"""Moves as the HTTP API takes them."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from guestlist.bodies import DAY, OwnConnection
from guestlist.body import Body
from guestlist.connection_bodies import Connections
from guestlist.provisioning_records import DATABASE

ACCOUNT = r"^[a-z0-9-]+\|[\x21-\x7e]+$"
"""An id of Auth0's: the strategy, and what it knows somebody by."""


def _not_ours(account: str) -> str:
    if account.startswith(f"{DATABASE}|"):
        raise ValueError("is of a database, whose accounts Guestlist makes")
    return account


class MoveRequest(Body):
    """An organization's move to identity providers of its own."""

    connections: Annotated[Connections, Field(min_length=1)]
    grace: Annotated[int, Field(ge=0, le=90 * DAY, description="Seconds.")] = Field(
        default=14 * DAY,
        description="Seconds for which members still get in by the old connection; 0: about a minute.",
    )


class LinkRequest(Body):
    """Which account at an identity provider of the organization's own is a member's."""

    account: Annotated[str, StringConstraints(pattern=ACCOUNT, max_length=255), AfterValidator(_not_ours)] = (
        Field(description="Its `user_id` at Auth0, as it will be.", examples=["samlp|clinic-a|ann"])
    )
    connection: OwnConnection = ""
