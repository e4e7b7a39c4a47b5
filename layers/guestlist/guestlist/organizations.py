"""Organizations: the business customers of the application."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from guestlist import organization_writes, writes
from guestlist.audit_records import Action
from guestlist.errors import (
    BudgetExhausted,
    Conflict,
    KeyReused,
    OrganizationNotReady,
    OrganizationSuspended,
    SeatsInUse,
    Stale,
    Unacceptable,
)
from guestlist.groups import table_of
from guestlist.names import ADMIN
from guestlist.organization_records import Organization, OrganizationStatus
from guestlist.provisioning_records import Connection, Kind
from guestlist.records import Invite
from guestlist.regrouping import asked_anew, fit
from guestlist.request import Request
from guestlist.store import Store, decided_anew
from guestlist.table import ConditionFailed

if TYPE_CHECKING:
    # Pydantic is for whoever reads bodies; the projector and the sweep start without it.
    from guestlist.bodies import OrganizationChange

DROPPED = "is no connection of this organization any more"
GRACE = 20
"""Seconds for which the queue's hint has the first word, before the sweep repeats it."""


@decided_anew
def change(
    organization: str, asked: "OrganizationChange", *, seen: int, request: Request, store: Store
) -> Organization:
    """Change what an organization is called, how many it seats, and what may be offered in it.

    Raises:
        NotFound: there is none.
        Stale: `seen` is not its version.
        SeatsInUse: members and pending invites hold more seats; the error says how many.
        Unacceptable: it maps groups, and has none, or to a role that it does not give; or sign-ins at its
            identity providers are to count for so long, and it has none.
        OrganizationNotReady: it could not be made, or is about to be gone.
    """
    before = store.organization(organization)
    if before.status in {OrganizationStatus.FAILED, OrganizationStatus.OFFBOARDING}:
        raise OrganizationNotReady(state=before.status.value)
    if before.version != seen:
        raise Stale
    asked_for: dict[str, Any] = asked.model_dump(exclude_unset=True)
    changes: dict[str, Any] = {
        name: tuple(new) if isinstance(new, list) else new for name, new in asked_for.items()
    }
    if "groups" in changes:
        changes["groups"] = table_of(asked.groups)
    if "branding" in changes:
        changes["branding"] = asked.branding.of(before.branding) if asked.branding else None
    after = replace(before, **changes, version=before.version + 1)
    if after.seats is not None and after.seats < before.taken:
        raise SeatsInUse(seats=after.seats, taken=before.taken)
    fit(after, changes)
    bounded(after)
    after = asked_anew(before, after, request.now)
    if after.bounding and after.max_session != before.max_session:
        after = replace(after, due=request.now + GRACE, attempts=0, progressed_at=request.now)
    audit = request.audit(organization, request.caller.actor, Action.ORGANIZATION_CHANGE, organization)
    store.commit(organization_writes.changed_organization(before, after), writes.audited(audit))
    return store.organization(organization)


def bounded(place: Organization) -> None:
    """Hold how long a sign-in counts against where an organization's people sign in.

    Raises:
        Unacceptable: not at identity providers of its own.
    """
    if place.max_session is not None and place.kind is not Kind.ENTERPRISE:
        detail = "is for organizations of the kind `enterprise`"
        raise Unacceptable(errors=[{"pointer": "#/max_session", "detail": detail}])


def active(organization: str, store: Store) -> Organization:
    """Return an organization in which something may be granted.

    Raises:
        NotFound: there is none.
        OrganizationSuspended: its door is closed.
        OrganizationNotReady: it is not provisioned, or about to be gone.
    """
    found = store.organization(organization)
    if found.status is OrganizationStatus.SUSPENDED:
        raise OrganizationSuspended
    if found.status is not OrganizationStatus.ACTIVE:
        raise OrganizationNotReady(state=found.status.value)
    return found


def offers(
    organization: Organization,
    email: str | None,
    roles: Iterable[str],
    had: Iterable[str] = (),
    *,
    at: str = "#",
) -> None:
    """Hold a person who is to come, and roles that they had not before, against what an organization allows.

    `at` is the JSON Pointer of what bears both.

    Raises:
        Unacceptable: it does not. What was given before stays.
    """
    errors, had = list[dict[str, str]](), set(had)
    if email and not allows(organization, email):
        detail = "is of a domain that this organization does not allow"
        errors.append({"pointer": f"{at}/email", "detail": detail})
    errors += [
        {"pointer": f"{at}/roles/{number}", "detail": "is a role that this organization does not give"}
        for number, role in enumerate(roles)
        if role not in had and not gives(organization, role)
    ]
    if errors:
        raise Unacceptable(errors=errors)


def allows(organization: Organization, email: str) -> bool:
    """Tell whether people with an address may become members."""
    domains = organization.allowed_domains
    return not domains or email.partition("@")[2] in domains


def gives(organization: Organization, role: str) -> bool:
    """Tell whether a role is one that an organization's members may have."""
    return not organization.roles or role in {ADMIN, *organization.roles}


def signs_in_by(
    organization: Organization, email: str, *, common: str, named: str = "", at: str = "#"
) -> Connection:
    """Return the connection by which a person with this address signs in to an organization.

    It is the one that is named, or the only one, or the only one that has the address's domain.

    Raises:
        Unacceptable: which of several it is cannot be told, or the named one is none of them.
    """
    own = organization.current_connections or (Connection(name=common),)
    if named:
        own = tuple(connection for connection in own if connection.name == named)
        wrong = "is no connection of this organization"
    elif len(own) > 1:
        domain = email.partition("@")[2]
        own = tuple(connection for connection in own if domain in connection.domains)
        wrong = "is needed: this organization has several, and the address's domain tells none of them"
    if len(own) == 1:
        return own[0]
    raise Unacceptable(errors=[{"pointer": f"{at}/connection", "detail": wrong}])


def joins_by(organization: Organization, invite: Invite, common: str) -> Connection:
    """Return the connection by which an invitee joins: the invite's, or what took its place in a move.

    Raises:
        Unacceptable: several did, and which of them it is cannot be told; or the organization dropped it.
    """
    name = invite.connection or common
    if name == organization.origin:
        return signs_in_by(organization, invite.email, common=common)
    own = next((own for own in organization.connections if own.name == name), None)
    if own is None and organization.kind is Kind.ENTERPRISE:
        # It may be gone, or another organization's. While it is being dropped the offer stays as it is:
        # whoever has one is a reason to keep it.
        raise Unacceptable(errors=[{"pointer": "#/connection", "detail": DROPPED}])
    return own or Connection(name=name)


def made_before(request: Request, store: Store) -> str | None:
    """Return the id of what this request's idempotency key made before.

    Raises:
        KeyReused: it was with another body.
    """
    known = store.remembered(request.key, request.now)
    if request.key is None or known is None:
        return None
    fingerprint, made = known
    if fingerprint != request.key.fingerprint:
        raise KeyReused
    return made


@contextmanager
def key_first(request: Request, store: Store) -> Iterator[None]:
    """Judge the key before any conflict and budget: what is in the way may be what it made just now.

    Raises:
        ConditionFailed: it is; decide anew.
    """
    try:
        yield
    except (Conflict, BudgetExhausted):
        if made_before(request, store):
            raise ConditionFailed from None
        raise
