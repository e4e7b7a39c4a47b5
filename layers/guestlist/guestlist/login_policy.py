"""The door's policy: who is admitted to which organization at a login.

The shells of the Action gather `Facts` from a login; `decide` goes down `RULES` and the first row that holds
decides. The same table is rendered into JavaScript by `actions/generate.py`; the one for systems, whom no
login admits, is made of the same rows in `system_policy.py`.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

ORGANIZATION_PATTERN: Final = "^[A-Za-z0-9][A-Za-z0-9_-]{0,49}$"
CLOSED_SECRETS: Final = "GUESTLIST_CLOSED_"
"""How the names begin of the secrets that list the closed organizations; a version and a number follow."""
MARK_LENGTH: Final = 12
"""Characters that stand for a closed organization in them (`mark`)."""

MAX_SESSION: Final = "guestlist_max_session"
"""A key of a connection's metadata: for how many seconds a sign-in there counts; absent: for any time."""
SIGNED_IN: Final = "signed_in_at"
"""A key of a refresh token's metadata: when its bearer last signed in at an identity provider (RFC 3339)."""
FEDERATED: Final = "federated"
"""The method of a sign-in at an identity provider (Auth0, post-login event object, `authentication`)."""

REFRESH_PROTOCOL: Final = "oauth2-refresh-token"
PROTOCOLS: Final = (
    "oidc-basic-profile",
    "oidc-ciba",
    "oidc-ciba-web-link",
    "oidc-hybrid-profile",
    "oidc-implicit-profile",
    "oauth2-access-token",
    "oauth2-device-code",
    "oauth2-password",
    REFRESH_PROTOCOL,
    "oauth2-resource-owner",
    "oauth2-resource-owner-jwt-bearer",
    "oauth2-token-exchange",
    "oauth2-webauthn",
    "samlp",
    "wsfed",
    "wstrust-usernamemixed",
)
"""What `event.transaction.protocol` can be (Auth0, post-login event object); any other is refused."""
ENTERPRISE: Final = (
    "ad",
    "adfs",
    "google-apps",
    "ip",
    "office365",
    "oidc",
    "okta",
    "pingfederate",
    "samlp",
    "sharepoint",
    "waad",
)
"""The strategies of enterprise connections (Management API, `...IdentitiesItemEnterpriseProviderEnum`)."""


class Source(StrEnum):
    """Where a login may name the organization that it is for; all but `query` are set by the tenant."""

    ORGANIZATION = "organization"
    """`event.organization.metadata.organization`; off: a login through a native organization is refused."""
    CLIENT = "client"
    """`event.client.metadata.organization`."""
    AUDIENCE = "audience"
    """`event.resource_server.identifier` after `audience_prefix`."""
    CONNECTION = "connection"
    """`event.connection.metadata.organization`."""
    QUERY = "query"
    """`event.request.query["ext-organization"]`, which anyone may set."""


class NoOrganization(StrEnum):
    """What becomes of a login (never of a refresh) that names no organization."""

    DENY = "deny"
    ADMIT = "admit"
    """Admitted, without the claims."""
    ONLY = "only"
    """Given the user's organization, if there is exactly one."""


class RefreshOrganization(StrEnum):
    """Where a refresh finds its organization if no trusted source names it; the other may only contradict."""

    STORED = "stored"
    """`event.refresh_token.metadata.organization`, set at login; not on every plan."""
    REQUESTED = "requested"
    """`event.request.body["ext-organization"]`, sent with the exchange."""


class Outcome(StrEnum):
    """What a row of the table leads to."""

    DENY = "deny"
    EXEMPT = "exempt"
    """The application is none of the door's business: no check, no claims."""
    WITHOUT = "without"
    """Admitted, without the claims of an organization."""
    ADMIT = "admit"


class Judged(Protocol):
    """The facts of a login, or of a system's exchange: bools, and the organization that it is for."""

    @property
    def organization(self) -> str:
        """Empty if there is none."""


@dataclass(frozen=True)
class Facts:
    """A login (or refresh) as the policy sees it."""

    configured: bool
    """The door's configuration is there and valid."""
    exempt: bool
    """The application's `client_id` is on the list of exempt ones."""
    protocol_known: bool
    """The login bears a protocol that the documentation names."""
    refresh: bool
    """A refresh token is being exchanged."""
    sources_sound: bool
    """Each source that is present holds an organization's id: one string, within its grammar."""
    sources_agree: bool
    """No two sources that are present differ."""
    listed: bool
    """The profile holds an array of one or more organizations and, if any, of roles; strings all of them."""
    named: bool
    """A source that is on names the organization."""
    given: bool
    """None is named, and by configuration the user's only organization takes its place."""
    without: bool
    """By configuration a login may go without an organization."""
    connection_admits: bool
    """The connection belongs to no organization, or to the one that this login is for."""
    member: bool
    """The organization that this login is for is, letter for letter, on the user's list."""
    open: bool
    """The organization that this login is for is not on the list of closed ones."""
    dated: bool
    """It is known when the user last signed in at the identity provider, or does not matter."""
    fresh: bool
    """That was no longer ago than the connection lets a sign-in count."""
    organization: str = ""
    """The organization that this login is for, named or given; empty if there is none."""


@dataclass(frozen=True)
class Rule:
    """A row of the table: if all facts in `when` are as said, this is the outcome."""

    code: str
    outcome: Outcome
    when: Mapping[str, bool]
    text: str = ""
    """Shown to the user in a URL: fixed, without names."""

    def holds(self, facts: Judged) -> bool:
        """Tell whether this row applies."""
        return all(getattr(facts, fact) is value for fact, value in self.when.items())

    @property
    def reason(self) -> str:
        """What Auth0 reports as `error_description` for a denial: the code, then the text."""
        return f"{self.code}: {self.text}"


def deny(code: str, text: str, **when: bool) -> Rule:
    """Return a row that denies."""
    return Rule(code, Outcome.DENY, when, text)


NOT_CONFIGURED: Final = deny("door_not_configured", "Sign-in is not set up correctly.", configured=False)
MALFORMED: Final = deny(
    "organization_malformed", "The requested organization is not valid.", sources_sound=False
)
DISAGREE: Final = deny(
    "organizations_disagree", "The request names more than one organization.", sources_agree=False
)
SUSPENDED: Final = deny("organization_suspended", "This organization is suspended.")

RULES: Final[tuple[Rule, ...]] = (
    NOT_CONFIGURED,
    Rule("exempt_client", Outcome.EXEMPT, {"exempt": True}),
    deny("protocol_unknown", "This way of signing in is not supported.", protocol_known=False),
    MALFORMED,
    DISAGREE,
    deny("no_organizations", "You are not a member of any organization.", listed=False),
    deny("refresh_without_organization", "Please sign in again.", refresh=True, named=False),
    deny("connection_elsewhere", "This sign-in belongs to another organization.", connection_admits=False),
    Rule("no_organization_needed", Outcome.WITHOUT, {"named": False, "given": False, "without": True}),
    deny("organization_not_named", "Please choose an organization.", named=False, given=False),
    Rule("member", Outcome.ADMIT, {"member": True, "open": True, "dated": True, "fresh": True}),
    deny("not_member", "You are not a member of this organization.", member=False),
    deny("sign_in_unknown", "Please sign in again.", dated=False, open=True),
    deny("sign_in_too_old", "Please sign in again at your organization.", fresh=False, open=True),
    SUSPENDED,
)
"""First row that holds decides; the last one always does, so whatever no row admits is denied."""

FAILURE: Final = deny("door_failed", "Your sign-in could not be checked.")
"""The denial when the Action's own code throws."""

NOBODY_YET: Final = ("no_organizations", "not_member")
"""The denials that rest on the profile: about a new enterprise user, Guestlist is asked before them."""

RESOLVE_SECONDS: Final = 5
"""What asking may take in all, of the twenty seconds that a trigger has (Auth0, Actions limitations)."""

RESOLVE_FAILED: Final = deny("resolve_failed", "Your organizations could not be looked up. Please try again.")
"""The denial when Guestlist did not answer who a new enterprise user is, or what other groups come to."""


@dataclass(frozen=True)
class Decision:
    """What the door does, and by which row."""

    outcome: Outcome
    code: str
    reason: str = ""
    """The text of a denial; empty otherwise."""
    organization: str = ""
    """The one admitted to; empty otherwise."""


def decide(facts: Judged, rules: Sequence[Rule] = RULES) -> Decision:
    """Return what the first row that holds says."""
    rule = next(rule for rule in rules if rule.holds(facts))
    if rule.outcome is Outcome.DENY:
        return Decision(rule.outcome, rule.code, reason=rule.reason)
    if rule.outcome is Outcome.ADMIT:
        return Decision(rule.outcome, rule.code, organization=facts.organization)
    return Decision(rule.outcome, rule.code)


def mark(organization: str) -> str:
    """Return what stands for an organization on the list of closed ones: 72 bits of its SHA-256."""
    return base64.urlsafe_b64encode(hashlib.sha256(organization.encode()).digest())[:MARK_LENGTH].decode()
