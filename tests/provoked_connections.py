"""Each refusal that changes of connections, and moves called off, declare, provoked at the front door."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from guestlist.provisioning import connection_name
from guestlist.provisioning_records import Connection, Kind
from guestlist.table import ATTEMPTS
from local.stack import CONNECTION
from tests.accept_setup import leave, store, suspend
from tests.asked import NOWHERE, Asker, hurried

Ids = Mapping[str, str]
SAML = {"strategy": "samlp", "metadata_url": "https://id.clinic.example/metadata"}
CHANGES = ("add_connection", "drop_connection")


def provoke_connections(asker: Asker) -> None:
    """Ask for all that is refused of organizations that get or drop connections, or stay where they are."""
    one, two = _enterprise(asker, "clinicAA", 1), _enterprise(asker, "clinicAB", 2)
    asker.ask("add_connection", one, content=b"{}")
    asker.ask("add_connection", one, content=_named(CONNECTION))
    asker.ask("add_connection", one, domains=[_proved_by_another(asker)])
    asker.ask("drop_connection", one)
    for operation, place in zip(CHANGES, (one, two), strict=True):
        _busy(asker, operation, place)
    for client in ("1", "2"):
        asker.ask("add_connection", one, headers={"Idempotency-Key": "key-connection"}, client_id=client)
    asker.ask("invite", two, email="ann@clinic-ab.example", connection=two["connection"]).raise_for_status()
    asker.ask("drop_connection", two)
    asker.ask("add_connection", two, content=b'{"self_service": true}').raise_for_status()
    for operation in CHANGES:
        asker.ask(operation, two)
    _full(asker)
    _elsewhere(asker)
    _stays(asker)


def _full(asker: Asker) -> None:
    """An organization with ten identity providers, as it would stand in the table."""
    ids = _shared(asker, "clinicAD")
    before = store(asker.stack).organization(ids["organization"])
    ten = tuple(Connection(name=f"ad-{number}", strategy="samlp") for number in range(10))
    after = replace(before, kind=Kind.ENTERPRISE, connections=ten)
    store(asker.stack).amended(before, after, when="attribute_exists(#pk)")
    asker.ask("add_connection", ids)


def _elsewhere(asker: Asker) -> None:
    """Organizations whose people sign in to a database, and those in which nothing is granted."""
    places = [_shared(asker, "clinicAE")]
    for name, close in (("clinicAF", suspend), ("clinicAG", leave)):
        places.append(_shared(asker, name))
        close(asker.stack, name)
    for place in places:
        for operation in CHANGES:
            asker.ask(operation, place)


def _stays(asker: Asker) -> None:
    """Moves that cannot be called off."""
    ids = _shared(asker, "clinicAH")
    asker.ask("call_off_move", ids)
    asker.ask("move", ids, connections=[{"self_service": True}]).raise_for_status()
    _busy(asker, "call_off_move", ids)
    leave(asker.stack, ids["organization"])
    asker.ask("call_off_move", ids)
    moved = _shared(asker, "clinicAJ")
    asker.ask("move", moved).raise_for_status()
    asker.stack.workers.idle()
    asker.ask("call_off_move", moved)


def _busy(asker: Asker, operation: str, ids: Ids) -> None:
    """Let other transactions be in the way for as long as is tried."""
    asker.stack.workers.idle()
    asker.stack.aws.inject("TransactWriteItems", "TransactionConflict", times=ATTEMPTS)
    with hurried():
        asker.ask(operation, ids)


def _enterprise(asker: Asker, organization: str, connections: int) -> dict[str, str]:
    """Provision an organization with so many identity providers; return its id, and the last one's name."""
    own: dict[str, Any] = {"kind": "enterprise", "connections": [SAML] * connections}
    asker.ask("provision", id=organization, **own).raise_for_status()
    asker.stack.workers.idle()
    name = connection_name(organization, connections)
    return {**NOWHERE, "organization": organization, "connection": name}


def _shared(asker: Asker, organization: str) -> dict[str, str]:
    """Provision an organization of the kind `shared`; return its id for paths."""
    asker.ask("provision", id=organization).raise_for_status()
    return {**NOWHERE, "organization": organization}


def _proved_by_another(asker: Asker) -> str:
    """Return a domain that another organization proved."""
    ids = {"organization": "clinicAK", "domain": "clinic-ak.example"}
    _shared(asker, "clinicAK")
    record = asker.ask("claim_domain", ids, domain=ids["domain"]).raise_for_status().json()["record"]
    asker.stack.zone[record["name"]] = [record["value"]]
    asker.ask("prove_domain", ids).raise_for_status()
    return ids["domain"]


def _named(name: str) -> bytes:
    return f'{{"name": "{name}"}}'.encode()
