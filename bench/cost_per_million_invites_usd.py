"""`cost_per_million_invites_usd`: what AWS would ask for what inviting was counted to take."""

import json
import time
from math import ceil
from pathlib import Path
from statistics import median

from bench.figures import Figure, at_most
from bench.meter import Meter, metered
from bench.scripted import script
from bench.world import World, address, world

INVITES, LAG, LIMIT = 20, 0.15, 10.83
_PRICES = json.loads(Path(__file__).with_name("prices.json").read_text("utf-8"))
Costs = dict[str, float]


def measure() -> Figure:
    """Invite twenty new persons with Guestlist and with the script, and count."""
    with world() as ours, script(ours.stack) as running:
        guestlist, mail, seal = of_guestlist(ours)
        ours.lag(LAG)
        [seconds] = running.do([("invite", address(), "elsewhere") for _ in range(INVITES)])
        ours.lag(0)
        milliseconds = ceil(median(seconds) * 1000)
        scripted = {
            "REST API": _PRICES["rest_api_million"],
            **_of_function(milliseconds, ours.stack.functions["ApiFunction"].declared.memory),
        }
    total, beside = round(sum(guestlist.values()), 2), round(sum(scripted.values()), 2)
    columns = {"guestlist": guestlist, "its mail": mail, "its seal": seal, "script": scripted}
    parts = dict.fromkeys(part for costs in columns.values() for part in costs)
    return Figure(
        "cost_per_million_invites_usd",
        f"USD for a million invites of new persons, warm, at the prices of {_PRICES['date']} in "
        f"{_PRICES['region']} (bench/prices.json): requests, units and milliseconds as counted here. Without "
        f"mail: what sends it is beside it, SES asks 100 more; so is the audit's seal, {INVITES} at a time. "
        "The script keeps no table and no audit, "
        f"stands behind a REST API, and waits {LAG * 1000:.0f} ms for each of its calls",
        {
            "guestlist": total,
            "script": beside,
            "parts": {
                name: {part: round(cost, 3) for part, cost in costs.items()}
                for name, costs in columns.items()
            },
            "script_milliseconds": milliseconds,
            "prices": _PRICES,
        },
        [
            ("", *columns),
            *((part, *(costs.get(part, 0.0) for costs in columns.values())) for part in parts),
            ("all", *(sum(costs.values()) for costs in columns.values())),
        ],
        [at_most("guestlist, without mail", total, LIMIT)],
    )


def of_guestlist(ours: World) -> tuple[Costs, Costs, Costs]:
    """Return what the requests cost, what sending their mails costs without SES, and sealing their audit."""
    path, taken = f"/organizations/{ours.organization()}/invites", list[float]()
    ours.api.post(path, json={"email": address()}).raise_for_status()
    ours.rest()
    for _ in range(INVITES):
        started = time.perf_counter()
        ours.api.post(path, json={"email": address()}).raise_for_status()
        taken.append((time.perf_counter() - started) * 1000)
        ours.rest()
    ours.stack.functions["SealerFunction"].invoke({})
    with metered(ours.stack) as meter:
        for _ in range(INVITES):
            ours.api.post(path, json={"email": address()}).raise_for_status()
            ours.stack.workers.idle()
    with metered(ours.stack) as sealing:
        started = time.perf_counter()
        ours.stack.functions["SealerFunction"].invoke({})
        lasted = (time.perf_counter() - started) * 1000
    memory = {name: function.declared.memory for name, function in ours.stack.functions.items()}
    request = {
        "HTTP API": _PRICES["http_api_million"],
        **_of_function(ceil(median(taken)), memory["ApiFunction"]),
        **_of_aws(meter, "ApiFunction"),
    }
    hint = request.pop("SQS")
    mail = {
        # As long as the request, which does more; and one invocation a mail, which batches undercut.
        **_of_function(ceil(median(taken)), memory["MailerFunction"]),
        **_of_aws(meter, *memory.keys() - {"ApiFunction"}),
    }
    # The hint that a mail waits, and the queue's own two requests, to receive and to delete.
    mail["SQS"] += hint + 2 * _PRICES["sqs_million"]
    return request, mail, _of_seal(sealing, lasted, memory["SealerFunction"])


def _of_seal(meter: Meter, milliseconds: float, megabytes: int) -> Costs:
    """Return what sealing costs, with its share of the function's run and of the signature."""
    run = _of_function(ceil(milliseconds), megabytes)
    signed = meter.requests["SealerFunction", "Sign"] * _PRICES["kms_ecc_million"]
    costs = {part: cost / INVITES for part, cost in {**run, "KMS": signed}.items()}
    return costs | _of_aws(meter, "SealerFunction")


def _of_function(milliseconds: int, megabytes: int) -> Costs:
    seconds = milliseconds / 1000 * megabytes / 1024
    return {
        "Lambda, requests": _PRICES["lambda_million"],
        "Lambda, time": seconds * 1_000_000 * _PRICES["lambda_arm64_gb_second"],
    }


def _of_aws(meter: Meter, *functions: str) -> Costs:
    sends = sum(meter.requests[function, "SendMessage"] for function in functions)
    writes = sum(meter.write_units[function] for function in functions)
    reads = sum(meter.read_units[function] for function in functions)
    return {
        "DynamoDB, writes": writes / INVITES * _PRICES["dynamodb_write_million"],
        "DynamoDB, reads": reads / INVITES * _PRICES["dynamodb_read_million"],
        "SQS": sends / INVITES * _PRICES["sqs_million"],
    }
