"""Carries out a plan, one organization after another; run again, it goes on where it ended."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus

from guestlist.client import Api, Body, RefusedError, path
from guestlist.provisioning_records import AWAITING_SETUP
from guestlist.repository_changes import Alteration, Change, Offboarding, Provisioning, Verb
from guestlist.repository_files import Stated
from guestlist.repository_patience import Say, patiently
from guestlist.repository_plan import Plan, differences
from guestlist.repository_schema import SUSPENDED

PAUSE = 1.0
"""Seconds between two looks at an organization that is being provisioned."""
PATIENCE = 120.0
"""Seconds for which those looks go on."""
ONES_OWN = frozenset(
    {
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.PRECONDITION_FAILED,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
"""Refusals of one organization, which say nothing of the others."""
FAILED, STALE = "provisioning_failed", "stale"
CHANGED_MEANWHILE = "Somebody changed it since it was planned: plan again."
DONE = {Verb.PROVISION: "provisioned", Verb.CHANGE: "changed", Verb.OFFBOARD: "being offboarded"}


@dataclass
class Applied:
    """What became of a plan."""

    plan: Plan
    done: list[Change] = field(default_factory=list)
    refused: list[tuple[Change, RefusedError]] = field(default_factory=list)

    @property
    def status(self) -> int:
        """The exit status that tells of it: 0, all was done."""
        return 1 if self.refused else 0

    @property
    def _left(self) -> int:
        return len(self.plan.changes) - len(self.done) - len(self.refused)

    def text(self) -> str:
        """Return it for people."""
        parts = [f"{sum(one.verb is verb for one in self.done)} {done}" for verb, done in DONE.items()]
        parts += [f"{len(self.refused)} refused"] if self.refused else []
        parts += [f"{self._left} not tried"] if self._left else []
        return ", ".join(parts) + "."

    def to_json(self) -> Body:
        """Return it for programs."""
        refused = [{"organization": one.organization, **error.problem} for one, error in self.refused]
        done = [{"organization": one.organization, "action": one.verb} for one in self.done]
        return {"done": done, "refused": refused, "not_tried": self._left}


def applied(plan: Plan, api: Api, say: Say) -> Applied:
    """Do what a plan says; what one organization is refused keeps no other one waiting."""
    outcome = Applied(plan)
    for change in plan.changes:
        if not _tried(change, partial(_carried_out, change, api, say), outcome, say):
            return outcome
    deadline = time.monotonic() + PATIENCE
    for change in [one for one in outcome.done if isinstance(one, Provisioning)]:
        outcome.done.remove(change)
        if not _tried(change, partial(_finish, change, api, say, deadline), outcome, say):
            return outcome
    return outcome


def _tried(change: Change, do: Callable[[], str], outcome: Applied, say: Say) -> bool:
    """Do one thing and note what it came to; return whether it makes sense to go on with others."""
    try:
        said = do()
    except RefusedError as refused:
        outcome.refused.append((change, refused))
        say(f"! {change.organization}  {refused}")
        return refused.problem["code"] == FAILED or refused.problem.get("status") in ONES_OWN
    outcome.done.append(change)
    if said:
        say(f"  {change.organization}  {said}")
    return True


def _carried_out(change: Change, api: Api, say: Say) -> str:
    match change:
        case Provisioning():
            return _provision(change, api, say)
        case Alteration():
            return _change(change, api, say)
        case Offboarding():
            return _offboard(change, api, say)


def _provision(change: Provisioning, api: Api, say: Say) -> str:
    """Have an organization made; others need not wait until it is."""
    key = str(uuid.uuid4())
    patiently(partial(api.write, "POST", "/organizations", change.stated.request, Idempotency_Key=key), say)
    return ""


def _finish(change: Provisioning, api: Api, say: Say, deadline: float) -> str:
    """Wait until an organization has all that it needs at Auth0, and close its door if that is stated.

    Raises:
        RefusedError: it did not get all that, and is unmade.
    """
    where = path("organizations", change.organization)
    shown = patiently(partial(api.read, where), say)
    while shown["status"] == "provisioning" and not _awaits(shown) and time.monotonic() < deadline:
        time.sleep(PAUSE)
        shown = patiently(partial(api.read, where), say)
    if shown["status"] == "failed":
        raise _failed(shown)
    if _awaits(shown):
        return f"waits for its IT, who need a link: guestlist setup-link {change.organization}"
    if shown["status"] == "provisioning":
        return "is still being provisioned"
    if change.stated.body.get(SUSPENDED):
        _turn(change.stated, api, say)
    return "provisioned"


def _awaits(shown: Body) -> bool:
    """Tell whether what is still to be made is for the customer's IT to set up."""
    waits = any(one["code"] == AWAITING_SETUP for one in shown["provisioning"])
    return waits and shown["status"] == "provisioning"


def _failed(shown: Body) -> RefusedError:
    steps = [f"{one['step']} ({one['code']})" for one in shown["provisioning"] if one["code"]]
    return RefusedError(FAILED, f"Auth0 refused what it needs: {', '.join(steps)}.")


def _change(change: Alteration, api: Api, say: Say) -> str:
    """Change what its file states otherwise; then the door."""
    fields = [one.field for one in change.differences]
    if body := {name: change.stated.body[name] for name in fields if name != SUSPENDED}:
        _patch(change.stated, body, change.version, api, say)
    if SUSPENDED in fields:
        _turn(change.stated, api, say)
    return "changed"


def _patch(stated: Stated, body: Body, version: str, api: Api, say: Say) -> None:
    """Change fields, unless somebody else changed any since the plan.

    Raises:
        RefusedError: somebody did (what we changed ourselves, before an answer that was a 503, is well).
    """
    where = path("organizations", stated.id)
    try:
        patiently(partial(api.write, "PATCH", where, body, If_Match=version), say)
    except RefusedError as refused:
        if refused.problem["code"] != STALE:
            raise
        if body.keys() & {one.field for one in differences(stated, api.read(where))}:
            raise RefusedError(STALE, CHANGED_MEANWHILE, refused.problem) from None


def _turn(stated: Stated, api: Api, say: Say) -> None:
    """Close a door, or open it again."""
    verb = "suspend" if stated.body[SUSPENDED] else "resume"
    patiently(partial(api.write, "POST", path("organizations", stated.id, verb)), say)


def _offboard(change: Offboarding, api: Api, say: Say) -> str:
    """Have an organization offboarded, which takes its time; who was first is as well."""
    where = path("organizations", change.organization)
    try:
        patiently(partial(api.write, "DELETE", where, If_Match=change.version), say)
    except RefusedError as refused:
        if refused.problem.get("status") != HTTPStatus.NOT_FOUND:
            raise
    return "being offboarded"
