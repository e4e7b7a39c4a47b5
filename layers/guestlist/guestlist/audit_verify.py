"""Whether an exported audit is whole, by its seals, its newest checkpoint and the key: no network is asked.

The file is JSON Lines: records in the order of sealing, then a checkpoint. What is wrong is said by line.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from guestlist.audit_chain import START, canonical, digest, without
from guestlist.jwk import P256, Jwk, thumbprint

Entry = dict[str, Any]
Keys = Mapping[str, EllipticCurvePublicKey]
"""Public keys by their thumbprints."""


class Fault(NamedTuple):
    """What is wrong, and in which line (from 1); what is missing at the end is in the line after the last."""

    line: int
    text: str


class Sealed(NamedTuple):
    """A line with a record that says its place."""

    line: int
    number: int
    hash: str
    record: Entry


@dataclass
class Verdict:
    """What an audit came to."""

    organization: str = ""
    records: int = 0
    checkpoint: Entry | None = None
    """The newest that is in the file."""
    faults: list[Fault] = field(default_factory=list)


def keys_of(jwks: Iterable[Jwk]) -> Keys:
    """Return public keys by their thumbprints, which are computed, whatever `kid` a key bears.

    Raises:
        ValueError, KeyError: one is no key on P-256.
    """
    return {thumbprint(key): _public(key) for key in jwks}


def verify(
    lines: Iterable[str], keys: Keys, *, organization: str = "", noted: Sequence[Entry] = ()
) -> Verdict:
    """Return what an exported audit comes to, with all that is wrong in the order of its lines.

    Args:
        lines: of the file.
        keys: those that the auditor trusts.
        organization: whose audit it is to be; if not said, whose the file's last checkpoint says.
        noted: checkpoints that the auditor kept from earlier.
    """
    verdict = Verdict()
    entries = list(_read(lines, verdict.faults))
    signed = [(line, entry) for line, entry in entries if "signature" in entry]
    verdict.organization = organization or _named(entry for _, entry in (*reversed(signed), *entries))
    placed = list(_placed((pair for pair in entries if "signature" not in pair[1]), verdict))
    verdict.records = len(placed)
    hashes = _chained(placed, verdict.faults)
    end = max([0, *(line for line, _ in entries)]) + 1
    for line, entry in signed:
        told = _wrong(entry, verdict, keys, hashes)
        verdict.faults += [Fault(line, f"the checkpoint {text}") for text in told]
    for entry in noted:
        told = _wrong(entry, verdict, keys, hashes)
        verdict.faults += [Fault(end, f"the checkpoint that you noted {text}") for text in told]
    verdict.checkpoint = max((entry for _, entry in signed), key=_number, default=None)
    verdict.faults += _uncovered(placed, verdict.checkpoint, end)
    verdict.faults.sort(key=lambda fault: fault.line)
    return verdict


def _read(lines: Iterable[str], faults: list[Fault]) -> Iterator[tuple[int, Entry]]:
    for line, text in enumerate(lines, 1):
        try:
            entry = json.loads(text, object_pairs_hook=_once)
            canonical(entry)
        except (ValueError, RecursionError):
            entry = None
        if isinstance(entry, dict):
            yield line, entry
        else:
            faults.append(Fault(line, "is no record of the audit: it cannot be read"))


def _once(members: list[tuple[str, Any]]) -> Entry:
    """Return an object whose members have a name each: of two, readers would take another one."""
    entry = dict(members)
    if len(entry) < len(members):
        raise ValueError
    return entry


def _named(entries: Iterable[Entry]) -> str:
    return next((str(entry["organization"]) for entry in entries if "organization" in entry), "")


def _placed(records: Iterable[tuple[int, Entry]], verdict: Verdict) -> Iterator[Sealed]:
    """Yield the organization's records that say their place, one for each number; tell of the others."""
    seen, last = set[int](), 0
    for line, record in records:
        seal, owner = record.get("seal"), record.get("organization")
        if owner != verdict.organization:
            verdict.faults.append(Fault(line, f"is of another organization: {owner}"))
        elif not isinstance(seal, dict) or type(number := seal.get("number")) is not int or number < 1:
            verdict.faults.append(Fault(line, "has no seal: it was added, or is not sealed yet"))
        elif number in seen:
            verdict.faults.append(Fault(line, f"says to be record {number}, as a line above: one was added"))
        else:
            if number < last:
                verdict.faults.append(Fault(line, f"is out of order: record {number} after record {last}"))
            seen.add(number)
            last = number
            yield Sealed(line, number, str(seal.get("hash")), without(record, "seal"))


def _chained(placed: Iterable[Sealed], faults: list[Fault]) -> dict[int, str]:
    """Return the hashes by number, as far as the records lead; tell of what is missing or does not fit."""
    hashes, expected = {0: START}, 1
    for line, number, claimed, record in sorted(placed, key=lambda one: one.number):
        if number > expected:
            faults.append(Fault(line, f"{_span(expected, number - 1)} missing before record {number}"))
        former = hashes.get(number - 1)
        if former is not None and digest(former, number, record) != claimed:
            before = f", or record {number - 1} and its seal were" if number > 1 else ""
            faults.append(Fault(line, f"record {number} was changed{before}: it does not fit its seal"))
        hashes[number], expected = claimed, number + 1
    return hashes


def _wrong(entry: Entry, verdict: Verdict, keys: Keys, hashes: Mapping[int, str]) -> list[str]:
    """Return what is wrong with a checkpoint, and with the chain by its word."""
    number, last = _number(entry), max(hashes)
    key, told = keys.get(str(entry.get("key"))), list[str]()
    if key is None:
        told.append(f"is signed by another key than those given: {entry.get('key')}")
    elif not _is_signed(entry, key):
        told.append("was changed: its signature does not fit")
    if entry.get("organization") != verdict.organization:
        told.append(f"is of another organization: {entry.get('organization')}")
    elif number > last:
        told.append(f"covers {number} records: {_span(last + 1, number)} missing at the end")
    elif hashes.get(number, entry.get("hash")) != entry.get("hash"):
        told.append(f"has another hash of record {number} than the file: the chain was made anew")
    return told


def _uncovered(placed: Sequence[Sealed], checkpoint: Entry | None, end: int) -> list[Fault]:
    """Return what nobody signed."""
    if checkpoint is None:
        return [Fault(end, "there is no checkpoint: nothing shows whether the chain is ours, or was cut off")]
    later = sorted(one for one in placed if one.number > _number(checkpoint))
    text = "was added after the newest checkpoint: nobody signed it"
    return [Fault(one.line, f"record {one.number} {text}") for one in later]


def _number(checkpoint: Entry) -> int:
    number = checkpoint.get("number")
    return number if type(number) is int else 0


def _is_signed(entry: Entry, key: EllipticCurvePublicKey) -> bool:
    try:
        signature = base64.b64decode(str(entry["signature"]), validate=True)
        key.verify(signature, canonical(without(entry, "signature")), ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def _public(key: Jwk) -> EllipticCurvePublicKey:
    point = b"".join(base64.urlsafe_b64decode(key[name] + "=" * (-len(key[name]) % 4)) for name in ("x", "y"))
    public = load_der_public_key(P256 + point)
    if not isinstance(public, EllipticCurvePublicKey) or not isinstance(public.curve, SECP256R1):
        raise ValueError("the key is none on P-256")  # noqa: TRY004 (whatever is given is refused alike)
    return public


def _span(first: int, last: int) -> str:
    return f"record {first} is" if first == last else f"records {first} to {last} are"
