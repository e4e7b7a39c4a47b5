"""Stories: Hypothesis makes up what happens at the front door, a notebook says what must come of it.

Every rule is a request or a turn of events: faults of Auth0, time that passes. After each, the answer and the
clinic's lists must be what the notebook says; at rest Auth0's arrays and the tokens of logins, too. A failure
is shrunk to a short story, which is told in the domain's words.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)

from local.people import Person
from tests.front_door import unique
from tests.robustness.narrator import FAULTS, Narrator, ends
from tests.robustness.notebook import ADMIN, Clinic, Notebook, Offer, Roles
from tests.robustness.stage import Stage

HOUR, DAY = 3600, 24 * 3600
NAMES, PLACES = ("ann", "ben"), "AB"
"""Few, so that they meet."""
people, number = st.sampled_from(NAMES), st.integers(0, 3)
roles = st.sampled_from(((), ("editor",), (ADMIN,)))
seats, old = st.sampled_from((None, 1, 2, 3)), st.sampled_from((False, False, True))
lives = st.sampled_from((7 * DAY, HOUR))
PASSING = (90, HOUR + 60, 8 * DAY)
DEEDS = (
    "invite",
    "invite",
    "add",
    "press",
    "press",
    "change",
    "remove",
    "reseat",
    "resend",
    "revoke",
    "ask again",
)


class Story(RuleBasedStateMachine):
    """One story, told as it happens. Clinics and offers are taken by number, going round."""

    def __init__(self, on: Stage, lines: list[str], book: Notebook | None = None) -> None:
        super().__init__()
        lines.clear()
        self.book, self._open = book or Notebook(), ExitStack()
        self._last: tuple[Offer, dict[str, Any]] | None = None
        self._stirred = False
        """Whether anything was done since the last rest: only then is there something to wait for."""
        persons = {name: Person(on.stack, f"{unique(name)}@clinic.example") for name in NAMES}
        for person in persons.values():
            self._open.enter_context(person)
        self.teller = Narrator(on, self.book, persons, lines)

    def teardown(self) -> None:
        """End the story at rest."""
        try:
            self.rests()
        finally:
            self.teller.on.control("DELETE", "faults")
            self._open.close()

    @initialize(seats=seats)
    def begins(self, seats: int | None) -> None:
        """Have two clinics to begin with."""
        for name in PLACES:
            self.provisions(name, seats)

    def provisions(self, name: str, seats: int | None) -> None:
        """Provision an organization."""
        body = {"id": unique(f"clinic{name}"), "name": f"Clinic {name}", "seats": seats}
        says = f"Olga provisions {name} with {seats or 'any number of'} seats"
        made = self.teller.asks(says, "POST", "/organizations", wants="", json=body)
        self.book.clinics.append(Clinic(name, made["id"], seats))

    @rule(
        deed=st.sampled_from(DEEDS),
        place=number,
        person=people,
        roles=roles,
        life=lives,
        seats=seats,
        old=old,
    )
    def happens(
        self, *, deed: str, place: int, person: str, roles: Roles, life: int, seats: int | None, old: bool
    ) -> None:
        """Do something: in one rule, so that no story is without most of it. `place` may be an offer's."""
        self._stirred = True
        handles = self.book.offers()
        match deed:
            case "invite":
                self.invites(place, person, roles, life)
            case "add":
                self.adds(place, person, roles, welcome=old)
            case "change":
                self.changes(place, person, roles)
            case "remove":
                self.removes(place, person)
            case "reseat":
                self.reseats(place, seats)
            case "press" if handles:
                self.presses(place, old=old)
            case "resend" if handles:
                self.resends(place)
            case "revoke" if handles:
                self.revokes(place)
            case "ask again":
                self.asks_again()

    @precondition(lambda self: self._stirred)
    @rule(event=st.sampled_from((*PASSING, *sorted(FAULTS))), swept=st.booleans())
    def comes_about(self, *, event: int | str, swept: bool) -> None:
        """Let time pass, and perhaps a sweep come, or let Auth0 fail."""
        if isinstance(event, str):
            self.teller.on.suffers({"path": "^/api/v2/", **FAULTS[event]})
            self.teller.tell(f"Auth0 {event}.")
        else:
            # A key is good for a day.
            self._last = None
            self.teller.passes(event, swept=swept)
            self.teller.tell(f"{event} seconds pass{'' if swept else ' without a sweep'}.")

    def invites(self, place: int, person: str, roles: Roles, life: int) -> None:
        """Invite somebody."""
        clinic = self._clinic(place)
        offer = Offer(clinic, person, roles, life)
        wants = self.book.invite(offer, self.teller.now())
        says = f"Olga invites {person} into {clinic.name}{_as(roles)}, for {life // HOUR} hours"
        body = {"email": self.teller.email(person), "roles": roles, "expires_in": life, "send": False}
        more = {"json": body, "headers": {"Idempotency-Key": unique("key")}}
        self._asks(says, "POST", clinic, "/invites", wants, more, offer=offer)
        self._last = None if wants else (offer, more)

    def asks_again(self) -> None:
        """Make the last request for an invite again, under its key, as whoever lost the answer."""
        if self._last:
            offer, more = self._last
            path = f"/organizations/{offer.clinic.id}/invites"
            again = self.teller.asks("Olga asks for the last invite again", "POST", path, wants="", **more)
            self.teller.hold("its id", again["id"], offer.id)

    def resends(self, which: int) -> None:
        """Make a new link."""
        offer = self._offer(which)
        wants = self.book.resend(offer, self.teller.now())
        says = f"Olga resends the invite of {offer.person} into {offer.clinic.name}"
        self._asks(says, "POST", offer.clinic, f"/invites/{offer.id}/resend", wants, offer=offer)

    def revokes(self, which: int) -> None:
        """Take an offer back."""
        offer = self._offer(which)
        says = f"Olga revokes the invite of {offer.person} into {offer.clinic.name}"
        self._asks(says, "DELETE", offer.clinic, f"/invites/{offer.id}", self.book.revoke(offer))

    def presses(self, which: int, *, old: bool) -> None:
        """Press the button of a link."""
        offer = self._offer(which)
        self.teller.presses(offer, 1 if old else offer.generation)
        self.teller.reads(offer.clinic, all_of_it=False)

    def adds(self, place: int, person: str, roles: Roles, *, welcome: bool) -> None:
        """Add somebody at once."""
        clinic, roles = self._clinic(place), self.book.counting(person, roles)
        body = {"email": self.teller.email(person), "roles": roles, "welcome": welcome}
        says = f"Olga adds {person} to {clinic.name}{_as(roles)}{', with a welcome' if welcome else ''}"
        wants = self.book.add(clinic, person, roles, self.teller.now())
        self._asks(says, "POST", clinic, "/members", wants, {"json": body})

    def changes(self, place: int, person: str, roles: Roles) -> None:
        """Give a member other roles."""
        if self.book.known(person):
            clinic, roles = self._clinic(place), self.book.counting(person, roles)
            wants, path = self.book.change(clinic, person, roles), f"/members/{self.teller.user(person)}"
            says = f"Olga makes {person} a member{_as(roles)} of {clinic.name}"
            more = {"json": {"roles": roles}, "headers": {"If-Match": "*"}}
            self._asks(says, "PATCH", clinic, path, wants, more)

    def removes(self, place: int, person: str) -> None:
        """Take a member off the list."""
        if self.book.known(person):
            clinic, path = self._clinic(place), f"/members/{self.teller.user(person)}"
            says = f"Olga removes {person} from {clinic.name}"
            self._asks(says, "DELETE", clinic, path, self.book.remove(clinic, person))

    def reseats(self, place: int, seats: int | None) -> None:
        """Give a clinic another number of seats."""
        clinic = self._clinic(place)
        says = f"Olga gives {clinic.name} {seats or 'any number of'} seats"
        more = {"json": {"seats": seats}, "headers": {"If-Match": "*"}}
        self._asks(says, "PATCH", clinic, "", self.book.reseat(clinic, seats), more)

    @precondition(lambda self: self._stirred)
    @rule()
    def rests(self) -> None:
        """Let all come to rest, and look everywhere."""
        self._stirred = False
        self.teller.rests()
        self.teller.tell("All comes to rest.")
        for clinic in self.book.clinics:
            self.teller.reads(clinic, all_of_it=True)

    @rule(place=number, person=people)
    def signs_in(self, place: int, person: str) -> None:
        """Sign in where a password was set, at rest."""
        if person in self.book.passwords:
            self.rests()
            self.teller.signs_in(person, self._clinic(place))

    def _asks(  # noqa: PLR0917 (read in the order of a request)
        self,
        says: str,
        method: str,
        clinic: Clinic,
        path: str,
        wants: str,
        more: Mapping[str, Any] = MappingProxyType({}),
        *,
        offer: Offer | None = None,
    ) -> None:
        """Make a request of a clinic, and look at its lists."""
        where = f"/organizations/{clinic.id}{path}"
        told = self.teller.asks(says, method, where, wants=wants, **more)
        if offer and not wants:
            offer.id, offer.ends = told["id"], ends(told)
        self.teller.reads(clinic, all_of_it=False)

    def _clinic(self, place: int) -> Clinic:
        return self.book.clinics[place % len(self.book.clinics)]

    def _offer(self, which: int) -> Offer:
        offers = self.book.offers()
        return offers[which % len(offers)]


def _as(roles: Roles) -> str:
    return f" as {roles[0]}" if roles else ""
