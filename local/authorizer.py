"""API Gateway's JWT authorizer for HTTP APIs: what it checks, in its order, and how it hands claims over.

What it checks is documented in "Control access to HTTP APIs with JWT authorizers". Which text it gives for
which failure is not, but for a wrong audience; the others are ours.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import jwt
from jwt.types import Options

from local.template import Authorizer

Claims = dict[str, Any]

_KEYS_LIVE_SECONDS = 2 * 60 * 60
# Each of the claims is checked in `_check`, by our clock and in API Gateway's order.
_SIGNATURE_ALONE: Options = {
    "verify_signature": True,
    "verify_aud": False,
    "verify_exp": False,
    "verify_iat": False,
    "verify_jti": False,
    "verify_nbf": False,
    "verify_sub": False,
}


class UnauthorizedError(Exception):
    """The token is not accepted; `challenge` is the `www-authenticate` header of the 401."""

    def __init__(self, reason: str | None = None) -> None:
        super().__init__(reason or "no token")
        self.challenge = (
            f'Bearer scope="" error="invalid_token" error_description="{reason}"' if reason else "Bearer"
        )


class Verifier:
    """Verifies tokens for one authorizer; keeps the issuer's keys for two hours, as API Gateway may."""

    def __init__(self, authorizer: Authorizer, now: Callable[[], float]) -> None:
        self._issuer = authorizer.issuer
        self._audience = frozenset(authorizer.audience)
        self._now = now
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched: float | None = None
        self._lock = threading.Lock()

    def verify(self, authorization: str | None) -> Claims:
        """Return the claims of the token in an Authorization header, with or without `Bearer`.

        Raises:
            UnauthorizedError: there is no token, or it is not accepted.
        """
        token = (authorization or "").strip()
        if token[:7].lower() == "bearer ":
            token = token[7:].strip()
        if not token:
            raise UnauthorizedError
        claims = self._signed(token)
        self._check(claims)
        return claims

    def _signed(self, token: str) -> Claims:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") != "RS256":
                raise UnauthorizedError("signing method is not supported")
            if not isinstance(kid := header.get("kid"), str):
                raise UnauthorizedError("the token has no kid")
            claims: Claims = jwt.decode(
                token,
                self._key(kid),
                algorithms=["RS256"],
                options=_SIGNATURE_ALONE,
            )
        except jwt.InvalidTokenError as error:
            raise UnauthorizedError("the token is not valid") from error
        return claims

    def _check(self, claims: Claims) -> None:
        if claims.get("iss") != self._issuer:
            raise UnauthorizedError("issuer does not match")
        # client_id counts only where there is no aud.
        audience = claims.get("aud", claims.get("client_id"))
        named = audience if isinstance(audience, list) else [audience]
        if not self._audience.intersection(name for name in named if isinstance(name, str)):
            raise UnauthorizedError("the token does not have a valid audience")
        now = self._now()
        if not _number(claims, "exp", 0) > now:
            raise UnauthorizedError("the token has expired")
        if _number(claims, "nbf", now) > now or _number(claims, "iat", now) > now:
            raise UnauthorizedError("the token is not valid yet")

    def _key(self, kid: str) -> jwt.PyJWK:
        with self._lock:
            stale = self._fetched is None or time.monotonic() - self._fetched > _KEYS_LIVE_SECONDS
            if stale or kid not in self._keys:
                self._fetch()
            if kid not in self._keys:
                raise UnauthorizedError("unable to verify the token")
            return self._keys[kid]

    def _fetch(self) -> None:
        try:
            where = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
            discovery = httpx.get(where, timeout=5).raise_for_status().json()
            found = httpx.get(discovery["jwks_uri"], timeout=5).raise_for_status().json()
        except httpx.HTTPError as error:
            raise UnauthorizedError("the issuer is not reachable") from error
        self._keys = {key["kid"]: jwt.PyJWK(key, "RS256") for key in found["keys"] if key["kty"] == "RSA"}
        self._fetched = time.monotonic()


def as_text(claims: Mapping[str, Any]) -> dict[str, str]:
    """Return claims as a handler gets them: all text, arrays as `[a b]`, nulls left out (measured on AWS)."""
    return {name: _text(value) for name, value in claims.items() if value is not None}


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return f"[{' '.join(_text(member) for member in value)}]"
    # Booleans, numbers and nested objects: as JSON writes them.
    return json.dumps(value, separators=(",", ":"))


def _number(claims: Claims, name: str, default: float) -> float:
    value = claims.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnauthorizedError(f"{name} is not a number")
    return value
