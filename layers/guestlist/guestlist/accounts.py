"""An account that was in the tenant before us: whose it is, and how it is made safe.

Verified, it is its owner's, and adopted as it stands. Unverified, anybody may have planted it: nothing is
granted to it before its address pressed a button; then it gets a password that nobody knows, its sessions
end, and only then is it adopted.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from guestlist.errors import Auth0Refused, Auth0Unavailable
from guestlist.passwords import random_password
from guestlist.records import Halt, User

if TYPE_CHECKING:
    # The sweep backs off as a lease does, and starts without an HTTP client.
    from guestlist.auth0 import Account, Auth0

logger = Logger(child=True)


@dataclass(frozen=True)
class Found:
    """An account that was there before us and may be the user's, or why it may not."""

    account: "Account | None" = None
    reset: bool = False
    """Whether it has got a password that nobody knows."""
    halt: Halt | None = None
    halt_code: str = ""


def look(user: User, auth0: "Auth0", *, unsettled_for: int) -> Found:
    """Find the account that has the user's address, and make it safe to grant something to.

    Raises:
        Auth0Unavailable: for so many seconds a write of ours may still land there, so it cannot be made safe.
    """
    accounts = [found for found in auth0.users_by_email(user.email) if _is_of(found, user)]
    if len(accounts) != 1:
        # None: its address is not its own, it is linked to another account, say. Several: whose is which?
        return Found(halt=Halt.STOPPED, halt_code="account_exists")
    [account] = accounts
    if account.get("email_verified"):
        return Found(account)
    if not user.proved:
        return Found(halt=Halt.AWAITING_ACCEPTANCE)
    if user.proved <= user.applied:
        # It was the owner of an account that is gone who pressed that button.
        return Found(halt=Halt.STOPPED, halt_code="account_replaced")
    if unsettled_for > 0:
        # An earlier reset would be the last word on the password: on ours, or on its owner's own.
        raise Auth0Unavailable("A reset of ours may still be under way.", retry_after=unsettled_for)
    return _secured(account, user, auth0)


def _is_of(account: "Account", user: User) -> bool:
    own = account["identities"][0]["connection"], account.get("email")
    return own == (user.connection, user.email)


def _secured(account: "Account", user: User, auth0: "Auth0") -> Found:
    """Take an account out of the hands of whoever made it, before it is granted anything."""
    name = account["user_id"]
    if account.get("blocked"):
        # A new password would lift the block that somebody put there (Auth0, "Block and unblock users").
        return Found(halt=Halt.STOPPED, halt_code="account_blocked")
    if code := _other_way_in(account, user, auth0):
        return Found(halt=Halt.STOPPED, halt_code=code)
    try:
        auth0.end_sessions(name)
    except Auth0Refused as error:
        logger.warning("sessions cannot be ended", user=user.id, reason=str(error))
        return Found(halt=Halt.STOPPED, halt_code="account_sessions")
    auth0.set_password(name, connection=user.connection, password=random_password())
    # Whoever signed in between the two is out as well.
    auth0.end_sessions(name)
    # An access token outlives its session: with one, they may have linked, enrolled or renamed meanwhile.
    secured = auth0.user(name)
    if secured is None:
        raise Auth0Unavailable("The account went away while it was taken over.")
    if code := _other_way_in(secured, user, auth0):
        return Found(halt=Halt.STOPPED, halt_code=code)
    return Found(secured, reset=True)


def _other_way_in(account: "Account", user: User, auth0: "Auth0") -> str:
    """Name what leads into an account past its password and the user's mailbox; empty if nothing does."""
    if not _is_of(account, user):
        return "account_exists"
    if len(account["identities"]) > 1:
        return "account_linked"
    return "account_second_factor" if auth0.has_second_factor(account["user_id"]) else ""
