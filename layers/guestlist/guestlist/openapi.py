"""The OpenAPI document: what Powertools makes of the handlers, with what it cannot see in them."""

import json
import re
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from guestlist import openapi_parts as parts
from guestlist import openapi_routes as routes
from guestlist.access import ROUTES
from guestlist.errors import BudgetExhausted, KeyReused, Unavailable
from guestlist.refusals import OF_OPERATION, Refusals, refusals_of

Document = dict[str, Any]

EXAMPLES = Path(__file__).parent / "examples.json"
POWERTOOLS_ERRORS = ("HTTPValidationError", "ValidationError", "ResponseValidationError")


@cache
def examples() -> Document:
    """Return real answers: `operations` by name (`request`, `answer`), and `refusals` by code."""
    found: Document = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return found


def completed(document: Document, told: Mapping[str, str]) -> Document:
    """Return Powertools' document with our errors, headers, examples and security in place of its own.

    Args:
        document: with a path for every handler.
        told: the handlers' docstrings, by the handler's name.
    """
    components = document["components"]
    schemas = {name: kept for name, kept in components["schemas"].items() if name not in POWERTOOLS_ERRORS}
    paths = {
        path: {method: _operation(method, path, found, told) for method, found in item.items()}
        for path, item in document["paths"].items()
    }
    return {
        **document,
        "info": {**document["info"], "description": parts.ABOUT},
        "tags": [{"name": name, "description": text} for name, text in parts.TAGS.items()],
        "paths": {
            **paths,
            "/logins/resolve": {"post": _resolving()},
            "/discover": {"post": _discovering()},
            "/organizations/{organization}/setup-links": {"post": _setting_up()},
            **routes.PUBLIC,
        },
        "security": [{"token": []}],
        "components": {
            **components,
            "schemas": {**schemas, "Problem": parts.PROBLEM, "GatewayMessage": parts.GATEWAY_MESSAGE},
            "responses": {"Gateway": parts.GATEWAY},
            "examples": {code: {"value": value} for code, value in examples()["refusals"].items()},
            "securitySchemes": {"token": parts.TOKEN},
        },
    }


def _resolving() -> Document:
    """Return the operation of the function `logins`, which Powertools does not see."""
    return {
        **routes.RESOLVING,
        **_rights("POST /logins/resolve"),
        **_unseen("resolve_login", routes.LOGIN_REQUEST, routes.LOGIN),
    }


def _setting_up() -> Document:
    """Return the operation of the function `setup_links`."""
    organization = {"name": "organization", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        **routes.SETTING_UP,
        **_rights("POST /organizations/{organization}/setup-links"),
        **_unseen("make_setup_link", routes.SETUP_LINK_REQUEST, routes.SETUP_LINK, HTTPStatus.CREATED),
        "parameters": [{**organization, "description": parts.PARAMETERS["organization"]}],
    }


def _rights(route: str) -> Document:
    """Return who may take a route, as the document says it."""
    permission, reach = ROUTES[route]
    return {"security": [{"token": [permission]}], "x-reaches": reach}


def _discovering() -> Document:
    """Return the operation of the function `discovery`."""
    return {
        **routes.DISCOVERING,
        "security": [],
        **_unseen("discover", routes.DISCOVERY_REQUEST, routes.DISCOVERY),
    }


def _unseen(name: str, asked: Document, told: Document, status: HTTPStatus = HTTPStatus.OK) -> Document:
    """Return what an operation that Powertools does not see has in common with the others."""
    example = examples()["operations"][name]
    body = {"schema": asked, "example": example["request"]}
    good = {"schema": told, "example": example["answer"]}
    return {
        "operationId": name,
        "parameters": [],
        "requestBody": {"required": True, "content": {"application/json": body}},
        "responses": {
            str(status.value): {
                "description": status.phrase,
                "headers": {},
                "content": {"application/json": good},
            },
            **_refusals(name),
        },
    }


def _refusals(name: str) -> Document:
    found = {str(status): _refusal(status, errors) for status, errors in refusals_of(name).items()}
    return {**found, "default": {"$ref": "#/components/responses/Gateway"}}


def _operation(method: str, path: str, found: Document, told: Mapping[str, str]) -> Document:
    name = found["operationId"].removesuffix(re.sub(r"\W", "_", path) + f"_{method}")
    [(status, answer)] = [pair for pair in found["responses"].items() if pair[0] != "422"]
    good = _good(name, method, path, int(status), answer["content"]["application/json"]["schema"])
    parameters = [
        {**one, "description": parts.PARAMETERS[one["name"]]} for one in found.get("parameters", [])
    ]
    permission, reach = ROUTES[f"{method.upper()} {path}"]
    operation = {
        **found,
        "operationId": name,
        "tags": [_tag(path)],
        "summary": told[name].splitlines()[0].removesuffix("."),
        "description": told[name],
        "security": [{"token": [permission]}],
        "x-reaches": reach,
        "parameters": [*parameters, *_headers(method, path, creates=KeyReused in OF_OPERATION[name])],
        "responses": {status: good, **_completed(name, good), **_refusals(name)},
    }
    if "requestBody" in found:
        schema = found["requestBody"]["content"]["application/json"]["schema"]
        body = {"schema": schema, "example": examples()["operations"][name]["request"]}
        operation["requestBody"] = {"required": True, "content": {"application/json": body}}
    return operation


def _completed(name: str, good: Document) -> Document:
    """Return the answer of what goes on otherwise, where nothing is left to be done."""
    return {"200": {**good, "description": HTTPStatus.OK.phrase}} if name in parts.COMPLETED else {}


def _good(name: str, method: str, path: str, status: int, schema: Document) -> Document:
    """Return what an operation answers when all is well, and in which headers."""
    headers = {}
    if status in {HTTPStatus.CREATED, HTTPStatus.ACCEPTED}:
        headers["Location"] = parts.LOCATION
    if schema["$ref"].rpartition("/")[2] in parts.TAGGED:
        headers["ETag"] = parts.ETAG
    if _may_wait(method, path):
        headers["Preference-Applied"] = parts.PREFERENCE_APPLIED
    example = examples()["operations"][name]["answer"]
    return {
        "description": HTTPStatus(status).phrase,
        "headers": headers,
        "content": {"application/json": {"schema": schema, "example": example}},
    }


def _refusal(status: int, errors: Refusals) -> Document:
    codes = sorted(error.code for error in errors)
    narrowed = {"properties": {"status": {"const": status}, "code": {"enum": codes}}}
    content: Document = {
        "application/problem+json": {
            "schema": {"allOf": [{"$ref": "#/components/schemas/Problem"}, narrowed]},
            "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in codes},
        }
    }
    if status == HTTPStatus.UNAUTHORIZED:
        content["application/json"] = {"schema": {"$ref": "#/components/schemas/GatewayMessage"}}
    waits = any(issubclass(error, Unavailable | BudgetExhausted) for error in errors)
    return {
        "description": " ".join(error.title for error in errors),
        "headers": {"Retry-After": parts.RETRY_AFTER} if waits else {},
        "content": content,
    }


def _headers(method: str, path: str, *, creates: bool) -> list[Document]:
    """Return the request headers that a handler reads from its event."""
    headers = []
    if creates:
        headers.append(parts.IDEMPOTENCY_KEY)
    if method == "patch":
        headers.append(parts.IF_MATCH)
    if _may_wait(method, path):
        headers.append(parts.PREFER)
    return headers


def _may_wait(method: str, path: str) -> bool:
    awaited = "/members" in path and not path.endswith("/link")
    return method != "get" and (awaited or path.endswith(("/suspend", "/resume")))


def _tag(path: str) -> str:
    """Return the last word of a path that names a kind of resource."""
    return [word for word in path.split("/") if word in parts.TAGS][-1]
