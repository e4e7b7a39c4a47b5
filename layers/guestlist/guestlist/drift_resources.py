"""What the HTTP API gives of a look for drift."""

from typing import Self

from pydantic import Field

from guestlist import drift_records
from guestlist.audit_resources import AuditActor
from guestlist.clock import rfc3339
from guestlist.drift_records import WORDS, DriftKind, DriftStatus
from guestlist.resources import Resource


class DriftFinding(Resource):
    """One thing that is otherwise at Auth0 than Guestlist left it. No address."""

    kind: DriftKind
    subject: str = Field(
        description="A user's id; else the name of an Action or a connection, or what was not looked at."
    )
    detail: str | None = None
    found: str = Field(description="What it is, in words.")
    repair: str | None = Field(None, description="What Guestlist has set about doing.")
    advice: str | None = Field(None, description="What a person may do.")

    @classmethod
    def of(cls, finding: drift_records.Finding) -> Self:
        """Render a finding with its kind's words."""
        words = WORDS[finding.kind]
        return cls(
            kind=finding.kind,
            subject=finding.subject,
            detail=finding.detail or None,
            found=words.found,
            repair=words.repair if finding.repairing else None,
            advice=words.advice or None,
        )


class DriftRun(Resource):
    """A look at everyone for what is otherwise at Auth0."""

    id: str
    status: DriftStatus
    repair: bool = Field(description="Whether what is Guestlist's to repair is repaired.")
    asked_by: AuditActor | None = Field(None, description="Null: it was time for one.")
    started_at: str
    finished_at: str | None = None
    compared: int = Field(description="Users whose accounts were looked at.")
    passed_over: int = Field(description="Users who were being changed, or whom Auth0 is not told of.")
    counts: dict[str, int] = Field(description="Findings, by kind.")
    findings: list[DriftFinding] = Field(description="The first 200 of them.")

    @classmethod
    def of(cls, run: drift_records.DriftRun) -> Self:
        """Render a record."""
        return cls(
            id=run.id,
            status=run.status,
            repair=run.repair,
            asked_by=AuditActor.of(run.asked_by) if run.asked_by else None,
            started_at=rfc3339(run.started_at),
            finished_at=rfc3339(run.finished_at) if run.finished_at else None,
            compared=run.compared,
            passed_over=run.passed_over,
            counts=dict(run.counts),
            findings=[DriftFinding.of(finding) for finding in run.findings],
        )
