"""How documents are stamped, projected and paged, the same for every resource."""

import datetime as dt
import secrets
import string
import uuid
from collections.abc import Mapping
from typing import Any

from local.tenant.errors import invalid_query
from local.tenant.state import Document

Query = Mapping[str, str]
LARGEST_PAGE = 100
ALPHANUMERIC = string.ascii_letters + string.digits


def milliseconds(seconds: float) -> str:
    """Return a time as users bear it: `2023-01-25T17:48:14.784Z` (recorded)."""
    at = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def nanoseconds(seconds: float) -> str:
    """Return a time as Actions bear it: `2026-05-29T10:45:58.888947671Z` (recorded)."""
    at = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond:06d}000Z"


def new_client_id() -> str:
    """Return 32 letters and digits."""
    return "".join(secrets.choice(ALPHANUMERIC) for _ in range(32))


def new_hex_id() -> str:
    """Return 24 hexadecimal digits, as of a user that was given no id."""
    return secrets.token_hex(12)


def new_uuid() -> str:
    """Return an id of Actions, versions and bindings."""
    return str(uuid.uuid4())


def selected(document: Document, query: Query) -> Document:
    """Return the document with the `fields` asked for, or without them where `include_fields=false`."""
    names = set(filter(None, query.get("fields", "").split(",")))
    if not names:
        return document
    included = query.get("include_fields", "true") == "true"
    return {name: value for name, value in document.items() if (name in names) == included}


def page_numbers(query: Query) -> tuple[int, int]:
    """Return `page` (0 if absent) and `per_page` (50 if absent, 100 at most)."""
    return _whole(query, "page", 0, None), _whole(query, "per_page", 50, LARGEST_PAGE)


def listed(key: str, documents: list[Document], query: Query, *, length: bool = False) -> Any:  # noqa: ANN401 - JSON
    """Return a page by offset: a bare array, or with `include_totals` an object (recorded)."""
    page, size = page_numbers(query)
    start = page * size
    items = [selected(document, query) for document in documents[start : start + size]]
    if query.get("include_totals") != "true":
        return items
    more = {"length": len(items)} if length else {}
    return {"start": start, "limit": size, **more, "total": len(documents), key: items}


def checkpointed(key: str, documents: list[Document], query: Query, name: str = "id") -> Document:
    """Return a page by checkpoint (`take`, `from`): the last has no `next`, none has a total (recorded)."""
    size = _whole(query, "take", 50, LARGEST_PAGE)
    names = [str(document[name]) for document in documents]
    after = query.get("from")
    if after is not None and after not in names:
        raise invalid_query("'The checkpoint does not exist' on property from")
    start = 0 if after is None else names.index(after) + 1
    items = [selected(document, query) for document in documents[start : start + size]]
    more = {"next": names[start + size - 1]} if start + size < len(documents) else {}
    return {key: items, **more}


def listed_either_way(key: str, documents: list[Document], query: Query, name: str = "id") -> Any:  # noqa: ANN401 - JSON
    """Return a page by checkpoint where one is asked for (`take` wins, recorded), else by offset."""
    if "take" in query or "from" in query:
        return checkpointed(key, documents, query, name)
    return listed(key, documents, query)


def merged(kept: Document | None, change: Document) -> Document:
    """Return metadata after a change: merged at the first level, null deletes a key, `{}` clears all."""
    if not change:
        return {}
    return {name: value for name, value in {**(kept or {}), **change}.items() if value is not None}


def _whole(query: Query, name: str, default: int, largest: int | None) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit()):
        raise invalid_query(f"'Expected type integer but found type string' on property {name}")
    number = int(text)
    if largest is not None and number > largest:
        raise invalid_query(f"'Value {number} is greater than maximum {largest}' on property {name}")
    return number
