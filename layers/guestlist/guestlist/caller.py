"""Who calls: what the gateway proved of a token, as it hands it over."""

from collections.abc import Mapping
from dataclasses import dataclass

from guestlist.audit_records import Actor, ActorKind
from guestlist.errors import Forbidden
from guestlist.names import ADMIN

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
    system = system_of(claims, namespace)
    if system is not None:
        if system.organization is None and ALL_ORGANIZATIONS not in system.permissions:
            raise Forbidden
        return system
    subject, held_to = str(claims.get("sub", "")), _organization(claims, namespace)
    granted = frozenset(listed(claims.get("permissions")))
    if held_to is None and ALL_ORGANIZATIONS not in granted:
        raise Forbidden
    if held_to is None:
        return Caller(ActorKind.OPERATOR, subject, granted)
    is_admin = ADMIN in listed(claims.get(f"{namespace}/roles"))
    return Caller(ActorKind.ADMIN if is_admin else ActorKind.MEMBER, subject, organization=held_to)


def system_of(claims: Mapping[str, object], namespace: str) -> Caller | None:
    """Return the system that a token by client credentials names, if it is one, whatever it is granted."""
    if claims.get("gty") != "client-credentials":
        return None
    granted = frozenset(str(claims.get("scope", "")).split())
    return Caller(ActorKind.SYSTEM, str(claims.get("sub", "")), granted, _organization(claims, namespace))


def _organization(claims: Mapping[str, object], namespace: str) -> str | None:
    claim = claims.get(f"{namespace}/organization")
    return None if claim is None else str(claim)


def listed(claim: object) -> list[str]:
    """Return an array claim, which HTTP API hands over as text: `[admin editor]`."""
    text = "" if claim is None else str(claim)
    if text.startswith("[") and text.endswith("]"):
        return text[1:-1].split()
    return [text] if text and " " not in text else []
