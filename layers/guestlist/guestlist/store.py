"""The truth. Only this module knows the table's keys.

item                            pk                    sk               indexes
user                            USER#id               USER             due
(connection, email) -> user     EMAIL#connection#email  same
account -> user                 ACCOUNT#id            same
organization, counters          ORG#org               ORG              listing
name ignoring case, for ever    ORGNAME#folded        same
membership (or its tombstone)   ORG#org               MEMBER#user
invite                          ORG#org               INVITE#id        listing (by status), due
(organization, email) -> invite ORG#org               INVITED#email
invite -> organization          INVITE#id             same
audit                           ORG#org               AUDIT#id
idempotency key                 KEY#caller#route#key  same
"""

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Generic, ParamSpec, TypeVar

from guestlist.errors import Busy, NotFound
from guestlist.items import from_item, to_item
from guestlist.names import ADMIN, folded
from guestlist.records import (
    Audit,
    Invite,
    InviteStatus,
    Membership,
    MembershipStatus,
    Organization,
    OrganizationStatus,
    User,
)
from guestlist.request import IdempotencyKey
from guestlist.table import ConditionFailed, Item, Key, Table, Write, check, delete, put, update

DUE_SHARDS = 8
KEY_LIFE = 24 * 3600
"""Seconds for which an idempotency key is remembered."""
DECISIONS = 20
"""How often a use-case decides anew before it gives up; each time someone else got on."""

P = ParamSpec("P")
R = TypeVar("R")
T_co = TypeVar("T_co", covariant=True)
Versioned = TypeVar("Versioned", User, Membership, Invite)
Amended = TypeVar("Amended", User, Invite)
Listed = TypeVar("Listed", Organization, Invite)


def decided_anew(use_case: Callable[P, R]) -> Callable[P, R]:
    """Run a use-case (read, decide, commit) again while what it read moves under it."""

    @wraps(use_case)
    def decide(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(DECISIONS):
            try:
                return use_case(*args, **kwargs)
            except ConditionFailed:
                continue
        raise Busy

    return decide


@dataclass(frozen=True)
class Page(Generic[T_co]):
    """A part of a listing: items in key order and the cursor of the next part."""

    items: Sequence[T_co]
    next: str | None


class Store:
    """Reads, and the writes that a transaction is made of."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def commit(self, *writes: Write | Iterable[Write]) -> None:
        """Carry out all of the writes or none.

        Raises:
            ConditionFailed: decide anew (`decided_anew` does).
            Busy: other transactions were in the way for too long.
        """
        flat = [part for write in writes for part in ([write] if isinstance(write, Write) else write)]
        self._table.transact(flat)

    # Reads

    def organization(self, organization: str) -> Organization:
        """Return an organization, or raise NotFound."""
        return from_item(Organization, self._found(_organization_key(organization)))

    def name_holder(self, organization: str) -> str | None:
        """Return the id of the organization that has, or once had, this id ignoring case."""
        held = self._table.get((f"ORGNAME#{folded(organization)}",) * 2)
        return str(held["organization"]) if held else None

    def invite(self, organization: str, invite: str) -> Invite:
        """Return an invite of this organization, or raise NotFound."""
        return from_item(Invite, self._found((f"ORG#{organization}", f"INVITE#{invite}")))

    def invite_organization(self, invite: str) -> str:
        """Return the id of the organization that an invite belongs to, or raise NotFound."""
        return str(self._found((f"INVITE#{invite}",) * 2)["organization"])

    def active_invite(self, organization: str, email: str) -> str | None:
        """Return the id of the invite that holds this address."""
        held = self._table.get((f"ORG#{organization}", f"INVITED#{email}"))
        return str(held["invite"]) if held else None

    def membership(self, organization: str, user: str) -> Membership | None:
        """Return a membership, or the tombstone of one."""
        found = self._table.get((f"ORG#{organization}", f"MEMBER#{user}"))
        return from_item(Membership, found) if found else None

    def user(self, user: str) -> User:
        """Return a user, or raise NotFound."""
        return from_item(User, self._found(_user_key(user)))

    def user_by_email(self, connection: str, email: str) -> User | None:
        """Return the user with this normalised address in this connection."""
        pointer = self._table.get((f"EMAIL#{connection}#{email}",) * 2)
        return self.user(pointer["user"]) if pointer else None

    def user_by_account(self, account: str) -> str | None:
        """Return the id of the user whose account at Auth0 this is."""
        pointer = self._table.get((f"ACCOUNT#{account}",) * 2)
        return str(pointer["user"]) if pointer else None

    def users(self, users: Sequence[str]) -> dict[str, User]:
        """Return up to 100 users by id."""
        found = self._table.get_many([_user_key(user) for user in users])
        return {item["id"]: from_item(User, item) for item in found}

    def organizations(self, *, limit: int, cursor: str | None) -> Page[Organization]:
        """Return a page of all organizations, by id."""
        return self._listing(Organization, "ORGANIZATIONS", limit, cursor)

    def invites(
        self, organization: str, status: InviteStatus, *, limit: int, cursor: str | None
    ) -> Page[Invite]:
        """Return a page of an organization's invites in one status, oldest first."""
        return self._listing(Invite, f"INVITES#{organization}#{status}", limit, cursor)

    def members(self, organization: str, *, limit: int, cursor: str | None) -> Page[Membership]:
        """Return a page of an organization's members, consistently; tombstones are passed over."""
        found: list[Membership] = []
        while len(found) < limit:
            items, cursor = self._table.page(
                "#pk = :pk AND begins_with(#sk, :kind)",
                limit=limit - len(found),
                cursor=cursor,
                pk=f"ORG#{organization}",
                kind="MEMBER#",
            )
            read = [from_item(Membership, item) for item in items]
            found += [membership for membership in read if membership.stands]
            if cursor is None:
                break
        return Page(found, cursor)

    def remembered(self, key: IdempotencyKey | None, now: int) -> tuple[str, str] | None:
        """Return the fingerprint and the resource of a key that was used in the last 24 hours."""
        found = self._table.get((f"KEY#{key.scope}",) * 2) if key else None
        return (found["fingerprint"], found["resource"]) if found and found["at"] + KEY_LIFE > now else None

    def overdue(self, shard: int, now: int) -> list[Invite | User]:
        """Return what is overdue in one of the eight shards, the longest due first."""
        items, _ = self._table.page(
            "#due_shard = :shard AND #due <= :now", limit=100, index="due", shard=f"DUE#{shard}", now=now
        )
        found = self._table.get_many([(item["pk"], item["sk"]) for item in items])
        return [from_item(User, item) if item["sk"] == "USER" else from_item(Invite, item) for item in found]

    # Writes of a transaction

    def new_organization(self, organization: Organization) -> list[Write]:
        """Provision an organization under a name that nobody ever had."""
        name = (f"ORGNAME#{folded(organization.id)}",) * 2
        return [put(_item(organization)), put(_pointer(name, organization=organization.id))]

    def new_invite(self, invite: Invite) -> list[Write]:
        """Record an invite; one that is pending takes its address."""
        held = (f"ORG#{invite.organization}", f"INVITED#{invite.email}")
        own = (f"INVITE#{invite.id}",) * 2
        writes = [put(_item(invite)), put(_pointer(own, organization=invite.organization))]
        return [*writes, put(_pointer(held, invite=invite.id))] if invite.active else writes

    def hold_address(self, invite: Invite) -> Write:
        """Take an expired invite's address again."""
        return put(_pointer((f"ORG#{invite.organization}", f"INVITED#{invite.email}"), invite=invite.id))

    def free_address(self, invite: Invite) -> Write:
        """Let the address of an invite that ends be invited again."""
        held = (f"ORG#{invite.organization}", f"INVITED#{invite.email}")
        return delete(held, when="#invite = :invite", invite=invite.id)

    def new_user(self, user: User) -> list[Write]:
        """Record a user, alone with this address and alone with this account."""
        email, account = (f"EMAIL#{user.connection}#{user.email}",) * 2, (f"ACCOUNT#{user.account}",) * 2
        return [put(_item(user)), put(_pointer(email, user=user.id)), put(_pointer(account, user=user.id))]

    def new_membership(self, membership: Membership) -> Write:
        """Record a membership where there was none."""
        return put(_item(membership))

    def changed(self, before: Versioned, after: Versioned) -> Write:
        """Change what differs, if nobody changed the record since it was read."""
        after = replace(after, version=before.version + 1)
        return _difference(before, after, when="#version = :seen", seen=before.version)

    def counted(
        self, organization: str, *, taken: int = 0, pending: int = 0, admins: int = 0, grants: bool
    ) -> Write:
        """Move an organization's counters; what grants needs it active, and a seat if it takes one."""
        conditions, values = ["attribute_exists(#pk)"], {}
        if grants:
            conditions.append("#status = :active")
            values["active"] = OrganizationStatus.ACTIVE.value
        if taken > 0:
            conditions.append("(attribute_not_exists(#seats) OR #taken < #seats)")
        if admins < 0:
            conditions.append("#admins > :last")
        counts = {"taken": taken, "pending": pending, "admins": admins} | ({"last": 1} if admins < 0 else {})
        change = "ADD #taken :taken, #pending :pending, #admins :admins"
        return update(
            _organization_key(organization), change, when=" AND ".join(conditions), **values, **counts
        )

    def still_admin(self, organization: str, user: str) -> Write:
        """Rely on this user's being an admin of the organization at the moment of the commit."""
        return check(
            (f"ORG#{organization}", f"MEMBER#{user}"),
            when="#status = :active AND contains(#roles, :admin)",
            active=MembershipStatus.ACTIVE.value,
            admin=ADMIN,
        )

    def still_no_member(self, organization: str, connection: str, email: str, user: str | None) -> Write:
        """Rely on nobody's having joined with this address meanwhile; `user` has it, if anybody does."""
        if user is None:
            return check((f"EMAIL#{connection}#{email}",) * 2, when="attribute_not_exists(#pk)")
        return check(
            (f"ORG#{organization}", f"MEMBER#{user}"),
            when="attribute_not_exists(#pk) OR #status = :removed",
            removed=MembershipStatus.REMOVED.value,
        )

    def still_not_invited(self, organization: str, email: str) -> Write:
        """Rely on nobody's having invited this address meanwhile."""
        return check((f"ORG#{organization}", f"INVITED#{email}"), when="attribute_not_exists(#pk)")

    def audited(self, audit: Audit) -> Write:
        """Record who did what."""
        return put(_item(audit))

    def remember(self, key: IdempotencyKey | None, resource: str, now: int) -> list[Write]:
        """Record what an idempotency key created, unless it was used in the last 24 hours."""
        if key is None:
            return []
        item = _pointer((f"KEY#{key.scope}",) * 2, fingerprint=key.fingerprint, resource=resource)
        item |= {"at": now, "ttl": now + 2 * KEY_LIFE}
        return [put(item, when="attribute_not_exists(#pk) OR #at <= :past", past=now - KEY_LIFE)]

    # Single writes, outside of any decision

    def amended(self, before: Amended, after: Amended, *, when: str, **values: object) -> Amended:
        """Write what differs by itself, leaving the version, and return the record as it is then.

        Raises:
            ConditionFailed: `when` (a DynamoDB condition over `values`) does not hold.
        """
        item = self._table.change(_difference(before, after, when=when, **values))
        return from_item(type(before), item)

    def _found(self, key: Key) -> Item:
        item = self._table.get(key)
        if item is None:
            raise NotFound
        return item

    def _listing(self, kind: type[Listed], listing: str, limit: int, cursor: str | None) -> Page[Listed]:
        items, following = self._table.page(
            "#listing = :listing", limit=limit, cursor=cursor, index="listing", listing=listing
        )
        return Page([from_item(kind, item) for item in items], following)


def _organization_key(organization: str) -> Key:
    return (f"ORG#{organization}", "ORG")


def _user_key(user: str) -> Key:
    return (f"USER#{user}", "USER")


def _key(record: object) -> Key:
    match record:
        case User():
            return _user_key(record.id)
        case Organization():
            return _organization_key(record.id)
        case Membership():
            return (f"ORG#{record.organization}", f"MEMBER#{record.user}")
        case Invite():
            return (f"ORG#{record.organization}", f"INVITE#{record.id}")
        case Audit():
            return (f"ORG#{record.organization}", f"AUDIT#{record.id}")
    raise TypeError(type(record).__name__)


def _item(record: User | Organization | Membership | Invite | Audit) -> Item:
    pk, sk = _key(record)
    item = to_item(record) | {"pk": pk, "sk": sk}
    if item.get("due") is not None:
        item["due_shard"] = f"DUE#{zlib.crc32(f'{pk}{sk}'.encode()) % DUE_SHARDS}"
    if isinstance(record, Organization):
        item |= {"listing": "ORGANIZATIONS", "listed": record.id}
    if isinstance(record, Invite):
        item |= {"listing": f"INVITES#{record.organization}#{record.status}", "listed": record.id}
    return item


def _difference(before: Versioned, after: Versioned, *, when: str, **values: object) -> Write:
    old, new = _item(before), _item(after)
    gone = [f"#{name}" for name in old if name not in new]
    written = {name: value for name, value in new.items() if old.get(name) != value}
    if not written and not gone:
        # An update has to write something, if only to learn whether its condition holds.
        written = {"id": new["id"]}
    change = "SET " + ", ".join(f"#{name} = :new_{name}" for name in written) if written else ""
    if gone:
        change += " REMOVE " + ", ".join(gone)
    new_values = {f"new_{name}": value for name, value in written.items()}
    return update(_key(before), change, when=when, **values, **new_values)


def _pointer(key: Key, **values: str) -> Item:
    return {"pk": key[0], "sk": key[1]} | values
