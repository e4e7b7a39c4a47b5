"""Access tokens as the tenant could have issued them, for callers that no login leads to in a test."""

from local.people import Api
from local.stack import AUDIENCE, NAMESPACE, Stack

EVERYTHING = (
    "all:organizations",
    "read:organizations",
    "write:organizations",
    "read:invites",
    "write:invites",
    "read:members",
    "write:members",
    "write:domains",
    "read:audit",
)


def token(stack: Stack, **claims: object) -> str:
    """Return a token under the tenant's own key; a claim given as None is left out."""
    now = int(stack.tenant.state.clock.now())
    usual = {"iss": stack.issuer, "aud": AUDIENCE, "iat": now, "exp": now + 300, "sub": "auth0|somebody"}
    return stack.tenant.state.keys.sign({k: v for k, v in (usual | claims).items() if v is not None})


def caller(stack: Stack, **claims: object) -> Api:
    """Return the API as whoever bears such a token may use it."""
    return Api(stack, token(stack, **claims))


def lasting(stack: Stack) -> Api:
    """Return the API as an operator uses it whose token outlives whatever a test lets pass."""
    return caller(stack, permissions=EVERYTHING, exp=int(stack.tenant.state.clock.now()) + 365 * 24 * 3600)


def of_organization(organization: str, *roles: str) -> dict[str, object]:
    """Return the claims that the door puts into a user's token for one organization."""
    return {f"{NAMESPACE}/organization": organization, f"{NAMESPACE}/roles": list(roles)}


def of_system(*scopes: str) -> dict[str, object]:
    """Return the claims of a token by client credentials."""
    return {"sub": "machine@clients", "gty": "client-credentials", "scope": " ".join(scopes)}
