"""`provision_calls`: what opening an organization, and shutting one, asks of the Management API."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bench.figures import Figure, equal
from bench.suspend_calls import BUILD
from bench.world import World, address, control, unique, world
from guestlist.offboarding import LOOK_AGAIN

KINDS: Mapping[str, Mapping[str, Any]] = {
    "shared": {},
    "isolated": {"kind": "isolated"},
    "isolated, a callback": {"kind": "isolated", "callbacks": ["https://own.clinic.example/callback"]},
    "isolated, both lists": {
        "kind": "isolated",
        "callbacks": ["https://two.clinic.example/callback"],
        "web_origins": ["https://two.clinic.example"],
    },
    "enterprise": {"kind": "enterprise", "providers": 1},
    "enterprise, two": {"kind": "enterprise", "providers": 2},
}
DOMAINS = ("clinic.example", "south.example")
"""Of an organization's identity providers; its first administrator's address is of the first."""
SHUT = "offboard isolated, 2 members"
WANTED = dict(zip(KINDS, (0, 3, 5, 7, 3, 6), strict=True)) | {SHUT: 16}
NOUNS = ("connections", "clients", "users", "actions")
"""What the calls are about; of the Actions, the door's."""
Calls = dict[str, list[str]]


def measure() -> Figure:
    """Open an organization of each kind, shut one, and count."""
    with world() as ours:
        calls = of_kinds(ours)
    counts = {name: len(made) for name, made in calls.items()}
    return Figure(
        "provision_calls",
        "calls of the Management API until an organization of each kind is open, with an invite to its first "
        "administrator, and until one is gone; looks at a build apart",
        counts,
        [("", "calls", *NOUNS), *(_row(name, made) for name, made in calls.items())],
        [equal(name, counts[name], wanted) for name, wanted in WANTED.items()],
    )


def of_kinds(ours: World) -> Calls:
    """Return the calls of each."""
    calls, opened = Calls(), dict[str, str]()
    for name, body in KINDS.items():
        with _logged(ours, calls, name):
            opened[name] = _open(ours, **body)
    for _ in range(2):
        ours.add(address(), opened["isolated"])
    with _logged(ours, calls, SHUT):
        path = f"/organizations/{opened['isolated']}"
        ours.api.delete(path).raise_for_status()
        ours.rest()
        control(ours.stack.tenant, "POST", "clock", {"advance": LOOK_AGAIN})
        ours.rest()
    if ours.api.get(path).is_success:
        raise RuntimeError("the organization is still there")
    return calls


def _open(ours: World, *, providers: int = 0, **more: object) -> str:
    """Open an organization, each of its identity providers being made."""
    organization = unique("clinic")
    connections = [
        {
            "strategy": "oidc",
            "issuer": f"https://id.{domain}",
            "client_id": "guestlist",
            "domains": [domain],
        }
        for domain in DOMAINS[:providers]
    ]
    own = {"connections": connections} if connections else {}
    body = {"id": organization, "name": "A Clinic", "admin": {"email": address()}, **own, **more}
    ours.api.post("/organizations", json=body).raise_for_status()
    ours.rest()
    status = ours.api.get(f"/organizations/{organization}").raise_for_status().json()["status"]
    if status != "active":
        raise RuntimeError(f"the organization is {status}")
    return organization


@contextmanager
def _logged(ours: World, calls: Calls, name: str) -> Iterator[None]:
    ours.rest()
    log = ours.stack.tenant.state.calls
    before = len(log)
    yield
    ours.rest()
    made = [f"{call['method']} {call['path']}" for call in log[before:]]
    calls[name] = [call for call in made if "/api/v2/" in call and not BUILD.fullmatch(call)]


def _row(name: str, made: list[str]) -> list[object]:
    nouns = Counter(call.split("/")[3].partition("?")[0] for call in made)
    return [name, len(made), *(nouns[noun] for noun in NOUNS)]
