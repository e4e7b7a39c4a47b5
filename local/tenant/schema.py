"""Bodies held to a table of fields, refused in the words of Auth0's validator."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.tenant.errors import payload_error

EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
FORMATS = {
    "email": EMAIL,
    "callback-url": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://?[^\s]*"),
    "url-with-placeholders": re.compile(r"https?://[^\s/?#]+[^\s]*"),
}
"""By their names at Auth0; what each takes is assumed."""


@dataclass(frozen=True)
class Field:
    """What one property may be; `items` is the type of a list's elements, or what each of them may be."""

    kind: type
    nullable: bool = False
    pattern: str | None = None
    format: str = ""
    """One of `FORMATS`."""
    min_length: int = 0
    max_length: int | None = None
    choices: tuple[str, ...] = ()
    items: "type | Field | None" = None
    max_items: int | None = None
    """Of a list its elements, of an object its properties."""


TEXT = Field(str)
FLAG = Field(bool)
WHOLE = Field(int)
SECONDS = Field(float)
OBJECT = Field(dict)
STRINGS = Field(list, items=str)
OBJECTS = Field(list, items=dict)
EMAIL_ADDRESS = Field(str, format="email")

NAMES = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    dict: "object",
    list: "array",
    type(None): "null",
}
Fields = Mapping[str, Field]


def check(
    body: object,
    fields: Fields,
    required: tuple[str, ...] = (),
    *,
    open_ended: bool = False,
    within: str = "",
) -> Any:  # noqa: ANN401 - JSON
    """Return the body, an object that has what is required and nothing that the table does not allow.

    `within` says which of the whole body's objects this is: `options.`.

    Raises:
        ManagementError: 400 `invalid_body`, naming the first thing that is wrong.
    """
    if not isinstance(body, dict):
        raise payload_error(f"'Expected type object but found type {type_name(body)}'")
    for name in required:
        if name not in body:
            raise payload_error(f"'Missing required property: {within}{name}'")
    for name, value in body.items():
        if name in fields:
            check_value(within + name, value, fields[name])
        elif not open_ended:
            raise payload_error(f"'Additional properties not allowed: {within}{name}'")
    return body


def type_name(value: object) -> str:
    """Return JSON's name for the type of a value."""
    return NAMES[type(value)]


def check_value(name: str, value: object, field: Field) -> None:
    """Refuse a value that is not what its property may be."""
    if value is None and field.nullable:
        return
    if type(value) is not field.kind and not (field.kind is float and type(value) is int):
        wanted = NAMES[field.kind]
        raise payload_error(f"'Expected type {wanted} but found type {type_name(value)}' on property {name}")
    if isinstance(value, str):
        _check_text(name, value, field)
    elif isinstance(value, list | dict):
        _check_items(name, value, field)


def _check_items(name: str, value: "list[object] | dict[str, object]", field: Field) -> None:
    if field.max_items is not None and len(value) > field.max_items:
        kind = "Array is too long" if isinstance(value, list) else "Too many properties defined"
        raise payload_error(f"'{kind} ({len(value)}), maximum {field.max_items}' on property {name}")
    if field.items is None:
        return
    item = field.items if isinstance(field.items, Field) else Field(field.items)
    for one in value if isinstance(value, list) else value.values():
        check_value(name, one, item)


def _check_text(name: str, value: str, field: Field) -> None:
    if field.format and not FORMATS[field.format].fullmatch(value):
        failed = f"Object didn't pass validation for format {field.format}: {value}"
        raise payload_error(f"'{failed}' on property {name}")
    if field.choices and value not in field.choices:
        raise payload_error(f"'No enum match for: {value}' on property {name}")
    if field.pattern is not None and not re.search(field.pattern, value):
        raise payload_error(f"'String does not match pattern {field.pattern}' on property {name}")
    if len(value) < field.min_length:
        short = f"String is too short ({len(value)} chars), minimum {field.min_length}"
        raise payload_error(f"'{short}' on property {name}")
    if field.max_length is not None and len(value) > field.max_length:
        long = f"String is too long ({len(value)} chars), maximum {field.max_length}"
        raise payload_error(f"'{long}' on property {name}")
