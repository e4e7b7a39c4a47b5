"""One stack with two tables behind it, the same but for their size, of which it sees one at a time."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import boto3
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table

from bench.world import World
from guestlist import keys
from guestlist.clock import clock
from guestlist.records import Membership, User
from guestlist.table import put
from local.moto_fit import LOCK
from local.stack import CONNECTION
from local.template import REGION

CROWD = "crowd"
FIRST = 10
"""So many members are in the organization that is asked about, in every table."""


class Tables:
    """A table for each number of members, filled with what the stack's table holds now and those members.

    `first` of them are in the organization, all of them if it is None. They go straight into moto's store, by
    our own records and keys: a hundred thousand requests would take an hour.
    """

    def __init__(
        self, ours: World, organization: str, sizes: Sequence[int], *, first: int | None = FIRST
    ) -> None:
        self.stack, self.sizes = ours.stack, sizes
        [(table, declared)] = ours.stack.aws.template.tables().items()
        self._name = ours.stack.aws.physical[table]["Ref"]
        self._tables = dynamodb_backends[ours.stack.aws.account][REGION].tables
        wanted = {name: declared[name] for name in _SCHEMA}
        seen = [item.to_json()["Attributes"] for item in self._tables[self._name].all_items()]
        self._of: dict[int, Table] = {}
        for members in sizes:
            name = f"{self._name}-{members}"
            boto3.client("dynamodb").create_table(TableName=name, **wanted)
            self._of[members] = self._tables[name]
            for item in seen:
                self._of[members].put_item(item)
            _fill(self._of[members], organization, members, members if first is None else first)
        # Millions of objects that stay: the collector need not look at them again and again.
        gc.collect()
        gc.freeze()

    @contextmanager
    def showing(self, members: int) -> Iterator[None]:
        """Let the stack see the table with so many members."""
        with LOCK:
            self._tables[self._name] = self._of[members]
        yield


_SCHEMA = ("AttributeDefinitions", "BillingMode", "KeySchema", "GlobalSecondaryIndexes")


def _fill(table: Table, organization: str, members: int, first: int) -> None:
    """Put members into a table, a hundred to an organization; the first of them into this one."""
    now = clock.now()
    for number in range(members):
        place = organization if number < first else f"{CROWD}{number // 100}"
        user = User(
            id=f"{number:024}",
            connection=CONNECTION,
            email=f"member{number}@crowd.example",
            account=f"auth0|{number:024}",
            organizations={place: ("editor",)},
            created=True,
            applied=1,
        )
        membership = Membership(
            organization=place,
            user=user.id,
            email=user.email,
            roles=("editor",),
            user_version=1,
            created_at=now,
            changed_at=now,
        )
        for record in (user, membership):
            table.put_item(dict(put(keys.item(record)).arguments["Item"]))
