"""What tests of domains share: a domain of nobody else's, claimed, with or without its record in place."""

from collections.abc import Mapping
from typing import Any

import httpx

from local.people import Api
from tests.front_door import unique

ANY = {"If-Match": "*"}
Claimed = Mapping[str, Any]


def claim(api: Api, organization: str, domain: str | None = None) -> dict[str, Any]:
    """Claim a domain, by default one that no other test has, and return it."""
    body = {"domain": domain or f"{unique('domain')}.example"}
    made = api.post(f"/organizations/{organization}/domains", json=body).raise_for_status()
    return dict(made.json())


def set_record(api: Api, claimed: Claimed) -> None:
    """Do at the name server what the answer to the claim says, beside what is there."""
    record = claimed["record"]
    api.stack.zone.setdefault(record["name"], []).append(record["value"])


def prove(api: Api, claimed: Claimed) -> httpx.Response:
    """Have a domain's record looked for."""
    return api.post(f"{path(claimed)}/prove")


def proved(api: Api, organization: str, domain: str | None = None) -> dict[str, Any]:
    """Claim a domain and prove it."""
    claimed = claim(api, organization, domain)
    set_record(api, claimed)
    return dict(prove(api, claimed).raise_for_status().json())


def path(claimed: Claimed) -> str:
    """Return where a domain stands."""
    return f"/organizations/{claimed['organization']}/domains/{claimed['domain']}"
