"""Records as items of the table: what goes in comes out, by way of DynamoDB's own encoding."""

from dataclasses import fields, replace

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from guestlist.audit_records import Action, Actor, ActorKind, Audit
from guestlist.items import from_item, to_item
from guestlist.organization_records import Organization
from guestlist.records import Invite, Membership, User
from guestlist.table import Item, _item

RECORDS = st.one_of(
    *(st.from_type(kind) for kind in (Organization, Membership, Invite, Audit)), st.from_type(User)
)
encode, decode = TypeSerializer().serialize, TypeDeserializer().deserialize


def through_dynamodb(item: Item) -> Item:
    """Return an item as a read gives it after a write."""
    return _item({name: encode(value) for name, value in item.items()})


def smaller(record: object) -> object:
    """Return the record with numbers that DynamoDB holds: 38 digits."""
    numbers = {
        field.name: getattr(record, field.name) % 10**12
        for field in fields(record)  # type: ignore[arg-type] # hypothesis types its records as objects
        if type(getattr(record, field.name)) is int
    }
    return replace(record, **numbers)  # type: ignore[type-var] # the same


@given(RECORDS.map(smaller))
def test_a_record_survives_the_table(record: object) -> None:
    """Every field of every record is the same after writing and reading."""
    assert from_item(type(record), through_dynamodb(to_item(record))) == record


@given(RECORDS.map(smaller))
def test_what_is_none_is_left_out(record: object) -> None:
    """An item holds no nulls, so conditions on absence see what is absent."""
    assert None not in to_item(record).values()


def test_an_item_may_hold_more_than_its_record() -> None:
    """Keys and index attributes are passed over on reading, and missing defaults are filled in."""
    item = {"id": "clinicA", "name": "Clinic A", "created_at": 5, "pk": "ORG#clinicA", "listing": "x"}
    assert from_item(Organization, item) == Organization(id="clinicA", name="Clinic A", created_at=5)


def test_an_actor_is_kept_within() -> None:
    """A record within a record is a map, its enums are words."""
    by = Actor(ActorKind.ADMIN, "auth0|x")
    audit = Audit(
        id="1", organization="a", actor=by, action=Action.MEMBER_ADD, subject="u", at=1, request="r"
    )
    item = to_item(audit)
    assert item["actor"] == {"kind": "admin", "id": "auth0|x"}
    assert item["action"] == "member:add"
