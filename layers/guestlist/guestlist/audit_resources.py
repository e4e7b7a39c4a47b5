"""The audit as the HTTP API shows it: records, their seals, and what proves these."""

from typing import Self

from pydantic import Field

from guestlist import audit_records
from guestlist.clock import rfc3339
from guestlist.resources import Resource


class AuditActor(Resource):
    """Who did it."""

    kind: audit_records.ActorKind
    id: str = Field(
        description="The `sub` of an operator's or a system's token; an admin's user id; an invite's id."
    )
    user: str | None = Field(None, description="The user's id, of an admin and of an invitee.")

    @classmethod
    def of(cls, actor: audit_records.Actor) -> Self:
        """Render who acted."""
        return cls(kind=actor.kind, id=actor.id, user=actor.user)


class AuditSubject(Resource):
    """What was changed; a member by their user's id."""

    kind: str
    id: str


class AuditSeal(Resource):
    """A record's place in its organization's chain; docs/audit.md says how it is made."""

    number: int = Field(description="From 1, in the order of sealing.")
    hash: str = Field(description="SHA-256, in hexadecimal, over the record, its number and the hash before.")


class AuditRecord(Resource):
    """One change: who, what, whom, when, in which request. Ids only."""

    id: str
    organization: str
    at: str
    actor: AuditActor
    action: audit_records.Action
    subject: AuditSubject
    request_id: str = Field(description="The `apigw-requestid` of the answer, or of the sweep's run.")
    seal: AuditSeal | None = Field(description="Null until the record is sealed, some minutes later.")

    @classmethod
    def of(cls, audit: audit_records.Audit) -> Self:
        """Render a record."""
        return cls(
            id=audit.id,
            organization=audit.organization,
            at=rfc3339(audit.at),
            actor=AuditActor.of(audit.actor),
            action=audit.action,
            subject=AuditSubject(kind=audit.action.partition(":")[0], id=audit.subject),
            request_id=audit.request,
            seal=AuditSeal(number=seal.number, hash=seal.hash) if (seal := audit.seal) else None,
        )


class AuditList(Resource):
    """A page of what was done."""

    items: list[AuditRecord]
    next: str | None


class Checkpoint(Resource):
    """How far the chain had come, signed: nothing up to there can be changed, dropped or added unseen."""

    organization: str
    sequence: int = Field(description="From 1, without a gap.")
    number: int = Field(description="The number of the last record that it covers.")
    hash: str = Field(description="The hash of that record.")
    at: str
    key: str = Field(description="The `kid` of the key that signed it.")
    signature: str = Field(description="ES256, as base64 of its DER, over the rest as canonical JSON.")

    @classmethod
    def of(cls, checkpoint: audit_records.Checkpoint) -> Self:
        """Render a record."""
        return cls(
            organization=checkpoint.organization,
            sequence=checkpoint.sequence,
            number=checkpoint.number,
            hash=checkpoint.hash,
            at=rfc3339(checkpoint.at),
            key=checkpoint.key,
            signature=checkpoint.signature,
        )


class CheckpointList(Resource):
    """A page of checkpoints."""

    items: list[Checkpoint]
    next: str | None


class AuditKey(Resource):
    """A public key (RFC 7517)."""

    kty: str
    crv: str
    x: str
    y: str
    kid: str = Field(description="Its thumbprint (RFC 7638).")
    alg: str
    use: str


class AuditKeySet(Resource):
    """A set of public keys (RFC 7517, section 5)."""

    keys: list[AuditKey]
