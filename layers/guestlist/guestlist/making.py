"""Making what an organization needs at Auth0, step by step; and unmaking it in reverse, only what is ours.

Progress stands on the organization, and one lease says whose turn it is, so that each step is found again
after a crash. One that Auth0 refuses is tried again; then it and those before it are undone. What is out of
reach waits, and so does what the customer's IT is to set up.
"""

from contextlib import suppress
from dataclasses import replace

from aws_lambda_powertools import Logger

from guestlist import writes
from guestlist.audit_records import Action
from guestlist.bounding import tell_connections
from guestlist.clock import clock
from guestlist.connection_steps import StepRefusedError
from guestlist.connection_turns import go_on_changing
from guestlist.deadline import within
from guestlist.errors import Auth0Refused, Auth0Unavailable, NotFound
from guestlist.leases import FIRST_BACK_OFF, back_off
from guestlist.leaving_out import turn_profiles
from guestlist.move_turns import go_on_moving
from guestlist.offboarding import take_down, take_off_people
from guestlist.organization_records import Organization, OrganizationStatus
from guestlist.provisioning import begun
from guestlist.provisioning_records import AWAITING_SETUP, Kind, Move, Progress, Step, StepState
from guestlist.provisioning_steps import NotYetError, do, undo, wait_for_late_calls
from guestlist.self_service import AwaitingSetupError
from guestlist.table import ConditionFailed
from guestlist.turns import Turn, take_turn

WORK = 100.0
"""Seconds for all calls of one turn; its lease is longer."""
LONGEST_DELAY = 900
"""Seconds by which a hint can be delayed (Amazon SQS, "Delay queues"); later the sweep gives it."""
TRIES = 5
"""How often a step is refused before all is undone: for about four minutes."""
LOOK_FOR_SETUP = 300
"""Seconds after which it is looked again whether the customer's IT has set up a connection; by the sweep."""

logger = Logger(child=True)


def work_on(organization: str, turn: Turn) -> None:
    """Do what is to be done for an organization at Auth0, unless somebody else is at it."""
    try:
        seen = turn.store.organization(organization)
        held = take_turn(seen, turn)
    except (NotFound, ConditionFailed):
        return
    # What fails a condition is another's turn by now, or no longer to be done.
    with within(WORK), suppress(ConditionFailed):
        _attempted(held, turn)


def _attempted(held: Organization, turn: Turn) -> None:
    try:
        if held.status is OrganizationStatus.OFFBOARDING:
            take_down(held, turn)
        elif held.turning:
            turn_profiles(held, turn)
        elif held.bounding:
            tell_connections(held, turn)
        else:
            _go_on(held, turn)
    except AwaitingSetupError:
        turn.put_off(_awaiting(held.id, turn), LOOK_FOR_SETUP, waits=True)
    except NotYetError as wait:
        turn.put_off(held, wait.seconds, waits=not wait.overdue)
        if wait.seconds <= LONGEST_DELAY:
            turn.queue.provision(held.id, after=wait.seconds)
    except Auth0Unavailable as error:
        logger.warning("an organization waits for Auth0", organization=held.id, reason=str(error))
        turn.put_off(held, max(error.retry_after, FIRST_BACK_OFF), late=error.ambiguous)
    except (StepRefusedError, Auth0Refused) as error:
        logger.warning("Auth0 refuses a step", organization=held.id, reason=str(error))
        # What is refused now is no step of a move that waits meanwhile.
        turn.put_off(held if held.bounding else _refused(held.id, error, turn), back_off(held.attempts))


def _go_on(organization: Organization, turn: Turn) -> None:
    """Make step after step; if one has failed, undo it and those before it."""
    if organization.moves and organization.origin:
        return go_on_moving(organization, turn)
    while step := _pending(organization):
        made = _marked(do(step, as_made(organization), turn), step, StepState.DONE)
        organization = turn.kept(organization, with_made(organization, made))
    while step := _to_undo(organization):
        wait_for_late_calls(organization)
        undone = _marked(undo(step, as_made(organization), turn), step, StepState.UNDONE)
        organization = turn.kept(organization, with_made(organization, undone))
    if organization.moves:
        return go_on_moving(organization, turn)
    if organization.changes_connections:
        return go_on_changing(organization, turn)
    return _finished(organization, turn)


def as_made(organization: Organization) -> Organization:
    """Return an organization as the steps are to see it: with the connections that are being made for it."""
    making = organization.making
    if making is None:
        return organization
    return replace(
        organization, kind=Kind.ENTERPRISE, connections=making.connections, provisioning=making.steps
    )


def with_made(organization: Organization, made: Organization) -> Organization:
    """Return an organization with what came of the steps, the inverse of `as_made`."""
    making, after = organization.making, replace(organization, attempts=made.attempts)
    if making is None:
        return made
    done = replace(making, connections=made.connections, steps=made.provisioning)
    return replace(after, move=done) if isinstance(done, Move) else replace(after, connection_change=done)


def _finished(organization: Organization, turn: Turn) -> None:
    """Open an organization for which all is made, or record that it could not be made."""
    request, store = turn.request, turn.store
    if any(progress.state is StepState.UNDONE for progress in organization.provisioning):
        take_off_people(organization.id, turn)
        failed = replace(organization, status=OrganizationStatus.FAILED)
        actor = request.caller.actor
        audit = request.audit(organization.id, actor, Action.ORGANIZATION_FAIL, organization.id)
        store.commit(turn.finished(organization, failed), writes.audited(audit))
        return
    opened = replace(organization, status=OrganizationStatus.ACTIVE, first_invite=None)
    # Its first administrator's mail has waited for this.
    begins, offers = begun(organization, store, clock.now())
    store.commit(turn.finished(organization, opened), begins)
    if opened.bounding:
        turn.queue.provision(opened.id)
    for offer in offers:
        turn.queue.mail(offer)


def _awaiting(organization: str, turn: Turn) -> Organization:
    """Record that the connections wait for the customer's IT, and since when; refusals before are forgotten.

    They may have been there already, and were deleted again.
    """
    before = turn.store.organization(organization)
    seen = as_made(before)
    waits = Progress(step=Step.CONNECTIONS, at=clock.now(), code=AWAITING_SETUP)
    progress = tuple(
        waits if found.step is waits.step and replace(found, at=waits.at) != waits else found
        for found in seen.provisioning
    )
    return turn.kept(before, with_made(before, replace(seen, provisioning=progress)))


def _refused(organization: str, error: StepRefusedError | Auth0Refused, turn: Turn) -> Organization:
    """Record why a step was refused; after some tries it has failed."""
    before = turn.store.organization(organization)
    code = error.code if isinstance(error, StepRefusedError) else error.auth0_code or error.code
    step = _pending(before)
    if step is None:
        return before
    seen = as_made(before)
    progress = tuple(_tried(found, code) if found.step is step else found for found in seen.provisioning)
    return turn.kept(before, with_made(before, replace(seen, provisioning=progress)))


def _tried(progress: Progress, code: str) -> Progress:
    tries = progress.tries + 1
    state = StepState.FAILED if tries >= TRIES else StepState.PENDING
    return replace(progress, state=state, code=code, tries=tries, at=clock.now())


def _pending(organization: Organization) -> Step | None:
    """Return the next step to make, or None if all are made, or one has failed."""
    steps = as_made(organization).provisioning
    if any(progress.state in {StepState.FAILED, StepState.UNDONE} for progress in steps):
        return None
    return next((p.step for p in steps if p.state is StepState.PENDING), None)


def _to_undo(organization: Organization) -> Step | None:
    """Return the last step that is still to be undone, if one has failed."""
    steps = as_made(organization).provisioning
    failed = any(progress.state in {StepState.FAILED, StepState.UNDONE} for progress in steps)
    made = (p.step for p in reversed(steps) if p.state in {StepState.FAILED, StepState.DONE})
    return next(made, None) if failed else None


def _marked(organization: Organization, step: Step, state: StepState) -> Organization:
    """Return the organization with a step that came to an end; what is done waits for nothing any more."""
    now, done = clock.now(), state is StepState.DONE
    progress = tuple(
        replace(found, state=state, at=now, code="" if done else found.code) if found.step is step else found
        for found in organization.provisioning
    )
    return replace(organization, attempts=0, provisioning=progress)
