"""The tenant's signing key: RS256 tokens, made and checked by the tenant's own clock."""

import secrets
from collections.abc import Callable
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

Claims = dict[str, Any]


class Keys:
    """One RSA key (of 2048 bits, a new one if none is given) that signs every token of the tenant."""

    def __init__(
        self, issuer: str, now: Callable[[], float], private: rsa.RSAPrivateKey | None = None
    ) -> None:
        self.issuer = issuer
        self.kid = secrets.token_urlsafe(15)
        self._now = now
        self._private = private or _new_key()

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """Return the JSON Web Key Set of `/.well-known/jwks.json`."""
        public = RSAAlgorithm.to_jwk(self._private.public_key(), as_dict=True)
        kept = {name: public[name] for name in ("kty", "n", "e")}
        return {"keys": [{**kept, "use": "sig", "alg": "RS256", "kid": self.kid}]}

    def sign(self, claims: Claims) -> str:
        """Return the claims, as they are, as a signed token (`iss`, `iat`, `exp` are the caller's to set)."""
        return jwt.encode(claims, self._private, algorithm="RS256", headers={"kid": self.kid})

    def verify(self, token: str, audience: str) -> Claims:
        """Return the claims of a token of ours that is meant for this audience and has not expired.

        Raises:
            jwt.InvalidTokenError: `ExpiredSignatureError` for an expired one, other subclasses for the rest.
        """
        claims: Claims = jwt.decode(
            token,
            self._private.public_key(),
            algorithms=["RS256"],
            audience=audience,
            issuer=self.issuer,
            options={"require": ["exp", "iss", "aud"], "verify_exp": False, "verify_iat": False},
        )
        if float(claims["exp"]) <= self._now():
            raise jwt.ExpiredSignatureError("Signature has expired")
        return claims


@cache
def key_of_this_process() -> rsa.RSAPrivateKey:
    """Return the one key of all its tenants: to make one takes longer than to start a tenant."""
    return _new_key()


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
