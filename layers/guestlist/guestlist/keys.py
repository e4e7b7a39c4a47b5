"""The keys of the table, and records as its items. Only `store` and `writes` know them.

item                            pk                    sk               indexes
user                            USER#id               USER             due
foreign name -> user            FOREIGN#name          USER#id
(connection, email) -> user     EMAIL#connection#email  same
account -> user                 ACCOUNT#id            same
connection -> organization      CONNECTION#name       same
organization, counters          ORG#org               ORG              listing
name ignoring case, for ever    ORGNAME#folded        same
membership (or its tombstone)   ORG#org               MEMBER#user
invite                          INVITE#id             INVITE           listing (by status), due
receipt of a removal            RECEIPT#id            RECEIPT
(organization, email) -> invite ORG#org               INVITED#email
domain that it claims           ORG#org               DOMAIN#name
proved domain -> organization   DOMAIN#name           same
audit                           ORG#org               AUDIT#id         listing (until it is sealed)
checkpoint of the audit         ORG#org               CHECKPOINT#number
idempotency key                 KEY#caller#route#key  same
budget of a day                 BUDGET#bucket         same
mailbox that mails bounced from MAILBOX#id            same
the look for drift              DRIFT                 same
the closed organizations        DOOR                  same             due
list of an application          CLIENT#client         LIST#name

The indexes hold keys alone: what moves in an item, as counters do, costs nothing there.
"""

import zlib

from guestlist.audit_records import Audit, Checkpoint
from guestlist.domain_records import Domain
from guestlist.door_records import Door
from guestlist.drift_records import DriftRun
from guestlist.items import to_item
from guestlist.names import folded
from guestlist.organization_records import Organization
from guestlist.provisioning_records import ClientList, ListName
from guestlist.receipt_records import Receipt
from guestlist.records import Invite, InviteStatus, Membership, User
from guestlist.request import IdempotencyKey
from guestlist.table import Item, Key

DUE_SHARDS = 8
UNSEALED_SHARDS = 8
ORGANIZATIONS = "ORGANIZATIONS"
"""The partition of the index that lists all organizations."""

DRIFT_RUN: Key = ("DRIFT",) * 2
DOOR: Key = ("DOOR",) * 2

Record = (
    User
    | Organization
    | Membership
    | Invite
    | Receipt
    | Audit
    | Checkpoint
    | DriftRun
    | Door
    | ClientList
    | Domain
)


def user(user_id: str) -> Key:
    """Return the key of a user."""
    return (f"USER#{user_id}", "USER")


def email(connection: str, address: str) -> Key:
    """Return the key of the pointer to the user with a normalised address in a connection."""
    return (f"EMAIL#{connection}#{address}",) * 2


def account(account_id: str) -> Key:
    """Return the key of the pointer to the user of an account."""
    return (f"ACCOUNT#{account_id}",) * 2


def connection(name: str) -> Key:
    """Return the key of the pointer to the organization whose connection this is, ignoring case."""
    return (f"CONNECTION#{name.lower()}",) * 2


def organization(organization_id: str) -> Key:
    """Return the key of an organization."""
    return (f"ORG#{organization_id}", "ORG")


def name(organization_id: str) -> Key:
    """Return the key that reserves an organization's id ignoring case."""
    return (f"ORGNAME#{folded(organization_id)}",) * 2


def foreign(name: str, user_id: str) -> Key:
    """Return the key of the pointer from a name that none of our organizations has to a user who bears it."""
    return (f"FOREIGN#{name}", f"USER#{user_id}")


def membership(organization_id: str, user_id: str) -> Key:
    """Return the key of a membership."""
    return (f"ORG#{organization_id}", f"MEMBER#{user_id}")


def invite(invite_id: str) -> Key:
    """Return the key of an invite: by its id alone, as a link names it."""
    return (f"INVITE#{invite_id}", "INVITE")


def receipt(receipt_id: str) -> Key:
    """Return the key of the receipt of a removal."""
    return (f"RECEIPT#{receipt_id}", "RECEIPT")


def invited(organization_id: str, address: str) -> Key:
    """Return the key of the pointer to the invite that holds an address."""
    return (f"ORG#{organization_id}", f"INVITED#{address}")


def idempotency(key: IdempotencyKey) -> Key:
    """Return the key under which an idempotency key is remembered."""
    return (f"KEY#{key.scope}",) * 2


def budget(bucket: str) -> Key:
    """Return the key under which the mails of a day are counted."""
    return (f"BUDGET#{bucket}",) * 2


def mailbox(mailbox_id: str) -> Key:
    """Return the key under which it is kept what became of the mails to an address."""
    return (f"MAILBOX#{mailbox_id}",) * 2


def domain(organization_id: str, name: str) -> Key:
    """Return the key of a domain, by its normalised name, as one organization claims it."""
    return (f"ORG#{organization_id}", f"DOMAIN#{name}")


def proved(name: str) -> Key:
    """Return the key of the pointer to the organization that proved a domain."""
    return (f"DOMAIN#{name}",) * 2


def audit(organization_id: str, record_id: str) -> Key:
    """Return the key of a record of what was done."""
    return (f"ORG#{organization_id}", f"AUDIT#{record_id}")


def client_list(client_id: str, name: ListName) -> Key:
    """Return the key of what organizations have on one list of an application."""
    return (f"CLIENT#{client_id}", f"LIST#{name}")


def of(record: Record) -> Key:
    """Return the key of a record."""
    match record:
        case User():
            key = user(record.id)
        case Organization():
            key = organization(record.id)
        case Membership():
            key = membership(record.organization, record.user)
        case Invite():
            key = invite(record.id)
        case Receipt():
            key = receipt(record.id)
        case Audit() | Checkpoint():
            key = _of_audit(record)
        case Domain():
            key = domain(record.organization, record.name)
        case ClientList():
            key = client_list(record.id, record.name)
        case DriftRun() | Door():
            key = DOOR if isinstance(record, Door) else DRIFT_RUN
    return key


def _of_audit(record: Audit | Checkpoint) -> Key:
    if isinstance(record, Audit):
        return audit(record.organization, record.id)
    return (f"ORG#{record.organization}", f"CHECKPOINT#{record.sequence:012}")


def item(record: Record) -> Item:
    """Return a record as its item, with what its indexes need."""
    pk, sk = of(record)
    made = to_item(record) | {"pk": pk, "sk": sk}
    if made.get("due") is not None:
        made["due_shard"] = due_shard(zlib.crc32(f"{pk}{sk}".encode()) % DUE_SHARDS)
    if isinstance(record, Audit) and record.seal is None:
        made |= {"listing": unsealed(zlib.crc32(pk.encode()) % UNSEALED_SHARDS), "listed": record.id}
    if isinstance(record, Organization):
        made |= {"listing": ORGANIZATIONS, "listed": record.id}
    if isinstance(record, Invite):
        made |= {"listing": invites(record.organization, record.status), "listed": record.id}
    return made


def pointer(key: Key, **values: str) -> Item:
    """Return an item that leads from one thing to another."""
    return {"pk": key[0], "sk": key[1]} | values


def invites(organization_id: str, status: InviteStatus) -> str:
    """Return the partition of the index that lists an organization's invites in one status."""
    return f"INVITES#{organization_id}#{status}"


def due_shard(number: int) -> str:
    """Return one of the eight partitions of the index of what is due."""
    return f"DUE#{number}"


def unsealed(number: int) -> str:
    """Return one of the eight partitions of the index of records to be sealed; an organization is in one."""
    return f"UNSEALED#{number}"
