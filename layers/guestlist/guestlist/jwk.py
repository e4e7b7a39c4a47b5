"""Public keys on the curve P-256 as JWKs (RFC 7517), each named by its thumbprint."""

import base64
from hashlib import sha256

from guestlist.audit_chain import canonical

Jwk = dict[str, str]

P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
"""What stands before the two coordinates of a point in a key's DER (RFC 5480, section 2)."""


def jwk(public: bytes) -> Jwk:
    """Return a public key on P-256 as a JWK, from its DER (SubjectPublicKeyInfo)."""
    if not public.startswith(P256):
        raise ValueError("the key is none on P-256")
    point = public.removeprefix(P256)
    key = {"crv": "P-256", "kty": "EC", "x": _base64url(point[:32]), "y": _base64url(point[32:])}
    return {**key, "kid": thumbprint(key), "alg": "ES256", "use": "sig"}


def thumbprint(key: Jwk) -> str:
    """Return the thumbprint of a JWK on an elliptic curve (RFC 7638)."""
    required = {name: key[name] for name in ("crv", "kty", "x", "y")}
    return _base64url(sha256(canonical(required)).digest())


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
