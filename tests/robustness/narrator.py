"""Whoever tells a story: does what it says at the front door, and holds what comes of it to the notebook."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import httpx

from local.people import Person
from local.stack import NAMESPACE
from tests.robustness.notebook import ACCEPTED, EXPIRED, PENDING, REVOKED, Clinic, Notebook, Offer
from tests.robustness.stage import MINUTE, Stage, at_rest, shown

PATIENCE = 30
"""Minutes after which everything must be at rest."""
MARGIN = 5.0
"""Seconds around an offer's end in which nothing is done: a request takes some, so either would be right."""


FAULTS: Mapping[str, dict[str, Any]] = {
    "refuses the next call": {"status": 503},
    "carries the next three calls out and answers with errors": {
        "status": 500,
        "times": 3,
        "after_effect": True,
    },
    "breaks off the next three calls": {"reset": True, "times": 3},
    "says four times that it is too much": {"status": 429, "times": 4, "headers": {"retry-after": "0"}},
    "breaks off the next call and carries it out two minutes late": {"reset": True, "land_after": 120},
    "answers the next three calls with a page": {"text": "<html>", "times": 3, "after_effect": True},
}
"""What Auth0 may do, as it is told, and what the tenant is told for it."""


class BrokenError(AssertionError):
    """Something is not as the notebook says."""


class Narrator:
    """Tells what happens, line by line, in `lines`; `people` are browsers by name."""

    def __init__(self, on: Stage, book: Notebook, people: dict[str, Person], lines: list[str]) -> None:
        self.on, self.book, self.people, self.lines = on, book, people, lines

    def tell(self, line: str) -> None:
        """Add a line to the story."""
        self.lines.append(line)

    def asks(self, says: str, method: str, path: str, *, wants: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 (httpx's)
        """Make a request, tell it with its answer, and hold that to the code that the notebook wants."""
        answer = self.on.api.request(method, path, **more)
        told: dict[str, Any] = answer.json()
        code = "" if answer.is_success else str(told.get("code", answer.status_code))
        self.tell(f"{says}: {code or 'done'}.")
        self.hold("the answer", code or "done", wants or "done")
        return told

    def hold(self, what: str, found: object, expected: object) -> None:
        """Break the story off where something is not as the notebook says."""
        if found != expected:
            raise BrokenError(f"{what} is {found!r}; by the notebook it is {expected!r}.")

    def now(self) -> float:
        """Return the time, clear of any offer's end."""
        now = self.on.now()
        if any(-MARGIN < offer.ends - now < MARGIN for offer in self.book.offers()):
            self.passes(2 * MARGIN, swept=False)
        return self.on.now()

    def passes(self, seconds: float, *, swept: bool = True) -> None:
        """Let time pass, and note what a sweep ends."""
        self.on.leap(seconds, swept=swept)
        if swept:
            self.book.swept(self.on.now())

    def presses(self, offer: Offer, generation: int) -> None:
        """Have the invitee press the button of a link, and go where it leads."""
        who, wants = self.people[offer.person], self.book.press(offer, generation, self.now())
        age = "the" if generation == offer.generation else "an old"
        answer = who.press(self.on.links.url(offer.id, generation))
        led = _led(answer, self.on.stack.tenant.url)
        self.tell(f"{offer.person} presses the button of {age} link into {offer.clinic.name}: {led}.")
        ways = {"wait", "password"} if offer.person not in self.book.passwords else {"wait", "login"}
        self.hold("where it leads", led, "gone" if wants else led if led in ways else ways)
        if led == "password":
            who.choose_password(answer.headers["location"])
            self.book.passwords.add(offer.person)

    def signs_in(self, name: str, clinic: Clinic) -> None:
        """Have somebody sign in, and hold the token to the notebook."""
        outcome = self.people[name].sign_in(clinic.id)
        self.tell(f"{name} signs in at {clinic.name}: {outcome['error_description'] or 'admitted'}.")
        self.hold("whether the door opens", outcome["admitted"], name in clinic.members)
        if outcome["admitted"]:
            claims = outcome["access_token_claims"]
            given = claims[f"{NAMESPACE}/organization"], claims[f"{NAMESPACE}/roles"]
            self.hold("the token", given, (clinic.id, list(clinic.members[name])))

    def rests(self) -> None:
        """Let minutes pass until nothing is left to do; then all of Auth0 is as the notebook says."""
        self.on.control("DELETE", "faults")
        emails = {name: person.email for name, person in self.people.items()}
        for _ in range(PATIENCE):
            if all(at_rest(self.on.user(email)) for email in emails.values()):
                break
            self.passes(MINUTE)
        else:
            raise BrokenError(f"after {PATIENCE} minutes something is still to be done.")
        for name, email in emails.items():
            bears = shown(self.on.accounts(email)) or {}
            belongs = {clinic: list(roles) for clinic, roles in self.book.belongs(name).items()}
            self.hold(f"what Auth0 shows of {name}", bears, belongs)
            self.book.proved.update([name] if belongs else [])

    def reads(self, clinic: Clinic, *, all_of_it: bool) -> None:
        """Hold the clinic's resource and its lists to the notebook."""
        found = self._get(clinic)
        counted = {name: found[name] for name in ("seats", "members", "pending_invites")}
        waiting = [offer.id for offer in clinic.waiting()]
        expected = {"seats": clinic.seats, "members": len(clinic.members), "pending_invites": len(waiting)}
        self.hold(f"{clinic.name}", counted, expected)
        members = {item["email"]: item["roles"] for item in self._get(clinic, "/members")["items"]}
        noted = {self.people[name].email: list(given) for name, given in clinic.members.items()}
        self.hold(f"the list of members of {clinic.name}", members, noted)
        for status in (PENDING, ACCEPTED, REVOKED, EXPIRED) if all_of_it else (PENDING,):
            items = self._get(clinic, f"/invites?status={status}")["items"]
            self._lists(clinic, status, [item["id"] for item in items])

    def email(self, name: str) -> str:
        """Return somebody's address."""
        return self.people[name].email

    def user(self, name: str) -> str:
        """Return the id of somebody who was a member."""
        user = self.on.user(self.email(name))
        assert user is not None, f"{name} was a member, and is not known"
        return user.id

    def _lists(self, clinic: Clinic, status: str, listed: Iterable[str]) -> None:
        noted = {offer.id: offer.status for offer in clinic.offers}
        # A welcome is an invite, too, of which only its mail tells.
        ours = {found for found in listed if found in noted or status != ACCEPTED}
        expected = {found for found, as_noted in noted.items() if as_noted == status}
        self.hold(f"the list of {status} invites of {clinic.name}", ours, expected)

    def _get(self, clinic: Clinic, path: str = "") -> dict[str, Any]:
        answer = self.on.api.get(f"/organizations/{clinic.id}{path}")
        return dict(answer.raise_for_status().json())


def ends(invite: dict[str, Any]) -> float:
    """Return when an invite ends, in unix seconds."""
    return datetime.fromisoformat(invite["expires_at"]).timestamp()


def _led(answer: httpx.Response, tenant: str) -> str:
    """Say where a button led: to a password, to the login, to a page that says to wait, or nowhere."""
    if answer.is_redirect:
        return "password" if answer.headers["location"].startswith(tenant) else "login"
    return {503: "wait", 410: "gone"}.get(answer.status_code, f"a page of status {answer.status_code}")
