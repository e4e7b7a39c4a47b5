"""/audit: who did what, when, to whom."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api.wiring import store
from guestlist.resources import AuditList, AuditRecord

router = APIGatewayHttpRouter()
Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("/organizations/<organization>/audit")
def list_audit(organization: str, limit: Limit = 50, cursor: str | None = None) -> AuditList:
    """List what was done in an organization, newest first."""
    store.organization(organization)
    page = store.audit(organization, limit=limit, cursor=cursor)
    return AuditList(items=[AuditRecord.of(found) for found in page.items], next=page.next)
