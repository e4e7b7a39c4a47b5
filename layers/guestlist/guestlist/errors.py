"""What can go wrong, as one tree. `status` and `code` are what the HTTP API answers with.

GuestlistError
├── Malformed              400  malformed                the request cannot be read
├── Unauthenticated        401  unauthenticated          no token that the API takes
├── Forbidden              403  forbidden                the caller may not do this
├── NotFound               404  not_found                there is none, or none for this caller
├── Conflict               409                           the state of things forbids it
│   ├── AccountTaken            account_taken
│   ├── AlreadyMember           already_member
│   ├── InvitePending           invite_pending
│   ├── DomainTaken             domain_taken
│   ├── DomainUnproved          domain_unproved
│   ├── ConnectionInUse         connection_in_use
│   ├── ConnectionTaken         connection_taken
│   ├── ConnectionsChanging     connections_changing
│   ├── InviteClosed            invite_closed
│   ├── LastAdmin               last_admin
│   ├── LastConnection          last_connection
│   ├── MemberMoved             member_moved
│   ├── NameReserved            name_reserved
│   ├── NoIdentityProvider      no_identity_provider
│   ├── NoSelfService           no_self_service
│   ├── OrganizationExists      organization_exists
│   ├── OrganizationMoved       organization_moved
│   ├── OrganizationNotReady    organization_not_ready
│   ├── OrganizationSuspended   organization_suspended
│   ├── SeatsInUse              seats_in_use
│   ├── SeatsTaken              seats_taken
│   ├── TooManyConnections      too_many_connections
│   ├── TooManyDomains          too_many_domains
│   └── TooManyOrganizations    too_many_organizations
├── Stale                  412  stale                    If-Match names another version
├── TooLarge               413  too_large                the body is over 64 KB
├── Unacceptable           422  unacceptable             well formed, but not to be had
│   └── KeyReused               idempotency_key_reused
├── PreconditionRequired   428  precondition_required    a change without If-Match
├── BudgetExhausted        429  budget_exhausted         no more mails today; `budget` says whose
├── Auth0Refused           502  auth0_refused            Auth0 said no
└── Unavailable            503  unavailable              try again in `retry_after` seconds
    ├── Busy                    busy                     others kept changing the same thing
    ├── DnsUnavailable          dns_unavailable          no name server answers
    ├── KmsUnavailable          kms_unavailable          what holds the audit's key does not answer
    └── Auth0Unavailable        auth0_unavailable        out of reach or out of budget
"""

from typing import ClassVar


class GuestlistError(Exception):
    """Anything that Guestlist refuses or fails at; its text may be shown to the caller."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "failed"
    title: ClassVar[str] = "Something went wrong here."

    def __init__(self, detail: str = "", **members: object) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.members = members
        """Extension members of the problem details (RFC 9457, section 3.2)."""


class Malformed(GuestlistError):
    """The request cannot be read."""

    status, code, title = 400, "malformed", "The request cannot be read."


class Unauthenticated(GuestlistError):
    """The token names nobody that the API knows how to treat."""

    status, code, title = 401, "unauthenticated", "A valid access token is needed."


class Forbidden(GuestlistError):
    """The caller may not do this."""

    status, code, title = 403, "forbidden", "You may not do this."


class NotFound(GuestlistError):
    """There is none, or none that this caller may know of."""

    status, code, title = 404, "not_found", "There is nothing here."


class Conflict(GuestlistError):
    """The state of things forbids it."""

    status, code, title = 409, "conflict", "The state of things forbids this."


class AlreadyMember(Conflict):
    """The person is a member already; `user` names them."""

    code, title = "already_member", "This person is a member already."


class AccountTaken(Conflict):
    """The account is another user's, or the user has one already."""

    code, title = "account_taken", "This account, or this user, is bound already."


class MemberMoved(Conflict):
    """The organization moved, and the person's seat is another user's; `user` names them."""

    code, title = "member_moved", "This person has moved to the organization's own identity provider."


class OrganizationMoved(Conflict):
    """The organization has identity providers of its own, or is about to."""

    code, title = "organization_moved", "This organization has, or is getting, its own identity providers."


class InvitePending(Conflict):
    """There is an active invite for this address; `invite` names it."""

    code, title = "invite_pending", "This person has been invited already."


class InviteClosed(Conflict):
    """The invite was accepted or revoked; nothing more can be done with it."""

    code, title = "invite_closed", "This invite was accepted or revoked."


class DomainTaken(Conflict):
    """Another organization proved the domain."""

    code, title = "domain_taken", "Another organization has proved this domain."


class DomainUnproved(Conflict):
    """The domain's TXT record is not there; `record` says what has to be."""

    code, title = "domain_unproved", "This domain is not proved."


class ConnectionTaken(Conflict):
    """The connection is another organization's, or the one that organizations share."""

    code, title = "connection_taken", "This connection belongs to another organization."


class ConnectionInUse(Conflict):
    """Members or pending invites come by the connection."""

    code, title = "connection_in_use", "Members or pending invites come by this connection."


class ConnectionsChanging(Conflict):
    """The organization is getting or dropping a connection already, or is on its way to other ones."""

    code, title = "connections_changing", "This organization's connections are being changed already."


class LastConnection(Conflict):
    """An enterprise organization never drops its last connection."""

    code, title = "last_connection", "This is the organization's last connection."


class NoIdentityProvider(Conflict):
    """The organization has no identity provider of its own; it may move to one."""

    code, title = "no_identity_provider", "This organization has no identity provider of its own."


class TooManyConnections(Conflict):
    """The organization has as many connections as one may."""

    code, title = "too_many_connections", "This organization has as many connections as one may."


class LastAdmin(Conflict):
    """An organization that has an admin never loses its last one."""

    code, title = "last_admin", "This is the organization's last admin."


class OrganizationExists(Conflict):
    """The name is taken, or was once: ids are never given twice."""

    code, title = "organization_exists", "This organization id is taken."


class NameReserved(Conflict):
    """Accounts at Auth0 bear this name from before Guestlist; with `adopt` they become members."""

    code = "name_reserved"


class NoSelfService(Conflict):
    """No connection of the organization is one that the customer's IT sets up."""

    code, title = "no_self_service", "This organization has no connection that its own IT sets up."


class OrganizationSuspended(Conflict):
    """The organization is closed; nothing is granted in it."""

    code, title = "organization_suspended", "This organization is suspended."


class OrganizationNotReady(Conflict):
    """What the organization needs is being made or taken down, or could not be made; `state` says which."""

    code, title = "organization_not_ready", "This organization is not ready for that."


class SeatsTaken(Conflict):
    """Members and pending invites fill the organization's seats."""

    code, title = "seats_taken", "All seats of this organization are taken."


class SeatsInUse(Conflict):
    """Members and pending invites hold more seats than there shall be."""

    code, title = "seats_in_use", "More seats are in use."


class TooManyDomains(Conflict):
    """The organization claims as many domains as one may."""

    code, title = "too_many_domains", "This organization claims too many domains."


class TooManyOrganizations(Conflict):
    """The user's profile at Auth0 has no room for another organization."""

    code, title = "too_many_organizations", "This person belongs to too many organizations."


class Stale(GuestlistError):
    """`If-Match` names another version than the current one."""

    status, code, title = 412, "stale", "This was changed in the meantime."


class TooLarge(GuestlistError):
    """The body is over the limit."""

    status, code, title = 413, "too_large", "The body is larger than 64 KB."


class Unacceptable(GuestlistError):
    """Well formed, but not to be had; `errors` says where, by JSON Pointer."""

    status, code, title = 422, "unacceptable", "The request asks for something that cannot be."


class KeyReused(Unacceptable):
    """The idempotency key was used with another body."""

    code, title = "idempotency_key_reused", "This Idempotency-Key was used with another body."


class PreconditionRequired(GuestlistError):
    """A change must say which version it changes."""

    status, code, title = 428, "precondition_required", "Send If-Match with the ETag that you read."


class BudgetExhausted(GuestlistError):
    """A budget of mails (`organization`, `inviter`, `recipient`) is used up for `retry_after` seconds.

    Of a recipient it says the same whoever used it up.
    """

    status, code, title = 429, "budget_exhausted", "No more mails for today."

    def __init__(self, budget: str, *, retry_after: int) -> None:
        super().__init__(f"The {budget}'s mails of this day (UTC) are used up.", budget=budget)
        self.retry_after = retry_after


class Auth0Refused(GuestlistError):
    """Auth0 answered a call with a refusal; `auth0_status` and `auth0_code` are its own."""

    status, code, title = 502, "auth0_refused", "Auth0 refused."

    def __init__(
        self, detail: str, *, auth0_status: int, auth0_code: str = "", auth0_message: str = ""
    ) -> None:
        super().__init__(detail)
        self.auth0_status = auth0_status
        self.auth0_code = auth0_code
        self.auth0_message = auth0_message
        """Auth0's own words, which may hold an address: for a terminal, never for an answer or a log."""
        self.ambiguous = False
        """Whether an earlier try of the same call may still take effect."""


class Unavailable(GuestlistError):
    """Not now; in `retry_after` seconds."""

    status, code, title = 503, "unavailable", "Try again a little later."

    def __init__(self, detail: str = "", *, retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Busy(Unavailable):
    """Others kept changing the same thing for as long as we tried."""

    code, title = "busy", "Too many changes at once; try again."


class DnsUnavailable(Unavailable):
    """No name server that is asked says whether there is a record."""

    code, title = "dns_unavailable", "The domain's name servers do not answer."


class KmsUnavailable(Unavailable):
    """AWS's key service, which holds the key that signs the audit, does not answer or refuses us."""

    code, title = "kms_unavailable", "The key of the audit is out of reach."


class Auth0Unavailable(Unavailable):
    """Auth0 is out of reach or out of budget; `ambiguous` if the call may still take effect."""

    code, title = "auth0_unavailable", "Auth0 is out of reach."

    def __init__(
        self, detail: str = "", *, retry_after: int = 1, limited: bool = False, ambiguous: bool = False
    ) -> None:
        super().__init__(detail, retry_after=retry_after)
        self.limited = limited
        """Whether it is the rate limit, which is over in `retry_after` seconds."""
        self.ambiguous = ambiguous
