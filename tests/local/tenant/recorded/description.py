"""Auth0's own OpenAPI description of the Management API: its schemas, and what we write down of them."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from local.tenant.management.operations import Operation

Schema = dict[str, Any]
NAME = "urn:auth0"
MOST_CHOICES = 12


class Description:
    """The document. An operation is known by the tenant's method and path."""

    def __init__(self, folder: Path) -> None:
        self._document: Schema = json.loads((folder / "management-api.openapi.json").read_text("utf-8"))
        resource: Resource[bool | Mapping[str, Any]] = DRAFT202012.create_resource(self._document)
        self._registry: Registry[bool | Mapping[str, Any]] = Registry().with_resource(NAME, resource)
        self._paths = {re.sub(r"\{[^}]*\}", "{}", path): path for path in self._document["paths"]}

    def facts(self, operation: Operation) -> dict[str, Any]:
        """Return the names, types and choices of an operation, without its inner objects."""
        found = self._operation(operation.method, operation.path)
        statuses = [status for status in found["responses"] if status.startswith("2")]
        body, answer = found.get("requestBody"), _json_schema(found["responses"][statuses[0]])
        queries = [p["name"] for p in self._parameters(found) if p["in"] == "query"]
        facts = {
            "call": f"{operation.method} {operation.path}",
            "scopes": " ".join(found["security"][-1]["oAuth2ClientCredentials"]),
            "statuses": " ".join(statuses),
            "refusals": " ".join(status for status in found["responses"] if status >= "4"),
            "query": " ".join(queries),
            **(self._body_facts(_json_schema(body)) if body else {}),
            "answer": self._grouped(answer, lists=True) if answer else {},
            "open_answer": bool(answer) and self._is_open(answer),
        }
        return {name: value for name, value in facts.items() if value}

    def errors(self, operation: Operation, status: int | None, body: object) -> list[str]:
        """Return what Auth0's own schema finds wrong with a request (no status) or with an answer."""
        path = self._paths[_plain(operation.path)]
        found = self._document["paths"][path][operation.method.lower()]
        parts = ["paths", path, operation.method.lower()]
        if status is None:
            holder, parts = found.get("requestBody"), [*parts, "requestBody"]
        else:
            named = str(status) if str(status) in found["responses"] else _success(found)
            holder, parts = found["responses"][named], [*parts, "responses", named]
        if not holder or not _json_schema(holder):
            return []
        pointer = "/".join(_escaped(part) for part in [*parts, "content", "application/json", "schema"])
        schema = {"$ref": f"{NAME}#/{pointer}"}
        validator = Draft202012Validator(schema, registry=self._registry)
        return sorted({_told(error) for error in validator.iter_errors(body)})

    def _operation(self, method: str, path: str) -> Schema:
        found: Schema = self._document["paths"][self._paths[_plain(path)]][method.lower()]
        return found

    def _parameters(self, operation: Schema) -> list[Schema]:
        return [self._resolved(parameter) for parameter in operation.get("parameters", [])]

    def _body_facts(self, schema: Schema) -> dict[str, Any]:
        return {
            "required": " ".join(sorted(self._required(schema))),
            "body": self._grouped(schema),
            "open_body": self._is_open(schema),
            "choices": dict(self._choices(schema)),
        }

    def _grouped(self, schema: Schema, *, lists: bool = False) -> dict[str, str]:
        by_type: defaultdict[str, list[str]] = defaultdict(list)
        for path, kinds in sorted(self._fields(schema, "", lists=lists).items()):
            by_type["|".join(sorted(kinds))].append(path)
        return {kinds: " ".join(paths) for kinds, paths in sorted(by_type.items())}

    def _fields(self, schema: Schema, prefix: str, *, lists: bool) -> dict[str, set[str]]:
        """Return the fields of an object, and those of a list's items where asked."""
        fields: defaultdict[str, set[str]] = defaultdict(set)
        for part in self._parts(schema):
            if lists and "items" in part and prefix.count("[]") < 1:
                for path, kinds in self._fields(part["items"], prefix + "[].", lists=True).items():
                    fields[path] |= kinds
            for name, inner in part.get("properties", {}).items():
                fields[prefix + name] |= self._types(inner)
                if lists and "[]" not in prefix and self._types(inner) == {"array"}:
                    for path, kinds in self._fields(inner, prefix + name, lists=True).items():
                        fields[path] |= kinds
        return dict(fields)

    def _choices(self, schema: Schema) -> Iterator[tuple[str, str]]:
        for part in self._parts(schema):
            for name, inner in part.get("properties", {}).items():
                values = [
                    v for p in self._parts(inner) for v in p.get("enum", [p["const"]] if "const" in p else [])
                ]
                if 0 < len(values) <= MOST_CHOICES and all(isinstance(value, str) for value in values):
                    yield name, " ".join(sorted(set(values)))

    def _required(self, schema: Schema) -> set[str]:
        parts = [set(part.get("required", [])) for part in self._parts(schema)]
        return set.intersection(*parts) if parts else set()

    def _is_open(self, schema: Schema) -> bool:
        parts = [part for part in self._parts(schema) if "items" not in part]
        return any(part.get("additionalProperties", True) is not False for part in parts)

    def _types(self, schema: Schema) -> set[str]:
        found: set[str] = set()
        for part in self._parts(schema):
            kinds = part.get("type", [])
            found |= {kinds} if isinstance(kinds, str) else set(kinds)
        return found or {"any"}

    def _parts(self, schema: Schema) -> list[Schema]:
        """Return the alternatives that a schema comes down to; what must all hold is taken together."""
        schema = self._resolved(schema)
        for name in ("oneOf", "anyOf"):
            if name in schema:
                return [part for choice in schema[name] for part in self._parts(choice)]
        if "allOf" not in schema:
            return [schema]
        whole: Schema = {name: value for name, value in schema.items() if name != "allOf"}
        for one in schema["allOf"]:
            for part in self._parts(one):
                properties = {**whole.get("properties", {}), **part.get("properties", {})}
                whole = {**part, **whole, "properties": properties}
        return [whole]

    def _resolved(self, schema: Mapping[str, Any]) -> Schema:
        while "$ref" in schema:
            found: Any = self._document
            for name in schema["$ref"].removeprefix("#/").split("/"):
                found = found[name.replace("~1", "/")]
            more = {name: value for name, value in schema.items() if name != "$ref"}
            schema = {**found, **more}
        return dict(schema)


def _json_schema(holder: Schema) -> Schema:
    schema: Schema = holder.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _success(operation: Schema) -> str:
    return str(next(status for status in operation["responses"] if status.startswith("2")))


def _plain(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def _escaped(part: str) -> str:
    return quote(part.replace("~", "~0").replace("/", "~1"), safe="~")


def _told(error: Any) -> str:  # noqa: ANN401 - jsonschema's
    """Return an error by the place and the rule that it breaks, without values."""
    place = re.sub(r"\.?\[\d+\]", "[]", ".".join(f"[{p}]" if isinstance(p, int) else p for p in error.path))
    return f"{place or 'the body'} breaks {error.validator}"
