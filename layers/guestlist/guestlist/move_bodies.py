"""Moves as the HTTP API takes them."""

from typing import Annotated

from pydantic import Field, StringConstraints

from guestlist.bodies import DAY, OwnConnection
from guestlist.body import Body
from guestlist.connection_bodies import ConnectionRequest

ACCOUNT = r"^(?!auth0\|)[a-z0-9-]+\|[\x21-\x7e]+$"
"""An id of Auth0's, but for its databases': the strategy, and what it knows somebody by."""


class MoveRequest(Body):
    """An organization's move to identity providers of its own."""

    connections: Annotated[list[ConnectionRequest], Field(min_length=1, max_length=10)]
    grace: Annotated[int, Field(ge=0, le=90 * DAY, description="Seconds.")] = Field(
        default=14 * DAY,
        description="Seconds for which members still get in by the old connection; 0: about a minute.",
    )


class LinkRequest(Body):
    """Which account at an identity provider of the organization's own is a member's."""

    account: Annotated[str, StringConstraints(pattern=ACCOUNT, max_length=255)] = Field(
        description="Its `user_id` at Auth0, as it will be.", examples=["samlp|clinic-a|ann"]
    )
    connection: OwnConnection = ""
