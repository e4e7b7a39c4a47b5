"""Whose turn it is to work on an organization at Auth0, and what that turn keeps and gives back."""

import secrets
from dataclasses import dataclass, field, replace

from guestlist import writes
from guestlist.auth0 import Auth0
from guestlist.clock import clock
from guestlist.organization_records import Organization
from guestlist.queue import Queue
from guestlist.request import Request
from guestlist.store import Store
from guestlist.table import ConditionFailed, Write

EVERY = 60
"""Seconds that it is put off at the most while a sweep goes through its members (`regrouping`)."""
LEASE = 150
"""Seconds; longer than a turn takes (`provisioning.WORK`)."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One function's turn, with what it works with."""

    request: Request
    queue: Queue
    store: Store
    auth0: Auth0
    application: str
    """The client id of the application that organizations are for which name no others."""
    owner: str = field(default_factory=lambda: secrets.token_hex(8))

    def applications(self, organization: Organization) -> tuple[str, ...]:
        """Return the client ids of the applications that an organization is for."""
        return organization.applications or (self.application,)

    def kept(self, before: Organization, after: Organization) -> Organization:
        """Keep what one step came to.

        Raises:
            ConditionFailed: the turn is another's, or the organization is to be offboarded meanwhile.
        """
        return self.store.amended(
            before,
            replace(after, progressed_at=clock.now()),
            when="#lease_owner = :owner AND #status = :was",
            owner=self.owner,
            was=before.status.value,
        )

    def finished(self, before: Organization, after: Organization) -> Write:
        """Return the write that ends this work on an organization, and gives the lease back."""
        due = clock.now() if after.goes_through_people or after.unfinished else None
        return writes.difference(
            before,
            replace(after, lease_owner=None, lease_until=0, unsettled_at=None, attempts=0, due=due),
            when=f"#lease_owner = :owner AND #status = :was{_unasked(after)}",
            owner=self.owner,
            was=before.status.value,
            **_bound(after),
        )

    def put_off(self, held: Organization, seconds: int, *, late: bool = False, waits: bool = False) -> None:
        """Give the lease back with work undone.

        `late`: a call that was given up may still take effect. `waits`: it is not stuck, but somebody else's
        turn.
        """
        now = clock.now()
        after = replace(
            held,
            progressed_at=now + seconds if waits else held.progressed_at,
            unsettled_at=now if late else held.unsettled_at,
            lease_owner=None,
            lease_until=0,
            attempts=held.attempts + 1,
            due=now + (min(seconds, EVERY) if held.groups_cursor is not None else seconds),
        )
        self.store.amended(
            held, after, when=f"#lease_owner = :owner{_unasked(held)}", owner=self.owner, **_bound(held)
        )


def _unasked(organization: Organization) -> str:
    """Return the rest of a condition: that nobody asked for more since it was read.

    That is to have its members gone through, or that sign-ins count for another time. When it is due would be
    lost, which the sweep relies on; it goes on when the lease has run out.
    """
    same = (
        "attribute_not_exists(#max_session)" if organization.max_session is None else "#max_session = :bound"
    )
    gone_through = organization.groups_cursor is None
    return f" AND {same}" + (" AND attribute_not_exists(#groups_cursor)" if gone_through else "")


def _bound(organization: Organization) -> dict[str, int]:
    """Return what that condition names."""
    return {} if organization.max_session is None else {"bound": organization.max_session}


def take_turn(seen: Organization, turn: Turn) -> Organization:
    """Take the lease on an organization for which there is something to do.

    One that ran out may have left a call behind that still takes effect.

    Raises:
        ConditionFailed: there is not, or somebody else has it.
    """
    now = clock.now()
    if not seen.unfinished or seen.lease_until > now:
        raise ConditionFailed
    return turn.store.amended(
        seen,
        replace(
            seen,
            lease_owner=turn.owner,
            lease_until=now + LEASE,
            unsettled_at=now if seen.lease_owner else seen.unsettled_at,
        ),
        when="#status = :was AND #lease_until = :until",
        was=seen.status.value,
        until=seen.lease_until,
    )
