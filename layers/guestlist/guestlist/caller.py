"""Who calls: what the gateway proved of a token, as it hands it over."""

from collections.abc import Mapping
from dataclasses import dataclass

from guestlist.errors import Forbidden
from guestlist.names import ADMIN
from guestlist.records import Actor, ActorKind

ALL_ORGANIZATIONS = "all:organizations"


@dataclass(frozen=True)
class Caller:
    """An operator, an organization admin, a member, or another system."""

    kind: ActorKind
    id: str
    """The token's `sub`: an account's id, or `<client id>@clients`."""
    permissions: frozenset[str] = frozenset()
    organization: str | None = None
    """The only organization that the caller may act in; None for all."""

    @property
    def actor(self) -> Actor:
        """The caller, as the audit names them."""
        return Actor(self.kind, self.id)


def caller_of(claims: Mapping[str, object], namespace: str) -> Caller:
    """Return the caller whom an access token's claims name.

    A token that carries both an organization and `all:organizations` is held to the organization.
    For a user's token only `permissions` counts: where RBAC is off, an application gets any scope
    that it asks for.

    Raises:
        Forbidden: the token gives neither an organization nor all of them.
    """
    subject, organization = str(claims.get("sub", "")), claims.get(f"{namespace}/organization")
    is_system = claims.get("gty") == "client-credentials"
    granted = frozenset(
        str(claims.get("scope", "")).split() if is_system else listed(claims.get("permissions"))
    )
    if organization is None and ALL_ORGANIZATIONS not in granted:
        raise Forbidden
    held_to = None if organization is None else str(organization)
    if is_system:
        return Caller(ActorKind.SYSTEM, subject, granted, held_to)
    if held_to is None:
        return Caller(ActorKind.OPERATOR, subject, granted)
    is_admin = ADMIN in listed(claims.get(f"{namespace}/roles"))
    return Caller(ActorKind.ADMIN if is_admin else ActorKind.MEMBER, subject, organization=held_to)


def listed(claim: object) -> list[str]:
    """Return an array claim, which HTTP API hands over as text: `[admin editor]`."""
    text = "" if claim is None else str(claim)
    if text.startswith("[") and text.endswith("]"):
        return text[1:-1].split()
    return [text] if text and " " not in text else []
