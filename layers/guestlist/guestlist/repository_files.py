"""A folder of one YAML file per organization: read whole, or not at all."""

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import ValidationError

from guestlist.client import Body
from guestlist.names import folded
from guestlist.repository_schema import FIELDS, OrganizationFile

LARGEST = 256 * 1024
"""Bytes of a file; a thousand domains and certificates have room in it."""
SUFFIX = ".yaml"


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where."""

    detail: str
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        """Return it as compilers say such things."""
        place = ":".join(str(part) for part in (self.file, self.line) if part)
        return f"{place}: {self.detail}" if place else self.detail

    def to_json(self) -> Body:
        """Return it for programs."""
        return {"file": self.file, "line": self.line, "detail": self.detail}


class ProblemsError(Exception):
    """What is asked makes no sense, or files state what cannot be; nothing was done."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
        self.problem: Body = {
            "code": "unusable",
            "detail": "Nothing was done.",
            "errors": [problem.to_json() for problem in problems],
        }


@dataclass(frozen=True)
class Stated:
    """An organization as its file states it."""

    file: str
    body: Body
    """As it is written there."""
    values: Body
    """As the API will have it: domains in lower case, lists in order."""
    lines: dict[str, int]
    """Of each field."""

    @property
    def id(self) -> str:
        """The organization's id."""
        return str(self.body["id"])

    @property
    def request(self) -> Body:
        """What provisions it."""
        return {name: value for name, value in self.body.items() if name != "suspended"}


def read_folder(folder: Path) -> list[Stated]:
    """Return what the files of a folder state, by id.

    Raises:
        ProblemsError: there is none, or something is wrong with any of them.
    """
    problems, found = list[Problem](), list[Stated]()
    if not folder.is_dir():
        raise ProblemsError(Problem("is no folder", str(folder)))
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        try:
            if _is_organization(path):
                found.append(_stated(path, folder))
        except ProblemsError as error:
            problems += error.problems
    problems += _same_but_for_case(found)
    if problems:
        raise ProblemsError(*problems)
    if not found:
        raise ProblemsError(Problem(f"has no file such as clinicA{SUFFIX}", str(folder)))
    return sorted(found, key=lambda stated: stated.id)


def yaml() -> ModuleType:
    """Return how YAML is read and written.

    Raises:
        ProblemsError: PyYAML is missing; no other command needs it.
    """
    try:
        from guestlist import repository_yaml  # noqa: PLC0415 (above)
    except ModuleNotFoundError as error:
        raise ProblemsError(Problem(f"{error.name} is not installed: pip install 'guestlist[cli]'")) from None
    return repository_yaml


def _is_organization(path: Path) -> bool:
    """Tell whether a file is to be read; whatever else looks as if it ought to be is refused."""
    if path.is_dir():
        raise ProblemsError(Problem("is a folder; all organizations stand side by side", str(path)))
    suffix = path.suffix.lower()
    if suffix == ".yml" or (suffix == SUFFIX and path.suffix != SUFFIX):
        raise ProblemsError(Problem(f"is not read: name it {path.stem}{SUFFIX}", str(path)))
    return suffix == SUFFIX


def _stated(path: Path, folder: Path) -> Stated:
    reader = yaml()
    try:
        value, lines = reader.read(_text(path, folder))
    except reader.YamlError as error:
        raise ProblemsError(Problem(str(error), str(path), error.line)) from None
    if not isinstance(value, dict):
        raise ProblemsError(Problem("is no list of `name: value`", str(path), lines.get((), 1)))
    try:
        # As JSON, since that is how the API reads it.
        asked = OrganizationFile.model_validate_json(json.dumps(value))
    except ValidationError as error:
        raise ProblemsError(*_wrong(error, str(path), lines)) from None
    if value["id"] != path.stem:
        detail = f"id: is {value['id']}, so the file is to be named {value['id']}{SUFFIX}"
        raise ProblemsError(Problem(detail, str(path), lines["id",]))
    values = asked.model_dump(mode="json", exclude_unset=True)
    return Stated(str(path), value, values, {name: lines[name,] for name in value})


def _text(path: Path, folder: Path) -> str:
    """Return the text of a file that is one, is in its folder, and is no larger than such a file ever is."""
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ProblemsError(Problem("is a link that leads out of the folder", str(path)))
    try:
        if not path.is_file():
            raise ProblemsError(Problem("is no file", str(path)))
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise ProblemsError(Problem(f"cannot be read: {error.strerror}", str(path))) from None
    if len(content) > LARGEST:
        raise ProblemsError(Problem(f"is larger than {LARGEST // 1024} KB", str(path)))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ProblemsError(Problem("is no UTF-8", str(path), line)) from None


def _wrong(error: ValidationError, file: str, lines: dict[tuple[Any, ...], int]) -> Iterator[Problem]:
    for found in error.errors(include_url=False, include_input=False):
        place = tuple[Any, ...]()
        for part in found["loc"]:
            # What pydantic adds, which of several models it tried, is no place in the file.
            place = (*place, part) if (*place, part) in lines else place
        name = ".".join(map(str, place)) or str(found["loc"][0] if found["loc"] else "")
        yield Problem(f"{name}: {_words(found['type'], name, found['msg'])}".lstrip(": "), file, lines[place])


def _words(kind: str, name: str, said: str) -> str:
    if kind != "extra_forbidden":
        return said.removeprefix("Value error, ")
    near = difflib.get_close_matches(name, ["id", *FIELDS], n=1)
    return "is unknown" + (f"; is {near[0]} meant?" if near else "")


def _same_but_for_case(found: list[Stated]) -> Iterator[Problem]:
    first = dict[str, Stated]()
    for stated in found:
        if (before := first.setdefault(folded(stated.id), stated)) is not stated:
            detail = f"id: is that of {before.file} but for upper and lower case"
            yield Problem(detail, stated.file, stated.lines["id"])
