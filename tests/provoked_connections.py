"""Each refusal of who gets or drops a connection, or calls a move off, provoked at the front door."""

from collections.abc import Mapping
from typing import Any

from guestlist.connection_changes import MOST
from guestlist.provisioning import connection_name
from guestlist.table import ATTEMPTS
from local.stack import CONNECTION
from tests.accept_setup import leave, suspend
from tests.asked import NOWHERE, Asker, hurried
from tests.moving_setup import SAML

Ids = Mapping[str, str]
CHANGING = ("add_connection", "drop_connection")


def provoke_connections(asker: Asker, place: Ids) -> None:
    """Ask for all that is refused; the people of `place` sign in to a database."""
    own = _of_providers(asker, "clinicT", SAML, {**SAML, "domains": ["clinic-t.example"]})
    asker.ask("add_connection", own, content=b"{}")
    for operation in CHANGING:
        asker.ask(operation, place)
    asker.ask("call_off_move", place)
    _taken(asker, own)
    _in_use(asker, own)
    _changing(asker, own)
    _busy(asker)
    asker.ask(
        "drop_connection", {**_of_providers(asker, "clinicU", SAML), "connection": connection_name("clinicU")}
    )
    _full(asker)
    _called_off(asker)
    _closed(asker, own)


def _taken(asker: Asker, own: Ids) -> None:
    """A connection that is everybody's, and a domain that another organization proved."""
    asker.ask("add_connection", own, content=f'{{"name": "{CONNECTION}"}}'.encode())
    asker.ask("add_connection", own, domains=["both.example"])


def _in_use(asker: Asker, own: Ids) -> None:
    """A connection by which somebody is to come."""
    asker.ask("invite", own, email="ann@clinic-t.example").raise_for_status()
    asker.ask("drop_connection", own)


def _changing(asker: Asker, own: Ids) -> None:
    """Another one while one is being made, which waits for somebody; and a key's second body."""
    key = {"Idempotency-Key": "key-connection"}
    awaited = asker.ask("add_connection", own, headers=key, content=b'{"self_service": true}')
    asker.ask("add_connection", own, headers=key)
    for operation in CHANGING:
        asker.ask(operation, own)
    name = awaited.raise_for_status().json()["connection_change"]["connection"]["name"]
    asker.ask("drop_connection", {**own, "connection": name}).raise_for_status()
    asker.stack.workers.idle()


def _busy(asker: Asker) -> None:
    """Other transactions are in the way for as long as is tried, and nothing else."""
    own = _of_providers(asker, "clinicCE", SAML, SAML)
    for operation in CHANGING:
        asker.stack.aws.inject("TransactWriteItems", "TransactionConflict", times=ATTEMPTS)
        with hurried():
            asker.ask(operation, own)


def _full(asker: Asker) -> None:
    """One more than an organization may have."""
    own = _of_providers(asker, "clinicV", *[SAML] * MOST)
    asker.ask("add_connection", own)


def _called_off(asker: Asker) -> None:
    """A move whose new door is open, and one of an organization that leaves."""
    for name, waits in (("clinicCC", False), ("clinicCD", True)):
        asker.ask("provision", id=name).raise_for_status()
        ids: Ids = {**NOWHERE, "organization": name}
        own: dict[str, Any] = {"connections": [{"self_service": True}]} if waits else {}
        asker.ask("move", ids, **own).raise_for_status()
        asker.stack.workers.idle()
        if waits:
            asker.stack.aws.inject("TransactWriteItems", "TransactionConflict", times=ATTEMPTS)
            with hurried():
                asker.ask("call_off_move", ids)
            leave(asker.stack, name)
        asker.ask("call_off_move", ids)


def _closed(asker: Asker, own: Ids) -> None:
    """Organizations in which nothing can be granted."""
    suspend(asker.stack, own["organization"])
    for operation in CHANGING:
        asker.ask(operation, own)
    leave(asker.stack, own["organization"])
    for operation in CHANGING:
        asker.ask(operation, own)


def _of_providers(asker: Asker, organization: str, *connections: Mapping[str, Any]) -> Ids:
    """Provision an organization with identity providers of its own; its second one is named."""
    body: dict[str, Any] = {"kind": "enterprise", "connections": list(connections)}
    asker.ask("provision", id=organization, **body).raise_for_status()
    asker.stack.workers.idle()
    return {**NOWHERE, "organization": organization, "connection": connection_name(organization, 2)}
