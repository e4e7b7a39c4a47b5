"""One case's scene: the histories that begin there, and whether each ends as one without crashes would."""

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from guestlist.errors import GuestlistError
from guestlist.records import Invite, InviteStatus
from tests.robustness.crash_case import CLINIC, HOSPITAL, SCHOOL, Case
from tests.robustness.crash_checks import Ending, differences, wrongs
from tests.robustness.crash_points import Crashes, Plan
from tests.robustness.effects import Effect, Fates
from tests.robustness.front import Front
from tests.robustness.normal_form import Form, normal_form
from tests.robustness.snapshot import restored, taken
from tests.robustness.world import Machines, World, world

SEED = 5
PAUSE, LONGER = 5.0, 200.0
"""Seconds after which a client asks again: who heard nothing, and who saw the page that says to try again."""
TRIES = 12
HOUR = 3600.0
LONGEST = 4 * HOUR
"""Seconds after which what is not at rest never will be: messages, leases and back-off take minutes."""
WAIT = "wait"
REQUEST = "the request"
"""The process that handles what a client asks for."""


class Client:
    """Who asks for what a case is about; `returns`: they come back if nobody answered."""

    def __init__(self, front: Front, case: Case, fates: Crashes, *, returns: bool) -> None:
        self._front, self._case, self._fates, self._returns = front, case, fates, returns
        self.heard = ""
        """The last answer; nothing if there was none."""

    def work(self) -> None:
        """Ask, and ask again until there is an answer, or it is so without one."""
        for _ in range(TRIES):
            self.heard = self._asks()
            self._fates.tell(f"the client hears {self.heard or 'nothing'}")
            if self.heard not in {"", WAIT} or not self._returns:
                return
            self._front.world.simulation.sleep(LONGER if self.heard else PAUSE)
            if self._case.is_so(self._front):
                self._fates.tell("the client looks: it is so")
                return

    def _asks(self) -> str:
        """Return what one request is answered: nothing, if whoever handles it dies."""
        answers: list[str] = []

        def handle() -> None:
            try:
                answers.append(str(self._case.ask(self._front) or "done"))
            except GuestlistError as error:
                answers.append(error.code)

        simulation = self._front.world.simulation
        process = simulation.spawn(REQUEST, handle)
        while not process.dead:
            simulation.sleep(1)
        return _meaning(answers[0], self._front.world) if answers else ""


@dataclass(frozen=True)
class Told:
    """One history, as it ended."""

    ending: Ending
    since: list[Effect]
    """The effects that came after the last crash."""
    wrongs: list[str]
    story: list[str]


class Scene:
    """A case, prepared once; each of its histories begins at the same moment."""

    def __init__(self, machines: Machines, case: Case) -> None:
        self.case, self._machines = case, machines
        with world(machines, SEED, Fates()) as made:
            front = Front(made)
            for organization in (CLINIC, SCHOOL):
                front.provision(organization)
            case.prepare(front)
            made.rest(LONGEST)
            self._snapshot = taken(made)
        self.whole = self.tell()
        """The history in which nobody dies."""
        none = self.tell(asks=False)
        self._expected = {True: [self.whole.ending], False: [self.whole.ending, none.ending]}

    def tell(self, plan: Plan = (), *, returns: bool = True, asks: bool = True) -> Told:
        """Tell the history of a plan."""
        fates = Crashes(plan)
        with world(self._machines, SEED + 1, fates) as made:
            front = Front(restored(made, self._snapshot))
            client = Client(front, self.case, fates, returns=returns)
            if asks:
                made.simulation.spawn("the client", client.work)
            found, since = list(_unrest(made)), list(fates.since)
            found += wrongs(made)
            found += [f"nobody came to {point}" for point in fates.left]
            made.simulation.spawn("later", partial(self.case.later, front))
            found += _unrest(made)
            found += [f"later, {wrong}" for wrong in wrongs(made)]
            ending = Ending(client.heard, normal_form(made), _doors(front))
            found += [f"after all buttons were pressed, {wrong}" for wrong in wrongs(made)]
        return Told(ending, since, found, fates.story)

    def judged(self, plan: Plan, *, returns: bool) -> tuple[Told, list[str]]:
        """Tell the history of a plan, and in what it ends otherwise than one without crashes.

        Who came back got what they asked for; for who did not, it was done wholly or not at all.
        """
        told = self.tell(plan, returns=returns)
        compared = [list(differences(told.ending, other, len(plan))) for other in self._expected[returns]]
        return told, [*told.wrongs, *min(compared, key=len)]


def _unrest(made: World) -> Iterator[str]:
    """Let all go on until it is at rest; yield why it does not come to that."""
    try:
        if not made.rest(LONGEST):
            yield "it never comes to rest"
    except Exception:  # noqa: BLE001 (whatever a process did not catch is what is wrong)
        yield f"a process broke: {traceback.format_exc(limit=-3)}"


def _doors(front: Front) -> Form:
    """Return where the button of each invite's newest link leads, pressed once all is at rest."""
    led = Form()
    for organization in (CLINIC, SCHOOL, HOSPITAL):
        for status in InviteStatus:
            for invite in front.store.invites(organization, status, limit=100, cursor=None).items:
                front.world.simulation.spawn("a button", partial(_press, front, invite, led))
    front.world.rest(HOUR)
    return led


def _press(front: Front, invite: Invite, led: Form) -> None:
    leads = _meaning(front.press(invite, invite.generation), front.world)
    led[f"the link of {invite.email} into {invite.organization} leads to {leads}"] += 1


def _meaning(answer: str, world: World) -> str:
    """Return an answer in words that are the same in every history: a ticket by whose password it sets."""
    found, tickets = answer.removeprefix("ticket ").rstrip("#"), world.tenant.state.tickets
    if found == answer:
        return answer
    ticket = tickets.get(found)
    good = ticket and not ticket.used and ticket.expires_at > world.simulation.now()
    account = world.account(ticket.user_id) if ticket and good else None
    return f"a ticket for {account['email']}" if account else "a ticket that is no good"
