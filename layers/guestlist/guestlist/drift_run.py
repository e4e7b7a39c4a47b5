"""A run that looks for drift: asked for or due, taken on by one slice at a time, kept with its findings."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from guestlist import writes
from guestlist.drift_records import DriftRun, Finding
from guestlist.ids import ordered_id
from guestlist.request import Request
from guestlist.store import Store, decided_anew
from guestlist.table import ConditionFailed

REST = 24 * 3600
"""Seconds from the end of a run to the next one that nobody asked for."""
CLAIM = 150
"""Seconds; longer than a slice works (`drift.SLICE`, and the function's timeout)."""
MOST = 200
"""Findings that a run keeps; it goes on counting."""


@decided_anew
def ask(*, repair: bool, request: Request, store: Store) -> DriftRun:
    """Have everyone looked at from the beginning, in place of a run that goes on.

    A run that was asked for in the same way and has not begun yet is the one.
    """
    before = store.drift_run()
    if before and before.asked_by and not before.begun and before.repair == repair:
        return before
    run = DriftRun(id=ordered_id(), repair=repair, asked_by=request.caller.actor, started_at=request.now)
    return _put(before, run, store)


def claim(store: Store, now: int) -> DriftRun | None:
    """Take on the next slice of the run; None if there is none to do, or somebody is at it."""
    before = store.drift_run()
    if before is None or _over_for_long(before, now):
        run = DriftRun(id=ordered_id(), repair=True, started_at=now)
    elif before.finished_at is not None or before.claimed_until > now:
        return None
    else:
        run = before
    try:
        return _put(before, replace(run, begun=True, claimed_until=now + CLAIM), store)
    except ConditionFailed:
        return None


def keep(before: DriftRun, after: DriftRun, store: Store) -> DriftRun | None:
    """Record how far a slice came; None if its run is another by now, or another slice's."""
    try:
        return _put(before, after, store)
    except ConditionFailed:
        return None


def noted(run: DriftRun, findings: Iterable[Finding]) -> DriftRun:
    """Return the run with what was found."""
    found = list(findings)
    counts = Counter(run.counts) + Counter(finding.kind.value for finding in found)
    return replace(run, counts=dict(counts), findings=(*run.findings, *found)[:MOST])


def _over_for_long(run: DriftRun, now: int) -> bool:
    return run.finished_at is not None and run.finished_at + REST <= now


def _put(before: DriftRun | None, after: DriftRun, store: Store) -> DriftRun:
    version = before.version + 1 if before else 1
    store.commit(writes.changed(before, after) if before else writes.new_drift_run(after))
    return replace(after, version=version)
