"""Each refusal that an operation declares, provoked at the front door."""

import itertools
import json
from collections.abc import Mapping
from typing import Any

from guestlist import organization_writes
from guestlist.clock import clock
from guestlist.invites import expire
from guestlist.request import sweep_request
from guestlist.table import ATTEMPTS
from local.stack import CONNECTION
from tests.accept_setup import amend_user, filled, leave, store, suspend
from tests.asked import NOWHERE, OPERATIONS, Asker, hurried
from tests.minted import caller
from tests.provoked_connections import provoke_connections
from tests.provoked_domains import claimed, provoke_domains
from tests.provoked_links import provoke_links
from tests.provoked_logins import provoke_logins
from tests.provoked_moves import provoke_moves

CREATING = ("provision", "invite", "invite_into_own", "add_member")
WRITING = (
    *CREATING,
    "change_organization",
    "move",
    "suspend",
    "resume",
    "resend",
    "revoke",
    "change_roles",
    "deprovision",
    "offboard",
    "claim_domain",
    "prove_domain",
    "change_domain",
    "release_domain",
    "look_for_drift",
)
INVITING = ("invite", "invite_into_own")
FIRST_READ = {"list_organizations": "Query", "provision": "GetItem"}
MUCH_LATER = 40 * 24 * 3600
Ids = Mapping[str, str]


def provoke(asker: Asker) -> None:
    """Ask for all that the API refuses."""
    place = _place(asker, "clinicB")
    for provocation in (
        _anything,
        _broken,
        _busy,
        _out_of_reach,
        _bodies,
        _taken,
        _closed,
        _changes,
        _suspended,
        _not_ready,
        _full,
        _spent,
    ):
        provocation(asker, place)
    provoke_domains(asker, place, _place(asker, "clinicH"))
    provoke_moves(asker)
    provoke_logins(asker)
    provoke_links(asker, place)
    provoke_connections(asker, place)


def _place(asker: Asker, organization: str, **more: Any) -> Ids:  # noqa: ANN401 (JSON)
    """Provision an organization with a pending invite and one admin; return the ids."""
    asker.ask("provision", id=organization, **more).raise_for_status()
    ids = {**NOWHERE, "organization": organization}
    invited = asker.ask("invite", ids, email=f"invited@{organization}.example".lower()).raise_for_status()
    admin: dict[str, Any] = {
        "email": f"admin@{organization}.example".lower(),
        "roles": ["admin"],
        "welcome": False,
    }
    added = asker.ask("add_member", ids, **admin).raise_for_status()
    asker.stack.workers.idle()
    claims = claimed(asker, ids, f"{organization}.example".lower())
    return {**claims, "invite": invited.json()["id"], "user": added.json()["user"]}


def _anything(asker: Asker, place: Ids) -> None:
    """What no handler gets to see, and what is nowhere."""
    with caller(asker.stack) as nobody:
        for operation in OPERATIONS:
            asker.without_token(operation)
            asker.ask(operation, place, api=nobody)
            asker.ask(operation, place, content=b"\xff")
            asker.ask(operation, place, content=b"x" * 70_000)
            if operation not in {"provision", "list_organizations"}:
                asker.ask(operation, NOWHERE, **_own(operation, NOWHERE))


def _broken(asker: Asker, place: Ids) -> None:
    """DynamoDB refuses the first read."""
    for operation in [name for name in OPERATIONS if name != "resolve_login"]:
        asker.stack.aws.inject(FIRST_READ.get(operation, "GetItem"), "ValidationException")
        asker.ask(operation, place, **_own(operation, place))


def _busy(asker: Asker, place: Ids) -> None:
    """Other transactions are in the way for as long as is tried."""
    fresh: dict[str, Any] = {"email": "fresh@example.com", "id": "fresh", "repair": False, "auto_join": False}
    for operation in WRITING:
        member = (
            _member(asker, place, f"busy-{operation}@example.com")
            if "member" in OPERATIONS[operation][0]
            else place
        )
        if operation == "resume":
            suspend(asker.stack, place["organization"])
        asker.stack.aws.inject("TransactWriteItems", "TransactionConflict", times=ATTEMPTS)
        body = {name: fresh[name] for name in fresh if name in (OPERATIONS[operation][1] or {})}
        with hurried():
            asker.ask(operation, member, **body, **_own(operation, place))
        if operation == "resume":
            asker.ask("resume", place).raise_for_status()


def _out_of_reach(asker: Asker, place: Ids) -> None:
    """KMS does not give the key."""
    asker.stack.aws.inject("GetPublicKey", "KMSInvalidStateException")
    asker.ask("list_audit_keys", place)


def _bodies(asker: Asker, place: Ids) -> None:
    """Bodies that cannot be, and a key's second body."""
    for operation in (*CREATING, "change_roles", "change_organization"):
        content = b'{"seats": 0}' if operation == "change_organization" else b"{}"
        asker.ask(operation, place, content=content)
    asker.ask("look_for_drift", repair="yes")
    limited, limit = _place(asker, "clinicG"), {"allowed_domains": ["elsewhere.example"]}
    asker.ask("change_organization", limited, content=json.dumps(limit).encode()).raise_for_status()
    asker.ask("resend", limited)
    for operation in CREATING:
        headers = {"Idempotency-Key": f"key-{operation}"}
        body = {"email": f"key-{operation}@example.com", **_own(operation, place)}
        for locale, name in (("en", "a-key"), ("de", "b-key")):
            more = {"id": name} if operation == "provision" else {**body, "locale": locale}
            asker.ask(operation, place, headers=headers, **more)


def _taken(asker: Asker, place: Ids) -> None:
    """Ids, addresses and offers that are taken."""
    asker.ask("provision", id=place["organization"], name="Another")
    store(asker.stack).commit(organization_writes.reserve("clinicF", NOWHERE["user"]))
    asker.ask("provision", id="clinicF")
    _member(asker, place, "member@example.com")
    for operation in INVITING:
        asker.ask(
            operation,
            place,
            email=f"invited@{place['organization']}.example".lower(),
            **_own(operation, place),
        )
        asker.ask(operation, place, email="member@example.com", **_own(operation, place))
    asker.ask("add_member", place, email="member@example.com")
    joined, again = (_expired(asker, place, f"{name}@example.com") for name in ("joined", "again"))
    _member(asker, place, "joined@example.com")
    asker.ask("invite", place, email="again@example.com").raise_for_status()
    asker.ask("resend", joined)
    asker.ask("resend", again)


def _closed(asker: Asker, place: Ids) -> None:
    """Invites that were revoked, or accepted."""
    invite = asker.ask("invite", place, email="closed@example.com").raise_for_status().json()["id"]
    revoked = {**place, "invite": invite}
    asker.ask("revoke", revoked).raise_for_status()
    asker.ask("resend", revoked)
    asker.ask("add_member", place, email="welcome@example.com", welcome=True).raise_for_status()
    path = f"/organizations/{place['organization']}/invites"
    accepted = asker.api.get(path, params={"status": "accepted"}).json()["items"][0]
    asker.ask("revoke", {**place, "invite": accepted["id"]})


def _changes(asker: Asker, place: Ids) -> None:
    """Members and organizations that may not change, or not like this."""
    asker.ask("change_organization", place, headers={"If-Match": "*"}, seats=1)
    for tag in ("", '"700"'):
        asker.ask("change_organization", place, headers={"If-Match": tag})
    asker.ask("change_roles", place, roles=[])
    asker.ask("deprovision", place)
    asker.ask("change_roles", place, headers={"If-Match": ""})
    asker.ask("change_roles", place, headers={"If-Match": '"7"'})
    much = _member(asker, place, "much@example.com")
    amend_user(asker.stack, "much@example.com", filled)
    asker.ask("change_roles", much)
    asker.ask("add_member", _place(asker, "clinicC"), email="much@example.com")


def _suspended(asker: Asker, _: Ids) -> None:
    """An organization that is closed."""
    place = _place(asker, "clinicD")
    suspend(asker.stack, "clinicD")
    for operation in ("invite", "invite_into_own", "resend", "add_member", "change_roles"):
        asker.ask(operation, place, **_own(operation, place))
    asker.ask("resume", place).raise_for_status()


def _not_ready(asker: Asker, _: Ids) -> None:
    """An organization that waits for a connection, one that leaves, and a connection that all share."""
    enterprise: dict[str, Any] = {"kind": "enterprise", "connections": [{"name": "not-there"}]}
    asker.ask("provision", id="clinicJ", **enterprise).raise_for_status()
    ids = {**NOWHERE, "organization": "clinicJ"}
    for operation in (*INVITING, "add_member", "suspend", "resume", "claim_domain"):
        asker.ask(operation, ids, **_own(operation, ids))
    place = _place(asker, "clinicK")
    leave(asker.stack, "clinicK")
    for operation in ("resend", "change_roles", "change_organization", "prove_domain", "change_domain"):
        asker.ask(operation, place, headers={"If-Match": "*"})
    asker.ask("provision", id="clinicL", **enterprise | {"connections": [{"name": CONNECTION}]})


def _full(asker: Asker, _: Ids) -> None:
    """An organization whose seats are taken."""
    place = _place(asker, "clinicE", seats=3)
    late = _expired(asker, place, "late@example.com")
    _member(asker, place, "last@example.com")
    for operation in ("invite", "invite_into_own", "resend", "add_member"):
        asker.ask(operation, late, **_own(operation, place))


def _spent(asker: Asker, place: Ids) -> None:
    """An address that got its mails of the day, from one organization and then from all."""
    email = "often@example.com"
    invite = asker.ask("invite", place, email=email).raise_for_status().json()["id"]
    often = {**place, "invite": invite}
    while asker.ask("resend", often).is_success:
        pass
    asker.ask("revoke", often).raise_for_status()
    for operation in (*INVITING, "add_member"):
        asker.ask(operation, place, email=email, **_own(operation, place))
    others = itertools.count(1)
    while asker.ask("provision", id=f"clinicM{next(others)}", admin={"email": email}).is_success:
        pass


def _own(operation: str, place: Ids) -> dict[str, Any]:
    return {"organization": place["organization"]} if operation == "invite_into_own" else {}


def _member(asker: Asker, place: Ids, email: str) -> Ids:
    added = asker.ask("add_member", place, email=email, welcome=False).raise_for_status()
    return {**place, "user": added.json()["user"]}


def _expired(asker: Asker, place: Ids, email: str) -> Ids:
    """Return the ids of an invite whose time is over."""
    invite = asker.ask("invite", place, email=email).raise_for_status().json()["id"]
    request = sweep_request("late", clock.now() + MUCH_LATER)
    expire(place["organization"], invite, request=request, store=store(asker.stack))
    return {**place, "invite": invite}
