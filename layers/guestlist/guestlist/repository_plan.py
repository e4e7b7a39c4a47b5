"""What would have to happen for the organizations to be as a folder states them."""

from dataclasses import dataclass

from guestlist.client import Api, Body, path
from guestlist.names import folded
from guestlist.repository_changes import (
    TABLE,
    Alteration,
    Change,
    Difference,
    Offboarding,
    Provisioning,
    Verb,
)
from guestlist.repository_files import Problem, Stated
from guestlist.repository_schema import CHANGEABLE, shown_as_stated

IN_SYNC, UNUSABLE, WAITING = 0, 2, 3
"""Exit statuses of `plan`: nothing to do; something is wrong; changes wait."""
OFFBOARDING, FAILED = "offboarding", "failed"
"""Statuses: about to be gone; not provisioned, since Auth0 refused what it needs, and all is undone."""
ABSENT = frozenset({OFFBOARDING, FAILED})
"""In these an organization is not exported, and nothing is left to be done about it without a file."""


@dataclass(frozen=True)
class Plan:
    """All that is to be done, by organization, and what cannot be."""

    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    organizations: int
    """How many the folder states."""

    @property
    def status(self) -> int:
        """The exit status that tells of it."""
        if self.problems:
            return UNUSABLE
        return WAITING if self.changes else IN_SYNC

    def of(self, verb: Verb) -> list[Change]:
        """Return the changes of one kind."""
        return [change for change in self.changes if change.verb is verb]

    def text(self) -> str:
        """Return it for people."""
        lines = [line for change in self.changes for line in change.lines()]
        lines += [f"! {problem}" for problem in self.problems]
        return "\n".join([*lines, *([""] if lines else []), self._summary()])

    def to_json(self) -> Body:
        """Return it for programs."""
        return {
            "organizations": self.organizations,
            "counts": {verb: len(self.of(verb)) for verb in Verb},
            "changes": [change.to_json() for change in self.changes],
            "problems": [problem.to_json() for problem in self.problems],
        }

    def _summary(self) -> str:
        if self.problems:
            return f"{len(self.problems)} to be put right in the files; nothing can be applied."
        if not self.changes:
            return f"Nothing to do. Organizations that are as their files state: {self.organizations}."
        return ", ".join(f"{len(self.of(verb))} to {verb}" for verb in Verb) + "."


def planned(stated: list[Stated], api: Api) -> Plan:
    """Compare what files state with what the API has."""
    shown = {organization["id"]: organization for organization in api.pages("/organizations")}
    spelt = {folded(name): name for name in shown}
    changes, problems = list[Change](), list[Problem]()
    for one in stated:
        if one.id in shown:
            change, wrong = _compared(one, shown[one.id], api)
            changes += change
            problems += wrong
        elif name := spelt.get(folded(one.id)):
            detail = f"is taken by {name}, which differs in upper and lower case alone"
            problems.append(_problem(one, "id", detail))
        else:
            changes.append(Provisioning(one))
    kept = {folded(one.id) for one in stated}
    gone = (name for name in shown if folded(name) not in kept and shown[name]["status"] not in ABSENT)
    changes += [_offboarded(name, api) for name in gone]
    by_id = sorted(changes, key=lambda change: change.organization)
    return Plan(tuple(by_id), tuple(problems), len(stated))


def differences(stated: Stated, shown: Body) -> list[Difference]:
    """Return in which of the fields that a file states an organization is otherwise.

    What the API takes and never shows (a certificate) is not compared.
    """
    return [
        Difference(name, now, stated.values[name])
        for name, now in shown_as_stated(shown).items()
        if name in stated.values and _differ(stated.values[name], now, whole=name == TABLE)
    ]


def _compared(stated: Stated, listed: Body, api: Api) -> tuple[list[Change], list[Problem]]:
    """Compare one organization, by the version of it that a change is going to name."""
    if listed["status"] == FAILED:
        return [Provisioning(stated)], []
    if listed["status"] == OFFBOARDING:
        return [], [_problem(stated, "id", "is being offboarded; an id is never given again")]
    if not differences(stated, listed):
        return [], []
    shown, version = _read(stated.id, api)
    found = differences(stated, shown)
    fits = {one.field: one for one in found if one.field in CHANGEABLE}
    problems = [
        _problem(stated, one.field, f"cannot be changed once it is provisioned ({one})")
        for one in found
        if one.field not in fits
    ]
    return [Alteration(stated, tuple(fits.values()), version)] if fits else [], problems


def _offboarded(organization: str, api: Api) -> Change:
    shown, version = _read(organization, api)
    return Offboarding(organization, shown, version)


def _read(organization: str, api: Api) -> tuple[Body, str]:
    """Return an organization with its ETag, which a listing lacks."""
    answer = api.call("GET", path("organizations", organization))
    return answer.json(), answer.headers["ETag"]


def _problem(stated: Stated, name: str, detail: str) -> Problem:
    return Problem(f"{name}: {detail}", stated.file, stated.lines[name])


def _differ(stated: object, shown: object, *, whole: bool = False) -> bool:
    """Compare what is both stated and shown: of a connection the API shows less than made it.

    `whole`: what is not stated in it is not to be.
    """
    if whole:
        return stated != shown
    if isinstance(stated, dict) and shown is None:
        return any(_differ(part, None) for part in stated.values())
    if isinstance(stated, dict) and isinstance(shown, dict):
        return any(_differ(stated[name], shown[name]) for name in stated.keys() & shown.keys())
    if isinstance(stated, list) and isinstance(shown, list):
        if all(isinstance(item, str) for item in [*stated, *shown]):
            return {*stated} != {*shown}
        return len(stated) != len(shown) or any(map(_differ, stated, shown))
    return stated != shown
