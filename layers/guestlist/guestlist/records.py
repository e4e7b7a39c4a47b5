"""What Guestlist keeps, as it stands in the table. Times are unix seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from guestlist.audit_records import Actor
from guestlist.mail_records import MailState
from guestlist.names import ADMIN
from guestlist.provisioning_records import (
    DATABASE,
)


class Halt(StrEnum):
    """Why a user is not being projected, until somebody acts."""

    AWAITING_LOGIN = "awaiting_login"
    AWAITING_ACCEPTANCE = "awaiting_acceptance"
    MISSING = "missing"
    STOPPED = "stopped"


REFUSED = "auth0_refused"
"""Why it stopped: Auth0 takes no such user."""
RENAMED = "account_renamed"
"""Why it stopped: the account has another's address, and was told of nothing that the user joined."""


@dataclass(frozen=True, kw_only=True)
class User:
    """A person: the state to project, and how far it got."""

    id: str
    connection: str
    email: str
    account: str
    """The account's id at Auth0, chosen by us before the account is made."""
    organizations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The roles in each organization, as they shall stand at Auth0."""
    left_out: tuple[str, ...] = ()
    """Those of them that the profile leaves out: closed, and not on the door's list."""
    foreign: tuple[str, ...] = ()
    """Names in the account's array that are none of our organizations."""
    adopting: bool = False
    """Whether some of them may be ours and are to be looked at."""
    uncounted: tuple[str, ...] = ()
    """Organizations whose admin the user does not count as yet: nobody knows whose the account is."""
    leaving: tuple[str, ...] = ()
    """Organizations in which the person's seat is another user's by now: of the new identity provider."""
    welcomed: tuple[str, ...] = ()
    """Organizations that made the user a welcome link."""
    groups: str | None = None
    """The digest of the groups that roles rest on; empty: they are to be looked at at the next login.

    None: no login looks at them.
    """
    groups_seen: str = ""
    """Auth0's `updated_at` of the account that bore them; one as it was before gives and takes nothing."""
    version: int = 1
    applied: int = 0
    wanted: int = 0
    """The version of the last acceptance or addition: for it, an account that is gone is made anew."""
    proved: int = 0
    """The version at which the invitee last pressed a button, who thereby has the mailbox; 0 for never."""
    created: bool = False
    """Whether the account is known to exist at Auth0."""
    linked_into: str = ""
    """The account into which it was linked and where what the user is a member of is to go; empty: none."""
    password_reset: str | None = None
    """Auth0's time of the last reset when we gave the account a password that nobody knows; None: never."""
    logins_before: int = 0
    """How often somebody had signed in with the account when we did."""
    halt: Halt | None = None
    halt_code: str = ""
    halted: int = 0
    """The version at which it halted."""
    unsettled_at: int | None = None
    """When a write was last ambiguous; a read three minutes later settles it."""
    lease_owner: str | None = None
    lease_until: int = 0
    behind_since: int | None = None
    """When the first of the changes was made that Auth0 was not told of when the last one was made."""
    attempts: int = 0
    due: int | None = None
    receipts: Mapping[str, int] = field(default_factory=dict)
    """The receipts of removals that are open, each with when the removal was made."""

    @property
    def is_made_by_us(self) -> bool:
        """Whether the account is a database's, for us to make; any other comes by its first login."""
        return self.account.startswith(f"{DATABASE}|")

    @property
    def awaits_login(self) -> bool:
        """Whether nothing can be told of the user before they sign in at their own identity provider."""
        gone = self.halt is Halt.MISSING and not self.is_made_by_us
        return gone or self.halt is Halt.AWAITING_LOGIN

    @property
    def unproved(self) -> bool:
        """Whether an account with this address may have been anyone's before us, for all we know."""
        return not self.created and not self.proved


class MembershipStatus(StrEnum):
    """A removed membership stays as a tombstone."""

    ACTIVE = "active"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True)
class Membership:
    """A user in an organization."""

    organization: str
    user: str
    email: str
    roles: tuple[str, ...]
    status: MembershipStatus = MembershipStatus.ACTIVE
    version: int = 1
    user_version: int
    """The user's version that carries this membership's last change."""
    inviter: Actor | None = None
    """Who added the user at once, without an offer."""
    successor: str | None = None
    """The user who has the person's seat since the organization moved to its own identity provider."""
    predecessor: str | None = None
    """The user who had it, and who may still come in by the old door."""
    receipt: str | None = None
    """The receipt of the last removal, also of one who is back."""
    mapped: tuple[str, ...] | None = None
    """The roles that groups gave when they were last looked at; None: they never were."""
    created_at: int
    changed_at: int

    @property
    def stands(self) -> bool:
        """Whether the user is a member now."""
        return self.status is MembershipStatus.ACTIVE

    @property
    def administers(self) -> bool:
        """Whether the user is an admin of the organization now."""
        return self.stands and ADMIN in self.roles


class InviteStatus(StrEnum):
    """The states of an invite."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class Invite:
    """An offer of membership."""

    id: str
    organization: str
    email: str
    typed_email: str
    connection: str = ""
    """Where they are to sign in, by its name at Auth0; empty: the common connection."""
    roles: tuple[str, ...]
    locale: str
    inviter: Actor
    inviter_name: str = ""
    status: InviteStatus = InviteStatus.PENDING
    generation: int = 1
    """Rises with every resend; a link of an older one is dead."""
    life: int
    """Seconds from a generation's start to its end."""
    expires_at: int
    created_at: int
    version: int = 1
    mail: MailState
    mail_detail: str = ""
    """Why, in SES's own word, as `MailboxFull`."""
    mailed_generation: int = 0
    """The last generation whose link went out in a mail of ours."""
    mailing_until: int = 0
    """Until when a mailer has claimed the mail."""
    attempts: int = 0
    user: str | None = None
    accepted_at: int | None = None
    welcome: bool = False
    """Born accepted: the link of a member who was added at once."""
    due: int | None = None

    @property
    def active(self) -> bool:
        """Whether it holds a seat and its address."""
        return self.status is InviteStatus.PENDING

    def waits_for_mail(self, now: int) -> bool:
        """Tell whether a mail is to be sent: not with a link that is dead."""
        dead = self.status in {InviteStatus.REVOKED, InviteStatus.EXPIRED} or self.expires_at <= now
        return self.mail is MailState.QUEUED and not dead

    @property
    def silent(self) -> bool:
        """Whether no mail was ever asked for: its links are handed over by other means."""
        return self.mail is MailState.NONE

    @property
    def as_made(self) -> bool:
        """Whether it is still pending in the generation that made it: who resends it is told later links."""
        return self.active and self.generation == 1
