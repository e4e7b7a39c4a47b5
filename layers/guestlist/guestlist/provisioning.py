"""Provisioning: an organization is recorded, and what it needs at Auth0, which is made afterwards."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from guestlist import organization_writes, writes
from guestlist.audit_records import Action
from guestlist.budgets import Budgets, Share
from guestlist.connection_claims import freed, told_apart, unclaimed
from guestlist.errors import NameReserved, NotFound, OrganizationExists
from guestlist.groups import table_of
from guestlist.invites import MAIL_GRACE, offered
from guestlist.names import ADMIN
from guestlist.organization_records import NameState, Organization, OrganizationStatus
from guestlist.organizations import bounded, key_first, made_before, offers, signs_in_by
from guestlist.provisioning_records import Connection, Kind, Progress, Step
from guestlist.records import Invite
from guestlist.regrouping import fit
from guestlist.request import Request
from guestlist.store import Store, decided_anew
from guestlist.table import Write

if TYPE_CHECKING:
    # Pydantic is for whoever reads bodies.
    from guestlist.bodies import OrganizationRequest

GRACE = 20
"""Seconds for which the queue's hint has the first word, before the sweep repeats it."""
FIRST_ADMIN_LIFE = 7 * 24 * 3600


def provision(
    asked: "OrganizationRequest",
    *,
    request: Request,
    connection: str,
    budgets: Budgets,
    store: Store,
) -> tuple[Organization, Invite | None]:
    """Record a new organization, and what its first administrator is offered.

    `connection` is the one that all of the kind `shared` have in common. Asked again for what there is
    already, it returns that; what could not be made is tried anew.

    Raises:
        OrganizationExists: the id is taken, ignoring case, or was once.
        NameReserved: accounts from before us bear it, and nobody said that they are to be members.
        ConnectionTaken: a connection is another organization's, or the common one.
        DomainTaken: one is for addresses of a domain that another organization proved.
        Unacceptable: the first administrator's address is of a domain that it does not allow; it maps groups,
            and has none, or to a role that it does not give; or it names a connection that we make for it;
            or sign-ins at its identity providers are to count for so long, and it has none.
        BudgetExhausted: their mail is one too many for today.
    """
    organization = _organization(asked, request.now)
    fit(organization, {"groups"})
    bounded(organization)
    offer = _first_admin(asked, request) if asked.admin else None
    share = budgets.share(request)
    return _provision(organization, offer, share, request=request, common=connection, store=store)


def _organization(asked: "OrganizationRequest", now: int) -> Organization:
    connections = _connections(asked)
    steps = _steps(asked, connections)
    return Organization(
        id=asked.id,
        name=asked.name,
        kind=asked.kind,
        connections=connections,
        applications=tuple(sorted({*asked.applications})),
        callbacks=tuple(sorted({*asked.callbacks})),
        web_origins=tuple(sorted({*asked.web_origins})),
        provisioning=tuple(Progress(step=step, at=now) for step in steps),
        status=OrganizationStatus.PROVISIONING if steps else OrganizationStatus.ACTIVE,
        seats=asked.seats,
        allowed_domains=tuple(asked.allowed_domains),
        roles=tuple(asked.roles),
        groups=table_of(asked.groups),
        groups_at=asked.groups_at,
        max_session=asked.max_session,
        locale=asked.locale,
        branding=asked.branding.of(None) if asked.branding else None,
        created_at=now,
        progressed_at=now,
        adopting=asked.adopt,
        due=now + GRACE if steps else now if asked.adopt else None,
    )


def _connections(asked: "OrganizationRequest") -> tuple[Connection, ...]:
    if asked.kind is Kind.ISOLATED:
        return (Connection(name=connection_name(asked.id), made=True),)
    return tuple(
        connection.connection(connection_name(asked.id, number))
        for number, connection in enumerate(asked.connections, 1)
    )


def connection_name(organization: str, number: int = 1) -> str:
    """Return the name of a connection that we make: no two organizations have one, nor had one before us.

    Auth0 takes letters, digits and single hyphens alone.
    """
    readable = re.sub("[^A-Za-z0-9]+", "-", organization).strip("-")
    told_apart = hashlib.sha256(organization.encode()).hexdigest()[:8]
    return f"{readable}-{told_apart}" + (f"-{number}" if number > 1 else "")


def _steps(asked: "OrganizationRequest", connections: Sequence[Connection]) -> list[Step]:
    needed = {
        Step.CONNECTIONS: connections,
        Step.APPLICATIONS: connections,
        Step.CALLBACKS: asked.callbacks,
        Step.WEB_ORIGINS: asked.web_origins,
    }
    return [step for step, what in needed.items() if what]


def _first_admin(asked: "OrganizationRequest", request: Request) -> Invite | None:
    if asked.admin is None:
        return None
    offer = offered(
        asked.id,
        asked.admin.email,
        roles=(ADMIN,),
        locale=asked.admin.locale or asked.locale,
        inviter=request.caller.actor,
        inviter_name=asked.admin.inviter_name,
        life=FIRST_ADMIN_LIFE,
        now=request.now,
    )
    return replace(offer, connection=asked.admin.connection)


def begun(organization: Organization, store: Store, now: int) -> tuple[list[Write], list[Invite]]:
    """Return the first administrator's invite as its life begins, and what writes that, if it waits."""
    if organization.first_invite is None:
        return [], []
    before = store.invite(organization.id, organization.first_invite)
    if not before.active:
        return [], []
    after = replace(before, expires_at=now + before.life, due=now + MAIL_GRACE)
    return [writes.changed(before, after)], [after]


@decided_anew
def _provision(
    organization: Organization,
    offer: Invite | None,
    share: Share,
    *,
    request: Request,
    common: str,
    store: Store,
) -> tuple[Organization, Invite | None]:
    if made := made_before(request, store):
        return store.organization(made), None
    with key_first(request, store):
        before = _there(organization, store)
        if before and before.status is not OrganizationStatus.FAILED:
            if _settings(before) != _settings(organization):
                raise OrganizationExists
            return before, None
        told_apart(
            organization.connections, [own for own in before.connections if own.made] if before else ()
        )
        unclaimed(organization.id, organization.connections, common, store)
        offer = _allowed(organization, offer, common)
        new = _with_offer(organization, offer, share)
        store.commit(
            _recorded(before, new, store),
            [organization_writes.own_connection(new.id, connection.name) for connection in new.connections],
            _audited(new, offer, request),
            writes.new_invite(offer) if offer else [],
            writes.remember(request.key, new.id, request.now),
        )
    return store.organization(new.id), offer


def _recorded(before: Organization | None, new: Organization, store: Store) -> list[Write]:
    """Return the writes that record an organization, or one that could not be made, anew."""
    if before is None:
        return organization_writes.new_organization(new)
    kept = {connection.name.lower() for connection in new.connections}
    former = [own for own in before.connections if own.name.lower() not in kept]
    return [organization_writes.provisioned_anew(before, new), *freed(new.id, former, store)]


def _there(organization: Organization, store: Store) -> Organization | None:
    """Return the organization that has this id already, or None if it is free."""
    match store.name_state(organization.id):
        case NameState.FREE:
            return None
        case NameState.RESERVED:
            if not organization.adopting:
                raise NameReserved
            return None
        case NameState.TAKEN:
            try:
                return store.organization(organization.id)
            except NotFound:
                raise OrganizationExists from None


def _settings(organization: Organization) -> tuple[object, ...]:
    """Return what somebody asked for, in the form in which it is compared."""
    connections = [(own.name, own.self_service, own.domains, own.options) for own in organization.connections]
    asked = (organization.name, organization.kind, organization.applications)
    listed = (organization.callbacks, organization.web_origins)
    offered = (organization.seats, organization.allowed_domains, organization.roles, organization.locale)
    mapped = (organization.groups, organization.groups_at, organization.max_session)
    return (connections, *asked, *listed, *offered, *mapped, organization.branding)


def _allowed(organization: Organization, offer: Invite | None, common: str) -> Invite | None:
    """Hold the first administrator against what the organization allows, and find their connection."""
    if offer is None:
        return offer
    offers(organization, offer.email, (), at="#/admin")
    by = signs_in_by(organization, offer.email, common=common, named=offer.connection, at="#/admin")
    # One whose life is to begin when all is made is nothing for the sweep before.
    due = None if organization.under_way else offer.due
    return replace(offer, connection="" if by.name == common else by.name, due=due)


def _with_offer(organization: Organization, offer: Invite | None, share: Share) -> Organization:
    """Return a new organization with the seat, and the mail, of its first administrator's invite."""
    if offer is None:
        return organization
    day = share.spend(organization, offer.email).day
    waits = offer.id if organization.under_way else None
    return replace(organization, first_invite=waits, taken=1, pending=1, mail_day=day, mails=1)


def _audited(organization: Organization, offer: Invite | None, request: Request) -> list[Write]:
    done = [(Action.ORGANIZATION_PROVISION, organization.id)]
    done += [(Action.INVITE_CREATE, offer.id)] if offer else []
    actor = request.caller.actor
    return [
        writes.audited(request.audit(organization.id, actor, action, subject)) for action, subject in done
    ]
