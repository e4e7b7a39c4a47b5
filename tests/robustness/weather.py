"""The weather: what becomes of each call, drawn from a seed, from calm to storm.

The times are those of the real things: DynamoDB 2 to 20 ms, Auth0 50 to 300 ms, now and then seconds. A write
to Auth0 may land up to 170 seconds after it was sent: `leases.SETTLING` builds on 180.
"""

from dataclasses import replace
from random import Random

from guestlist.clock import clock
from tests.robustness.effects import Effect, Fate, Fates, Kind
from tests.robustness.simulation import START, Process

LATEST = 170.0
"""Seconds after which no write that was sent lands any more."""
OUTAGE = 600.0
FREEZES = (20.0, 70.0, 200.0, 3600.0)
STILL = (100.0, 130.0, 170.0, 236.0, 242.0, 300.0)
"""Seconds for which a process stands still after a write to the table: about when its user settles."""
REFUSED_BY_AUTH0 = ("429", "429 silent", "500", "502", "503", "unreachable", "401")
SPOILED_BY_AUTH0 = ("reset", "timeout", "500", "502", "503", "garbled")
STRENGTHS = 8


SORTS = 16
"""Seeds after which their sorts come again: half are of every strength and have ordinary clients."""
CROWDED, LATE, MOVING, ARRIVING = (10, 14), (11, 15), (9,), (8, 12, 13)
THRONGED = 14
"""Those of the crowded seeds in which most want the same person, and there are seats enough."""
RUSHING, LATE_ARRIVING = 8, 12
"""Of the arriving seeds: those in which all come at once, and those in which writes land late, too."""


def crowded(seed: int) -> bool:
    """Tell whether a seed's clients all want the same few things at once."""
    return seed % SORTS in CROWDED


def thronged(seed: int) -> bool:
    """Tell whether a seed's crowd races for people and not for seats."""
    return seed % SORTS == THRONGED


def late(seed: int) -> bool:
    """Tell whether a seed's writes to Auth0 land late, and whoever sent them is gone or stood still."""
    return seed % SORTS in LATE


def moving(seed: int) -> bool:
    """Tell whether a seed's clients move one or two people in and out of all organizations at once."""
    return seed % SORTS in MOVING


def listless(seed: int) -> bool:
    """Tell whether a seed's door may not be changed: who is suspended is left out of profiles instead."""
    return seed % 11 == 5


def arriving(seed: int) -> bool:
    """Tell whether a seed's people come by identity providers of their own; each strength comes in turn."""
    return seed % SORTS in ARRIVING


def grouping(seed: int) -> bool:
    """Tell whether an arriving seed's people come with groups, which give them roles: two of three such."""
    return arriving(seed) and not rushing(seed) and seed // SORTS % 3 > 0


def rushing(seed: int) -> bool:
    """Tell whether a seed's people come so all at once."""
    return seed % SORTS == RUSHING


def stormy(seed: int) -> bool:
    """Tell whether a seed's weather is among the worst three of eight, and its clients are ordinary."""
    return seed % STRENGTHS >= STRENGTHS - 3 and not (crowded(seed) or late(seed) or arriving(seed))


class Weather(Fates):
    """One seed's weather. `strength` goes from 0, where only times differ, to 1."""

    def __init__(self, seed: int) -> None:
        self._random = Random(f"weather {seed}")
        self.strength = (seed // SORTS if arriving(seed) else seed) % STRENGTHS / (STRENGTHS - 1)
        self.last_fault = START
        """When something last went wrong, in unix seconds."""
        self.calm = False
        """From then on nothing does."""
        begins = START + self._random.uniform(0, 60)
        self._outage = (begins, begins + OUTAGE if self._happens(0.15) else begins)
        self._thawed: set[Process] = set()
        self._stills = 0.02 if grouping(seed) else 0.001
        """How likely a process stands still before a call to AWS: what it has read grows old."""
        self._late = late(seed) or seed % SORTS == LATE_ARRIVING

    def of(self, effect: Effect) -> Fate:
        """Draw what becomes of a call."""
        auth0 = effect.kind is Kind.AUTH0
        if self._late and not self.calm and (fate := self._too_late(effect)):
            self.last_fault = max(self.last_fault, clock.source() + fate.there + fate.back)
            return fate
        fate = self._times(0.05, 0.3) if auth0 else self._times(0.002, 0.02)
        if self.calm:
            return fate
        fate = self._at_auth0(effect, fate) if auth0 else self._at_aws(effect, fate)
        fate = self._process(effect, fate)
        if fate.refused or fate.spoiled or fate.dies_before or fate.dies_after or fate.freezes:
            self.last_fault = max(self.last_fault, clock.source() + fate.freezes)
        if fate.there > 1:
            self.last_fault = max(self.last_fault, clock.source() + fate.freezes + fate.there)
        return fate

    def _too_late(self, effect: Effect) -> Fate | None:
        """Have a write to an account land minutes later, or who took a lease stand still until it is over.

        Who sent it is dead by then, or has heard nothing in time. Thawed, they have all their time to call.
        """
        sender, drawn = effect.sender, self._random.random()
        thawed = sender in self._thawed
        if effect.kind is Kind.AUTH0 and "/users" in effect.name:
            if effect.name.startswith("GET"):
                return Fate(there=self._random.uniform(0.1, 3), back=0.1)
            if thawed or drawn < 0.15:
                there = self._random.uniform(100 if thawed else 60, LATEST)
                return Fate(there=there, dies_after=not thawed and drawn < 0.1)
            return None
        works = effect.name == "UpdateItem" and sender and sender.name == "projector"
        if works and sender and drawn < 0.3 and not thawed:
            self._thawed.add(sender)
            seconds = self._random.choice(STILL)
            sender.frozen += seconds
            return Fate(there=0.01, back=seconds)
        return None

    def _happens(self, chance: float) -> bool:
        return self._random.random() < chance * self.strength

    def _times(self, least: float, most: float) -> Fate:
        """Most calls take some time between the two, a few take seconds."""
        there, back = (self._random.uniform(least, most) / 2 for _ in range(2))
        if not self.calm and self._happens(0.01):
            there += min(6.0, 0.3 * self._random.paretovariate(1.2))
        return Fate(there=there, back=back)

    def _at_auth0(self, effect: Effect, fate: Fate) -> Fate:
        begins, ends = self._outage
        if begins <= clock.source() < ends:
            return replace(fate, refused="unreachable")
        writes = not effect.name.startswith("GET")
        if self._happens(0.1):
            return replace(fate, refused=self._random.choice(REFUSED_BY_AUTH0))
        if self._happens(0.1):
            return replace(fate, spoiled=self._random.choice(SPOILED_BY_AUTH0))
        if writes and self._happens(0.08):
            return replace(fate, there=self._random.uniform(1, LATEST))
        return fate

    def _at_aws(self, effect: Effect, fate: Fate) -> Fate:
        fate = replace(fate, torn=self._random.random() < 0.5)
        if effect.kind is Kind.TABLE and self._happens(0.06):
            return replace(fate, refused="TransactionConflict")
        if effect.kind is not Kind.MAIL and self._happens(0.005):
            return replace(fate, refused="ThrottlingError")
        return replace(fate, spoiled="twice") if self._happens(0.01) else fate

    def _process(self, effect: Effect, fate: Fate) -> Fate:
        """Let the caller die or stand still. Whoever was thawed does not die before it is done.

        Thawed with a call to make, and dead before it could tell of it, would be three faults in one: nothing
        but the slow look for drift is there for that.
        """
        if effect.sender in self._thawed:
            return fate
        if self._happens(0.008):
            dies_before = self._random.random() < 0.5
            return replace(fate, dies_before=dies_before, dies_after=not dies_before)
        if effect.sender and self._happens(0.02 if effect.kind is Kind.AUTH0 else self._stills):
            self._thawed.add(effect.sender)
            [seconds] = self._random.choices(FREEZES, (8, 8, 4, 1))
            return replace(fate, freezes=seconds)
        return fate
