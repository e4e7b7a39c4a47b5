"""The receipt of a removal, as the HTTP API gives it."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Self

from pydantic import Field

from guestlist import receipt_records, records
from guestlist.clock import rfc3339
from guestlist.receipt_records import Access
from guestlist.resources import Resource

PATCH, REVOKE = "PATCH /api/v2/users/{id}", "POST /api/v2/users/{id}/revoke-access"


class ReceiptStatus(StrEnum):
    """How far a removal has come."""

    OPEN = "open"
    COMPLETE = "complete"
    SUPERSEDED = "superseded"


class StepState(StrEnum):
    """How far one step has come."""

    PENDING = "pending"
    DONE = "done"
    SKIPPED = "skipped"


class ReceiptStep(Resource):
    """One step of a removal."""

    step: str
    state: StepState
    at: str | None = Field(
        default=None, description="When it was done, or will be; null while that is not known."
    )
    call: str | None = Field(default=None, description="The call to Auth0 that did it, if it took one.")
    code: str | None = Field(default=None, description="Why it was skipped, or what is in the way.")


class Receipt(Resource):
    """How a removal comes into effect, step by step."""

    id: str
    organization: str
    user: str
    status: ReceiptStatus
    settled: bool = Field(description="Whether no late write of ours can let them in once more.")
    effective_by: str | None = Field(
        description="When the last of what they had is good for nothing; null while that is not known."
    )
    steps: list[ReceiptStep]
    along: str | None = Field(
        default=None, description="The receipt of the same person behind the organization's other door."
    )
    request_id: str = Field(description="The request that removed them.")

    @classmethod
    def of(cls, receipt: receipt_records.Receipt, user: records.User, now: int) -> Self:
        """Render a record with its user, whose halt says what is in the way."""
        return cls(
            id=receipt.id,
            organization=receipt.organization,
            user=receipt.user,
            status=_status(receipt, now),
            settled=receipt.settled_at is not None,
            effective_by=_time(receipt.effective_by),
            steps=list(_steps(receipt, user, now)),
            along=receipt.along,
            request_id=receipt.request,
        )


def _status(receipt: receipt_records.Receipt, now: int) -> ReceiptStatus:
    if receipt.superseded_at is not None:
        return ReceiptStatus.SUPERSEDED
    return ReceiptStatus.COMPLETE if receipt.complete(now) else ReceiptStatus.OPEN


def _steps(receipt: receipt_records.Receipt, user: records.User, now: int) -> Iterator[ReceiptStep]:
    """Yield what a removal takes, in its order; what will not be done any more is skipped."""
    yield ReceiptStep(step="removed", state=StepState.DONE, at=_time(receipt.removed_at))
    nothing = receipt.access is Access.NO_ACCOUNT
    for step in ("door_closed", "refresh_refused"):
        yield _step(receipt, step, receipt.told_at, None if nothing else PATCH, user.halt_code)
    yield _access(receipt)
    end = receipt.tokens_end_at
    running = end is None or end > now
    yield _step(receipt, "tokens_run_out", end, None, "", running=running)


def _step(
    receipt: receipt_records.Receipt,
    step: str,
    at: int | None,
    call: str | None,
    in_the_way: str,
    *,
    running: bool = False,
) -> ReceiptStep:
    if at is None and receipt.superseded_at is not None:
        return ReceiptStep(step=step, state=StepState.SKIPPED, code="superseded")
    if at is None:
        return ReceiptStep(step=step, state=StepState.PENDING, code=in_the_way or None)
    return ReceiptStep(
        step=step, state=StepState.PENDING if running else StepState.DONE, at=_time(at), call=call
    )


def _access(receipt: receipt_records.Receipt) -> ReceiptStep:
    step, access = "access_ended", receipt.access
    if access is None or access is Access.ENDED:
        return _step(receipt, step, receipt.access_at, REVOKE, "")
    return ReceiptStep(step=step, state=StepState.SKIPPED, at=_time(receipt.access_at), code=access)


def _time(at: int | None) -> str | None:
    return None if at is None else rfc3339(at)
