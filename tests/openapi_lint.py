"""A linter of OpenAPI documents: the recommended rules of the usual ones (Spectral's `oas`), in Python.

That the document is OpenAPI 3.1 at all is `openapi-spec-validator`'s to say.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

Document = dict[str, Any]
METHODS = {"get", "head", "post", "put", "patch", "delete", "options", "trace"}


def complaints(document: Document) -> list[str]:
    """Return what is wrong, in words that name the rule."""
    found = [*_info(document), *_names(document), *_references(document)]
    for path, method, operation in operations(document):
        found += [f"{method} {path}: {complaint}" for complaint in _operation(document, path, operation)]
    return found + list(_examples(document))


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Yield each operation, with the parameters that stand at its path among its own."""
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            parameters = [*item.get("parameters", []), *item[method].get("parameters", [])]
            yield path, method, {**item[method], "parameters": parameters}


def _info(document: Document) -> Iterator[str]:
    if not document["info"].get("description"):
        yield "info-description"
    if not document.get("servers"):
        yield "oas3-api-servers"
    if any(re.search(r".\/$", server["url"]) for server in document.get("servers", [])):
        yield "oas3-server-trailing-slash"


def _names(document: Document) -> Iterator[str]:
    names = Counter(operation.get("operationId") for *_, operation in operations(document))
    yield from (f"operation-operationId-unique: {name}" for name, times in names.items() if times > 1)
    tags = [tag["name"] for tag in document.get("tags", [])]
    used = {tag for *_, operation in operations(document) for tag in operation.get("tags", [])}
    yield from (f"operation-tag-defined: {tag}" for tag in used - set(tags))
    yield from (f"tag-unused: {tag}" for tag in set(tags) - used)
    if len(tags) > len(set(tags)) or not all(tag.get("description") for tag in document.get("tags", [])):
        yield "openapi-tags-uniqueness, tag-description"
    if any("?" in path or path.endswith("/") for path in document["paths"]):
        yield "path-not-include-query, path-keys-no-trailing-slash"


def _references(document: Document) -> Iterator[str]:
    text = json.dumps(document)
    used = set(re.findall(r'"#/components/(\w+)/(\w+)"', text))
    there = {(kind, name) for kind, named in document["components"].items() for name in named}
    secured = {("securitySchemes", name) for one in document.get("security", []) for name in one}
    yield from (f"oas3-unused-component: {name}" for name in sorted(there - used - secured))
    yield from (f"invalid-ref: {name}" for name in sorted(used - there))


def _operation(document: Document, path: str, operation: Document) -> Iterator[str]:
    for name in ("operationId", "summary", "description", "tags", "responses"):
        if not operation.get(name):
            yield f"operation-{name}"
    if not any(status.startswith(("2", "3")) for status in operation["responses"]):
        yield "operation-success-response"
    in_path = [parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"]
    if sorted(in_path) != sorted(re.findall(r"{(\w+)}", path)):
        yield "path-params"
    if not all(parameter.get("description") for parameter in operation["parameters"]):
        yield "oas3-parameter-description"
    for status, answer in operation["responses"].items():
        if "$ref" not in answer and not answer.get("description"):
            yield f"response-description: {status}"
    needed: list[Document] = operation.get("security") or document.get("security") or []
    schemes = document["components"].get("securitySchemes", {})
    if any(name not in schemes for one in needed for name in one):
        yield "operation-security-defined"


def _examples(document: Document) -> Iterator[str]:
    """Hold each example against the schema beside it: oas3-valid-media-example, oas3-valid-schema-example."""
    for where, found in _objects(document, "#"):
        if isinstance(found.get("schema"), dict):
            named = [_resolved(document, example)["value"] for example in found.get("examples", {}).values()]
            for example in [*named, *([found["example"]] if "example" in found else [])]:
                if _wrong(document, found["schema"], example):
                    yield f"oas3-valid-media-example: {where}"
        elif "type" in found and any(_wrong(document, found, one) for one in found.get("examples", [])):
            yield f"oas3-valid-schema-example: {where}"


def _wrong(document: Document, schema: Document, example: object) -> bool:
    whole = {**schema, "components": document["components"]}
    return not Draft202012Validator(whole).is_valid(example)


def _resolved(document: Document, value: Document) -> Document:
    for part in value.get("$ref", "#").split("/")[1:]:
        document = document[part]
    return document if "$ref" in value else value


def _objects(value: object, where: str) -> Iterator[tuple[str, Document]]:
    if isinstance(value, dict):
        yield where, value
    children = (
        value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else [])
    )
    for name, child in children:
        yield from _objects(child, f"{where}/{name}")
