"""The truth: what is read from the table, and how a decision about it is committed."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from operator import attrgetter, itemgetter
from typing import Generic, ParamSpec, TypeVar

from guestlist import keys
from guestlist.audit_records import Audit, Checkpoint
from guestlist.domain_records import Domain
from guestlist.door_records import Door
from guestlist.drift_records import DriftRun
from guestlist.errors import Busy, NotFound
from guestlist.items import from_item
from guestlist.mail_records import Mailbox
from guestlist.organization_records import NameState, Organization
from guestlist.provisioning_records import ClientList, ListName
from guestlist.receipt_records import Receipt
from guestlist.records import Invite, InviteStatus, Membership, User
from guestlist.request import IdempotencyKey
from guestlist.table import ConditionFailed, Item, Key, Table, Write
from guestlist.writes import KEY_LIFE, became, difference, spent

DECISIONS = 20
"""How often a use-case decides anew before it gives up; each time someone else got on."""

P = ParamSpec("P")
R = TypeVar("R")
T_co = TypeVar("T_co", covariant=True)
Versioned = TypeVar("Versioned", User, Membership, Invite)
Amended = TypeVar("Amended", User, Invite, Receipt, Organization, Door, ClientList)
Due = Invite | User | Organization | Door
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
        return from_item(Organization, self._found(keys.organization(organization)))

    def name_state(self, organization: str) -> NameState:
        """Tell whether an organization has, or once had, this id ignoring case, or accounts bear it."""
        held = self._table.get(keys.name(organization))
        if held is None:
            return NameState.FREE
        return NameState.RESERVED if "reserved" in held else NameState.TAKEN

    def bearers(self, organization: str) -> list[str]:
        """Return up to a hundred users whose accounts bore this name before us."""
        items, _ = self._table.page("#pk = :pk", limit=100, pk=keys.foreign(organization, "")[0])
        return [item["user"] for item in items]

    def invite(self, organization: str, invite: str) -> Invite:
        """Return an invite of this organization, or raise NotFound."""
        found = self.linked_invite(invite)
        if found.organization != organization:
            raise NotFound
        return found

    def linked_invite(self, invite: str) -> Invite:
        """Return the invite that a link names, of whichever organization, or raise NotFound."""
        return from_item(Invite, self._found(keys.invite(invite)))

    def active_invite(self, organization: str, email: str) -> str | None:
        """Return the id of the invite that holds this address."""
        held = self._table.get(keys.invited(organization, email))
        return str(held["invite"]) if held else None

    def membership(self, organization: str, user: str) -> Membership | None:
        """Return a membership, or the tombstone of one."""
        found = self._table.get(keys.membership(organization, user))
        return from_item(Membership, found) if found else None

    def receipt(self, receipt: str) -> Receipt:
        """Return the receipt of a removal, or raise NotFound."""
        return from_item(Receipt, self._found(keys.receipt(receipt)))

    def user(self, user: str) -> User:
        """Return a user, or raise NotFound."""
        return from_item(User, self._found(keys.user(user)))

    def user_by_email(self, connection: str, email: str) -> User | None:
        """Return the user with this normalised address in this connection."""
        pointer = self._table.get(keys.email(connection, email))
        return self.user(pointer["user"]) if pointer else None

    def user_by_account(self, account: str) -> str | None:
        """Return the id of the user whose account at Auth0 this is."""
        pointer = self._table.get(keys.account(account))
        return str(pointer["user"]) if pointer else None

    def organization_of(self, connection: str) -> str | None:
        """Return the id of the organization whose own connection this is, by its name at Auth0."""
        pointer = self._table.get(keys.connection(connection))
        return str(pointer["organization"]) if pointer else None

    def users(self, users: Sequence[str]) -> dict[str, User]:
        """Return up to 100 users by id."""
        found = self._table.get_many([keys.user(user) for user in users])
        return {item["id"]: from_item(User, item) for item in found}

    def organizations(self, *, limit: int, cursor: str | None) -> Page[Organization]:
        """Return a page of all organizations, by id."""
        return self._listing(Organization, keys.ORGANIZATIONS, limit, cursor)

    def invites(
        self, organization: str, status: InviteStatus, *, limit: int, cursor: str | None
    ) -> Page[Invite]:
        """Return a page of an organization's invites in one status, oldest first."""
        return self._listing(Invite, keys.invites(organization, status), limit, cursor)

    def members(self, organization: str, *, limit: int, cursor: str | None) -> Page[Membership]:
        """Return a page of an organization's members, consistently; tombstones are passed over."""
        found: list[Membership] = []
        while len(found) < limit:
            page = self.memberships(organization, limit=limit - len(found), cursor=cursor)
            found += [membership for membership in page.items if membership.stands]
            cursor = page.next
            if cursor is None:
                break
        return Page(found, cursor)

    def memberships(self, organization: str, *, limit: int, cursor: str | None) -> Page[Membership]:
        """Return a page of those who are or were in an organization, consistently."""
        items, following = self._table.page(
            "#pk = :pk AND begins_with(#sk, :kind)",
            limit=limit,
            cursor=cursor,
            pk=f"ORG#{organization}",
            kind="MEMBER#",
        )
        return Page([from_item(Membership, item) for item in items], following)

    def domain(self, organization: str, name: str) -> Domain | None:
        """Return a domain that an organization claims, by its normalised name."""
        found = self._table.get(keys.domain(organization, name))
        return from_item(Domain, found) if found else None

    def domains(self, organization: str) -> list[Domain]:
        """Return all domains that an organization claims, by name, consistently."""
        pk, kind = keys.domain(organization, "")
        condition, found, cursor = "#pk = :pk AND begins_with(#sk, :kind)", list[Domain](), None
        while True:
            items, cursor = self._table.page(condition, limit=100, cursor=cursor, pk=pk, kind=kind)
            found += [from_item(Domain, item) for item in items]
            if cursor is None:
                return found

    def proved_by(self, name: str) -> str | None:
        """Return the id of the organization that proved a domain."""
        pointer = self._table.get(keys.proved(name))
        return str(pointer["organization"]) if pointer else None

    def provers(self, names: Iterable[str]) -> dict[str, str]:
        """Return the ids of the organizations that proved any of these domains, by domain."""
        wanted = {keys.proved(name): name for name in sorted({*names})}
        pointers, found = list(wanted), list[Item]()
        for start in range(0, len(pointers), 100):
            found += self._table.get_many(pointers[start : start + 100])
        return {wanted[pointer["pk"], pointer["sk"]]: str(pointer["organization"]) for pointer in found}

    def audit(self, organization: str, *, limit: int, cursor: str | None) -> Page[Audit]:
        """Return a page of what was done in an organization, consistently, newest first."""
        items, following = self._table.page(
            "#pk = :pk AND begins_with(#sk, :kind)",
            limit=limit,
            cursor=cursor,
            newest_first=True,
            pk=f"ORG#{organization}",
            kind="AUDIT#",
        )
        return Page([from_item(Audit, item) for item in items], following)

    def audit_records(self, organization: str, ids: Sequence[str]) -> list[Audit]:
        """Return up to 100 records by id, in the order of their ids."""
        found = self._table.get_many([keys.audit(organization, one) for one in ids])
        return sorted((from_item(Audit, item) for item in found), key=attrgetter("id"))

    def unsealed(self) -> Iterator[tuple[str, list[str]]]:
        """Yield organizations with the ids of records to be sealed, as the index has them: a moment late."""
        for shard in map(keys.unsealed, range(keys.UNSEALED_SHARDS)):
            cursor: str | None = ""
            while cursor is not None:
                items, cursor = self._table.page(
                    "#listing = :listing", limit=1000, cursor=cursor, index="listing", listing=shard
                )
                waiting = defaultdict[str, list[str]](list)
                for item in items:
                    waiting[item["pk"].partition("#")[2]].append(item["listed"])
                yield from waiting.items()

    def checkpoints(self, organization: str, *, limit: int, cursor: str | None) -> Page[Checkpoint]:
        """Return a page of an organization's checkpoints, consistently, newest first."""
        items, following = self._table.page(
            "#pk = :pk AND begins_with(#sk, :kind)",
            limit=limit,
            cursor=cursor,
            newest_first=True,
            pk=f"ORG#{organization}",
            kind="CHECKPOINT#",
        )
        return Page([from_item(Checkpoint, item) for item in items], following)

    def mailboxes(self, ids: Sequence[str]) -> list[Mailbox]:
        """Return what is known of the mails to an address, under each of the ids that stand for it."""
        found = [self._table.get(keys.mailbox(mailbox)) for mailbox in ids]
        return [from_item(Mailbox, item) for item in found if item]

    def door(self) -> Door:
        """Return which organizations are closed, and how far the door at Auth0 knows."""
        found = self._table.get(keys.DOOR)
        return from_item(Door, found) if found else Door()

    def client_list(self, client_id: str, name: ListName) -> ClientList:
        """Return which entries organizations have on a list of an application."""
        found = self._table.get(keys.client_list(client_id, name))
        return from_item(ClientList, found) if found else ClientList(id=client_id, name=name)

    def drift_run(self) -> DriftRun | None:
        """Return the last run that looked for drift, or the one that goes on."""
        found = self._table.get(keys.DRIFT_RUN)
        return from_item(DriftRun, found) if found else None

    def all_users(self, cursor: Key | None, *, most: int) -> tuple[list[User], Key | None]:
        """Return the users among the next `most` items of the table, in no order, and where the rest begins.

        It may be a moment behind.
        """
        items, following = self._table.scan("#sk = :sk", limit=most, cursor=cursor, sk="USER")
        return [from_item(User, item) for item in items], following

    def place_of(self, user: str) -> Key:
        """Return where the rest of all users begins after this one."""
        return keys.user(user)

    def remembered(self, key: IdempotencyKey | None, now: int) -> tuple[str, str] | None:
        """Return the fingerprint and the resource of a key that was used in the last 24 hours."""
        found = self._table.get(keys.idempotency(key)) if key else None
        return (found["fingerprint"], found["resource"]) if found and found["at"] + KEY_LIFE > now else None

    def overdue(self, now: int) -> Iterator[Due]:
        """Yield what is overdue, up to a hundred items of each of the eight shards, the longest due first."""
        overdue = "#due_shard = :shard AND #due <= :now"
        for shard in map(keys.due_shard, range(keys.DUE_SHARDS)):
            items, _ = self._table.page(overdue, limit=100, index="due", shard=shard, now=now)
            for item in self._table.get_many([(item["pk"], item["sk"]) for item in items]):
                yield _due(item)

    # Single writes, outside of any decision

    def amended(self, before: Amended, after: Amended, *, when: str, **values: object) -> Amended:
        """Write what differs by itself, leaving the version, and return the record as it is then.

        Raises:
            ConditionFailed: `when` (a DynamoDB condition over `values`) does not hold.
        """
        item = self._table.change(difference(before, after, when=when, **values))
        return from_item(type(before), item)

    def spent(self, bucket: str, most: Mapping[str, int], *, until: int) -> bool:
        """Count one more in each of a budget's counters, or in none if one of them is full; tell which."""
        try:
            self._table.change(spent(bucket, most, until=until))
        except ConditionFailed:
            return False
        return True

    def mailed(self, mailbox: str, what: str, at: int) -> None:
        """Keep when a mail was sent of which something became: `what` is a time of Mailbox."""
        with suppress(ConditionFailed):  # known already, and later
            self._table.change(became(mailbox, what, at))

    def _found(self, key: Key) -> Item:
        item = self._table.get(key)
        if item is None:
            raise NotFound
        return item

    def _listing(self, kind: type[Listed], listing: str, limit: int, cursor: str | None) -> Page[Listed]:
        """Return a page of what an index lists, as it stands now; what has left the list is passed over."""
        found: list[Listed] = []
        while len(found) < limit:
            entries, cursor = self._table.page(
                "#listing = :listing",
                limit=limit - len(found),
                cursor=cursor,
                index="listing",
                listing=listing,
            )
            items = self._table.get_many([(entry["pk"], entry["sk"]) for entry in entries])
            listed = [item for item in items if item["listing"] == listing]
            found += [from_item(kind, item) for item in sorted(listed, key=itemgetter("listed"))]
            if cursor is None:
                break
        return Page(found, cursor)


def _due(item: Item) -> Due:
    kinds: dict[str, type[Due]] = {"USER": User, "ORG": Organization, "INVITE": Invite, keys.DOOR[1]: Door}
    return from_item(kinds[item["sk"]], item)
