"""What the tenant knows: documents as the Management API shows them, and what logins need beside them."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local.tenant.tokens import Keys, key_of_this_process

Document = dict[str, Any]


@dataclass
class Credential:
    """A database user's password, hashed; never part of a document."""

    salt: bytes
    digest: bytes


@dataclass
class Ticket:
    """A link to set a password: good once, until `expires_at`, and only while it is the user's newest."""

    id: str
    user_id: str
    expires_at: float
    mark_email_as_verified: bool
    client_id: str | None
    result_url: str | None
    account_id: str
    """Whose password: the user's own id, or that of a linked identity."""
    used: bool = False


@dataclass
class SsoTicket:
    """A link by which a customer sets up a connection: good until it was used, or until `expires_at`."""

    id: str
    profile_id: str
    expires_at: float
    asked: Document
    """The body that asked for it: `connection_config` or `connection_id`, `enabled_clients`, ..."""
    used: bool = False


@dataclass
class Session:
    """A signed-in browser (single sign-on), named by the cookie's value."""

    id: str
    user_id: str
    client_ids: set[str]
    created_at: float
    connection: str | None = None
    """The name of the connection whose password was given; None means the main identity's."""


@dataclass
class RefreshToken:
    """A refresh token: its document's id is not the secret."""

    id: str
    secret: str
    user_id: str
    client_id: str
    audience: str
    scope: str
    session_id: str | None
    created_at: float
    metadata: dict[str, str] = field(default_factory=dict)
    replaced_by: str | None = None
    connection: str | None = None
    """As of the session that it came from, which it may outlive."""


@dataclass
class Fault:
    """What the next matching calls are made to suffer (`POST /_local/faults`)."""

    method: str
    path: str
    status: int | None = None
    reset: bool = False
    timeout: bool = False
    land_after: float | None = None
    after_effect: bool = False
    times: int = 1
    lag: float | None = None
    """Seconds (of the machine) that the call waits before it takes effect; it then goes on as usual."""
    text: str | None = None
    """The whole body of the answer, of whoever stands in between; a 200 if `status` says nothing else."""
    headers: dict[str, str] = field(default_factory=dict)
    """What the answer's headers say, those of rate limits too."""


class Clock:
    """The tenant's time, in unix seconds: the machine's, plus what tests advanced it by."""

    def __init__(self) -> None:
        self.advanced = 0.0

    def now(self) -> float:
        """Return the tenant's time in unix seconds."""
        return time.time() + self.advanced

    def advance(self, seconds: float) -> None:
        """Jump ahead (both requests' and tokens' time)."""
        self.advanced += seconds


@dataclass
class State:
    """All of a tenant. `lock` is held while a request reads or changes it; never while Node runs."""

    url: str
    """The tenant's address with no trailing slash; the issuer is `url + "/"`."""
    clock: Clock = field(default_factory=Clock)
    lock: threading.RLock = field(default_factory=threading.RLock)
    plan: str = "none"
    """`free`, `essentials`, `enterprise`: rate limits and features as on that plan; `none`: no limit."""
    bootstrap_client: tuple[str, str] = ("", "")
    """The id and secret of the one client that a new tenant has: it may call the whole Management API."""
    users: dict[str, Document] = field(default_factory=dict)
    """This and every dict of documents: by the document's own id (`user_id`, `client_id`, else `id`)."""
    credentials: dict[str, Credential] = field(default_factory=dict)
    """By the id of the account that the identity is or was (`auth0|ann`), linked or not."""
    authentication_methods: dict[str, list[Document]] = field(default_factory=dict)
    """By user id: second factors, passkeys and the like; `{"id", "type", "created_at", ...}`."""
    connections: dict[str, Document] = field(default_factory=dict)
    connection_clients: dict[str, set[str]] = field(default_factory=dict)
    """Clients for which a connection (by id) is enabled."""
    clients: dict[str, Document] = field(default_factory=dict)
    """With `client_secret`."""
    resource_servers: dict[str, Document] = field(default_factory=dict)
    client_grants: dict[str, Document] = field(default_factory=dict)
    roles: dict[str, Document] = field(default_factory=dict)
    role_permissions: dict[str, list[Document]] = field(default_factory=dict)
    user_roles: dict[str, list[str]] = field(default_factory=dict)
    user_permissions: dict[str, list[Document]] = field(default_factory=dict)
    actions: dict[str, Document] = field(default_factory=dict)
    """With `code`, `secrets` (with values) and `deployed_version` (a whole copy, with code and secrets)."""
    bindings: dict[str, list[Document]] = field(default_factory=dict)
    """By trigger id, in the order of execution; `binding["action"]["id"]` names the Action."""
    tickets: dict[str, Ticket] = field(default_factory=dict)
    self_service_profiles: dict[str, Document] = field(default_factory=dict)
    self_service_texts: dict[str, Document] = field(default_factory=dict)
    """By profile, language and page: `ssp_.../en/get-started`."""
    sso_tickets: dict[str, SsoTicket] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    refresh_tokens: dict[str, RefreshToken] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    calls: list[Document] = field(default_factory=list)
    """`{"method", "path", "status", "at", "bucket", "client_id"}`, oldest first."""
    mails: list[Document] = field(default_factory=list)
    """`{"to", "subject", "text", "link"}`, oldest first."""
    keys: Keys = field(init=False)
    """The signing key, with the tenant's issuer and clock."""
    mail: Callable[[Document], None] = field(init=False)
    """Takes what the tenant mails of its own accord; to begin with it goes to `mails`."""

    def __post_init__(self) -> None:
        """Make the key, which needs the tenant's address and clock."""
        self.keys = Keys(self.url + "/", self.clock.now, key_of_this_process())
        self.mail = self.mails.append


def new_id(prefix: str) -> str:
    """Return an id of Auth0's form: `con_`, `org_`, `rol_`, `job_`, `cgr_` and sixteen letters and digits."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return prefix + "".join(secrets.choice(alphabet) for _ in range(16))


def connection_by_name(state: State, name: str) -> Document | None:
    """Return the connection of this name."""
    return next((c for c in state.connections.values() if c["name"] == name), None)


def resource_server_by_identifier(state: State, identifier: str) -> Document | None:
    """Return the API with this identifier (a token's audience)."""
    return next((r for r in state.resource_servers.values() if r["identifier"] == identifier), None)
