"""Drift: what an account shows that Guestlist did not put there. A look at everyone, a slice at a time.

Nothing is written to Auth0 from here. A user whose account differs is made to be read again, and the
projector, their one writer, puts it right. Whoever is in motion is the projector's already, and passed over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from aws_lambda_powertools import Logger

from guestlist import drift_run, leases, linked_accounts
from guestlist.auth0 import DEADLINE, Account, Auth0
from guestlist.clock import clock
from guestlist.deadline import remaining, within
from guestlist.drift_records import WORDS, DriftKind, DriftRun, Finding
from guestlist.errors import Auth0Refused, Auth0Unavailable
from guestlist.metrics import Figure, measured
from guestlist.names import is_organization
from guestlist.profile import app_metadata
from guestlist.queue import Queue
from guestlist.records import Halt, User
from guestlist.store import Store
from guestlist.table import ConditionFailed
from guestlist.tenant_drift import tenant_drift, unchecked

SLICE = 60.0
"""Seconds for all calls of a slice."""
LEAST_LEFT = 0.5
"""The part of Auth0's rate limit that is left to others: someone waiting in a browser goes first."""
CALLS_OF_A_USER = 2
PAGE = 100
"""Items of the table that are read at a time, users or not."""
NAMED = 5
"""Names that a finding tells."""

logger = Logger(child=True)


class Pace:
    """How far a slice may go; by one user it always may."""

    def __init__(self, auth0: Auth0, calls: int) -> None:
        self._auth0, self._last = auth0, auth0.sent + calls
        self.failed = False
        """Whether Auth0 was out of reach."""

    @property
    def over(self) -> bool:
        """Whether the next user is the next slice's."""
        spent = self._auth0.sent + CALLS_OF_A_USER > self._last
        late = remaining() < CALLS_OF_A_USER * DEADLINE
        return self.failed or spent or late or self._auth0.left < LEAST_LEFT


@dataclass(frozen=True)
class Looker:
    """What a slice looks with."""

    auth0: Auth0
    queue: Queue
    store: Store
    pace: Pace


def look(*, calls: int, connection: str, auth0: Auth0, queue: Queue, store: Store) -> DriftRun | None:
    """Go on with the run by a slice of at most `calls` calls (retries aside), and return it.

    None if there is nothing to do, another slice is at it, or the run was replaced by one that was asked for.
    """
    run = drift_run.claim(store, clock.now())
    with within(SLICE):
        looker = Looker(auth0, queue, store, Pace(auth0, calls))
        if run and not run.door_seen:
            run = _tenant_looked_at(run, connection, looker)
        while run and run.claimed_until:
            run = _page_looked_at(run, looker)
    return run


def _tenant_looked_at(run: DriftRun, connection: str, looker: Looker) -> DriftRun | None:
    try:
        found = tenant_drift(connection, looker.auth0)
    except Auth0Unavailable as error:
        logger.warning("the look for drift is put off", reason=str(error))
        looker.pace.failed = True
        return _kept(run, run, looker)
    return _kept(run, replace(_noted(run, found), door_seen=True), looker)


def _page_looked_at(run: DriftRun, looker: Looker) -> DriftRun | None:
    """Look at the next users, one after the other, as far as this slice may go."""
    users, following = looker.store.all_users(run.cursor, most=PAGE)
    after, left = run, list(users)
    try:
        while left and not after.finished_at:
            after = _looked_at(left[0], after, looker)
            seen = left.pop(0)
            after = replace(after, cursor=looker.store.place_of(seen.id))
            if looker.pace.over:
                break
    except Auth0Unavailable as error:
        logger.warning("the look for drift is put off", reason=str(error))
    if not left:
        after = replace(after, cursor=following)
        if following is None:
            after = replace(after, finished_at=clock.now())
    return _kept(run, after, looker)


def _kept(before: DriftRun, after: DriftRun, looker: Looker) -> DriftRun | None:
    """Record how far it came; where the slice ends, its claim ends too."""
    ends = looker.pace.over or after.finished_at
    return drift_run.keep(before, replace(after, claimed_until=0) if ends else after, looker.store)


def _looked_at(user: User, run: DriftRun, looker: Looker) -> DriftRun:
    """Return the run with what is to be said of one user.

    Raises:
        Auth0Unavailable: its rate limit is reached, so that not even this user was looked at.
    """
    compared = replace(run, compared=run.compared + 1)
    try:
        found = _found(user, looker, repair=run.repair)
    except Auth0Refused as error:
        refused = error.auth0_status in {401, 403}
        subject = "all accounts" if refused else user.id
        ended = replace(compared, finished_at=clock.now()) if refused else compared
        return _noted(ended, [unchecked(subject, "read:users", error)])
    except Auth0Unavailable as error:
        looker.pace.failed = True
        if error.limited:
            raise
        return _noted(compared, [unchecked(user.id, "read:users", error)])
    except ConditionFailed:
        found = None
    return replace(run, passed_over=run.passed_over + 1) if found is None else _noted(compared, found)


def _noted(run: DriftRun, found: list[Finding]) -> DriftRun:
    for finding in found:
        logger.warning("drift", kind=finding.kind, subject=finding.subject, repairing=finding.repairing)
        if not finding.repairing:
            measured(Figure.DRIFT, 1)
    return drift_run.noted(run, found)


def _found(seen: User, looker: Looker, *, repair: bool) -> list[Finding] | None:
    """Return in what an account differs, seen twice while its user rested; None of a user in motion.

    Raises:
        ConditionFailed: the user was set in motion just now.
    """
    auth0, store = looker.auth0, looker.store
    if seen.halt is Halt.MISSING:
        return _sought(seen, looker, repair=repair)
    if not _rests(seen):
        return None
    if not list(differences(seen, auth0.user(seen.account))):
        return []
    user = store.user(seen.id)
    if not _rests(user):
        return None
    found = list(differences(user, auth0.user(user.account)))
    if store.user(user.id) != user:
        return None
    return _repaired(user, found, looker) if repair else found


def _sought(user: User, looker: Looker, *, repair: bool) -> list[Finding] | None:
    """Look whether an account that is missing was linked into another: Auth0's search was behind, perhaps.

    Where a person must decide what becomes of it, they may have; that it waits for them is no news.
    """
    if not user.organizations or user.linked_into:
        return None
    primary = linked_accounts.primary_of(user.account, looker.auth0)
    if primary is None:
        return None
    if repair:
        linked_accounts.noted(user, str(primary["user_id"]), looker.store)
        looker.queue.project(user.id)
    return None if user.halt_code else [Finding(DriftKind.LINKED, user.id, repairing=repair)]


def _repaired(user: User, found: list[Finding], looker: Looker) -> list[Finding]:
    """Have the projector put right what is ours to put right."""
    if not any(WORDS[finding.kind].repair for finding in found):
        return found
    leases.read_again(user, looker.store)
    looker.queue.project(user.id)
    return [replace(finding, repairing=bool(WORDS[finding.kind].repair)) for finding in found]


def _rests(user: User) -> bool:
    """Tell whether Auth0 was told everything of a user, for certain."""
    told = user.created and user.halt is None and user.applied == user.version and not user.adopting
    return told and user.lease_owner is None and user.unsettled_at is None and user.due is None


def differences(user: User, account: Account | None) -> Iterator[Finding]:
    """Yield in what an account is not as Guestlist left it."""
    if account is None:
        yield Finding(DriftKind.DELETED, user.id)
        return
    metadata, ours = account.get("app_metadata") or {}, app_metadata(user, account)
    if metadata.get("organizations") != ours["organizations"]:
        detail = _apart(metadata.get("organizations"), ours["organizations"])
        yield Finding(DriftKind.ORGANIZATIONS, user.id, detail)
    if metadata.get("guestlist") != ours["guestlist"]:
        yield Finding(DriftKind.ROLES, user.id)
    if account.get("blocked"):
        yield Finding(DriftKind.BLOCKED, user.id)
    if str(account.get("email") or "").lower() != user.email.lower():
        yield Finding(DriftKind.EMAIL, user.id)


def _apart(found: object, wanted: list[str]) -> str:
    """Return in what an array differs: names that may be organizations, and how many others."""
    if not isinstance(found, list):
        return "there is no array"
    added, missing = [name for name in found if name not in wanted], [n for n in wanted if n not in found]
    parts = [f"{word} {_named(names)}" for word, names in (("added", added), ("missing", missing)) if names]
    return "; ".join(parts) or "in another order, or twice"


def _named(names: Sequence[object]) -> str:
    shown = [name for name in names if isinstance(name, str) and is_organization(name)][:NAMED]
    others = [f"{len(names) - len(shown)} more"] if len(names) > len(shown) else []
    return ", ".join([*shown, *others])
