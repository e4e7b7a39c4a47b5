"""Who comes in at a first login, said again from the table alone; looked at after every write.

Whoever is let in was awaited at that moment. Whoever is denied was, at some moment while they waited, one
whom nobody awaits; and they leave nothing behind.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from guestlist.audit_records import Action
from guestlist.records import Halt
from tests.robustness.effects import Effect, Kind
from tests.robustness.history import Operation
from tests.robustness.ledger import Change, Item, Ledger
from tests.robustness.own import DOMAINS, HOSPITAL, connection_of

Account = dict[str, Any]
ON_PURPOSE = {Action.MEMBER_ADD, Action.INVITE_ACCEPT}
"""What makes a member of somebody who was taken off the list."""


@dataclass
class Waiting:
    """Somebody who signs in just now."""

    asked: Operation
    account: str
    denied: bool = False
    """Whether there was a moment at which nobody awaited them."""


@dataclass
class Way:
    """What is so while somebody asks where to sign in: each thing at some moment at least."""

    person: str
    proved: bool = False
    open: bool = False
    neither: bool = False
    """Whether they belonged nowhere, at some moment."""


@dataclass
class Threshold:
    """What must hold of first logins at every step; what does not is told to `broken`."""

    ledger: Ledger
    accounts: dict[str, Account]
    broken: Callable[[str], object]
    waiting: list[Waiting] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)

    @contextmanager
    def watched(self, asked: Operation, account: str) -> Iterator[None]:
        """Watch a login from its call to its answer."""
        one = Waiting(asked, account)
        self.waiting.append(one)
        self._look(one)
        try:
            yield
        finally:
            self.waiting.remove(one)
            asked.denied = one.denied

    @contextmanager
    def asked_the_way(self, asked: Operation) -> Iterator[dict[str, Any]]:
        """Hold what somebody is told of where to sign in against the domains and the hospital meanwhile."""
        way, told = Way(asked.person), dict[str, Any]()
        self.ways.append(way)
        self._look_at(way)
        try:
            yield told
        finally:
            self.ways.remove(way)
        here = {"connection": connection_of(asked.person), "organization": HOSPITAL}
        nowhere = {"connection": None, "organization": None}
        if not ((told == here and way.proved and way.open) or (told == nowhere and way.neither)):
            self.broken(f"{asked.person} was led to {told}, and meanwhile it was so that {way}")

    def witness(self, change: Change) -> None:
        """Look at what a write changed."""
        for one in self.waiting:
            self._look(one)
        for way in self.ways:
            self._look_at(way)
        for before, user in change.of("USER"):
            if user:
                self._one_account(before, user)
        for name in {sort for _, sort in change.items if sort.startswith("DOMAIN#")}:
            self._proved(name)
        for _, record in change.of("AUDIT#"):
            if record and record["action"] == Action.MEMBER_JOIN:
                self._joined(record, change)
            if record and record["action"] == Action.USER_BIND:
                self._bound(record, change)
        self._came_back(change)

    def took_up(self, asked: Operation) -> None:
        """Look at somebody whose login has just taken an offer up: their domain vouches for them."""
        if not self._is_proved(asked.person):
            self.broken(f"{asked.person} took an offer up, and the hospital did not prove the domain")

    def landed(self, effect: Effect) -> None:
        """Look at everybody's account when a write has landed at Auth0: a stranger's is never written to."""
        if effect.kind is not Kind.AUTH0 or effect.name.startswith("GET"):
            return
        for name, account in self.accounts.items():
            database = account["identities"][0]["provider"] == "auth0"
            if not database and account.get("app_metadata") and not self._pointer(f"ACCOUNT#{name}"):
                self.broken(f"{name} is nobody's account, and bears {account['app_metadata']}")

    def _look(self, one: Waiting) -> None:
        one.denied = one.denied or not self._awaits(one.asked, one.account)

    def _look_at(self, way: Way) -> None:
        proved, active = self._is_proved(way.person), self._is_active()
        way.proved, way.open = way.proved or proved, way.open or active
        way.neither = way.neither or not (proved and active)

    def _is_active(self) -> bool:
        return bool(self.ledger.organizations[HOSPITAL]["status"] == "active")

    def _awaits(self, asked: Operation, account: str) -> bool:
        """Tell whether somebody who signs in at this moment gets in."""
        place, email = self.ledger.organizations[HOSPITAL], asked.person
        connection = connection_of(email)
        known = self._pointer(f"ACCOUNT#{account}") or self._pointer(f"EMAIL#{connection}#{email}")
        user = self.ledger.users[known["user"]] if known else None
        if not self._is_active():
            return False
        if user and user["created"]:
            return bool(user["account"] == account and user["organizations"])
        if not self._is_proved(email):
            return False
        if user and HOSPITAL in user["organizations"]:
            return True
        held = self.ledger.held[HOSPITAL].get(email)
        if held and self.ledger.invites[HOSPITAL][held]["expires_at"] > asked.now:
            return True
        full = place["taken"] >= place.get("seats", place["taken"] + 1)
        never = not (user and user["id"] in self.ledger.memberships[HOSPITAL])
        return bool(self._lets_in(email)) and never and (bool(held) or not full)

    def _is_proved(self, email: str) -> bool:
        pointer = self._pointer(f"DOMAIN#{_domain(email)}")
        return pointer is not None and pointer["organization"] == HOSPITAL

    def _lets_in(self, email: str) -> Item | None:
        """Return the domain that lets somebody in, if it does."""
        found = self.ledger.items.get((f"ORG#{HOSPITAL}", f"DOMAIN#{_domain(email)}"))
        return found if found and found["auto_join"] and "proved_at" in found else None

    def _pointer(self, key: str) -> Item | None:
        return self.ledger.items.get((key, key))

    def _one_account(self, before: Item | None, user: Item) -> None:
        """A user is somebody's member from the first, and has one account for ever."""
        if before is None and not user["organizations"]:
            self.broken(f"{user['email']} is known, and was no member of anything")
        if before and before["created"] and before["account"] != user["account"]:
            self.broken(f"{user['email']} had the account {before['account']}, and has {user['account']} now")
        if waits_for_login(user) and (user["created"] or user["connection"] not in DOMAINS.values()):
            self.broken(
                f"{user['email']} waits for a first login, and {user['connection']} needs none of them"
            )

    def _proved(self, name: str) -> None:
        """A domain is proved by whom its pointer says, and by nobody else."""
        by = [
            item["organization"]
            for (_, sort), item in self.ledger.items.items()
            if sort == name and "proved_at" in item
        ]
        pointer = self._pointer(name)
        if by != ([pointer["organization"]] if pointer else []):
            self.broken(f"{name} is proved by {by}, and its pointer is {pointer}")

    def _joined(self, record: Item, change: Change) -> None:
        """Whoever comes by their domain was never taken off the list, and takes a seat of their own."""
        [(before, member)] = [(b, a) for b, a in change.of("MEMBER#") if a and a["user"] == record["subject"]]
        domain = self._lets_in(member["email"]) if member else None
        email = member["email"] if member else ""
        if domain is None or not self._is_proved(email):
            self.broken(f"{email} came by a domain that lets nobody in")
        elif member and member["roles"] != domain["roles"]:
            self.broken(f"{email} came by a domain as {member['roles']} instead of {domain['roles']}")
        removed = [
            other for other in self.ledger.memberships[HOSPITAL].values() if other["status"] != "active"
        ]
        if before or email in {other["email"] for other in removed}:
            self.broken(f"{email} was taken off the list, and came back by a login")
        [(was, place)] = [(b, a) for b, a in change.of("ORG") if a and b]
        if place["taken"] - was["taken"] != (place["pending"] == was["pending"]):
            self.broken(f"{email} came by a domain, and takes no seat")

    def _bound(self, record: Item, change: Change) -> None:
        """An account becomes a member's, at the organization's own provider, of a domain that it proved."""
        user, place = self.ledger.users[record["subject"]], self.ledger.organizations[record["organization"]]
        if place["status"] != "active" or place["id"] not in user["organizations"]:
            self.broken(f"{user['email']} was bound, and is not awaited in {place['id']}")
        if not self._is_proved(user["email"]):
            self.broken(f"{user['email']} was bound, and {place['id']} did not prove the domain")
        if not any(after and after["id"] == user["id"] for _, after in change.of("USER")):
            self.broken(f"{user['email']} was bound, and their item does not say so")

    def _came_back(self, change: Change) -> None:
        """Whoever was taken off the list comes back by somebody's doing alone."""
        done = {record["action"] for before, record in change.of("AUDIT#") if record and not before}
        for before, after in change.of("MEMBER#"):
            back = before and after and (before["status"], after["status"]) == ("removed", "active")
            if after and back and not done & ON_PURPOSE:
                self.broken(f"{after['email']} was taken off the list, and came back by {sorted(done)}")


def waits_for_login(user: Item) -> bool:
    """Tell whether nothing can be told of a user before they first sign in."""
    return bool(user.get("halt") == Halt.AWAITING_LOGIN)


def _domain(email: str) -> str:
    return email.rpartition("@")[2]
