"""`request`: what each route takes of AWS, and how long it takes, in a small table and in a large one."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from time import perf_counter

import httpx

from bench.figures import Bound, Figure, at_most, percentile
from bench.meter import Meter, metered
from bench.routes import ROUTES, Asked
from bench.tables import Tables
from bench.world import world

SMALL, LARGE, ROUNDS, LIMIT = 10, 100_000, 30, 1.3


@dataclass
class Found:
    """What one route took of one table."""

    requests: dict[str, int] = field(default_factory=dict)
    items: int = 0
    milliseconds: list[float] = field(default_factory=list)

    @property
    def counted(self) -> tuple[dict[str, int], int]:
        """What must not grow with the table."""
        return self.requests, self.items


def measure() -> Figure:
    """Ask every route of the template of both tables in turn, so that the machine's moods are shared."""
    found: dict[str, dict[int, Found]] = {}
    with world() as ours, ours.held_up():
        organization = ours.organization()
        tables = Tables(ours, organization, (SMALL, LARGE))
        declared = {route.key for route in ours.stack.aws.template.routes()}
        for route in sorted(declared & ROUTES.keys()):
            place = ROUTES[route](ours, organization)
            found[route] = _measured(tables, place)
    return _figure(found, declared - ROUTES.keys())


def _measured(tables: Tables, case: Callable[[], Asked]) -> dict[int, Found]:
    """Ask one route of each table, once for the counts and then for the times."""
    found = {members: Found() for members in tables.sizes}
    for members, of_table in found.items():
        with tables.showing(members):
            _carried_out(case())  # what a function keeps from its first request is not asked for again
            asked = case()
            with metered(tables.stack) as meter:
                _carried_out(asked)
            of_table.requests, of_table.items = _counts(meter)
    for _ in range(ROUNDS):
        for members, of_table in found.items():
            with tables.showing(members):
                asked = case()
                started = perf_counter()
                _carried_out(asked)
                of_table.milliseconds.append((perf_counter() - started) * 1000)
    return found


def _carried_out(asked: Asked) -> httpx.Response:
    answer = asked()
    if answer.is_error and answer.status_code != httpx.codes.NOT_FOUND:
        answer.raise_for_status()
    return answer


def _counts(meter: Meter) -> tuple[dict[str, int], int]:
    requests: dict[str, int] = {}
    for (_, operation), number in sorted(meter.requests.items()):
        requests[operation] = requests.get(operation, 0) + number
    return requests, sum(meter.items.values())


def _figure(found: dict[str, dict[int, Found]], unmeasured: set[str]) -> Figure:
    times = {
        route: {
            share: [percentile(of_table.milliseconds, share / 100) for of_table in tables.values()]
            for share in (50, 99)
        }
        for route, tables in found.items()
    }
    pooled = {
        share: sum(of[share][1] for of in times.values()) / sum(of[share][0] for of in times.values())
        for share in (50, 99)
    }
    grown = [route for route, tables in found.items() if tables[SMALL].counted != tables[LARGE].counted]
    return Figure(
        "request",
        f"what a request of each route asks of AWS and how many items it reads, counted at the wire, and its "
        f"milliseconds at {SMALL} and at {LARGE:,} members ({ROUNDS} of each in turn)",
        {
            route: {
                str(members): {
                    **asdict(of_table),
                    "milliseconds": None,
                    "p50": percentile(of_table.milliseconds, 0.5),
                    "p99": percentile(of_table.milliseconds, 0.99),
                }
                for members, of_table in tables.items()
            }
            for route, tables in found.items()
        },
        [
            ("", "requests", "items", "p50, ms", "x", "p99, ms", "x"),
            *(
                (
                    route,
                    sum(tables[SMALL].requests.values()),
                    tables[SMALL].items,
                    times[route][50][0],
                    times[route][50][1] / times[route][50][0],
                    times[route][99][0],
                    times[route][99][1] / times[route][99][0],
                )
                for route, tables in found.items()
            ),
        ],
        [
            Bound(f"every route is measured; not: {', '.join(sorted(unmeasured)) or 'none'}", not unmeasured),
            Bound(f"as many requests and items at either size; not: {', '.join(grown) or 'none'}", not grown),
            *(
                at_most(f"p{share} of all routes, at {LARGE:,} over at {SMALL}", pooled[share], LIMIT)
                for share in (50, 99)
            ),
        ],
    )
