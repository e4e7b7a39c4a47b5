"""`guestlist audit`: who did what, and whether what was exported is whole."""

import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote

from guestlist.audit_verify import Keys, Verdict, keys_of, verify
from guestlist.client import Api, Body, Settings, path
from guestlist.commands import some
from guestlist.repository_files import Problem, ProblemsError

TRUSTED_BY_FETCH = "The key came by the same API: that shows damage, not that who runs it changed nothing."


@dataclass(frozen=True)
class Lines:
    """JSON Lines, in ASCII: a terminal changes none of it."""

    entries: Sequence[Mapping[str, object]]
    status: ClassVar[int] = 0

    def to_json(self) -> list[Mapping[str, object]]:
        """Return it for programs that want one document."""
        return list(self.entries)

    def text(self) -> str:
        """Return it as it is kept."""
        return "\n".join(json.dumps(entry) for entry in self.entries)


@dataclass(frozen=True)
class Verified:
    """What an audit came to, in words."""

    verdict: Verdict
    fetched_key: bool

    @property
    def status(self) -> int:
        """The exit status: 3 where something is wrong."""
        return 3 if self.verdict.faults else 0

    def to_json(self) -> Body:
        """Return it for programs."""
        verdict = self.verdict
        return {
            "organization": verdict.organization,
            "records": verdict.records,
            "checkpoint": verdict.checkpoint,
            "whole": not verdict.faults,
            "faults": [fault._asdict() for fault in verdict.faults],
        }

    def text(self) -> str:
        """Return it for people."""
        verdict, checkpoint = self.verdict, self.verdict.checkpoint or {}
        if verdict.faults:
            first = f"The audit of {verdict.organization or 'nobody'} is not whole."
            return "\n".join([first, *(f"line {fault.line}: {fault.text}" for fault in verdict.faults)])
        whole = f"{_counted(verdict.records)}, unchanged and in order"
        lines = [
            f"The audit of {verdict.organization} is whole: {whole}.",
            f"All of it is signed, at {checkpoint['at']} by {checkpoint['key']}.",
        ]
        return "\n".join([*lines, TRUSTED_BY_FETCH] if self.fetched_key else lines)


def list_audit(api: Api, asked: Namespace) -> list[Body]:
    """Who did what, when, to whom: the newest first."""
    return some(api.pages(_audit(asked.organization)), asked)


def export_audit(api: Api, asked: Namespace) -> Lines:
    """All that is sealed, in the order of sealing, and the newest checkpoint."""
    entries, unsealed = _exported(api, asked.organization)
    if unsealed:
        sys.stderr.write(f"left out, being not sealed yet: {unsealed}; they are within minutes\n")
    return Lines(entries)


def show_checkpoint(api: Api, asked: Namespace) -> Lines:
    """The newest checkpoint, to be kept somewhere else."""
    return Lines(_newest(api, asked.organization))


def show_keys(api: Api, asked: Namespace) -> Lines:
    """The public key that signs checkpoints, as a JWK Set."""
    return Lines([_key_set(api, asked)])


def verify_audit(asked: Namespace) -> Verified:
    """Whether an exported audit is whole; of a file, without any network."""
    if asked.source.startswith(("https://", "http://")):
        return _verified_at(asked)
    if not asked.key:
        raise ProblemsError(Problem("needs --key FILE, as `guestlist audit key` gives it", asked.source))
    return Verified(_verdict(_lines(asked.source), _keys(asked.key), asked), fetched_key=False)


def _verified_at(asked: Namespace) -> Verified:
    """Whether the audit at a URL is whole, by the key that the API has if none is given."""
    with Api(Settings.of(os.environ)) as api:
        asked.organization = _organization(asked.source, os.environ["GUESTLIST_API"])
        entries, _ = _exported(api, asked.organization)
        keys = _keys(asked.key) if asked.key else keys_of(_key_set(api, asked)["keys"])
    return Verified(_verdict(map(json.dumps, entries), keys, asked), fetched_key=not asked.key)


def _verdict(lines: Iterable[str], keys: Keys, asked: Namespace) -> Verdict:
    noted = [found for name in asked.checkpoint for found in _checkpoints(name)]
    return verify(lines, keys, organization=asked.organization or "", noted=noted)


def _exported(api: Api, organization: str) -> tuple[list[Body], int]:
    """Return the sealed records with the newest checkpoint, and how many records are left out.

    The checkpoint is read first, so that whatever it covers is sealed.
    """
    newest = _newest(api, organization)
    records = list(api.pages(_audit(organization)))
    covered = newest[0]["number"] if newest else 0
    sealed = [one for one in records if one["seal"] and one["seal"]["number"] <= covered]
    sealed.sort(key=lambda one: int(one["seal"]["number"]))
    return [*sealed, *newest], len(records) - len(sealed)


def _newest(api: Api, organization: str) -> list[Body]:
    return list(islice(api.pages(f"{_audit(organization)}/checkpoints", limit="1"), 1))


def _key_set(api: Api, asked: Namespace) -> Body:
    return api.read(f"{_audit(asked.organization)}/keys")


def _organization(url: str, origin: str) -> str:
    """Return whose audit a URL is of, which has to be one of the API's: a token goes nowhere else."""
    start, end = f"{origin.rstrip('/')}/organizations/", "/audit"
    if not (url.startswith(start) and url.endswith(end)):
        raise ProblemsError(Problem(f"is none of the API's: {start}X{end}", url))
    return unquote(url.removeprefix(start).removesuffix(end))


def _keys(name: str) -> Keys:
    """Return the keys of a file, which has a JWK or a JWK Set."""
    try:
        found: Any = json.loads("".join(_lines(name)))
        return keys_of(found.get("keys", [found]))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ProblemsError(Problem("has no JWK, or JWK Set, of keys on P-256", name)) from None


def _checkpoints(name: str) -> list[Body]:
    """Return the checkpoints of a file that somebody kept: one, or an export's last line."""
    lines = _lines(name)
    try:
        found = [json.loads(line) for line in lines]
    except ValueError:
        found = []
    checkpoints = [one for one in found if isinstance(one, dict) and "signature" in one]
    if not checkpoints:
        raise ProblemsError(Problem("has no checkpoint, as `guestlist audit checkpoint` gives it", name))
    return checkpoints


def _lines(name: str) -> list[str]:
    try:
        return Path(name).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise ProblemsError(Problem(f"cannot be read ({type(error).__name__})", name)) from None


def _counted(records: int) -> str:
    return "1 record" if records == 1 else f"{records} records"


def _audit(organization: str) -> str:
    return path("organizations", organization, "audit")
