"""Domains that can be nobody's alone: where the public has its mailboxes, and what registries keep."""

from functools import cache
from pathlib import Path

LISTED = Path(__file__).with_name("public_mail_domains.txt")
"""What stands in it, and why, says its head."""
REGISTRIES = frozenset(
    {"ac", "co", "com", "edu", "go", "gob", "gouv", "gov", "govt", "gv"}
    | {"ltd", "mil", "ne", "net", "nhs", "nom", "or", "org", "plc", "sch"}
)
"""Under a country's top-level domain: where others' names are registered, as under `co.uk`.

Not all of them: who cannot set a record of a registry's proves none, whatever is said here.
"""
COUNTRY = 2
"""Letters of a country's top-level domain (ISO 3166-1), an A-label aside."""


def is_suffix(name: str) -> bool:
    """Tell whether names of different owners are registered right below a normalised domain."""
    first, _, rest = name.rpartition(".")
    return not first or (first in REGISTRIES and (len(rest) == COUNTRY or rest.startswith("xn--")))


def is_public_mail(name: str) -> bool:
    """Tell whether anybody can have a mailbox at a normalised domain, or at the one that it lies in."""
    owned = registrable(name)
    return not _listed().isdisjoint({owned, f"{owned.partition('.')[0]}.*"})


def registrable(name: str) -> str:
    """Return the part of a normalised domain that somebody registered: one label before the suffix."""
    labels = name.split(".")
    return ".".join(labels[-3 if is_suffix(".".join(labels[-2:])) else -2 :])


@cache
def _listed() -> frozenset[str]:
    lines = (line.strip() for line in LISTED.read_text(encoding="utf-8").splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))
