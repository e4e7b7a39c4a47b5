"""A crowd over HTTP: several real processes at one stack in another: a second witness beside the simulation.

What they asked and heard is judged person by person against the sequential model. In the end everybody signs
in everywhere: whom the door admits, and with which roles, belongs to the history. Auth0 fails now and then.
"""

import itertools
import json
import multiprocessing
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from local.people import PLAIN
from tests.robustness.checker import judge
from tests.robustness.crowd_client import Where, api_of, work
from tests.robustness.doors import at_every_door
from tests.robustness.history import Operation

PROCESSES = 4
PEOPLE = tuple(f"{name}@crowd.example" for name in ("ann", "ben", "cleo", "dan", "eve", "finn"))
ORGANIZATIONS = ("north", "south", "west")
FAULTS: tuple[dict[str, Any], ...] = (
    {"status": 503, "times": 2},
    {"status": 500, "after_effect": True},
    {"reset": True, "after_effect": True, "times": 3},
    {"status": 429, "headers": {"retry-after": "1"}},
    {"text": "<html>", "after_effect": True},
)
SETTLED = 200
"""Seconds after which no write is waited for any more."""
PATIENCE = 150
"""Real seconds until everything must be at rest: two sweeps, and more."""


@dataclass
class Figures:
    """What the crowd came to."""

    operations: int
    processes: int
    unheard: int
    """Operations of which nobody heard what came of them."""
    faults: int
    seconds: float
    failures: list[str] = field(default_factory=list)


def run(
    operations: int = 2_000,
    *,
    faults: bool = True,
    processes: int = PROCESSES,
    people: Sequence[str] = PEOPLE,
    seed: int = 1,
) -> Figures:
    """Have a crowd ask for so many things, and judge what it heard."""
    started = time.monotonic()
    with _served() as served:
        where = _prepared(served, people)
        with _failing(served, Random(seed)) if faults else _sound() as suffered:
            history = _asked(where, operations, processes, seed)
        _rest(served, where, wait=faults)
        history += at_every_door(served, where)
    return Figures(
        operations=len(history),
        processes=processes,
        unheard=sum(found.outcome is None for found in history),
        faults=len(suffered),
        seconds=round(time.monotonic() - started, 1),
        failures=list(_failures(history, f"python -m tests.robustness crowd {operations}")),
    )


def _asked(where: Where, operations: int, processes: int, seed: int) -> list[Operation]:
    """Let all processes ask at once."""
    share = -(-operations // processes)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn) as pool:
        numbers = range(processes)
        parts = pool.map(
            work,
            [f"client {number}" for number in numbers],
            itertools.repeat(where),
            [seed * processes + number for number in numbers],
            itertools.repeat(share),
        )
        return [operation for part in parts for operation in part]


def _failures(history: list[Operation], again: str) -> Iterator[str]:
    """Judge each person's operations, with places in the order of events in place of nanoseconds."""
    moments = {found.called for found in history} | {found.returned for found in history if found.returned}
    places = {moment: place for place, moment in enumerate(sorted(moments))}
    for found in history:
        found.called, found.returned = places[found.called], found.returned and places[found.returned]
    for person in sorted({found.person for found in history}):
        verdict = judge([found for found in history if found.person == person])
        if not verdict.right:
            yield f"{person}: {verdict.told()}\nagain: {again}"


@contextmanager
def _served() -> Iterator[dict[str, Any]]:
    """Start the stack as everybody does, in a process of its own, and stop it."""
    command = [sys.executable, "-m", "local", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            process.wait(timeout=30)


def _prepared(served: dict[str, Any], people: Sequence[str]) -> Where:
    """Provision the organizations, and return what every client is told."""
    grant = {
        "grant_type": "client_credentials",
        "audience": served["audience"],
        **served["clients"]["system"],
    }
    where = Where(served["api"], served["tenant"], grant, tuple(people), ORGANIZATIONS)
    with api_of(where) as api:
        for name in ORGANIZATIONS:
            api.post("/organizations", json={"id": name, "name": name}).raise_for_status()
    return where


@contextmanager
def _sound() -> Iterator[list[dict[str, Any]]]:
    """Let Auth0 be as it is."""
    yield []


@contextmanager
def _failing(served: dict[str, Any], random: Random) -> Iterator[list[dict[str, Any]]]:
    """Let Auth0 fail now and then while the block runs; give the list of its faults."""
    over, suffered = threading.Event(), list[dict[str, Any]]()

    def fail() -> None:
        while not over.wait(random.uniform(0.1, 0.6)):
            fault = {"path": "^/api/v2/users", **random.choice(FAULTS)}
            _control(served, "POST", "faults", fault)
            suffered.append(fault)

    failing = threading.Thread(target=fail)
    failing.start()
    try:
        yield suffered
    finally:
        over.set()
        failing.join()
        _control(served, "DELETE", "faults")


def _control(served: dict[str, Any], method: str, what: str, body: object = None) -> None:
    url = f"{served['tenant']}/_local/{what}"
    httpx.request(method, url, json=body, verify=PLAIN).raise_for_status()


def _rest(served: dict[str, Any], where: Where, *, wait: bool) -> None:
    """Wait until every membership is told; after faults, until late writes were looked for, too."""
    if wait:
        _control(served, "POST", "clock", {"advance": SETTLED})
    ends = time.monotonic() + PATIENCE
    with api_of(where) as api:
        while any(item["projection"] == "pending" for item in _members(api)):
            assert time.monotonic() < ends, "somebody is pending, and there is no reason"
            time.sleep(0.5)


def _members(api: httpx.Client) -> Iterator[dict[str, Any]]:
    for name in ORGANIZATIONS:
        yield from api.get(f"/organizations/{name}/members?limit=100").raise_for_status().json()["items"]
