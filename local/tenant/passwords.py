"""Passwords of database users: hashed in the tenant's memory, held to their connection's policy."""

import hashlib
import hmac
import secrets

from local.tenant.state import Credential, Document

SPECIAL = "!@#$%^&*"
MINIMUM_LENGTHS = {"none": 1, "low": 6, "fair": 8, "good": 8, "excellent": 10}
"""Assumed: Auth0's page on password strength names the levels, these lengths are its dashboard's."""


def credential(password: str) -> Credential:
    """Return the password as it is kept: a salted scrypt digest, cheap because it guards nothing real."""
    salt = secrets.token_bytes(16)
    return Credential(salt, _digest(password, salt))


def matches(kept: Credential | None, password: str) -> bool:
    """Return whether this is the password."""
    return kept is not None and hmac.compare_digest(kept.digest, _digest(password, kept.salt))


def weakness(password: str, connection: Document) -> str | None:
    """Return what the connection's policy (`options.passwordPolicy`) misses in a password, or None."""
    options = connection.get("options") or {}
    policy = options.get("passwordPolicy") or "none"
    chosen = (options.get("password_complexity_options") or {}).get("min_length")
    minimum = int(chosen or MINIMUM_LENGTHS[policy])
    if len(password) < minimum:
        return f"At least {minimum} characters in length"
    kinds = _kinds(password)
    if policy == "fair" and not kinds >= {"lower", "upper", "digit"}:
        return "Should contain: lower case (a-z), upper case (A-Z) and numbers (i.e. 0-9)"
    if policy in {"good", "excellent"} and len(kinds) < 3:  # noqa: PLR2004 - the policy's own words
        return "Contain at least 3 of the following 4 types of characters"
    if policy == "excellent" and any(c * 3 in password for c in set(password)):
        return "No more than 2 identical characters in a row"
    return None


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=1024, r=8, p=1)


def _kinds(password: str) -> set[str]:
    tests = {
        "lower": str.islower,
        "upper": str.isupper,
        "digit": str.isdigit,
        "special": SPECIAL.__contains__,
    }
    return {kind for kind, test in tests.items() if any(test(c) for c in password)}
