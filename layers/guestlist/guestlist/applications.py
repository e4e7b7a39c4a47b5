"""Who else signs people in at the tenant: the door asks all of them for an organization, but the exempt."""

from collections.abc import Collection
from typing import NamedTuple

from guestlist.auth0 import Body
from guestlist.management import Management, SetUpError


class Applications(NamedTuple):
    """The applications of others, each as `name (client id)`."""

    exempt: list[str]
    asked: list[str]


def others(exempt: Collection[str], ours: Collection[str], management: Management) -> Applications:
    """Return the tenant's applications but ours (by name): those exempt, and those that the door will ask.

    Raises:
        SetUpError: an exempt client is none of this tenant's.
    """
    clients = {found["client_id"]: found for found in management.listing("/clients")}
    if unknown := [client_id for client_id in exempt if client_id not in clients]:
        raise SetUpError(f"exempt: this tenant has no client {', '.join(unknown)}")
    asked = [
        _told(client)
        for client_id, client in clients.items()
        if client_id not in exempt and client.get("name") not in ours and _signs_in(client)
    ]
    return Applications([_told(clients[client_id]) for client_id in exempt], asked)


def _signs_in(client: Body) -> bool:
    """Tell whether people sign in by this client: every grant but client credentials runs the door."""
    grants = set(client.get("grant_types", ["authorization_code"]))
    return not client.get("global") and grants != {"client_credentials"}


def _told(client: Body) -> str:
    return f"{client['name']} ({client['client_id']})"
