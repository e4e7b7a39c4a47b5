"""`guestlist drift`: has everyone looked at, follows, and tells what was found, kind by kind."""

import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from guestlist.client import Api, Body

PAUSE = 1.0
"""Seconds between two looks at how far a run came."""
WAITING = (
    "It begins within five minutes. `guestlist drift --wait` follows such a run, `--last` shows the last."
)


@dataclass(frozen=True)
class DriftReport:
    """A run, as the API shows it."""

    run: Body

    @property
    def found(self) -> int:
        """How much is otherwise."""
        return sum(self.run["counts"].values())

    def to_json(self) -> Body:
        """Return it for programs."""
        return self.run

    def text(self) -> str:
        """Return it for people."""
        unlisted = self.found - len(self.run["findings"])
        parts = [self._summary(), *self._kinds()]
        return "\n\n".join([*parts, f"{unlisted} more are not listed."] if unlisted else parts)

    def _summary(self) -> str:
        if self.run["status"] == "waiting":
            return WAITING
        left = (
            f"; {self.run['passed_over']} passed over, being changed or not told"
            if self.run["passed_over"]
            else ""
        )
        users = f"{_counted(self.run['compared'], 'user')} compared with Auth0{left}."
        drift = f"{_counted(self.found, 'difference')}" if self.found else "No drift"
        ended = f" So far, since {self.run['started_at']}." if self.run["status"] == "running" else ""
        return f"{drift}: {users}{ended}"

    def _kinds(self) -> Iterator[str]:
        """Yield a paragraph per kind: what it is, what is being done or to be done, and of whom."""
        kind = itemgetter("kind")
        for name, group in groupby(sorted(self.run["findings"], key=kind), kind):
            findings = list(group)
            lines = [f"{name}  {findings[0]['found']}"]
            lines += [f"  repairing  {text}" for text in _texts(findings, "repair")]
            lines += [f"  to do      {text}" for text in _texts(findings, "advice")]
            lines += [f"  - {finding['subject']}  {finding['detail'] or ''}".rstrip() for finding in findings]
            yield "\n".join(lines)


def look_for_drift(api: Api, asked: Namespace) -> DriftReport:
    """Have everyone looked at, or show the last look."""
    if asked.last:
        return DriftReport(api.read("/drift"))
    run = api.write("POST", "/drift", {"repair": not asked.report_only})
    return DriftReport(_followed(api, run) if asked.wait else run)


def _followed(api: Api, run: Body) -> Body:
    """Return the run at its end, or the one that was asked for in its place; say on the way how far it is."""
    told = ""
    while run["status"] != "finished":
        progress = f"{run['status']}: {_counted(run['compared'], 'user')} compared"
        if progress != told:
            sys.stderr.write(f"{progress}\n")
        told = progress
        time.sleep(PAUSE)
        run = api.read("/drift")
    return run


def _texts(findings: list[Any], name: str) -> list[str]:
    return list(dict.fromkeys(finding[name] for finding in findings if finding[name]))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
