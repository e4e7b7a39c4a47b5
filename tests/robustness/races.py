"""Races: seeded histories of clients, faults, workers and sweep, each judged whole.

`python -m tests.robustness.races SEED` repeats one history and tells it; `hunt` in place of a seed tries one
after the other until one fails.
"""

import hashlib
import itertools
import logging
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.robustness.history import story
from tests.robustness.scene import Scene
from tests.robustness.weather import arriving, crowded, grouping, late, moving, stormy
from tests.robustness.world import Machines

OPERATIONS = 120
"""Asked for in one history."""
ENOUGH, LEAST = 1_000, 0.05
"""Operations of a run from which on so large a part of each kind has to be heard as done."""
HUNT = 60.0
"""Seconds."""


@dataclass
class Figures:
    """What many histories came to."""

    operations: int = 0
    histories: int = 0
    lost: int = 0
    """Memberships that stand in the table and not at Auth0, when all is at rest."""
    invented: int = 0
    """The other way round."""
    duplicate_accounts: int = 0
    duplicate_mails: int = 0
    """Mails of one link beyond the first. A mailer that died may have sent its mail: one more is expected."""
    recovery_s: float = 0.0
    """The longest time from the last fault until all was applied and settled."""
    seconds: float = 0.0
    """Of this machine."""
    mix: Counter[str] = field(default_factory=Counter)
    heard: Counter[str] = field(default_factory=Counter)
    """How many operations of each kind were heard to be done, or saw what they asked for."""
    failures: list[str] = field(default_factory=list)

    def unheard(self) -> list[str]:
        """Tell which kinds of operation are hardly ever heard to be done, in a run that is long enough."""
        rare = [kind for kind, asked in self.mix.items() if self.heard[kind] < LEAST * asked]
        found = [f"{kind}: {self.heard[kind]} of {self.mix[kind]} heard as done (races.py)" for kind in rare]
        return found if self.operations >= ENOUGH else []


def run(operations: int, first_seed: int = 0, machines: Machines | None = None) -> Figures:
    """Tell histories, from one seed on, until they have so many operations."""
    figures, started = Figures(), time.perf_counter()
    machines = machines or Machines()
    seed = first_seed
    while figures.operations < operations:
        tell(seed, machines, figures)
        seed += 1
    figures.failures += figures.unheard()
    figures.seconds = time.perf_counter() - started
    return figures


def tell(seed: int, machines: Machines, figures: Figures) -> Scene:
    """Tell one history and add what came of it."""
    with _quiet(), Scene.of(machines, seed) as scene:
        try:
            scene.play(OPERATIONS)
        except Exception as error:  # noqa: BLE001 (whatever it is, it is to be told with the seed)
            scene.flew_out(error)
        figures.histories += 1
        figures.operations += len(scene.history.operations)
        figures.mix.update(scene.history.mix())
        for found in scene.history.operations:
            if found.outcome and found.outcome.code in {"done", "seen"}:
                figures.heard[found.kind.name.lower()] += 1
        lost, invented = scene.differences()
        figures.lost += lost
        figures.invented += invented
        figures.duplicate_accounts += scene.duplicate_accounts()
        figures.duplicate_mails += scene.duplicate_mails()
        figures.recovery_s = max(figures.recovery_s, scene.recovery)
        again = f"again: python -m tests.robustness.races {seed}"
        figures.failures += [f"{failure}\n{again}" for failure in scene.failures()]
    return scene


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the functions log to themselves: thousands of faults, all of them meant."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def digest(seed: int, machines: Machines | None = None) -> str:
    """Return what stands for a history, event by event: equal if two are."""
    scene = tell(seed, machines or Machines(), Figures())
    told = [*scene.history.events, story(scene.history.operations)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def worst() -> Iterator[int]:
    """Yield seeds of each sort that is worse than ordinary, in turn; two of crowds and late ones."""
    sorts = (moving, crowded, late, arriving, crowded, grouping, late, stormy)
    streams = {sort: filter(sort, itertools.count()) for sort in sorts}
    while True:
        yield from (next(streams[sort]) for sort in sorts)


def hunt(seconds: float) -> str:
    """Tell the worst histories until one fails, and return how; empty if none did in so many seconds."""
    machines, until = Machines(), time.perf_counter() + seconds
    for seed in worst():
        figures = Figures()
        tell(seed, machines, figures)
        if figures.failures:
            return figures.failures[0]
        if time.perf_counter() > until:
            break
    return ""


def main(asked: str) -> int:
    """Repeat a history and tell it, or look for one that fails."""
    if asked == "hunt":
        found = hunt(HUNT)
        sys.stdout.write(f"{found}\n")
        return bool(found)
    figures = Figures()
    scene = tell(int(asked), Machines(), figures)
    sys.stdout.write("\n".join([story(scene.history.operations), *figures.failures, ""]))
    return bool(figures.failures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
