"""What Auth0 says of each user, held against the table: the array, the roles, and whom the door admits."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from guestlist.clock import clock
from guestlist.leases import SETTLING
from guestlist.login_policy import Facts, Outcome, decide
from tests.robustness.effects import Effect, Kind
from tests.robustness.ledger import Item, Ledger

if TYPE_CHECKING:
    from tests.robustness.simulation import Process

WITHIN = SETTLING + 5
"""Seconds after which a late write is gone: the wait, and the calls that put it right."""

Account = dict[str, Any]
Admitted = dict[str, list[str]]
"""The organizations that the door admits a user to, with the roles that a token then bears."""


def admitted(account: Account | None, organizations: Iterable[str]) -> Admitted:
    """Return where a login with this account gets in, as the deployed policy decides."""
    metadata = (account or {}).get("app_metadata") or {}
    listed, ours = metadata.get("organizations") or [], metadata.get("guestlist") or {}
    found = {}
    for name in organizations:
        facts = Facts(
            configured=True,
            exempt=False,
            protocol_known=True,
            refresh=False,
            sources_sound=True,
            sources_agree=True,
            listed=bool(listed),
            named=True,
            given=False,
            without=False,
            connection_admits=True,
            member=name in listed,
            open=True,
            dated=True,
            fresh=True,
            organization=name,
        )
        if decide(facts).outcome is Outcome.ADMIT:
            roles = [role.split(":", 1) for role in ours.get("roles", [])]
            found[name] = [role for place, role in roles if place == name]
    return found


def at_rest(user: Item) -> bool:
    """Tell whether the user is applied and settled: nothing is owed to Auth0, and nobody is at it."""
    settled = "unsettled_at" not in user and "lease_owner" not in user and "halt" not in user
    return settled and bool(user["applied"] == user["version"])


def shown(user: Item) -> Item:
    """Return a user's organizations, with roles, but for those that their profile leaves out."""
    return {name: roles for name, roles in user["organizations"].items() if name not in user["left_out"]}


class Doorstep:
    """Users who are applied and settled stand at Auth0 as in the table, at every step.

    One exception. A process that stood still, with a call to make, while its lease ran out may write over a
    newer state. It learns of that when it gives the lease back, and marks the user unsettled. So for as long
    as a process is at work that once stood still, and wrote to Auth0, nobody is held against the table.
    """

    def __init__(
        self,
        ledger: Ledger,
        accounts: dict[str, Account],
        organizations: Iterable[str],
        broken: Callable[[str], object],
    ) -> None:
        self._ledger, self._accounts = ledger, accounts
        self._organizations, self._broken = tuple(organizations), broken
        self._thawed: list[Process] = []
        self._landed: dict[str, float] = {}
        """When the last write to an account landed, by its id in the path; a creation is everybody's."""
        self.foreign: dict[str, list[str]] = {}
        """By address: names that an account bore before us, which stay."""

    def landed(self, effect: Effect) -> None:
        """Look at everybody when a write has landed at Auth0."""
        if effect.kind is not Kind.AUTH0 or effect.name.startswith("GET"):
            return
        self._landed[effect.name.partition("/users/")[2].partition("/")[0]] = clock.source()
        if effect.sender and effect.sender.frozen:
            self._thawed.append(effect.sender)
        for user in self._ledger.users.values():
            self.look(user)

    def look(self, user: Item) -> None:
        """Hold one user's account against the table, if it has to be right now."""
        if at_rest(user) and not self._late_writers() and (wrong := self.wrong(user)):
            self._broken(f"{user['email']} is applied and settled, and {wrong}")

    def look_late(self, quiet_since: float) -> None:
        """Hold whoever was told against the table, three minutes after the last write to their account.

        That is while nothing goes wrong any more, since a moment in unix seconds.
        """
        for user in self._ledger.users.values():
            landed = (self._landed.get(name, 0) for name in (quote(user["account"], safe=""), ""))
            told = user["applied"] == user["version"] and "halt" not in user
            if told and clock.source() > max(quiet_since, *landed) + WITHIN and (wrong := self.wrong(user)):
                self._broken(f"three minutes later {user['email']} was told, and {wrong}")

    def _late_writers(self) -> bool:
        self._thawed = [process for process in self._thawed if not (process.dead or process.killed)]
        return bool(self._thawed)

    def wrong(self, user: Item) -> str:
        """Tell how a user's account differs from the table, if it does."""
        account = self._accounts.get(user["account"])
        found = admitted(account, self._organizations)
        if found != shown(user):
            return f"the door admits to {found} instead of {shown(user)}"
        listed = ((account or {}).get("app_metadata") or {}).get("organizations", [])
        elsewhere = sorted(set(listed) - set(self._organizations))
        if elsewhere != (self.foreign.get(user["email"], []) if user["created"] else []):
            return f"the names of nobody's are {elsewhere}"
        return ""
