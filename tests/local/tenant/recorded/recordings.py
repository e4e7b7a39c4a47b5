"""The recordings of real tenants, reduced to facts: what was asked, in kinds, and what every answer had."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from local.tenant.management.api import OPERATIONS
from tests.local.tenant.recorded.shapes import Fields

Row = dict[str, Any]
SHAPING = ("fields", "include_totals", "take")
"""Query parameters that decide the shape of an answer."""
STRAY = ({"members"}, {"client_secret", "signing_keys"})
"""Answers that are another call's, or of which the upstream recorder left nothing else."""
WITHOUT_BODY = re.compile(r"DELETE /(users|clients|connections|actions)|GET |POST .*/deploy")


class Kind(NamedTuple):
    """Rows that are compared as one: the operation, its status, and what else decides the answer's shape."""

    call: str
    status: int
    shaped_by: str
    variant: str
    refusal: str


def facts(folder: Path) -> list[dict[str, Any]]:
    """Return the facts of a folder's recordings, for the operations that the tenant has."""
    kinds: defaultdict[Kind, list[Row]] = defaultdict(list)
    for row in _rows(folder):
        kinds[_kind(row)].append(row)
    return [_fact(kind, rows) for kind, rows in sorted(kinds.items())]


def sent(row: Row) -> list[str]:
    """Return the names in a request's body; one whose value is empty or null says so."""
    body = row["request_body"]
    if not isinstance(body, dict):
        return []
    names = [_token(name, value) for name, value in body.items()]
    options = {} if _variant(row) else body.get("options") or {}
    return sorted(names + [_token(f"options.{name}", value) for name, value in options.items()])


def _rows(folder: Path) -> Iterator[Row]:
    calls = {(operation.method, _plain(operation.path)): operation.path for operation in OPERATIONS}
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            row: Row = json.loads(line)
            known = calls.get((row["method"], _plain(row["endpoint"].removeprefix("/api/v2"))))
            if known and _is_sound(row, f"{row['method']} {known}"):
                yield {**row, "call": f"{row['method']} {known}"}


def _is_sound(row: Row, call: str) -> bool:
    """Return whether a row is as it was on the wire: some were written over, or lost their body."""
    whole = row["request_body"] is not None or WITHOUT_BODY.match(call)
    answer = row["response_body"] or {}
    refused_in_words = row["status"] < 400 or "message" in answer
    stray = isinstance(answer, dict) and set(answer) in STRAY
    return bool(not row.get("note") and whole and refused_in_words and not stray)


def _kind(row: Row) -> Kind:
    shaped_by = " ".join(name for name in SHAPING if name in (row["query"] or {}))
    refusal = row["response_body"]["message"] if row["status"] >= 400 else ""
    return Kind(row["call"], row["status"], shaped_by, _variant(row), refusal)


def _variant(row: Row) -> str:
    bodies = [body for body in (row["request_body"], row["response_body"]) if isinstance(body, dict)]
    strategy = next((body["strategy"] for body in bodies if "strategy" in body), "auth0")
    return "" if strategy == "auth0" else "of other strategies"


def _fact(kind: Kind, rows: list[Row]) -> dict[str, Any]:
    bodies = sorted({" ".join(_with_strategy(row)) for row in rows})
    queries = sorted({" ".join(sorted(row["query"] or {})) for row in rows})
    fact: dict[str, Any] = {"call": kind.call, "status": kind.status}
    fact |= {name: value for name, value in kind._asdict().items() if name not in fact and value}
    if any(queries):
        fact["queries"] = queries
    if any(bodies):
        fact["sent"] = bodies
        fact["types"] = _types(rows)
    fact["body"] = "|".join(sorted({_body(row["response_body"]) for row in rows}))
    if kind.status >= 400:
        fact["codes"] = sorted({str(row["response_body"].get("errorCode", "")) for row in rows})
    elif any(row["response_body"] for row in rows):
        answers = [_opaque(row["response_body"], kind) for row in rows]
        fact["answer"] = Fields(answers).grouped()
        fact |= _echoes(rows)
    return fact


def _with_strategy(row: Row) -> Iterator[str]:
    for name in sent(row):
        yield f"strategy={row['request_body']['strategy']}" if name == "strategy" else name


def _types(rows: list[Row]) -> dict[str, str]:
    """Return the types of the values that were sent, without what stands inside them."""
    tokens = {token.partition("=")[0] for row in rows for token in sent(row)}
    seen = Fields(row["request_body"] for row in rows).types
    by_type: defaultdict[str, list[str]] = defaultdict(list)
    for token in sorted(tokens):
        by_type["|".join(sorted(seen[token])) or "any"].append(token)
    return {kinds: " ".join(names) for kinds, names in sorted(by_type.items())}


def _echoes(rows: list[Row]) -> dict[str, str]:
    """Return the names that are never answered when they are sent, and those that sometimes are."""
    outcomes: defaultdict[str, set[bool]] = defaultdict(set)
    for row in rows:
        shown = Fields([row["response_body"]]).types
        for token in sent(row):
            outcomes[token].add(token.partition("=")[0] in shown)
    silent = sorted(token for token, outcome in outcomes.items() if outcome == {False})
    either = sorted(token for token, outcome in outcomes.items() if len(outcome) > 1)
    told = {"silent": " ".join(silent), "either": " ".join(either)}
    return {name: value for name, value in told.items() if value}


def _opaque(body: Any, kind: Kind) -> Any:  # noqa: ANN401 - JSON
    """Return an answer without the options of connections that are none of the tenant's databases."""
    if isinstance(body, dict) and (kind.variant or "connections" in body):
        return {name: _opaque(value, kind) for name, value in body.items() if name != "options"} | (
            {"options": {}} if "options" in body else {}
        )
    if isinstance(body, list):
        return [_opaque(item, kind) for item in body]
    return body


def _token(name: str, value: object) -> str:
    empty = value is None or value in ({}, [], "")
    return f"{name}={json.dumps(value)}" if empty else name


def _body(body: object) -> str:
    return "array" if isinstance(body, list) else "object" if body else "empty"


def _plain(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)
