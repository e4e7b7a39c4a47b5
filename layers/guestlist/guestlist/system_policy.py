"""The door's policy for systems: whose token gets an organization's claim at a client credentials exchange.

`decide` of `login_policy.py` goes down this table as down the one for logins; `actions/generate.py` renders
it into the second Action.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from guestlist.caller import ALL_ORGANIZATIONS
from guestlist.login_policy import (
    DISAGREE,
    FAILURE,
    MALFORMED,
    NOT_CONFIGURED,
    SUSPENDED,
    Outcome,
    Rule,
    deny,
)

EVERYWHERE: Final = ALL_ORGANIZATIONS
"""The scope that a system of one organization is refused."""


@dataclass(frozen=True)
class SystemFacts:
    """A client credentials exchange as the policy sees it."""

    bound: bool
    """The client's metadata name an organization, well or badly."""
    configured: bool
    """The door's configuration is there and valid."""
    sources_sound: bool
    """Each source that is present holds an organization's id: one string, within its grammar."""
    sources_agree: bool
    """No two sources that are present differ."""
    everywhere: bool
    """`all:organizations` is asked for, or would be in the token."""
    open: bool
    """The organization that the client is bound to is not on the list of closed ones."""
    organization: str = ""
    """The organization that the client is bound to; empty if there is none."""


EVERYWHERE_TOO: Final = deny(
    "system_everywhere", "A system of one organization cannot have all:organizations.", everywhere=True
)

SYSTEM_RULES: Final[tuple[Rule, ...]] = (
    # Before the configuration: a broken one must not keep set-up itself, or the tenant's other systems, out.
    Rule("system_not_bound", Outcome.WITHOUT, {"bound": False}),
    NOT_CONFIGURED,
    MALFORMED,
    DISAGREE,
    EVERYWHERE_TOO,
    Rule("system_bound", Outcome.ADMIT, {"bound": True, "open": True}),
    SUSPENDED,
)
"""First row that holds decides; the last one always does, so whatever no row lets pass is denied."""

ERRORS: Final[Mapping[str, str]] = {
    NOT_CONFIGURED.code: "server_error",
    MALFORMED.code: "invalid_request",
    DISAGREE.code: "invalid_request",
    EVERYWHERE_TOO.code: "invalid_scope",
    SUSPENDED.code: "invalid_request",
    FAILURE.code: "server_error",
}
"""The OAuth error of each denial: `api.access.deny(code, reason)` takes one here (Auth0, API object)."""
