"""What may be to be done to one organization, and how that reads."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from guestlist.client import Body
from guestlist.repository_files import Stated

LOST = ("members", "pending_invites")
"""What of an organization is shown before it is offboarded: how many go with it."""
TABLE = "groups"
"""What is compared as a whole, group by group."""
SHORT = 3
"""Lists up to this length are shown whole."""
WIDEST = 60
"""Characters that are shown of a text."""


class Verb(StrEnum):
    """What is done to an organization."""

    PROVISION = "provision"
    CHANGE = "change"
    OFFBOARD = "offboard"


@dataclass(frozen=True)
class Difference:
    """A field, as it is and as it is to be."""

    field: str
    now: Any
    wanted: Any

    def __str__(self) -> str:
        """Return it as a person reads it; of long lists and of tables what comes and goes."""
        if self.field == TABLE:
            return f"{self.field}: {', '.join(_of_table(self.now, self.wanted))}"
        if _is_long(self.now) and _is_long(self.wanted):
            parts = [f"+ {_shown(item)}" for item in self.wanted if item not in self.now]
            parts += [f"- {_shown(item)}" for item in self.now if item not in self.wanted]
            return f"{self.field}: {', '.join(parts) or 'another order'}"
        return f"{self.field}: {_shown(self.now)} -> {_shown(self.wanted)}"

    def to_json(self) -> Body:
        """Return it for programs."""
        return {"field": self.field, "from": self.now, "to": self.wanted}


@dataclass(frozen=True)
class Provisioning:
    """An organization that a file states and the API has not."""

    verb: ClassVar = Verb.PROVISION
    stated: Stated

    @property
    def organization(self) -> str:
        """Its id."""
        return self.stated.id

    def lines(self) -> Iterator[str]:
        """Yield it as a person reads it."""
        stated = (f"{name}: {_shown(value)}" for name, value in self.stated.body.items() if name != "id")
        yield f"+ {self.organization}  provision  {', '.join(stated)}"

    def to_json(self) -> Body:
        """Return it for programs."""
        return {"organization": self.organization, "action": self.verb, "stated": self.stated.body}


@dataclass(frozen=True)
class Alteration:
    """An organization that is otherwise than its file states."""

    verb: ClassVar = Verb.CHANGE
    stated: Stated
    differences: tuple[Difference, ...]
    version: str
    """The ETag of what it was compared with."""

    @property
    def organization(self) -> str:
        """Its id."""
        return self.stated.id

    def lines(self) -> Iterator[str]:
        """Yield it as a person reads it."""
        yield from (f"~ {self.organization}  {difference}" for difference in self.differences)

    def to_json(self) -> Body:
        """Return it for programs."""
        differences = [difference.to_json() for difference in self.differences]
        return {"organization": self.organization, "action": self.verb, "differences": differences}


@dataclass(frozen=True)
class Offboarding:
    """An organization that no file states."""

    verb: ClassVar = Verb.OFFBOARD
    organization: str
    seen: Body
    version: str
    """The ETag of what was seen."""

    def lines(self) -> Iterator[str]:
        """Yield it as a person reads it."""
        yield f"- {self.organization}  offboard  {', '.join(f'{name}: {self.seen[name]}' for name in LOST)}"

    def to_json(self) -> Body:
        """Return it for programs."""
        lost = {name: self.seen[name] for name in LOST}
        return {"organization": self.organization, "action": self.verb, **lost}


Change = Provisioning | Alteration | Offboarding


def _of_table(now: Body, wanted: Body) -> Iterator[str]:
    """Yield in what a table of groups is to be otherwise, a group after the other."""
    yield from (f"+ {_shown({name: wanted[name]})}" for name in wanted if name not in now)
    yield from (f"- {_shown(name)}" for name in now if name not in wanted)
    for name in now:
        if name in wanted and now[name] != wanted[name]:
            yield f"{_shown(name)}: {_shown(now[name])} -> {_shown(wanted[name])}"


def _is_long(value: object) -> bool:
    return isinstance(value, list) and len(value) > SHORT


def _shown(value: object) -> str:
    """Return a value in a few characters of one line, as YAML has it."""
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_shown(part)}' for name, part in value.items())}}}"
    text = value if isinstance(value, str) and value.isprintable() else json.dumps(value)
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 3]}..."
