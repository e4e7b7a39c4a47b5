"""One request: who asks, when, under which id and idempotency key."""

import re
from dataclasses import dataclass

from guestlist.audit_records import Action, Actor, ActorKind, Audit
from guestlist.caller import Caller
from guestlist.ids import ordered_id

BROKEN_PATH = re.compile(r"(?s).*\n.*")
"""A path that no route may take: Powertools' patterns end in `$`, which looks past a last line break."""


@dataclass(frozen=True)
class IdempotencyKey:
    """A caller's key for one creation, and what its body was."""

    scope: str
    """Caller, route with its path values, and the key itself."""
    fingerprint: str


@dataclass(frozen=True)
class Request:
    """What every use-case is asked by; `now` is unix seconds."""

    caller: Caller
    id: str
    now: int
    key: IdempotencyKey | None = None

    def audit(self, organization: str, actor: Actor, action: Action, subject: str) -> Audit:
        """Return the record of one change that this request makes; `subject` is what it changes."""
        return Audit(
            id=ordered_id(),
            organization=organization,
            actor=actor,
            action=action,
            subject=subject,
            at=self.now,
            request=self.id,
        )


def projector_request(request_id: str, now: int) -> Request:
    """Return the request in which the projector changes what it finds to be otherwise."""
    return Request(Caller(ActorKind.PROJECTOR, "projector"), request_id, now)


def provisioner_request(request_id: str, now: int) -> Request:
    """Return the request in which the provisioner makes and unmakes organizations."""
    return Request(Caller(ActorKind.PROVISIONER, "provisioner"), request_id, now)


def sweep_request(request_id: str, now: int) -> Request:
    """Return the request that the sweep acts in."""
    return Request(Caller(ActorKind.SWEEP, "sweep"), request_id, now)
