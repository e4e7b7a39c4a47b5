"""First logins at an organization's own identity provider: whose account it is, bound once and for ever.

Auth0 makes the account as the person arrives. It becomes that of the user with its address in its connection
if the connection is the organization's and the address's domain is one that the organization proved; an
offer that waits for them is taken up as if they had pressed its button. Who comes with other groups than
before is asked about again, where their organization makes roles of groups (`grouping`).
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from guestlist import conditions, writes
from guestlist.addresses import normalised
from guestlist.audit_records import Action
from guestlist.auto_joining import let_in
from guestlist.errors import NotFound, Unacceptable
from guestlist.grouping import by_groups, regrouped
from guestlist.joining import inviter_stands, new_user, taken_up
from guestlist.leases import read_again
from guestlist.organization_records import Organization, OrganizationStatus
from guestlist.profile import adopted, app_metadata, names_in, shows
from guestlist.provisioning_records import Connection
from guestlist.records import Halt, Invite, User
from guestlist.request import Request
from guestlist.store import Store, decided_anew
from guestlist.table import ConditionFailed
from guestlist.transfers import transfer

if TYPE_CHECKING:
    from guestlist.auth0 import Account, Auth0
    from guestlist.queue import Queue

Answer = dict[str, list[str]]
"""`organizations` and `roles`, as a profile's `app_metadata` has them."""

DURING_LOGIN = 30
"""Seconds for which the profile is left alone: a write during its own login may be lost."""

logger = Logger(child=True)


@dataclass(frozen=True)
class Arrival:
    """Somebody who signed in at an organization's own identity provider."""

    account: "Account"
    email: str
    """Normalised."""
    connection: Connection
    organization: Organization

    @property
    def id(self) -> str:
        """The account's id at Auth0."""
        return str(self.account["user_id"])

    @property
    def is_unverified(self) -> bool:
        """Whether it is said that the address may be another's: not by silence, as most SAML providers do.

        What SAML says comes as text.
        """
        return str(self.account.get("email_verified")).lower() == "false"


def asked_about(body: object) -> str:
    """Return the account's id in a request's body, `{"user": "samlp|clinic-a|ann"}`.

    Raises:
        Unacceptable: it is of another shape.
    """
    match body:
        case {"user": str(account), **others} if account and not others:
            return account
        case {"user": _, **others} if not others:
            detail = {"pointer": "#/user", "detail": "is the id of a user at Auth0"}
        case _:
            detail = {"pointer": "#", "detail": "is an object with `user` alone"}
    raise Unacceptable(errors=[detail])


def resolve(account_id: str, *, request: Request, store: Store, auth0: "Auth0", queue: "Queue") -> Answer:
    """Return where the person with an account belongs; of nobody's account nothing is kept.

    Raises:
        Auth0Unavailable, Auth0Refused: the account cannot be read.
        TooManyOrganizations, Busy: the person cannot join now.
    """
    account = auth0.user(account_id)
    user = _recognized(account, request, store) if account else None
    if account is None or user is None:
        return {"organizations": [], "roles": []}
    if user.version > user.applied or _told_again(user, account, store):
        queue.project(user.id, after=DURING_LOGIN)
    shown = app_metadata(user)
    return {"organizations": shown["organizations"], "roles": shown["guestlist"]["roles"]}


@decided_anew
def _recognized(account: "Account", request: Request, store: Store) -> User | None:
    """Return the user whose account it is, bound to them by now; None if it is nobody's."""
    arrival = _arrival(account, store)
    if arrival is None:
        return None
    known = _known(arrival, store)
    if known is not None and known.halt not in {None, Halt.AWAITING_LOGIN, Halt.MISSING}:
        return None
    if known is not None and known.created and known.account == arrival.id:
        if known.connection != arrival.connection.name:
            return None
        place, due = arrival.organization, request.now + DURING_LOGIN
        return by_groups(known, place, arrival.account, due=due, request=request, store=store)
    came = _obstacle(known, arrival, store) or _member(arrival, known, request, store)
    if isinstance(came, User):
        return _bound(came, arrival, request, store)
    if _known(arrival, store) != known:
        # What was read piecemeal was another login's doing, at the same moment: nobody is denied for that.
        raise ConditionFailed
    logger.info(
        "a first login leads nowhere",
        organization=arrival.organization.id,
        user=known.id if known else None,
        reason=came,
    )
    return None


def _arrival(account: "Account", store: Store) -> Arrival | None:
    """Return who comes by which organization's connection; None if it is none's, or not open."""
    by = account["identities"][0]["connection"]
    owner = store.organization_of(by)
    if owner is None:
        return None
    with suppress(NotFound, ValueError):
        organization = store.organization(owner)
        [connection] = [own for own in organization.connections if own.name == by]
        email = normalised(str(account.get("email", "")))
        if organization.status is OrganizationStatus.ACTIVE and not connection.is_database:
            return Arrival(account, email, connection, organization)
    return None


def _known(arrival: Arrival, store: Store) -> User | None:
    """Return the user whose account it is already, or else who has its address there."""
    owner = store.user_by_account(arrival.id)
    if owner is None:
        return store.user_by_email(arrival.connection.name, arrival.email)
    return store.user(owner)


def _obstacle(known: User | None, arrival: Arrival, store: Store) -> str:
    """Say why an account may be nobody's of this organization; empty if it may."""
    proved = store.proved_by(arrival.email.rpartition("@")[2]) == arrival.organization.id
    linked = _is_linked(known, arrival)
    if not proved and not linked:
        return "the organization did not prove the domain"
    if arrival.is_unverified and not linked:
        return "the identity provider says that the address is not verified"
    if known is not None and not _may_be_bound(known, arrival, store):
        return "the user with the address is bound, or linked, to another account"
    return ""


def _is_linked(user: User | None, arrival: Arrival) -> bool:
    """Tell whether somebody said that the account is this member's (`moving.link`)."""
    return user is not None and user.account == arrival.id and arrival.organization.id in user.organizations


def _may_be_bound(user: User, arrival: Arrival, store: Store) -> bool:
    """Tell whether a user's account may be this one: nobody's yet; theirs, if it was said which that is."""
    if user.account == arrival.id:
        return user.connection == arrival.connection.name
    waits = user.halt is Halt.AWAITING_LOGIN and user.is_made_by_us
    return waits and store.user_by_account(arrival.id) is None


def _member(arrival: Arrival, known: User | None, request: Request, store: Store) -> User | str:
    """Return the user as a member of the organization, which an offer or a domain may make them just now.

    Or why they are none.
    """
    organization, now, domain = arrival.organization, request.now, arrival.email.rpartition("@")[2]
    if known is not None and organization.id in known.organizations:
        return known
    if (former := _former(arrival, store)) is not None:
        return _moved(former, arrival, request, store) or "their place is by another connection"
    person = known or new_user(arrival.connection, arrival.email, now)
    held = store.active_invite(organization.id, arrival.email)
    invite = store.invite(organization.id, held) if held else None
    if invite is not None and _is_open(invite, arrival, now) and inviter_stands(invite, store):
        vouched = [conditions.still_proved(organization.id, domain)]
        taken_up(invite, person, relies_on=vouched, request=request, store=store)
        return store.user(person.id)
    return let_in(person, organization, arrival.email, invite, request=request, store=store)


def _former(arrival: Arrival, store: Store) -> str | None:
    """Return the user who is a member by the connection that the organization moved away from."""
    organization = arrival.organization
    user = store.user_by_email(organization.origin, arrival.email) if organization.origin else None
    membership = store.membership(organization.id, user.id) if user else None
    return membership.user if membership and membership.stands else None


def _moved(former: str, arrival: Arrival, request: Request, store: Store) -> User | None:
    """Return the user by whom a member goes on who has come by the old door so far."""
    by = arrival.connection
    moved = transfer(arrival.organization.id, former, by=by, request=request, store=store)
    user = store.user(moved.user) if moved else None
    return user if user and user.connection == arrival.connection.name else None


def _is_open(invite: Invite, arrival: Arrival, now: int) -> bool:
    """Tell whether an offer waits for who comes by this connection."""
    by = {"", arrival.connection.name, arrival.organization.origin}
    return invite.active and invite.expires_at > now and invite.connection in by


def _bound(user: User, arrival: Arrival, request: Request, store: Store) -> User:
    """Let the account be the user's, to be told in half a minute.

    Raises:
        ConditionFailed: user, organization or domain moved, or the account is somebody's by now.
    """
    if user.created and user.account == arrival.id:
        return user
    if not _may_be_bound(user, arrival, store):
        raise ConditionFailed
    now, organization, linked = request.now, arrival.organization.id, _is_linked(user, arrival)
    bound = adopted(user, arrival.id, names_in(arrival.account))
    place, account = arrival.organization, arrival.account
    looked_at = regrouped(user, bound, place, account, request=request, store=store)
    after = replace(looked_at.user, due=now + DURING_LOGIN, behind_since=now, attempts=0)
    action = request.audit(organization, request.caller.actor, Action.USER_BIND, user.id)
    store.commit(
        writes.changed(user, after),
        writes.rebound(user, arrival.id) if user.account != arrival.id else [],
        looked_at.writes,
        [] if linked else conditions.still_proved(organization, arrival.email.rpartition("@")[2]),
        writes.audited(action),
    )
    return store.user(user.id)


def _told_again(user: User, account: dict[str, Any], store: Store) -> bool:
    """Have a profile read and written again that lost what it was told, during its own login, say."""
    if shows(account, user):
        return False
    with suppress(ConditionFailed):  # somebody is at it
        read_again(user, store)
    return True
