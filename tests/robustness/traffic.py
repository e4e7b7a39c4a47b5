"""The traffic: a few clients who ask for this and that, one thing after the other, and what they know."""

from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from botocore.exceptions import ClientError

from guestlist.clock import clock
from guestlist.errors import Auth0Refused, GuestlistError, Unavailable
from guestlist.names import ADMIN
from tests.robustness.deeds import Deeds
from tests.robustness.habits import habits
from tests.robustness.history import History, Kind, Operation, Outcome
from tests.robustness.own import DOMAINS, HOSPITAL, STAFF
from tests.robustness.simulation import START, Simulation

CLIENTS = 4
PATIENCE = 29.0
"""Seconds for which a client waits, as long as API Gateway does."""
LIVES = (25, 60, 90, 600, 3600)
"""Seconds that invites are good for: many end while the clients are at it."""
ASKED_AGAIN = 0.6
"""How likely somebody who heard nothing asks once more for the same."""
REPEATED = (
    "client",
    "kind",
    "person",
    "organization",
    "invite",
    "generation",
    "roles",
    "seen",
    "life",
    "key",
    "welcome",
    "account",
    "domain",
    "joins",
    "groups",
    "mapping",
)
UNCLEAR = (Unavailable, Auth0Refused)
"""What the page of an invite may fail with after it accepted."""
OF_INVITES = {Kind.ACCEPT, Kind.RESEND, Kind.REVOKE, Kind.READ_INVITE}
TURNS = {Kind.SUSPEND, Kind.RESUME}
"""What concerns nobody by name."""
OF_DOMAINS = {Kind.PROVE, Kind.RELEASE, Kind.AUTO_JOIN, Kind.MAP}
RIVAL = "school"
"""Who would have the hospital's domains."""
OTHERS = 0.2
"""How likely it is another one who asks."""
OFTEN_OPEN = 0.7
"""How likely whoever says who joins by a domain says that its people do."""
OF_USERS = {Kind.READ_MEMBER, Kind.READ_ORGANIZATIONS, Kind.CHANGE, Kind.REMOVE}


@dataclass
class Known:
    """What clients have heard of: all that they can name."""

    invites: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    """By person and organization: ids, and the last generation of each that anybody saw."""
    versions: dict[tuple[str, str], int] = field(default_factory=dict)

    def hear(self, operation: Operation, outcome: Outcome) -> None:
        """Remember what an answer tells."""
        place = operation.person, operation.organization
        if outcome.version:
            self.versions[place] = outcome.version
        invite = outcome.id or operation.invite
        if invite:
            seen = self.invites.setdefault(place, {})
            seen[invite] = max(outcome.generation, seen.get(invite, 1))


class Traffic:
    """One history's clients."""

    def __init__(self, simulation: Simulation, history: History, deeds: Deeds, seed: int) -> None:
        self._simulation, self._history, self._deeds = simulation, history, deeds
        self._random, self._habits, self._seed = Random(f"traffic {seed}"), habits(seed), seed
        self._known = Known()
        self._listening: list[Operation] = []
        self.left = 0
        """How many operations are still to be asked for, by all clients."""
        self.busy: set[str] = set()
        """The clients who are not done."""

    def start(self, operations: int) -> None:
        """Have the clients begin."""
        self.left = operations
        for number in range(1, CLIENTS + 1):
            self.busy.add(f"client {number}")
            self._next(f"client {number}", None)

    def admit(self, person: str, organization: str) -> None:
        """Add an admin before the clients begin."""
        self._at_once(
            self._made(
                client="the test", kind=Kind.ADD, person=person, organization=organization, roles=(ADMIN,)
            )
        )

    def sign_in(self, person: str, known: str) -> None:
        """Have somebody sign in when the clients are done, by their account if any is: each time the same."""
        account = known.rpartition("|")[2] or person.partition("@")[0]
        self._at_once(self._signing_in("the test", person, account, Random(f"{self._seed} {person}")))

    def _at_once(self, operation: Operation) -> None:
        outcome = self._deeds.perform(self._history.call(operation))
        self._history.answer(operation, outcome)
        self._known.hear(operation, outcome)

    def _next(self, client: str, again: Operation | None) -> None:
        """Have a client ask for the next thing in a little while."""
        if self.left == 0:
            self.busy.discard(client)
            return
        self.left -= 1
        pause = self._random.expovariate(1 / self._random.choice(self._habits.pauses))
        if beat := self._habits.beat:
            pause += beat - (clock.source() - START) % beat
        self._simulation.spawn(client, partial(self._ask, client, again), after=pause)

    def _ask(self, client: str, again: Operation | None) -> None:
        operation = self._history.call(self._repeated(again) if again else self._drawn(client))
        self._listening.append(operation)
        self._simulation.spawn(f"{client}'s patience", partial(self._heard, operation, None), after=PATIENCE)
        outcome = None
        try:
            outcome = self._outcome(operation)
        finally:
            self._heard(operation, outcome)

    def _outcome(self, operation: Operation) -> Outcome | None:
        """Return what a client hears; None for a 500, after which nobody knows."""
        try:
            return self._deeds.perform(operation)
        except GuestlistError as refusal:
            unclear = operation.kind is Kind.ACCEPT and isinstance(refusal, UNCLEAR)
            # The door tells nobody more than that it could not find out.
            unclear = unclear or operation.kind is Kind.LOGIN
            return None if unclear else Outcome(refusal.code, id=str(refusal.members.get("invite", "")))
        except ClientError:
            return None

    def _heard(self, operation: Operation, outcome: Outcome | None) -> None:
        """Record what came of an operation, if its client still listens, and have it go on."""
        if operation not in self._listening:
            return
        self._listening.remove(operation)
        self._history.answer(operation, outcome)
        if outcome:
            self._known.hear(operation, outcome)
        lost = outcome is None and (not operation.reads or operation.kind is Kind.LOGIN)
        self._next(operation.client, operation if lost and self._random.random() < ASKED_AGAIN else None)

    def _repeated(self, again: Operation) -> Operation:
        """Return the same thing, asked for once more, with the same idempotency key if it has one."""
        return self._made(**{name: getattr(again, name) for name in REPEATED})

    def _drawn(self, client: str) -> Operation:
        """Choose what to ask for, of what the clients can name."""
        [kind] = self._random.choices(list(self._habits.mix), list(self._habits.mix.values()))
        person = self._whom(kind)
        [organization] = self._random.choices(self._habits.places, self._habits.organizations)
        if kind in TURNS | OF_DOMAINS:
            return self._of_nobody(client, kind, organization)
        organization = self._habits.homes.get(person, organization)
        invites = self._known.invites.get((person, organization), {})
        if (kind in OF_USERS and person not in self._deeds.users) or (kind in OF_INVITES and not invites):
            kind = self._random.choice(self._habits.of_unknown)
        if kind is Kind.LOGIN:
            return self._arriving(client, person if person in STAFF else self._random.choice(STAFF))
        return self._of_somebody(client, kind, person, organization)

    def _whom(self, kind: Kind) -> str:
        [person] = self._random.choices(self._habits.names, self._habits.people)
        if (beat := self._habits.beat) and self._random.random() < self._habits.together:
            person = self._habits.names[int((clock.source() - START) / beat) % self._habits.turns]
        if kind is Kind.REMOVE and self._habits.homes:
            # Most people come once; to have seats for others, it is those who came who are removed.
            return self._random.choice(sorted(self._deeds.users) or [person])
        return person

    def _of_somebody(self, client: str, kind: Kind, person: str, organization: str) -> Operation:
        invites = self._known.invites.get((person, organization), {})
        asked: dict[str, Any] = {"client": client, "kind": kind, "person": person}
        if kind is not Kind.READ_ORGANIZATIONS:
            asked["organization"] = organization
        if kind in OF_INVITES:
            # The newest three: who looks at older ones learns nothing any more.
            invite = self._random.choice(sorted(invites)[-3:])
            asked |= {"invite": invite, "generation": self._generation(kind, invites[invite])}
        if kind in {Kind.INVITE, Kind.ADD, Kind.CHANGE}:
            asked["roles"] = self._random.choice(self._habits.roles)
        if kind in {Kind.INVITE, Kind.ADD}:
            asked["key"] = f"{self._random.getrandbits(32):08x}"
        if kind is Kind.CHANGE:
            asked["seen"] = self._known.versions.get((person, organization), 1)
        asked |= {"life": self._random.choice(LIVES)} if kind is Kind.INVITE else {}
        asked |= {"welcome": self._random.random() < 0.3} if kind is Kind.ADD else {}
        return self._made(**asked)

    def _of_nobody(self, client: str, kind: Kind, organization: str) -> Operation:
        """Have an organization opened or closed, or a domain, of the hospital's or the school's."""
        if kind in TURNS:
            return self._made(client=client, kind=kind, person="", organization=organization)
        if kind is Kind.MAP:
            mapping = self._random.choice(self._habits.mappings)
            return self._made(client=client, kind=kind, person="", organization=HOSPITAL, mapping=mapping)
        others = kind is not Kind.AUTO_JOIN and self._random.random() < OTHERS
        return self._made(
            client=client,
            kind=kind,
            person="",
            organization=RIVAL if others else HOSPITAL,
            domain=self._random.choice(sorted(DOMAINS)),
            joins=self._random.random() < OFTEN_OPEN,
        )

    def _arriving(self, client: str, person: str) -> Operation:
        """Have somebody sign in, or another one of whom the identity provider says the same address."""
        name = person.partition("@")[0]
        account = f"another {name}" if self._random.random() < OTHERS else name
        return self._signing_in(client, person, account, self._random)

    def _signing_in(self, client: str, person: str, account: str, random: Random) -> Operation:
        asked: dict[str, Any] = {"client": client, "person": person, "account": account}
        if self._habits.groups:
            asked["groups"] = random.choice(self._habits.groups)
        return self._made(kind=Kind.LOGIN, organization=HOSPITAL, **asked)

    def _generation(self, kind: Kind, newest: int) -> int:
        """Return the generation of the link that is pressed: an old one, now and then."""
        old = self._random.random() < 0.2
        return (self._random.randint(1, newest) if old else newest) if kind is Kind.ACCEPT else 0

    def _made(self, **asked: Any) -> Operation:  # noqa: ANN401 (an operation's fields)
        tick, time = self._history.tick(), clock.source()
        return Operation(called=tick, time=time, now=clock.now(), **asked)
