"""Steady traffic at the front door: five kinds of requests in turn, and what each of them promised."""

import itertools
from collections import Counter
from typing import Any

from local.people import Person
from tests.robustness.stage import Stage, at_rest, shown

EDITOR, VIEWER = ["editor"], ["viewer"]
WAIT = "Wait a few seconds, then continue."
"""What the page says of an acceptance that is on record, and not yet at Auth0."""


class Traffic:
    """Invites, acceptances, additions, changes and removals in one clinic, one at a time.

    `members` are there before it begins: half of them have their roles changed, the others are removed.
    """

    def __init__(self, on: Stage, clinic: str, members: int) -> None:
        self._on, self._clinic = on, clinic
        self._numbers = itertools.count(1)
        self.wanted: dict[str, dict[str, list[str]]] = {}
        """What Auth0 is to show in the end, by address, as the answers promised."""
        self.answers: Counter[tuple[str, int, str]] = Counter()
        """By kind of request, its status, and the projection that it told, or the page's heading."""
        self.links: list[tuple[str, str]] = []
        """Of pages that said to try again: whose, and where."""
        self._offers: list[tuple[str, str]] = []
        present = [(email := self._address(), self._add(email)) for _ in range(members)]
        self.wanted = {email: {clinic: EDITOR} for email, _ in present}
        self._changing = itertools.cycle(present[::2])
        self._leaving = present[1::2]
        kinds = (self._invites, self._accepts, self._adds, self._changes, self._removes)
        self._turns = itertools.cycle(kinds)

    def go_on(self) -> None:
        """Make the next request."""
        next(self._turns)()

    def unfinished(self) -> int:
        """Count the people whom Auth0 does not yet show as was promised."""
        return sum(not self._right(email) for email in self.wanted)

    def restless(self) -> int:
        """Count the people for whom Guestlist still has something to do."""
        return sum(not at_rest(self._on.user(email)) for email in self.wanted)

    def _right(self, email: str) -> bool:
        return (shown(self._on.accounts(email)) or {}) == self.wanted[email]

    def _invites(self) -> None:
        email = self._address()
        body = {"email": email, "roles": EDITOR, "send": False}
        answer = self._asked("invite", "POST", "invites", json=body)
        self._offers.append((email, answer["link"]))

    def _accepts(self) -> None:
        email, link = self._offers.pop(0)
        with Person(self._on.stack, email) as invitee:
            answer = invitee.press(link)
        says = (
            "try again"
            if "Wait a few seconds, then continue." in answer.text
            else answer.headers.get("location", "")
        )
        self.answers["accept", answer.status_code, says] += 1
        self.wanted[email] = {self._clinic: EDITOR}
        self.links.append((email, link))

    def _adds(self) -> None:
        email = self._address()
        self._asked("add", "POST", "members", json={"email": email, "roles": EDITOR})
        self.wanted[email] = {self._clinic: EDITOR}

    def _changes(self) -> None:
        email, user = next(self._changing)
        roles = VIEWER if self.wanted[email][self._clinic] == EDITOR else EDITOR
        more = {"json": {"roles": roles}, "headers": {"If-Match": "*"}}
        self._asked("change", "PATCH", f"members/{user}", **more)
        self.wanted[email] = {self._clinic: roles}

    def _removes(self) -> None:
        email, user = self._leaving.pop()
        self._asked("remove", "DELETE", f"members/{user}")
        self.wanted[email] = {}

    def _address(self) -> str:
        return f"steady{next(self._numbers)}@{self._clinic.lower()}.example"

    def _add(self, email: str) -> str:
        body = {"email": email, "roles": EDITOR}
        made = self._on.api.post(f"/organizations/{self._clinic}/members", json=body)
        return str(made.raise_for_status().json()["user"])

    def _asked(self, kind: str, method: str, path: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 (httpx's)
        answer = self._on.api.request(method, f"/organizations/{self._clinic}/{path}", **more)
        told: dict[str, Any] = answer.json()
        self.answers[kind, answer.status_code, told.get("projection", "")] += 1
        return told
