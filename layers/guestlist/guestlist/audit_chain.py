"""What seals the audit: a chain of hashes over an organization's records, and the form that is signed.

A record's hash is SHA-256 over `{"former": ..., "number": ..., "record": ...}`: the hash before it (`START`
for the first), its number from 1 on, and the record as the API shows it, without its seal. A checkpoint's
signature is ECDSA on P-256 over SHA-256 of the checkpoint as the API shows it, without its signature.
Both are made over canonical JSON. docs/audit.md says what that proves.
"""

import json
from collections.abc import Mapping
from hashlib import sha256

START = "0" * 64
"""What stands for the hash before the first record."""


def canonical(value: Mapping[str, object]) -> bytes:
    """Return JSON in the one form of RFC 8785.

    That is what Python writes so for texts, whole numbers below 2^53, booleans, null, and members whose
    names are ASCII; the audit holds nothing else.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def digest(former: str, number: int, record: Mapping[str, object]) -> str:
    """Return the hash of a record in its place, in hexadecimal."""
    return sha256(canonical({"former": former, "number": number, "record": record})).hexdigest()


def without(entry: Mapping[str, object], name: str) -> dict[str, object]:
    """Return a record without its seal, or a checkpoint without its signature: what is hashed or signed."""
    return {member: value for member, value in entry.items() if member != name}
