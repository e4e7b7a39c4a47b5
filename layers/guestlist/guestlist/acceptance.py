"""Accepting an invite: what its link opens, and what its button does."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from aws_lambda_powertools import Logger

from guestlist import writes
from guestlist.audit_records import Action, Actor, ActorKind
from guestlist.auth0 import Account, Auth0
from guestlist.clock import clock
from guestlist.errors import (
    Auth0Refused,
    Auth0Unavailable,
    NotFound,
    TooManyOrganizations,
    Unacceptable,
)
from guestlist.joining import inviter_stands, new_user, taken_up
from guestlist.links import Links, is_complete
from guestlist.organization_records import Organization, OrganizationStatus
from guestlist.organizations import joins_by
from guestlist.profile import proved
from guestlist.projection import Projected, project_user
from guestlist.records import Invite, InviteStatus, User
from guestlist.request import Request
from guestlist.store import Store, decided_anew
from guestlist.telling import has_work

logger = Logger(child=True)

TICKET_LIFE = 600
PATIENCE = 8.0
"""Seconds to wait for whoever is projecting the user already."""


class Shown(NamedTuple):
    """A page by the name of its template, and its HTTP status."""

    template: str
    status: int
    button: bool = False


class Page(Shown, Enum):
    """What an invite's link can lead to."""

    OFFER = Shown("offer", 200, button=True)
    USED = Shown("used", 200, button=True)
    USED_UP = Shown("used_up", 410)
    EXPIRED = Shown("expired", 410)
    REVOKED = Shown("revoked", 410)
    SUSPENDED = Shown("suspended", 403)
    UNKNOWN = Shown("unknown", 404)
    INCOMPLETE = Shown("incomplete", 404)
    TOO_MANY = Shown("too_many", 409)
    STOPPED = Shown("stopped", 409)
    WAIT = Shown("wait", 503, button=True)
    FAILED = Shown("failed", 500)
    MALFORMED = Shown("failed", 400)


@dataclass(frozen=True)
class Opened:
    """What a link shows. Where the token is unknown there is no invite, and so there are no names."""

    page: Page
    invite: Invite | None = None
    organization: Organization | None = None
    generation: int = 0


@dataclass(frozen=True)
class Accepted:
    """The button worked: on to `ticket`, or to the login where there is none."""

    invite: Invite
    ticket: str | None


def open_invite(token: str, *, links: Links, store: Store, now: int) -> Opened:
    """Return what a link shows. Changes nothing, any number of times: mail scanners open every link."""
    try:
        invite_id, generation = links.read(token)
        invite = store.linked_invite(invite_id)
        organization = store.organization(invite.organization)
    except NotFound:
        return Opened(Page.UNKNOWN if is_complete(token) else Page.INCOMPLETE)
    return Opened(_page(invite, generation, organization, store, now), invite, organization, generation)


def _page(invite: Invite, generation: int, organization: Organization, store: Store, now: int) -> Page:
    over = invite.expires_at <= now
    if invite.generation != generation or invite.status is InviteStatus.EXPIRED:
        return Page.EXPIRED
    if invite.status is InviteStatus.REVOKED:
        return Page.REVOKED
    if invite.active and over:
        return Page.EXPIRED
    if organization.status is not OrganizationStatus.ACTIVE:
        return Page.SUSPENDED
    if invite.active:
        return Page.OFFER if inviter_stands(invite, store) else Page.REVOKED
    membership = store.membership(organization.id, invite.user) if invite.user else None
    stands = membership is not None and membership.stands
    return Page.USED if stands and not over else Page.USED_UP


def accept(
    token: str,
    *,
    request: Request,
    client_id: str,
    connection: str,
    links: Links,
    store: Store,
    auth0: Auth0,
) -> Opened | Accepted:
    """Press the button: accept, once under any race, then lead on to a password or a login."""
    try:
        opened = _accept(token, request=request, connection=connection, links=links, store=store)
    except (TooManyOrganizations, Unacceptable) as error:
        return _not_accepted(open_invite(token, links=links, store=store, now=request.now), error)
    invite = opened.invite
    if opened.page is not Page.USED or invite is None or invite.user is None:
        return opened
    projected = _projected(invite.user, request.id, store, auth0)
    if projected.user.awaits_login:
        return Accepted(invite, None)
    if projected.user.halt and not has_work(projected.user, clock.now()):
        return replace(opened, page=Page.STOPPED)
    if projected.user.applied < projected.user.version:
        return replace(opened, page=Page.WAIT)
    return _led_on(projected, invite, opened, client_id, auth0)


def _not_accepted(opened: Opened, why: TooManyOrganizations | Unacceptable) -> Opened | Accepted:
    """Tell that it is too much, or lead on to the login with the offer as it is.

    That is for whom it cannot be told by which of several connections they come, as their organization moved
    since: their first login tells, and takes the offer up.
    """
    if isinstance(why, TooManyOrganizations):
        return replace(opened, page=Page.TOO_MANY)
    offer = opened.invite if opened.page is Page.OFFER else None
    return Accepted(offer, None) if offer else opened


@decided_anew
def _accept(token: str, *, request: Request, connection: str, links: Links, store: Store) -> Opened:
    """Turn an offer into a membership; whatever else the link shows is returned as it is."""
    now = request.now
    opened = open_invite(token, links=links, store=store, now=now)
    invite = opened.invite
    if opened.page is Page.USED and invite is not None:
        _prove(invite, request, store)
    if opened.page is not Page.OFFER or invite is None or opened.organization is None:
        return opened
    by = joins_by(opened.organization, invite, connection)
    user = store.user_by_email(by.name, invite.email) or new_user(by, invite.email, now)
    accepted = taken_up(invite, user, request=request, store=store)
    return replace(opened, page=Page.USED, invite=accepted)


def _prove(invite: Invite, request: Request, store: Store) -> None:
    """Record that whoever was added at once has the mailbox, if that is still to be known."""
    user = store.user(str(invite.user))
    if not user.unproved:
        return
    invitee = Actor(ActorKind.INVITEE, invite.id, user.id)
    action = request.audit(invite.organization, invitee, Action.USER_PROVE, user.id)
    store.commit(writes.changed(user, proved(user, request.now)), writes.audited(action))


def _projected(user: str, request_id: str, store: Store, auth0: Auth0) -> Projected:
    """Project the user, or wait for whoever is at it."""
    projected = project_user(user, request_id=request_id, store=store, auth0=auth0)
    deadline = clock.steady() + PATIENCE
    while projected.user.lease_owner and projected.user.applied < projected.user.version:
        if clock.steady() > deadline:
            break
        clock.sleep(0.2)
        projected = Projected(store.user(user))
    return projected


def _led_on(
    projected: Projected, invite: Invite, opened: Opened, client_id: str, auth0: Auth0
) -> Opened | Accepted:
    """Lead on to a password or a login, or tell why not yet or not at all."""
    try:
        return Accepted(invite, _ticket(projected, opened, client_id, auth0))
    except Auth0Unavailable:
        return replace(opened, page=Page.WAIT)
    except Auth0Refused as error:
        logger.warning("Auth0 gives no ticket", user=invite.user, reason=str(error))
        return replace(opened, page=Page.STOPPED)


def _ticket(projected: Projected, opened: Opened, client_id: str, auth0: Auth0) -> str | None:
    """Mint a link to set a password, for an account that has none: in other hands it is a takeover."""
    user, invite = projected.user, opened.invite
    account = projected.account or auth0.user(user.account)
    if account is None or invite is None or not (projected.made or _never_used(account, user)):
        return None
    return auth0.password_ticket(
        user.account,
        client_id=client_id,
        life=TICKET_LIFE,
        verifies_email=invite.mailed_generation == opened.generation,
    )


def _never_used(account: Account, user: User) -> bool:
    """Tell whether nobody set this account's password, nor signed in with it, since we reset it."""
    if account.get("blocked") or account.get("email") != user.email:
        return False
    reset, logins = account.get("last_password_reset", ""), account.get("logins_count", 0)
    return (reset, logins) == (user.password_reset, user.logins_before)
