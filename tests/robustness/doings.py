"""Every change is somebody's doing: each of a membership or an offer is recorded as what it is, and by whom.

A record about the right person is not enough. It says what was done, in the transaction that did it, and is
of a request by which somebody asked for just this, of just this person. Nothing is done unasked, but that
offers come to their end.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from guestlist.audit_records import Action
from tests.robustness.history import History, Kind
from tests.robustness.ledger import Change, Item

ASKED_BY: dict[str, set[Kind]] = {
    Action.INVITE_CREATE: {Kind.INVITE},
    Action.INVITE_RESEND: {Kind.RESEND},
    Action.INVITE_REVOKE: {Kind.REVOKE, Kind.ADD, Kind.LOGIN},
    Action.INVITE_ACCEPT: {Kind.ACCEPT, Kind.LOGIN},
    Action.MEMBER_ADD: {Kind.ADD},
    Action.MEMBER_CHANGE: {Kind.CHANGE, Kind.LOGIN},
    Action.MEMBER_REMOVE: {Kind.REMOVE},
    Action.MEMBER_JOIN: {Kind.LOGIN},
    Action.USER_BIND: {Kind.LOGIN},
    Action.USER_PROVE: {Kind.ACCEPT},
}
"""What is asked for by whom it is done."""
OF_PEOPLE = ("invite:", "member:", "user:")
JOINING = {Action.MEMBER_ADD, Action.MEMBER_JOIN, Action.INVITE_ACCEPT}
ENDING = {"accepted": Action.INVITE_ACCEPT, "revoked": Action.INVITE_REVOKE, "expired": Action.INVITE_EXPIRE}
"""By the status that an offer gets."""


@dataclass
class Doings:
    """Looks at every write; what nobody recorded, or nobody asked for, is told to `broken`."""

    history: History
    broken: Callable[[str], object]

    def witness(self, change: Change) -> None:
        """Look at what a write changed."""
        records = [after for before, after in change.of("AUDIT#") if after and not before]
        invites = [(before, after) for before, after in change.of("INVITE") if after]
        takers = {invite["id"]: invite.get("user", "") for _, invite in invites}
        for before, member in change.of("MEMBER#"):
            if member is None:
                self.broken("a membership is gone, and left no tombstone")
            elif _differ(before, member, "version", "status", "roles"):
                about = [record for record in records if _whom(record, takers) == member["user"]]
                self._recorded(f"a membership of {member['email']}", _of_membership(before, member), about)
                if member["version"] != (before["version"] if before else 0) + 1:
                    self.broken(f"a membership of {member['email']} is of version {member['version']} now")
        for before, invite in invites:
            if _differ(before, invite, "status", "generation"):
                subject = invite["user"] if before is None and invite["welcome"] else invite["id"]
                about = [record for record in records if record["subject"] == subject]
                self._recorded(f"an invite of {invite['email']}", _of_invite(before, invite), about)
        for record in records:
            self._asked(record, change)

    def _recorded(self, what: str, wanted: Collection[str], about: list[Item]) -> None:
        done = [record["action"] for record in about if record["action"] in wanted]
        if len(done) != 1:
            actions = [record["action"] for record in about]
            self.broken(f"{what} changed, which is {sorted(wanted)}, and the audit says {actions}")

    def _asked(self, record: Item, change: Change) -> None:
        """Somebody asked for what is recorded, of this person, in this organization."""
        action = record["action"]
        if not action.startswith(OF_PEOPLE) or action == Action.INVITE_EXPIRE or _ends_access(record, change):
            return
        asked = self.history.requests.get(record["request"])
        place = asked and (asked.person, asked.organization)
        known = place == (_email(record["subject"], change), record["organization"])
        if asked is None or not known or asked.kind not in ASKED_BY.get(action, set()):
            self.broken(f"{action} in {record['organization']} is recorded of what was asked: {asked}")


def _ends_access(record: Item, change: Change) -> bool:
    """Tell whether it is recorded that somebody is signed out, whose removal has the receipt that says so."""
    about = record["subject"], record["organization"]
    ended = [after for _, after in change.of("RECEIPT") if after and after.get("access") == "ended"]
    of_receipts = [(receipt["user"], receipt["organization"]) for receipt in ended]
    return record["action"] == Action.USER_SIGN_OUT and of_receipts == [about]


def _of_membership(before: Item | None, member: Item) -> Collection[str]:
    """Return as what a change of a membership may be recorded."""
    stood, stands = before is not None and before["status"] == "active", member["status"] == "active"
    if stands and not stood:
        return JOINING
    return {Action.MEMBER_CHANGE} if stands else {Action.MEMBER_REMOVE}


def _of_invite(before: Item | None, invite: Item) -> Collection[str]:
    """Return as what a change of an offer may be recorded."""
    if before is None:
        return {Action.MEMBER_ADD if invite["welcome"] else Action.INVITE_CREATE}
    ended = before["status"] != invite["status"] and invite["status"] in ENDING
    return {ENDING[invite["status"]] if ended else Action.INVITE_RESEND}


def _whom(record: Item, takers: dict[str, str]) -> str:
    """Return the user whom a record is about: of an offer, who took it up."""
    subject = str(record["subject"])
    return takers.get(subject, subject)


def _email(subject: str, change: Change) -> str:
    """Return the address of whom a record is about, by what was written with it."""
    items = [item for _, item in change.items.values() if item and "email" in item]
    return next((item["email"] for item in items if subject in {item.get("user"), item.get("id")}), "")


def _differ(before: Item | None, after: Item, *names: str) -> bool:
    return before is None or any(before.get(name) != after.get(name) for name in names)
