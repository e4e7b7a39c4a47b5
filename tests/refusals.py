"""What tests of refusals share: the problem details that are due, and every trace that nothing may leave."""

from typing import Any

import httpx
from moto.dynamodb.models import dynamodb_backends

from local.moto_fit import LOCK
from local.stack import Stack
from local.template import REGION

MARK = "hunter2"
"""Stands in every bad input, and must come back in no answer and no log."""


def recorded(stack: Stack) -> list[dict[str, Any]]:
    """Return every item of the table as DynamoDB shows it; read in place, for speed, not by a scan."""
    with LOCK:
        [table] = dynamodb_backends[stack.aws.account][REGION].tables.values()
        return [dict(item.to_json()["Attributes"]) for item in table.all_items()]


def traces(stack: Stack) -> tuple[object, ...]:
    """Return everything that a request could have left behind."""
    stack.workers.idle()
    items = sorted(recorded(stack), key=lambda item: (item["pk"]["S"], item["sk"]["S"]))
    # What others left to be done later is done meanwhile.
    workers = {stack.clients[name].client_id for name in ("projector", "provisioner", "door", "drift")}
    calls = [call for call in stack.tenant.state.calls if call["client_id"] not in workers]
    return items, len(stack.mails()), len(calls)


def refused(answer: httpx.Response, status: int, code: str, *pointers: str) -> None:
    """Hold an answer against the problem details that are due, which never echo the input."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["title"]
    assert answer.json()["type"] == f"/openapi.json#/components/examples/{code}"
    assert [error["pointer"] for error in answer.json().get("errors", [])] == list(pointers)
    assert MARK not in answer.text
