"""What Auth0 says of each user, held against the table: the array, the roles, and whom the door admits."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from urllib.parse import unquote

from guestlist.clock import clock
from guestlist.leases import SETTLING
from guestlist.login_policy import Facts, Outcome, decide
from tests.robustness.effects import Effect, Kind
from tests.robustness.ledger import Item, Ledger
from tests.robustness.profiles import Account, borne, shown, to_show

if TYPE_CHECKING:
    from tests.robustness.simulation import Process

WITHIN = SETTLING + 5
"""Seconds after which a late write is gone: the wait, and the calls that put it right."""

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


def is_known_left_out(organization: Item) -> bool:
    """Tell whether an organization is closed, and its members' profiles are known to leave it out."""
    known = organization.get("left_out", {}).get("stage") == "known"
    return known and bool(organization["status"] == "suspended")


class Doorstep:
    """Users who are applied and settled stand at Auth0 as in the table, at every step.

    One exception. A process that stood still, with a call to make, while its lease ran out may write over a
    newer state. It learns of that when it gives the lease back, and marks the user unsettled. So for as long
    as a process is at work that once stood still, and wrote to an account, that one is not looked at.
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
        self._thawed: list[tuple[Process, str]] = []
        """Who once stood still, and the account that they wrote to."""
        self._landed: dict[str, float] = {}
        """When the last write to an account landed."""
        self.foreign: dict[str, list[str]] = {}
        """By address: names that an account bore before us, which stay."""

    def landed(self, effect: Effect) -> None:
        """Look at everybody when a write has landed at Auth0."""
        if effect.kind is not Kind.AUTH0 or effect.name.startswith("GET"):
            return
        account = self._written(effect)
        self._landed[account] = clock.source()
        if effect.sender and effect.sender.frozen:
            self._thawed.append((effect.sender, account))
        for user in self._ledger.users.values():
            self.look(user)
        self.look_at_closed()

    def _written(self, effect: Effect) -> str:
        """Return the account that a write was to: one that is made is the last there is."""
        name = unquote(effect.name.partition("/users/")[2].partition("/")[0])
        return name or next(reversed(self._accounts), "")

    def look(self, user: Item) -> None:
        """Hold one user's account against the table, if it has to be right now."""
        if at_rest(user) and user["account"] not in self._late_writes() and (wrong := self.wrong(user)):
            self._broken(f"{user['email']} is applied and settled, and {wrong}")

    def look_at_closed(self) -> None:
        """Hold everybody's array against the organizations that profiles are known to leave out."""
        closed = {name for name, item in self._ledger.organizations.items() if is_known_left_out(item)}
        late = self._late_writes() if closed else set()
        for name, account in self._accounts.items() if closed else ():
            listed = closed.intersection((account.get("app_metadata") or {}).get("organizations") or [])
            if listed and name not in late:
                self._broken(f"{sorted(listed)} are known to be left out, and in the array of {name}")

    def look_late(self, quiet_since: float) -> None:
        """Hold whoever was told against the table, three minutes after the last write to their account.

        That is while nothing goes wrong any more, since a moment in unix seconds.
        """
        for user in self._ledger.users.values():
            landed = self._landed.get(user["account"], 0)
            told = user["applied"] == user["version"] and "halt" not in user
            if told and clock.source() > max(quiet_since, landed) + WITHIN and (wrong := self.wrong(user)):
                self._broken(f"three minutes later {user['email']} was told, and {wrong}")

    def _late_writes(self) -> set[str]:
        """Return the accounts that somebody wrote to who once stood still, and is at work."""
        self._thawed = [one for one in self._thawed if not (one[0].dead or one[0].killed)]
        return {account for _, account in self._thawed}

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
        bears, told = borne(account), (user["version"], to_show(user))
        if bears != told and (user["created"] or bears):
            return f"the profile bears {bears} instead of {told}"
        return ""
