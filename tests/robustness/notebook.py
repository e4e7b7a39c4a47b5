"""What Guestlist is to do, as somebody would keep it in a notebook: clinics, members, offers, seats.

Each method is one request. It returns the `code` that the request is to be refused with, or nothing and notes
what is changed. It knows of Auth0 only who has a password, and no more of time than when an offer ends.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

ADMIN = "admin"
PENDING, ACCEPTED, REVOKED, EXPIRED = "pending", "accepted", "revoked", "expired"
Roles = tuple[str, ...]


@dataclass
class Offer:
    """An invite; `ends` in unix seconds."""

    clinic: "Clinic"
    person: str
    roles: Roles
    life: int
    ends: float = 0
    id: str = ""
    generation: int = 1
    status: str = PENDING

    def open(self, generation: int, now: float) -> bool:
        """Tell whether a link of that generation still leads somewhere."""
        return generation == self.generation and now < self.ends


@dataclass
class Clinic:
    """An organization."""

    name: str
    id: str
    seats: int | None
    members: dict[str, Roles] = field(default_factory=dict)
    offers: list[Offer] = field(default_factory=list)
    former: set[str] = field(default_factory=set)
    """Whoever was removed."""

    def pending(self, person: str) -> Offer | None:
        """Return the offer that waits for a person: never two."""
        return next((found for found in self.waiting() if found.person == person), None)

    def waiting(self) -> Iterator[Offer]:
        """Yield all offers that wait, each of which holds a seat."""
        return (offer for offer in self.offers if offer.status == PENDING)

    @property
    def taken(self) -> int:
        """How many seats are in use."""
        return len(self.members) + len(list(self.waiting()))

    def full(self, now: float) -> bool:
        """Tell whether no seat is free; if need be, the oldest offer that is over makes room."""
        if self.seats is not None and self.taken >= self.seats:
            for over in [offer for offer in self.waiting() if offer.ends <= now][:1]:
                over.status = EXPIRED
        return self.seats is not None and self.taken >= self.seats

    def last_admin(self, person: str) -> bool:
        """Tell whether nobody but this person is an admin."""
        return [name for name, roles in self.members.items() if ADMIN in roles] == [person]


@dataclass
class Notebook:
    """All that was asked for and not refused."""

    clinics: list[Clinic] = field(default_factory=list)
    passwords: set[str] = field(default_factory=set)
    """Who has set one."""
    proved: set[str] = field(default_factory=set)
    """Who has pressed a button, or whose account was seen: only they count as admins at once."""

    def counting(self, person: str, roles: Roles) -> Roles:
        """Return roles of which it is known at once whether they count: nobody is to be half an admin."""
        return roles if person in self.proved or ADMIN not in roles else ("editor",)

    def invite(self, offer: Offer, now: float) -> str:
        """Offer membership; an offer that is over makes place for it."""
        clinic = offer.clinic
        held = clinic.pending(offer.person)
        if held and now < held.ends:
            return "invite_pending"
        if held:
            held.status = EXPIRED
        if offer.person in clinic.members:
            return "already_member"
        if clinic.full(now):
            return "seats_taken"
        clinic.offers.append(offer)
        return ""

    def resend(self, offer: Offer, now: float) -> str:
        """Make a new link; one that expired is offered again, if its place is free."""
        clinic = offer.clinic
        if offer.status in {ACCEPTED, REVOKED}:
            return "invite_closed"
        if offer.status == EXPIRED:
            if clinic.pending(offer.person):
                return "invite_pending"
            if offer.person in clinic.members:
                return "already_member"
            if clinic.full(now):
                return "seats_taken"
        offer.status, offer.generation, offer.ends = PENDING, offer.generation + 1, now + offer.life
        return ""

    def revoke(self, offer: Offer) -> str:
        """Take an offer back."""
        if offer.status == ACCEPTED:
            return "invite_closed"
        offer.status = REVOKED
        return ""

    def press(self, offer: Offer, generation: int, now: float) -> str:
        """Press the button that a link leads to: accept, or be led on again."""
        if not offer.open(generation, now) or offer.status in {EXPIRED, REVOKED}:
            return "gone"
        if offer.status == ACCEPTED:
            return "" if offer.person in offer.clinic.members else "gone"
        offer.status = ACCEPTED
        offer.clinic.members[offer.person] = offer.roles
        self.proved.add(offer.person)
        return ""

    def add(self, clinic: Clinic, person: str, roles: Roles, now: float) -> str:
        """Make somebody a member at once; the seat of their offer is theirs."""
        held = clinic.pending(person)
        if person in clinic.members:
            return "already_member"
        if not held and clinic.full(now):
            return "seats_taken"
        if held:
            held.status = REVOKED
        clinic.members[person] = roles
        return ""

    def change(self, clinic: Clinic, person: str, roles: Roles) -> str:
        """Give a member other roles."""
        if person not in clinic.members:
            return "not_found"
        if clinic.last_admin(person) and ADMIN not in roles:
            return "last_admin"
        clinic.members[person] = roles
        return ""

    def remove(self, clinic: Clinic, person: str) -> str:
        """Take a member off the list; twice is the same."""
        if person not in clinic.members:
            return "" if person in clinic.former else "not_found"
        if clinic.last_admin(person):
            return "last_admin"
        del clinic.members[person]
        clinic.former.add(person)
        return ""

    def reseat(self, clinic: Clinic, seats: int | None) -> str:
        """Give the organization another number of seats."""
        if seats is not None and seats < clinic.taken:
            return "seats_in_use"
        clinic.seats = seats
        return ""

    def swept(self, now: float) -> None:
        """End the offers that are over."""
        for clinic in self.clinics:
            for offer in clinic.waiting():
                if offer.ends <= now:
                    offer.status = EXPIRED

    def offers(self) -> list[Offer]:
        """Return all offers, oldest first in each clinic."""
        return [offer for clinic in self.clinics for offer in clinic.offers]

    def known(self, person: str) -> bool:
        """Tell whether the person was a member anywhere."""
        return any(person in clinic.members or person in clinic.former for clinic in self.clinics)

    def belongs(self, person: str) -> dict[str, Roles]:
        """Return the ids of the organizations that a person is a member of, with roles."""
        return {clinic.id: clinic.members[person] for clinic in self.clinics if person in clinic.members}
