"""moto's DynamoDB, fit for races and for size, so that what our tests accuse is our own code.

As it comes, moto 5 copies the whole table at each transaction and puts the copy back when a condition fails
(acknowledged writes of others vanish), walks the whole table at each Query, leaves half an update behind when
it refuses one, and takes index keys and unused values that AWS refuses. `install` puts `FitBackend` in its
place for every account used from then on. It knows nothing of HTTP: whoever calls moto holds `LOCK` for a
whole request, the server of `local/moto_server.py` does.
"""

import copy
import re
import threading
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from moto.dynamodb.exceptions import MockValidationException, ResourceNotFoundException
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

# None of moto's services is safe for threads.
LOCK = threading.RLock()

Key = tuple[DynamoType, DynamoType | None]
Place = tuple[str, DynamoType]


def install() -> None:
    """Make moto use the fit backend for accounts that are used from now on, and forget what is gone.

    As it comes it keeps every item and table that it ever made, for its own pages.
    """
    dynamodb_backends.backend = FitBackend
    models: tuple[Any, ...] = (Item, Table, FitTable)
    for model in models:
        model.instances_tracked = deque(maxlen=0)


class FitTable(Table):
    """A table of moto's that files its items by the partitions of its indexes."""

    def __init__(self, table: Table) -> None:
        self.__dict__.update(table.__dict__)
        # By partition key, then by sort key; without a sort key, an item stands in the place of the dict.
        self.items: Any = table.items
        self._key_types = {found["AttributeName"]: found["AttributeType"] for found in self.attr}
        self._partitions: defaultdict[Place, dict[Key, Item]] = defaultdict(dict)
        self._places: dict[Key, list[Place]] = {}
        self._narrowed: list[Item] | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> "FitTable":
        """Return the table itself: moto copies it before a transaction, which `undone_on_error` undoes."""
        return self

    def key_of(self, attrs: Mapping[str, Any]) -> Key:
        """Return the primary key among an item's attributes (in DynamoDB's JSON)."""
        for name in self.table_key_attrs:
            if name not in attrs:
                raise MockValidationException(
                    f"One or more parameter values were invalid: Missing the key {name} in the item"
                )
        range_key = DynamoType(attrs[self.range_key_attr]) if self.range_key_attr else None
        return DynamoType(attrs[self.hash_key_attr]), range_key

    def put_item(self, item_attrs: dict[str, Any], *args: Any, **kwargs: Any) -> Item:  # noqa: ANN401 moto's own arguments, handed on
        """Store an item whole, as moto does, unless AWS would refuse its index keys."""
        self.refuse_index_keys({name: DynamoType(value) for name, value in item_attrs.items()})
        item = super().put_item(item_attrs, *args, **kwargs)
        self.file(self.key_of(item_attrs))
        return item

    def delete_item(self, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
        """Delete an item, from its indexes too."""
        item = super().delete_item(hash_key, range_key)
        self.file((hash_key, range_key))
        return item

    def all_items(self) -> list[Item]:
        """Return all items, or while a Query runs those of its partition."""
        return super().all_items() if self._narrowed is None else self._narrowed

    @contextmanager
    def narrowed(self, index_name: str | None, partition: DynamoType) -> Iterator[None]:
        """Let moto's Query see only one partition, of the table or of an index."""
        if index_name:
            self._narrowed = list(self._partitions.get((index_name, partition), {}).values())
        elif self.has_range_key:
            self._narrowed = list(self.items.get(partition, {}).values())
        else:
            self._narrowed = [self.items[partition]] if partition in self.items else []
        try:
            yield
        finally:
            self._narrowed = None

    @contextmanager
    def undone_on_error(self, keys: Iterable[Key]) -> Iterator[None]:
        """Put the items of these keys back as they were if the block raises."""
        before = {key: copy.deepcopy(self._stored(key)) for key in keys}
        try:
            yield
        except Exception:
            for key, item in before.items():
                self._restore(key, item)
            raise

    def file(self, key: Key) -> None:
        """File the item of a key in the partitions of the indexes that it is in now."""
        for place in self._places.pop(key, ()):
            del self._partitions[place][key]
            if not self._partitions[place]:
                del self._partitions[place]
        if (item := self._stored(key)) is not None:
            hashes = [(index.name, index.schema_key_attrs[0]) for index in self.all_indexes()]
            places = [(name, DynamoType(item.attrs[attr])) for name, attr in hashes if attr in item.attrs]
            for place in places:
                self._partitions[place][key] = item
            self._places[key] = places

    def refuse_index_keys(self, attrs: Mapping[str, DynamoType]) -> None:
        """Refuse an index key that is empty or of another type; one left out is simply not indexed."""
        for index in self.all_indexes():
            for name in index.schema_key_attrs:
                if name in attrs:
                    _refuse_index_key(index.name, name, attrs[name], self._key_types[name])

    def _stored(self, key: Key) -> Item | None:
        hash_key, range_key = key
        partition = self.items.get(hash_key, {} if self.has_range_key else None)
        found: Item | None = partition.get(range_key) if self.has_range_key else partition
        return found

    def _restore(self, key: Key, item: Item | None) -> None:
        hash_key, range_key = key
        if item is None:
            super().delete_item(hash_key, range_key)
        elif range_key is None:
            self.items[hash_key] = item
        else:
            self.items[hash_key][range_key] = item
        self.file(key)


class FitBackend(DynamoDBBackend):
    """moto's DynamoDB with `FitTable`s; arguments are moto's own and handed on as they come."""

    # moto finds a backend's URLs beside the module of its class.
    __module__ = DynamoDBBackend.__module__

    def create_table(self, name: str, *args: Any, **kwargs: Any) -> Table:  # noqa: ANN401 moto's own
        """Create a table as moto does, and take it over."""
        self.tables[name] = FitTable(super().create_table(name, *args, **kwargs))  # type: ignore[abstract] # so is moto's own
        return self.tables[name]

    def query(
        self,
        table_name: str,
        hash_key_dict: dict[str, Any] | None,
        *args: Any,  # noqa: ANN401 moto's own
        **kwargs: Any,  # noqa: ANN401 moto's own
    ) -> tuple[list[Item], int, dict[str, Any] | None]:
        """Query one partition, in time that does not grow with the table."""
        if hash_key_dict is None:
            return super().query(table_name, hash_key_dict, *args, **kwargs)
        with self._fit(table_name).narrowed(kwargs.get("index_name"), DynamoType(hash_key_dict)):
            return super().query(table_name, hash_key_dict, *args, **kwargs)

    def update_item(self, table_name: str, key: dict[str, dict[str, Any]], *args: Any, **kwargs: Any) -> Item:  # noqa: ANN401 moto's own
        """Update an item, wholly or not at all."""
        table = self._fit(table_name)
        stored = table.key_of(key)
        with table.undone_on_error([stored]):
            item = super().update_item(table_name, key, *args, **kwargs)
            table.refuse_index_keys(item.attrs)
        table.file(stored)
        return item

    def transact_write_items(self, transact_items: list[dict[str, Any]]) -> None:
        """Carry out all operations or none; nothing but their items is touched either way."""
        touched: defaultdict[str, list[Key]] = defaultdict(list)
        for operation in (op for item in transact_items for op in item.values()):
            _refuse_unused_values(operation)
            name = operation["TableName"]
            touched[name].append(self._fit(name).key_of(operation.get("Key") or operation["Item"]))
        with ExitStack() as undo:
            for name, keys in touched.items():
                undo.enter_context(self._fit(name).undone_on_error(keys))
            super().transact_write_items(transact_items)

    def _fit(self, table_name: str) -> FitTable:
        table = self.get_table(table_name)
        if not isinstance(table, FitTable):
            raise ResourceNotFoundException
        return table


def _refuse_index_key(index: str, name: str, value: DynamoType, expected: str) -> None:
    if value.type != expected:
        raise MockValidationException(
            f"One or more parameter values were invalid: Type mismatch for Index Key {name} "
            f"Expected: {expected} Actual: {value.type} IndexName: {index}"
        )
    if value.value == "":
        raise MockValidationException(
            "One or more parameter values are not valid. A value specified for a secondary index key is not "
            "supported. The AttributeValue for a key attribute cannot contain an empty string value. "
            f"IndexName: {index}, IndexKey: {name}"
        )


def _refuse_unused_values(operation: Mapping[str, Any]) -> None:
    """Refuse values that no expression names, as AWS does in transactions too."""
    expressions = f"{operation.get('ConditionExpression', '')} {operation.get('UpdateExpression', '')}"
    used = set(re.findall(r":\w+", expressions))
    unused = sorted(set(operation.get("ExpressionAttributeValues", {})) - used)
    if unused:
        raise MockValidationException(
            "Value provided in ExpressionAttributeValues unused in expressions: "
            f"keys: {{{', '.join(unused)}}}"
        )
