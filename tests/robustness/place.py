"""The model's memory: of one person, in each organization, the membership and every invite."""

from dataclasses import dataclass, replace

PENDING, ACCEPTED, REVOKED, EXPIRED = "pending", "accepted", "revoked", "expired"
WELCOME_LIFE = 7 * 24 * 3600


@dataclass(frozen=True)
class Offer:
    """An invite; `ends` in unix seconds."""

    id: str
    generation: int
    status: str
    roles: tuple[str, ...]
    life: int
    ends: int
    welcome: bool = False


@dataclass(frozen=True)
class Place:
    """One person in one organization. Version 0: never a member."""

    member: bool = False
    roles: tuple[str, ...] = ()
    version: int = 0
    offers: tuple[Offer, ...] = ()
    mapped: frozenset[str] | None = None
    """The roles that rest on groups; None: nobody looked at these."""
    looked: tuple[str, ...] | None = None
    """The groups that were last looked at; None: the next login is to look at them."""
    read_at: str = ""
    """Of when the account was that bore them."""

    def offer(self, invite: str) -> Offer | None:
        """Return an invite by its id."""
        return next((offer for offer in self.offers if offer.id == invite), None)

    @property
    def pending(self) -> Offer | None:
        """Return the invite that waits to be accepted: never two."""
        return next((offer for offer in self.offers if offer.status == PENDING), None)

    def with_offer(self, changed: Offer) -> "Place":
        """Return the place with an invite that is new or otherwise."""
        offers = {offer.id: offer for offer in self.offers} | {changed.id: changed}
        return replace(self, offers=tuple(offer for _, offer in sorted(offers.items(), key=_name)))

    def joined(self, roles: tuple[str, ...]) -> "Place":
        """Return the place of somebody who is a member from now on, with these roles."""
        kept = self if self.member else replace(self, mapped=None, looked=None)
        return replace(kept, member=True, roles=roles, version=self.version + 1)


@dataclass(frozen=True)
class Person:
    """Where a person belongs, and what idempotency keys have made."""

    places: tuple[tuple[str, Place], ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    account: str = ""
    """The one that is theirs, once they signed in by an identity provider of their own; for ever."""

    def at(self, organization: str) -> Place:
        """Return the person's place in an organization."""
        return dict(self.places).get(organization, Place())

    def moved(self, organization: str, place: Place) -> "Person":
        """Return the person with another place in an organization."""
        places = dict(self.places) | {organization: place}
        return replace(self, places=tuple(sorted(places.items(), key=_name)))

    def organizations(self) -> frozenset[tuple[str, tuple[str, ...]]]:
        """Return the organizations that the person is a member of, with roles."""
        return frozenset((name, place.roles) for name, place in self.places if place.member)


def _name(named: tuple[str, object]) -> str:
    return named[0]
