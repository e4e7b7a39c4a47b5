"""Which refusals each operation of the HTTP API may answer with, as the OpenAPI document says.

A test holds the table against what every operation was seen to answer: no code more, and no code less.
"""

from guestlist.errors import (
    AccountTaken,
    AlreadyMember,
    Auth0Refused,
    Auth0Unavailable,
    BudgetExhausted,
    Busy,
    ConnectionInUse,
    ConnectionsChanging,
    ConnectionTaken,
    DnsUnavailable,
    DomainTaken,
    DomainUnproved,
    Forbidden,
    GuestlistError,
    InviteClosed,
    InvitePending,
    KeyReused,
    KmsUnavailable,
    LastAdmin,
    LastConnection,
    Malformed,
    MemberMoved,
    NameReserved,
    NoIdentityProvider,
    NoSelfService,
    NotFound,
    OrganizationExists,
    OrganizationMoved,
    OrganizationNotReady,
    OrganizationSuspended,
    PreconditionRequired,
    SeatsInUse,
    SeatsTaken,
    Stale,
    TooLarge,
    TooManyConnections,
    TooManyDomains,
    TooManyOrganizations,
    Unacceptable,
    Unauthenticated,
)

Refusals = tuple[type[GuestlistError], ...]

ANYWHERE: Refusals = (Malformed, Unauthenticated, Forbidden, TooLarge, GuestlistError)
"""What stands before every handler, and what a failure of ours comes to."""
TO_ANYBODY: Refusals = (Malformed, TooLarge, GuestlistError)
"""The same where nobody needs a token."""
GRANTS: Refusals = (NotFound, OrganizationSuspended, OrganizationNotReady, Busy)
OFFERS: Refusals = (*GRANTS, AlreadyMember, InvitePending, SeatsTaken, BudgetExhausted)
CREATES: Refusals = (Unacceptable, KeyReused)

OF_OPERATION: dict[str, Refusals] = {
    "provision": (
        *(*CREATES, OrganizationExists, NameReserved),
        *(ConnectionTaken, DomainTaken, BudgetExhausted, Busy),
    ),
    "list_organizations": (Busy,),
    "read_organization": (NotFound,),
    "change_organization": (
        *(NotFound, Unacceptable, PreconditionRequired, Stale),
        *(SeatsInUse, OrganizationNotReady, Busy),
    ),
    "move": (*CREATES, *GRANTS, OrganizationMoved, ConnectionTaken, DomainTaken),
    "call_off_move": (NotFound, OrganizationMoved, OrganizationNotReady, Busy),
    "add_connection": (
        *(*CREATES, *GRANTS, NoIdentityProvider, ConnectionsChanging),
        *(TooManyConnections, ConnectionTaken, DomainTaken),
    ),
    "drop_connection": (
        *(*GRANTS, NoIdentityProvider, ConnectionsChanging),
        *(LastConnection, ConnectionInUse),
    ),
    "suspend": (NotFound, OrganizationNotReady, Busy),
    "resume": (NotFound, OrganizationNotReady, Busy),
    "invite": (*CREATES, *OFFERS),
    "invite_into_own": (*CREATES, *OFFERS),
    "list_invites": (NotFound, Busy),
    "read_invite": (NotFound,),
    "resend": (*OFFERS, Unacceptable, InviteClosed),
    "revoke": (NotFound, InviteClosed, Busy),
    "add_member": (*CREATES, *GRANTS, AlreadyMember, SeatsTaken, TooManyOrganizations, BudgetExhausted),
    "list_members": (NotFound, Busy),
    "read_member": (NotFound,),
    "change_roles": (
        *GRANTS,
        Unacceptable,
        PreconditionRequired,
        Stale,
        LastAdmin,
        MemberMoved,
        TooManyOrganizations,
    ),
    "deprovision": (NotFound, LastAdmin, Busy),
    "read_receipt": (NotFound,),
    "link_member": (*GRANTS, Unacceptable, AccountTaken),
    "offboard": (NotFound, Busy),
    "claim_domain": (*CREATES, *GRANTS, DomainTaken, TooManyDomains),
    "list_domains": (NotFound,),
    "read_domain": (NotFound,),
    "prove_domain": (*GRANTS, DomainTaken, DomainUnproved, DnsUnavailable),
    "change_domain": (*GRANTS, Unacceptable, PreconditionRequired, Stale, DomainUnproved),
    "release_domain": (NotFound, Busy),
    "resolve_login": (Unacceptable, TooManyOrganizations, Auth0Refused, Auth0Unavailable, Busy),
    "discover": (Unacceptable,),
    "make_setup_link": (
        *(NotFound, Unacceptable, NoSelfService, ConnectionTaken, OrganizationSuspended),
        *(OrganizationNotReady, Auth0Refused, Auth0Unavailable, Busy),
    ),
    "list_audit": (NotFound,),
    "list_checkpoints": (NotFound,),
    "list_audit_keys": (NotFound, KmsUnavailable),
    "read_user": (NotFound,),
    "list_user_organizations": (NotFound,),
    "look_for_drift": (Unacceptable, Busy),
    "read_drift": (NotFound,),
}
PUBLIC = frozenset({"discover"})


def refusals_of(operation: str) -> dict[int, Refusals]:
    """Return the errors that an operation (by its handler's name) may answer with, by status.

    Raises:
        KeyError: it is new, and has no row yet.
    """
    by_status: dict[int, Refusals] = {}
    before = TO_ANYBODY if operation in PUBLIC else ANYWHERE
    for error in (*before, *OF_OPERATION[operation]):
        by_status[error.status] = (*by_status.get(error.status, ()), error)
    return dict(sorted(by_status.items()))
