"""The OpenAPI document: what Powertools makes of the handlers, with what it cannot see in them."""

import re
from typing import Any

Document = dict[str, Any]

PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; what programs go by."},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
REFUSED = {
    "description": "Refused, or not possible now.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
TOKEN = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
UNAUTHENTICATED = {"description": "No token, or none that API Gateway takes; the words are its own."}
POWERTOOLS_ERRORS = ("HTTPValidationError", "ValidationError", "ResponseValidationError")


def completed(document: Document) -> Document:
    """Return Powertools' document with our errors, headers and security in place of its own."""
    components = document["components"]
    schemas = {name: kept for name, kept in components["schemas"].items() if name not in POWERTOOLS_ERRORS}
    paths = {
        path: {method: _operation(method, path, found) for method, found in item.items()}
        for path, item in document["paths"].items()
    }
    return {
        **document,
        "paths": paths,
        "security": [{"token": []}],
        "components": {
            **components,
            "schemas": {**schemas, "Problem": PROBLEM},
            "securitySchemes": {"token": TOKEN},
        },
    }


def _operation(method: str, path: str, found: Document) -> Document:
    name = found["operationId"].removesuffix(re.sub(r"\W", "_", path) + f"_{method}")
    answers = {status: answer for status, answer in found["responses"].items() if status != "422"}
    return {
        **found,
        "operationId": name,
        "summary": name.replace("_", " ").capitalize(),
        "parameters": [*found.get("parameters", []), *_headers(method, path, creates="201" in answers)],
        "responses": {**answers, "401": UNAUTHENTICATED, "default": REFUSED},
    }


def _headers(method: str, path: str, *, creates: bool) -> list[Document]:
    """Return the request headers that a handler reads from its event."""
    headers = []
    if creates:
        headers.append(_header("Idempotency-Key", maxLength=255))
    if method == "patch":
        headers.append(_header("If-Match", required=True))
    if method != "get" and "/members" in path:
        headers.append(_header("Prefer", examples=["wait=10"]))
    return headers


def _header(name: str, *, required: bool = False, **schema: object) -> Document:
    return {"name": name, "in": "header", "required": required, "schema": {"type": "string", **schema}}
