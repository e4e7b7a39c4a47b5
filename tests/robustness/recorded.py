"""What nobody asked for by name, read off the audit as it is written: ends of invites, and who came in."""

from typing import Any

from guestlist.audit_records import Action
from tests.robustness.history import History, Kind, Operation
from tests.robustness.ledger import Change, Item, Ledger
from tests.robustness.threshold import Threshold

RECORDS = {
    Kind.INVITE: Action.INVITE_CREATE,
    Kind.RESEND: Action.INVITE_RESEND,
    Kind.REVOKE: Action.INVITE_REVOKE,
    Kind.ACCEPT: Action.INVITE_ACCEPT,
    Kind.ADD: Action.MEMBER_ADD,
    Kind.CHANGE: Action.MEMBER_CHANGE,
    Kind.REMOVE: Action.MEMBER_REMOVE,
}
"""As what it is recorded that an operation took place."""


class Recorded:
    """Adds to a history what the records say, each as something that took place in one moment."""

    def __init__(self, history: History, ledger: Ledger, threshold: Threshold) -> None:
        self._history, self._ledger, self._threshold = history, ledger, threshold
        self.users: dict[str, str] = {}
        """The ids of users whom somebody has heard of, by address."""

    def read(self, record: Item, change: Change) -> None:
        """Read off when an operation took place, what its invite is called, which ended, what a login did."""
        asked = self._history.requests.get(record["request"])
        if asked and RECORDS.get(asked.kind) == record["action"]:
            asked.recorded = self._history.tick()
        for before, invite in change.of("INVITE"):
            if invite and asked and before is None:
                asked.made = invite["id"]
            if invite and record["action"] == Action.INVITE_EXPIRE:
                about = {**_of(invite), "invite": invite["id"], "now": record["at"]}
                self._history.took_place("the sweep", Kind.EXPIRE, **about)
        if asked and asked.kind is Kind.LOGIN:
            self._came_in(asked, record)

    def _came_in(self, asked: Operation, record: Item) -> None:
        about: dict[str, Any] = {
            "person": asked.person,
            "organization": asked.organization,
            "now": record["at"],
            "mappings": asked.mappings,
        }
        match record["action"]:
            case Action.INVITE_ACCEPT:
                kind, about["invite"] = Kind.JOIN, record["subject"]
                self._threshold.took_up(asked)
            case Action.MEMBER_JOIN:
                member = self._ledger.memberships[asked.organization][record["subject"]]
                kind, about["roles"] = Kind.JOIN, tuple(member["roles"])
            case Action.USER_BIND:
                user = self._ledger.users[record["subject"]]
                self.users[asked.person] = user["id"]
                kind, about["account"] = Kind.BIND, user["account"].rpartition("|")[2]
            case _:
                return
        self._history.took_place("the door", kind, **about)


def _of(invite: Item) -> dict[str, str]:
    return {"person": invite["email"], "organization": invite["organization"]}
