"""Writes the folder from what is: the same organizations are always the same bytes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from guestlist.client import Body, RefusedError
from guestlist.names import is_organization
from guestlist.repository_files import SUFFIX, Problem, ProblemsError, yaml
from guestlist.repository_plan import ABSENT
from guestlist.repository_schema import HEAD, SCHEMA_FILE, SUSPENDED, schema, shown_as_stated

NAMING, SELF_SERVICE = ("name", "domains"), ("self_service", "domains")
"""What is written of a connection; of one that the customer's IT sets up, that it is."""


@dataclass(frozen=True)
class Exported:
    """What was written, by the names of files."""

    folder: str
    organizations: int
    written: tuple[str, ...]
    removed: tuple[str, ...]

    def text(self) -> str:
        """Return it for people."""
        lines = [f"+ {name}" for name in self.written] + [f"- {name}" for name in self.removed]
        return "\n".join([*lines, f"Organizations in {self.folder}: {self.organizations}."])

    def to_json(self) -> Body:
        """Return it for programs."""
        return {"organizations": self.organizations, "written": self.written, "removed": self.removed}


def exported(organizations: Iterable[Body], folder: Path, *, force: bool) -> Exported:
    """Write a file for each organization, and the schema; with `force`, remove files of what is no more.

    Raises:
        ProblemsError: something else is in the folder, and `force` was not said; nothing was written.
    """
    files = {_file(one): _text(one) for one in organizations if one["status"] not in ABSENT}
    wanted = {SCHEMA_FILE: schema(), **files}
    try:
        others = _others(folder, wanted)
        if others and not force:
            raise ProblemsError(*(Problem("is in the way; --force goes on", str(path)) for path in others))
        folder.mkdir(parents=True, exist_ok=True)
        written = [name for name, text in wanted.items() if _write(folder / name, text)]
        gone = [path for path in others if _is_ours(path)]
        for path in gone:
            path.unlink()
    except OSError as error:
        raise ProblemsError(Problem(f"cannot be written: {error.strerror}", error.filename)) from None
    return Exported(str(folder), len(files), tuple(written), tuple(path.name for path in gone))


def _file(organization: Body) -> str:
    if not is_organization(organization["id"]):
        raise RefusedError("not_guestlist", "The API has an organization whose id is none.")
    return f"{organization['id']}{SUFFIX}"


def _text(organization: Body) -> str:
    """Return what a file states of an organization: each field, but that its door is open.

    A door is closed by hand in an emergency; no file is to open it by having been written before.
    """
    fields = shown_as_stated(organization)
    if not fields[SUSPENDED]:
        del fields[SUSPENDED]
    if "connections" in fields:
        # What made one is never shown; by its name, one that Auth0 has is meant.
        fields["connections"] = [
            {name: one[name] for name in (SELF_SERVICE if one["self_service"] else NAMING)}
            for one in fields["connections"]
        ]
    return HEAD + str(yaml().written({"id": organization["id"], **fields}))


def _others(folder: Path, wanted: Mapping[str, str]) -> list[Path]:
    """Return what is in a folder and is neither written by us nor hidden."""
    if not folder.exists():
        return []
    return [
        path for path in sorted(folder.iterdir()) if path.name not in wanted and not path.name.startswith(".")
    ]


def _is_ours(path: Path) -> bool:
    """Tell whether an export wrote a file: nobody else's is removed."""
    if path.suffix != SUFFIX or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.readline() == HEAD.encode()


def _write(path: Path, text: str) -> bool:
    """Put a text into a file if it is another one, whole or not at all, and not through a link."""
    if path.is_file() and not path.is_symlink() and path.read_bytes() == text.encode():
        return False
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8", newline="\n")
    beside.replace(path)
    return True
