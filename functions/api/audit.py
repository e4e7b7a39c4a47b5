"""/audit: who did what, when, to whom, and what proves that the list is whole."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api.wiring import seal_key, store
from guestlist.audit_resources import (
    AuditKey,
    AuditKeySet,
    AuditList,
    AuditRecord,
    Checkpoint,
    CheckpointList,
)

router = APIGatewayHttpRouter()
Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("/organizations/<organization>/audit")
def list_audit(organization: str, limit: Limit = 50, cursor: str | None = None) -> AuditList:
    """List what was done in an organization, newest first."""
    store.organization(organization)
    page = store.audit(organization, limit=limit, cursor=cursor)
    return AuditList(items=[AuditRecord.of(found) for found in page.items], next=page.next)


@router.get("/organizations/<organization>/audit/checkpoints")
def list_checkpoints(organization: str, limit: Limit = 50, cursor: str | None = None) -> CheckpointList:
    """List how far the chain of an organization's audit had come, signed, newest first."""
    store.organization(organization)
    page = store.checkpoints(organization, limit=limit, cursor=cursor)
    return CheckpointList(items=[Checkpoint.of(found) for found in page.items], next=page.next)


@router.get("/organizations/<organization>/audit/keys")
def list_audit_keys(organization: str) -> AuditKeySet:
    """Read the public key that signs checkpoints, the same for all organizations, as a JWK Set."""
    store.organization(organization)
    return AuditKeySet(keys=[AuditKey(**seal_key.public())])
