"""An organization's entries on lists of applications, as the HTTP API takes them."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from guestlist.connection_bodies import Url, public_https

ORIGIN = re.compile(r"(?P<host>https://[a-z0-9-]+(\.[a-z0-9-]+)+)(:(?P<port>[1-9][0-9]{0,4}))?")
HTTPS, LAST_PORT = 443, 65535


def _without_wildcard(url: str) -> str:
    if "*" in url:
        raise ValueError("holds a wildcard")
    return url


def _origin(text: str) -> str:
    """Return an origin as a browser sends it (RFC 6454, section 6.2), by which Auth0 compares it."""
    found = ORIGIN.fullmatch(text)
    port = int(found["port"] or 0) if found else HTTPS
    if found is None or port == HTTPS or port > LAST_PORT:
        raise ValueError("is no origin: https, a host in lower case, a port unless it is 443, and no more")
    public_https(found["host"])
    return text


Callback = Annotated[Url, AfterValidator(_without_wildcard)]
Callbacks = Annotated[
    list[Callback],
    Field(
        max_length=10,
        description="Addresses of its own to which these applications' logins may lead.",
        examples=[["https://clinic-a.app.example/callback"]],
    ),
]
Origin = Annotated[str, StringConstraints(max_length=500), AfterValidator(_origin)]
WebOrigins = Annotated[
    list[Origin],
    Field(
        max_length=10,
        description="Origins of its own whose pages may sign in silently at these applications.",
        examples=[["https://clinic-a.app.example"]],
    ),
]
