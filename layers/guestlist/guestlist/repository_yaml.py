"""YAML as organizations are written in it: JSON's values, the line of each, and nothing that surprises.

Words are read by YAML 1.2's core schema, as editors do: `no` and `2024-01-01` are texts. What is written has
quotes wherever YAML 1.1 or 1.2 could take a text for something else.
"""

import re
import sys
from collections.abc import Iterator
from typing import Any

import yaml

Place = tuple[str | int, ...]
Lines = dict[Place, int]
"""By the place of a value, `("roles", 1)`: its line, or that of its key."""

DEPTH = 10
NULL = frozenset({"", "~", "null", "Null", "NULL"})
BOOLEANS = {
    spelt: value
    for word, value in (("true", True), ("false", False))
    for spelt in (word, word.title(), word.upper())
}
INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
PLAIN = re.compile(r"(?!(y|n|yes|no|on|off|true|false|null)$)[a-z][a-z0-9._-]*", re.ASCII | re.IGNORECASE)
"""Texts that nobody takes for anything but a text, in whatever version of YAML."""


class YamlError(ValueError):
    """A text is not the YAML that we read."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


def read(text: str) -> tuple[Any, Lines]:
    """Return the value of a text (None if it is empty), and the lines of its parts.

    Raises:
        YamlError: it is no YAML; or there are several documents, a key twice, anchors, aliases, tags.
    """
    reader = _Reader(text)
    try:
        return reader.document(), reader.lines
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise YamlError(line, f"is no YAML: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        raise YamlError(
            text.count("\n", 0, error.position) + 1, f"holds U+{ord(text[error.position]):04X}"
        ) from None


def written(value: dict[str, Any]) -> str:
    """Return a value as text; the same value is always the same text."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=sys.maxsize)


class _Reader:
    """A text's events, made values."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.SafeLoader)
        self.lines: Lines = {}

    def document(self) -> object:
        next(self._events)  # the stream begins
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        value = self._value(next(self._events), ())
        next(self._events)  # the document ends
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise YamlError(_line(after), "holds a second document")
        return value

    def _value(self, event: yaml.Event, at: Place) -> object:
        line = _line(event)
        self.lines.setdefault(at, line)
        if getattr(event, "tag", None) is not None:
            raise YamlError(line, "has a tag (!); a plain value is enough")
        if len(at) > DEPTH:
            raise YamlError(line, "is nested too deep")
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            raise YamlError(line, "has an anchor or an alias; write the value out")
        if isinstance(event, yaml.MappingStartEvent):
            return dict(self._pairs(at))
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event.value) if event.implicit[0] else event.value
        return [self._value(item, (*at, number)) for number, item in enumerate(self._until_end())]

    def _pairs(self, at: Place) -> Iterator[tuple[str, object]]:
        for key in self._until_end():
            if not isinstance(key, yaml.ScalarEvent):
                raise YamlError(_line(key), "has a key that is no plain word")
            place = (*at, key.value)
            if place in self.lines:
                raise YamlError(_line(key), f"says {key.value} twice; first in line {self.lines[place]}")
            self.lines[place] = _line(key)
            yield key.value, self._value(next(self._events), place)

    def _until_end(self) -> Iterator[yaml.Event]:
        while not isinstance(event := next(self._events), yaml.CollectionEndEvent):
            yield event


def _scalar(word: str) -> object:
    """Return what a word without quotes is (YAML 1.2.2, section 10.3.2), but for octals and hexadecimals."""
    if word in NULL:
        return None
    if word in BOOLEANS:
        return BOOLEANS[word]
    if INTEGER.fullmatch(word):
        return int(word)
    return float(word) if FLOAT.fullmatch(word) else word


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


class _Dumper(yaml.SafeDumper):
    """Indents lists, and repeats what it wrote before."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 (PyYAML calls it so)
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 (PyYAML calls it so)
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if PLAIN.fullmatch(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)
