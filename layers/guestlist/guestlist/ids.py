"""Ids: sortable ones for what happens in time, random ones for people."""

import secrets

from ulid import ULID

from guestlist.clock import clock


def ordered_id() -> str:
    """Return a ULID: 26 letters and digits that sort by the time of their making."""
    return str(ULID.from_timestamp(float(clock.source())))


def random_id() -> str:
    """Return 24 random hexadecimal digits, which is the form of Auth0's own user ids."""
    return secrets.token_hex(12)
