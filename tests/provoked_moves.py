"""Each refusal that moves and links declare, provoked at the front door."""

from collections.abc import Mapping
from typing import Any

from guestlist.provisioning import connection_name
from guestlist.table import ATTEMPTS
from local.stack import CONNECTION
from tests.accept_setup import leave, suspend
from tests.asked import NOWHERE, Asker, hurried

Ids = Mapping[str, str]


def provoke_moves(asker: Asker) -> None:
    """Ask for all that is refused of organizations that move, or did."""
    for operation in ("move", "link_member"):
        asker.ask(operation, content=b"{}")
    moved = _place(asker, "clinicP")
    for grace in (1, 2):
        asker.ask("move", moved, headers={"Idempotency-Key": "key-move"}, grace=grace)
    asker.ask("move", moved)
    asker.stack.workers.idle()
    email, account = "ann@clinic-p.example", f"samlp|{connection_name('clinicP')}|ann"
    [old, new] = _members(asker, moved, email)
    asker.ask("change_roles", old, headers={"If-Match": "*"})
    asker.stack.aws.inject("TransactWriteItems", "TransactionConflict", times=ATTEMPTS)
    with hurried():
        asker.ask("link_member", new, account=account)
    asker.ask("link_member", new, account=account).raise_for_status()
    other = asker.ask("add_member", moved, email="ben@clinic-p.example").raise_for_status()
    asker.ask("link_member", {**moved, "user": other.json()["user"]}, account=account)
    asker.ask("move", _place(asker, "clinicQ"), connections=[{"name": CONNECTION}])
    _closed(asker)


def _closed(asker: Asker) -> None:
    """Organizations in which nothing can be granted."""
    for name, close in (("clinicR", suspend), ("clinicS", leave)):
        place = _place(asker, name)
        close(asker.stack, name)
        for operation in ("move", "link_member"):
            asker.ask(operation, place)


def _place(asker: Asker, organization: str) -> Ids:
    """Provision an organization with a member; return the ids."""
    asker.ask("provision", id=organization).raise_for_status()
    ids = {**NOWHERE, "organization": organization}
    email = f"ann@{organization.lower().replace('clinic', 'clinic-')}.example"
    added = asker.ask("add_member", ids, email=email, welcome=False).raise_for_status()
    asker.stack.workers.idle()
    return {**ids, "user": added.json()["user"]}


def _members(asker: Asker, place: Ids, email: str) -> list[dict[str, Any]]:
    """Return the ids of a person's users, who is leaving at the front."""
    page = asker.api.get(f"/organizations/{place['organization']}/members").json()["items"]
    found = [member for member in page if member["email"] == email]
    ordered = sorted(found, key=lambda member: member["moved_to"] is None)
    return [{**place, "user": member["user"]} for member in ordered]
