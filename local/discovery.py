"""Home realm discovery as the example application asks for it, from its own server."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

from local.oidc import Refusal

_TIMEOUT = 10.0


@dataclass(frozen=True)
class Found:
    """Where an address leads: to one connection of an organization, to the choice of several, or nowhere."""

    organization: str = ""
    connections: Sequence[str] = ()


async def discovered(api_url: str, email: str) -> Found:
    """Ask Guestlist where an address leads.

    Raises:
        Refusal: there is no answer, or too much is asked.
    """
    found = await _asked(api_url, {"email": email})
    organization, connection = found.get("organization"), found.get("connection")
    if not organization:
        return Found()
    if connection:
        return Found(organization, [connection])
    own = await _asked(api_url, {"organization": organization})
    return Found(organization, [one["name"] for one in own["connections"]])


async def _asked(api_url: str, body: dict[str, str]) -> dict[str, Any]:
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT) as client:
            answer = await client.post(f"{api_url}/discover", json=body)
    except httpx.TransportError as error:
        raise Refusal("temporarily_unavailable", "Guestlist gave no answer.", 502) from error
    if answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
        return {}
    if answer.is_error:
        raise Refusal("temporarily_unavailable", f"Guestlist answered {answer.status_code}.", 502)
    found: dict[str, Any] = answer.json()
    return found
