"""Set-up links: Auth0's self-service tickets, by which a customer's IT sets up the organization's connection.

A link is a credential: it stands in the answer to who asked for it, and nowhere else. So nothing is there to
be replayed, and an `Idempotency-Key` makes no difference: who asks again gets another link, and each is good
until its end. A link that was made and not answered, since its audit could not be written, is nobody's.
"""

from dataclasses import dataclass
from http import HTTPStatus

from guestlist import conditions, writes
from guestlist.audit_records import Action
from guestlist.auth0 import Auth0, Body, segment
from guestlist.clock import rfc3339
from guestlist.connection_steps import MADE, with_marks
from guestlist.deadline import within
from guestlist.errors import (
    Auth0Refused,
    ConnectionTaken,
    NoSelfService,
    NotFound,
    OrganizationNotReady,
    OrganizationSuspended,
    Unacceptable,
)
from guestlist.names import is_organization
from guestlist.organization_records import Organization, OrganizationStatus
from guestlist.provisioning_records import Connection
from guestlist.request import Request
from guestlist.setup_link_bodies import SetupLinkRequest
from guestlist.store import Store, decided_anew

Answer = dict[str, str]
"""`url`, the `connection` that it is for, and until when it can be opened (`expires_at`)."""

WORK = 20.0
"""Seconds for all calls together, of the gateway's thirty."""


@dataclass(frozen=True)
class Tickets:
    """Where tickets are made, and for what."""

    auth0: Auth0
    profile: str
    """The id of the self-service profile."""
    application: str
    """The client id of the application that organizations are for which name no others."""


@decided_anew
def mint(
    organization: str, asked: SetupLinkRequest, *, request: Request, store: Store, tickets: Tickets
) -> Answer:
    """Make a link to set up one of an organization's connections, or to edit the one that is there.

    Raises:
        NotFound: there is no such organization.
        OrganizationSuspended, OrganizationNotReady: its door is closed, it could not be made, or is leaving.
        NoSelfService, Unacceptable: it has no such connection, or the body has to say which.
        ConnectionTaken: Auth0 has another's connection of this name.
        Auth0Refused, Auth0Unavailable: no link was made, or none that is known.
    """
    found = _open(organization, store)
    connection = _one_of(found, asked.connection)
    with within(WORK):
        ticket = _ticket(found, connection, asked.life, tickets)
    audit = request.audit(found.id, request.caller.actor, Action.SETUP_LINK_CREATE, connection.name)
    store.commit(conditions.still_as(found), writes.audited(audit))
    ends = rfc3339(request.now + asked.life)
    return {"url": ticket, "connection": connection.name, "expires_at": ends}


def _open(organization: str, store: Store) -> Organization:
    """Return an organization that has, or is to have, what it needs."""
    if not is_organization(organization):
        raise NotFound
    found = store.organization(organization)
    if found.status is OrganizationStatus.SUSPENDED:
        raise OrganizationSuspended
    if found.status not in {OrganizationStatus.PROVISIONING, OrganizationStatus.ACTIVE}:
        raise OrganizationNotReady(state=found.status.value)
    return found


def _one_of(organization: Organization, name: str) -> Connection:
    """Return the connection that is meant: the one that is named, or the only one that IT sets up."""
    own = [connection for connection in organization.coming_connections if connection.self_service]
    if not own:
        raise NoSelfService
    if name:
        own = [connection for connection in own if connection.name == name]
    if len(own) == 1:
        return own[0]
    wrong = "is needed: this organization has several that its IT sets up"
    if name:
        wrong = "is none of this organization's connections that its IT sets up"
    raise Unacceptable(errors=[{"pointer": "#/connection", "detail": wrong}])


def _ticket(organization: Organization, connection: Connection, life: int, tickets: Tickets) -> str:
    """Return a link that makes the connection, or edits it where it is there.

    The customer's IT may make or delete it at the same moment, by an earlier link: then Auth0 refuses.
    """
    there = _there(organization, connection, tickets.auth0)
    try:
        return _minted(organization, connection, there, life, tickets)
    except Auth0Refused as error:
        if error.auth0_status not in {HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND}:
            raise
        now = _there(organization, connection, tickets.auth0)
        if now == there:
            raise
        return _minted(organization, connection, now, life, tickets)


def _there(organization: Organization, connection: Connection, auth0: Auth0) -> str | None:
    """Return the id of a connection that Auth0 has; its options, and the secrets in them, are not asked for.

    Raises:
        ConnectionTaken: it bears other marks than ours.
    """
    path = f"/connections?name={segment(connection.name)}&fields=id,metadata&include_fields=true"
    answer = auth0.call("GET", path).body
    found = next(iter(answer["connections"] if isinstance(answer, dict) else answer), None)
    if found is None:
        return None
    if (found.get("metadata") or {}).get(MADE) != organization.id:
        raise ConnectionTaken
    return str(found["id"])


def _minted(
    organization: Organization, connection: Connection, there: str | None, life: int, tickets: Tickets
) -> str:
    """Return a new ticket. One whose answer was lost was nobody's; another does no harm."""
    which: Body = {"connection_id": there} if there else {"connection_config": _new(organization, connection)}
    body = {
        **which,
        # Without any, the last page has no button that enables the connection.
        "enabled_clients": list(organization.applications or (tickets.application,)),
        "ttl_sec": life,
        # Domains are proved with us.
        "domain_aliases_config": {"domain_verification": "none"},
    }
    path = f"/self-service-profiles/{segment(tickets.profile)}/sso-ticket"
    return str(tickets.auth0.call("POST", path, body).body["ticket"])


def _new(organization: Organization, connection: Connection) -> Body:
    """Return a connection as IT is to make it: found again by its name, and ours by its marks."""
    config: Body = {
        "name": connection.name,
        "metadata": with_marks({MADE: organization.id}, organization),
    }
    if connection.domains:
        config["options"] = {"domain_aliases": list(connection.domains)}
    return config
