"""Who did what, as the audit keeps it. Times are unix seconds."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """Who acts."""

    OPERATOR = "operator"
    ADMIN = "admin"
    MEMBER = "member"
    SYSTEM = "system"
    INVITEE = "invitee"
    SWEEP = "sweep"
    PROJECTOR = "projector"
    PROVISIONER = "provisioner"


@dataclass(frozen=True)
class Actor:
    """Who did it: `id` is the `sub` of an operator's or a system's token, or the user's or invite's id."""

    kind: ActorKind
    id: str
    user: str | None = None
    """The user's id, of an admin and of an invitee."""


class Action(StrEnum):
    """What was done, for the audit: `subject:verb`; docs/audit.md tells of each."""

    ORGANIZATION_PROVISION = "organization:provision"
    ORGANIZATION_CHANGE = "organization:change"
    ORGANIZATION_SUSPEND = "organization:suspend"
    ORGANIZATION_RESUME = "organization:resume"
    ORGANIZATION_FAIL = "organization:fail"
    ORGANIZATION_MOVE = "organization:move"
    ORGANIZATION_STAY = "organization:stay"
    ORGANIZATION_OFFBOARD = "organization:offboard"
    ORGANIZATION_DELETE = "organization:delete"
    INVITE_CREATE = "invite:create"
    INVITE_RESEND = "invite:resend"
    INVITE_REVOKE = "invite:revoke"
    INVITE_EXPIRE = "invite:expire"
    INVITE_ACCEPT = "invite:accept"
    MEMBER_ADD = "member:add"
    MEMBER_CHANGE = "member:change"
    MEMBER_REMOVE = "member:remove"
    MEMBER_ADOPT = "member:adopt"
    MEMBER_DROP = "member:drop"
    MEMBER_JOIN = "member:join"
    MEMBER_MOVE = "member:move"
    MEMBER_LINK = "member:link"
    USER_BIND = "user:bind"
    USER_PROVE = "user:prove"
    USER_SIGN_OUT = "user:sign_out"
    DOMAIN_CLAIM = "domain:claim"
    DOMAIN_PROVE = "domain:prove"
    DOMAIN_CHANGE = "domain:change"
    DOMAIN_RELEASE = "domain:release"
    CONNECTION_ADD = "connection:add"
    CONNECTION_DROP = "connection:drop"
    CONNECTION_FAIL = "connection:fail"
    SETUP_LINK_CREATE = "setup_link:create"


@dataclass(frozen=True)
class Seal:
    """A record's place in its organization's chain, from 1, and the hash of all up to it (`audit_chain`)."""

    number: int
    hash: str


@dataclass(frozen=True, kw_only=True)
class Audit:
    """One change: who, what, whom, when, in which request. Ids only."""

    id: str
    organization: str
    actor: Actor
    action: Action
    subject: str
    at: int
    request: str
    seal: Seal | None = None
    """None until a sealing comes to it."""


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """How far an organization's chain had come: the hash of its record `number`, signed."""

    organization: str
    sequence: int
    """From 1, without a gap."""
    number: int
    hash: str
    at: int
    key: str
    """The thumbprint of the key that signed it (RFC 7638)."""
    signature: str = ""
