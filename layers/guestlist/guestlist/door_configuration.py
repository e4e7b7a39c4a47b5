"""One tenant's settings of the door, as the secrets of its Actions hold them."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from guestlist.login_policy import NoOrganization, RefreshOrganization, Source

SECRET_NAME: Final = "GUESTLIST_DOOR"  # noqa: S105 - the name of an Action's secret, not its value
RESOLVER_SECRET: Final = "GUESTLIST_RESOLVER"  # noqa: S105 - the same
"""The secret of the client that `Resolution` names: apart, so that the settings can be shown."""
SECRET_LIMIT: Final = 4096
"""Characters in the value of an Action's secret (Auth0, entity limit policy)."""

NAMESPACE_PATTERN: Final = "^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~-]+)*$"
RESOLVE_PATTERN: Final = (
    r"^(https://[A-Za-z0-9.-]+(:[0-9]+)?|http://127\.0\.0\.1:[0-9]+)(/[A-Za-z0-9._~-]+)+$"
)
"""Where a secret may be sent: by TLS, or on this very machine."""


@dataclass(frozen=True)
class Resolution:
    """How the door asks Guestlist about an enterprise user at the first login.

    Raises:
        ValueError: a setting that the door would refuse, and then deny everyone.
    """

    url: str
    """Of our API's route `/logins/resolve`."""
    token_url: str
    """Of the tenant's `/oauth/token`."""
    audience: str
    """Our API's identifier."""
    client_id: str

    def __post_init__(self) -> None:
        """Refuse what the Action would refuse."""
        if not all(re.fullmatch(RESOLVE_PATTERN, url) for url in (self.url, self.token_url)):
            raise ValueError("resolve: https URLs of our API's route and of the tenant's token endpoint")
        if not (self.audience and self.client_id):
            raise ValueError("resolve: an audience and a client id")


@dataclass(frozen=True)
class DoorConfiguration:
    """One tenant's settings of the door, kept as JSON in the Action's secret `GUESTLIST_DOOR`.

    Raises:
        ValueError: a setting that the door would refuse, and then deny everyone.
    """

    namespace: str
    """Of the claims, without a trailing slash: `https://guestlist.example/claims`."""
    sources: tuple[Source, ...]
    no_organization: NoOrganization = NoOrganization.DENY
    refresh_organization: RefreshOrganization = RefreshOrganization.STORED
    exempt_clients: tuple[str, ...] = ()
    audience_prefix: str = ""
    """What stands before the organization in an API's identifier; needed by the source `audience`."""
    resolve: Resolution | None = None
    """None: nobody is asked about enterprise users, who are let in once their profile says so."""

    def __post_init__(self) -> None:
        """Refuse what the Action would refuse."""
        if not re.fullmatch(NAMESPACE_PATTERN, self.namespace):
            raise ValueError("namespace: an https URL without a trailing slash")
        if not self.sources or len(set(self.sources)) != len(self.sources):
            raise ValueError("sources: at least one, each once")
        if (Source.AUDIENCE in self.sources) != bool(self.audience_prefix):
            raise ValueError("audience_prefix: with the source `audience`, and only with it")
        if not all(self.exempt_clients):
            raise ValueError("exempt_clients: client ids, none of them empty")
        if len(self.to_json()) > SECRET_LIMIT:
            raise ValueError(f"the configuration is over {SECRET_LIMIT} characters")

    def to_json(self) -> str:
        """Return the value of the secret."""
        settings = {name: value for name, value in asdict(self).items() if value is not None}
        return json.dumps(settings, separators=(",", ":"))


def secrets_in(client: Mapping[str, str]) -> dict[str, str]:
    """Return the door's secrets, by name, that the client of the function `door` has with it."""
    names = {"configuration": SECRET_NAME, "resolver": RESOLVER_SECRET}
    return {name: client[field] for field, name in names.items() if field in client}


def from_json(text: str) -> DoorConfiguration:
    """Return the settings that a secret's value holds.

    Raises:
        ValueError, TypeError, KeyError: it is no such value.
    """
    settings = json.loads(text)
    return DoorConfiguration(
        **{
            **settings,
            "sources": tuple(Source(source) for source in settings["sources"]),
            "exempt_clients": tuple(settings.get("exempt_clients", ())),
            "resolve": Resolution(**settings["resolve"]) if settings.get("resolve") else None,
        }
    )
