"""Records as items of the table and back, field by field."""

from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from guestlist.table import Item

Record = TypeVar("Record")


def to_item(record: Any) -> Item:  # noqa: ANN401 (a dataclass)
    """Return a record's fields as DynamoDB keeps them; what is None is left out."""
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {name: _stored(value) for name, value in values.items() if value is not None}


def from_item(record_type: type[Record], item: Item) -> Record:
    """Return the record that an item holds; other attributes of the item are passed over."""
    types = _types(cast("Hashable", record_type))
    return record_type(**{name: _loaded(types[name], item[name]) for name in types if name in item})


@cache
def _types(record_type: Hashable) -> dict[str, Any]:
    shape = cast("type[Any]", record_type)
    hints = get_type_hints(shape)
    return {field.name: _without_none(hints[field.name]) for field in fields(shape)}


def _without_none(hint: Any) -> Any:  # noqa: ANN401 (a type hint)
    if get_origin(hint) in (Union, UnionType):
        return next(inner for inner in get_args(hint) if inner is not type(None))
    return hint


def _stored(value: Any) -> Any:  # noqa: ANN401 (a field's value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_stored(inner) for inner in value]
    if isinstance(value, Mapping):
        return {name: _stored(inner) for name, inner in value.items()}
    return to_item(value) if is_dataclass(value) else value


def _loaded(hint: Any, value: Any) -> Any:  # noqa: ANN401 (a type hint and a field's value)
    if get_origin(hint) is tuple:
        return tuple(_loaded(get_args(hint)[0], inner) for inner in value)
    if get_origin(hint) is Mapping:
        return {name: _loaded(get_args(hint)[1], inner) for name, inner in value.items()}
    if is_dataclass(hint) and isinstance(hint, type):
        return from_item(hint, value)
    return hint(value) if isinstance(hint, type) and issubclass(hint, StrEnum) else value
