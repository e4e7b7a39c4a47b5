"""What nobody asked for by name, read off the audit as it is written: ends of invites, and who came in."""

from typing import Any

from guestlist.audit_records import Action
from guestlist.clock import clock
from tests.robustness.history import History, Kind, Operation, Outcome
from tests.robustness.ledger import Change, Item, Ledger
from tests.robustness.threshold import Threshold


class Recorded:
    """Adds to a history what the records say, each as something that took place in one moment."""

    def __init__(self, history: History, ledger: Ledger, users: dict[str, str], threshold: Threshold) -> None:
        self._history, self._ledger, self._users = history, ledger, users
        self._threshold = threshold

    def read(self, record: Item, change: Change) -> None:
        """Read off what an operation's invite is called, that one came to its end, and what a login did."""
        asked = self._history.requests.get(record["request"])
        for before, invite in change.of("INVITE"):
            if invite and asked and before is None:
                asked.made = invite["id"]
            if invite and record["action"] == Action.INVITE_EXPIRE:
                self._took_place("the sweep", Kind.EXPIRE, record["at"], **_of(invite), invite=invite["id"])
        if asked and asked.kind is Kind.LOGIN:
            self._came_in(asked, record)

    def _came_in(self, asked: Operation, record: Item) -> None:
        about: dict[str, Any] = {"person": asked.person, "organization": asked.organization}
        match record["action"]:
            case Action.INVITE_ACCEPT:
                kind, about["invite"] = Kind.JOIN, record["subject"]
                self._threshold.took_up(asked)
            case Action.MEMBER_JOIN:
                member = self._ledger.memberships[asked.organization][record["subject"]]
                kind, about["roles"] = Kind.JOIN, tuple(member["roles"])
            case Action.USER_BIND:
                user = self._ledger.users[record["subject"]]
                self._users[asked.person] = user["id"]
                kind, about["account"] = Kind.BIND, user["account"].rpartition("|")[2]
            case _:
                return
        self._took_place("the door", kind, record["at"], **about)

    def _took_place(self, client: str, kind: Kind, now: int, **about: Any) -> None:  # noqa: ANN401 (an operation's fields)
        tick, time, done = self._history.tick(), clock.source(), Outcome("done")
        made = Operation(client=client, kind=kind, called=tick, time=time, now=now, outcome=done, **about)
        made.returned = tick
        self._history.call(made)


def _of(invite: Item) -> dict[str, str]:
    return {"person": invite["email"], "organization": invite["organization"]}
