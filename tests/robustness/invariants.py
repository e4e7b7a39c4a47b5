"""The invariants of the table (design, section 7), looked at after every write."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from guestlist.login_policy import mark
from guestlist.names import ADMIN
from tests.robustness.doorstep import at_rest, is_known_left_out
from tests.robustness.history import NOBODY, Operation
from tests.robustness.ledger import Change, Item, Ledger
from tests.robustness.profiles import to_show
from tests.robustness.threshold import waits_for_login


@dataclass(frozen=True)
class Moment:
    """An organization's counters from one place in the order of events on."""

    tick: int
    full: bool
    admins: int
    suspended: bool


@dataclass
class Invariants:
    """What must hold in the table at every step; what does not is told to `broken`."""

    ledger: Ledger
    broken: Callable[[str], object]
    tick: Callable[[], int]
    moments: defaultdict[str, list[Moment]] = field(default_factory=lambda: defaultdict(list))
    """By organization."""

    def witness(self, operation: str, asked: dict[str, Any]) -> Change:
        """Look at what a write changed."""
        change = self.ledger.move(operation, asked)
        for name in sorted(self._organizations(change)):
            self._counters(name)
            self._addresses(name)
        for before, user in change.of("USER"):
            if user:
                self._user(before, user)
        self._due(change)
        self._closed(change)
        return change

    def unexcused(self, operation: Operation) -> bool:
        """Tell whether an answer blames what never was so meanwhile: the seats, the last admin, a suspension.

        These depend on other people, whom the model of one person does not know.
        """
        code = operation.outcome.code if operation.outcome else ""
        if code == NOBODY:
            return not operation.denied
        moments, returned = self.moments[operation.organization], operation.returned or 0
        ends = [moment.tick for moment in moments[1:]] + [returned]
        during = [
            moment
            for moment, end in zip(moments, ends, strict=False)
            if moment.tick <= returned and end >= operation.called
        ]
        if code == "seats_taken":
            return not any(moment.full for moment in during)
        if code in {"organization_suspended", "suspended"}:
            return not any(moment.suspended for moment in during)
        return code == "last_admin" and not any(moment.admins <= 1 for moment in during)

    def _organizations(self, change: Change) -> set[str]:
        found = {name.removeprefix("ORG#") for name, _ in change.items if name.startswith("ORG#")}
        return found | {after["organization"] for _, after in _invites(change)}

    def _counters(self, name: str) -> None:
        """Seats, pending and admins are counted as they are, within their bounds."""
        found, members = self.ledger.organizations[name], self.ledger.members(name)
        pending = [item for item in self.ledger.invites[name].values() if item["status"] == "pending"]
        admins = [user for user, item in members.items() if self._counts(name, user, item)]
        counted = {"taken": len(members) + len(pending), "pending": len(pending), "admins": len(admins)}
        for counter, count in counted.items():
            if found[counter] != count:
                self.broken(f"{name} says {counter} {found[counter]}, and there are {count}")
        if found["taken"] > found.get("seats", found["taken"]):
            self.broken(f"{name} has {found['seats']} seats, and {found['taken']} are taken")
        moments = self.moments[name]
        if moments and moments[-1].admins and not admins:
            self.broken(f"{name} has lost its last admin")
        full = found["taken"] >= found.get("seats", found["taken"] + 1)
        moments.append(Moment(self.tick(), full, len(admins), found["status"] == "suspended"))

    def _counts(self, name: str, user: str, membership: Item) -> bool:
        return ADMIN in membership["roles"] and name not in self.ledger.users[user]["uncounted"]

    def _addresses(self, name: str) -> None:
        """One active invite per address, and it holds it."""
        invites = self.ledger.invites[name].values()
        pending = sorted((item["email"], item["id"]) for item in invites if item["status"] == "pending")
        if pending != sorted(self.ledger.held[name].items()):
            self.broken(f"in {name} {pending} wait, and the addresses held are {self.ledger.held[name]}")
        members = {item["email"] for item in self.ledger.members(name).values()}
        if both := sorted(members.intersection(email for email, _ in pending)):
            self.broken(f"in {name} {both} are members, and an invite waits for them")

    def _user(self, before: Item | None, user: Item) -> None:
        """The user's item says what the memberships say, and its version moves with it."""
        name, everywhere = user["id"], self.ledger.memberships.items()
        stand = {
            organization: found[name]["roles"]
            for organization, found in everywhere
            if name in found and found[name]["status"] == "active"
        }
        if user["organizations"] != stand:
            self.broken(f"{user['email']} is a member by {stand}, and by their item {user['organizations']}")
        if not set(user["left_out"]) <= set(user["organizations"]):
            self.broken(f"{user['email']} is no member of all that is left out: {user['left_out']}")
        moved = before is None or to_show(before) != to_show(user)
        rises = user["version"] - (before["version"] if before else 0)
        if rises not in ({1} if moved else {0, 1}):
            self.broken(f"{user['email']} changed, and their version by {rises} to {user['version']}")
        if user["uncounted"] and user["created"] and at_rest(user):
            self.broken(f"{user['email']} is told of, and does not count as an admin in {user['uncounted']}")
        for pointer in (f"EMAIL#{user['connection']}#{user['email']}", f"ACCOUNT#{user['account']}"):
            if self.ledger.items.get((pointer, pointer), {}).get("user") != name:
                self.broken(f"{pointer} does not lead to {name}")

    def _due(self, change: Change) -> None:
        """Whatever is due can be found by the sweep; what is untold of a user, or half removed, is due."""
        for (partition, _), (_, item) in change.items.items():
            if item and ("due" in item) != ("due_shard" in item):
                self.broken(f"{partition} is due, and the sweep cannot find it")
        for _, user in change.of("USER"):
            if user and _is_untold(user) and "due" not in user:
                self.broken(f"{user['email']}'s version {user['version']} is untold, and not due")
            if user and user["receipts"] and "due" not in user:
                self.broken(f"{user['email']} was removed, and that is not through, and not due")

    def _closed(self, change: Change) -> None:
        """The door's list, or each member's item, names the suspended organizations; nothing is granted."""
        suspended = {
            name: item for name, item in self.ledger.organizations.items() if item["status"] == "suspended"
        }
        by_list = [name for name, item in suspended.items() if "left_out" not in item]
        listed = self.ledger.items.get(("DOOR", "DOOR"), {}).get("closed", [])
        if listed != sorted(mark(name) for name in by_list):
            self.broken(f"{by_list} are suspended, and the door's list has {listed}")
        for name, item in suspended.items():
            if is_known_left_out(item):
                self._left_out(name)
        for user in self.ledger.users.values():
            for name in user["left_out"]:
                if "left_out" not in self.ledger.organizations[name]:
                    self.broken(f"{user['email']}'s profile leaves {name} out, which is open for all we know")
        joined = [
            (before, after) for before, after in change.of("MEMBER#") if after and _joins(before, after)
        ]
        offered = [(b, a) for b, a in _invites(change) if b is None or a["generation"] != b["generation"]]
        for _, after in (*joined, *offered):
            if after["organization"] in suspended:
                self.broken(
                    f"{after['email']} was granted something in {after['organization']}: it is suspended"
                )

    def _left_out(self, name: str) -> None:
        """No member's profile has an organization that is known to be left out."""
        for user, membership in self.ledger.members(name).items():
            item = self.ledger.users[user]
            if name not in item["left_out"]:
                self.broken(f"{item['email']}'s profile is to have {name}, which is known to be left out")
            if item["created"] and item["applied"] < membership["user_version"]:
                self.broken(f"Auth0 was not told that {item['email']} is left out of {name}")


def _joins(before: Item | None, after: Item) -> bool:
    return after["status"] == "active" and (before is None or before["status"] != "active")


def _is_untold(user: Item) -> bool:
    """Tell whether Auth0 is to be told of a user: of whom it would not take, when they have changed since."""
    tried = user["halted"] if "halt" in user else 0
    return user["version"] > max(user["applied"], tried) and not waits_for_login(user)


def _invites(change: Change) -> list[tuple[Item | None, Item]]:
    return [(before, after) for before, after in change.of("INVITE") if after]
