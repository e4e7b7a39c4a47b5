"""Organizations with connections of their own, in the histories of `arriving` seeds: who is at home there."""

from collections.abc import Sequence
from typing import Any

from guestlist.domain_bodies import DomainChange
from guestlist.domains import change, claim, prove
from guestlist.names import ADMIN
from guestlist.provisioning import connection_name
from guestlist.store import Store
from tests.robustness.front import Front, operators_request
from tests.robustness.mapping import Mapping

HOSPITAL, WARD = "hospital", "ward"
"""With two identity providers, and with a database connection that is its own."""
SEATS = 5
"""Of the hospital: fewer than may come."""
DOMAINS = {"hospital.example": connection_name(HOSPITAL), "labs.example": connection_name(HOSPITAL, 2)}
"""Which the hospital proves, with the connection by which their people sign in."""
STAFF = (
    *(f"{name}@hospital.example" for name in ("fay", "gus", "hal", "ida", "jon", "lea", "max", "nia")),
    *(f"{name}@labs.example" for name in ("oli", "pam")),
    "sid@elsewhere.example",
    *(f"{number}@hospital.example" for number in range(30)),
)
"""Whom the hospital's identity providers know; one has an address of a domain that it cannot prove."""
HOMES = dict.fromkeys(STAFF, HOSPITAL) | {"ivy@example.com": WARD, "ann@example.com": "clinic"}
"""Where alone somebody is asked about."""
ROLES = ("editor",)
"""Of whoever comes by a domain."""
GROUPS = ((), ("Nurses",), ("Nurses", "Night"), ("Heads",))
"""In which of them people are; their identity provider says so each time."""
MAPPINGS = (
    Mapping(every=True, entries=(("Heads", (ADMIN, "member")), ("Nurses", ("member",)))),
    Mapping(every=True, entries=(("Heads", (ADMIN,)), ("Night", ("editor",)), ("Nurses", ("nurse",)))),
    Mapping(every=True, entries=(("Nurses", ("editor", "member")),)),
    Mapping(every=True),
    Mapping(entries=(("Heads", (ADMIN,)), ("Nurses", ("member",)))),
)
"""What the hospital makes of them, at first and later."""
PROVIDERS = [
    {
        "strategy": "samlp",
        "metadata_url": "https://id.hospital.example/saml",
        "domains": ["hospital.example"],
    },
    {"strategy": "oidc", "issuer": "https://id.labs.example", "client_id": "1", "domains": ["labs.example"]},
]
LONGEST = 3600.0


def connection_of(person: str) -> str:
    """Return the own connection of the hospital by which somebody signs in."""
    return DOMAINS.get(person.rpartition("@")[2], connection_name(HOSPITAL))


def set_up(front: Front, mappings: Sequence[Mapping]) -> None:
    """Provision them, and prove the hospital's domains, whose people become editors by themselves.

    With a table of groups, if there is one.
    """
    more: dict[str, Any] = {name: value for mapping in mappings for name, value in mapping.asked().items()}
    front.provision(HOSPITAL, kind="enterprise", connections=PROVIDERS, seats=SEATS, **more)
    front.provision(WARD, kind="isolated")
    if not front.world.rest(LONGEST):
        raise RuntimeError("the organizations are not made")
    for name in DOMAINS:
        prove_as(front.store, HOSPITAL, name)
        seen, asked = front.store.domain(HOSPITAL, name), DomainChange(auto_join=True, roles=[*ROLES])
        assert seen
        change(HOSPITAL, name, asked, seen=seen.version, request=operators_request(), store=front.store)


def prove_as(store: Store, organization: str, name: str) -> None:
    """Claim a domain for an organization, and prove it: its record is there at once."""
    claimed = claim(organization, name, request=operators_request(), store=store)
    prove(organization, name, request=operators_request(), look_up=lambda _: [claimed.token], store=store)
