"""What a transaction is made of: each function returns the writes of one thought, carried out by none."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from guestlist import keys
from guestlist.audit_records import Audit, Checkpoint, Seal
from guestlist.domain_records import Domain
from guestlist.door_records import Door
from guestlist.drift_records import DriftRun
from guestlist.items import to_item
from guestlist.organization_records import Organization
from guestlist.provisioning_records import ClientList
from guestlist.receipt_records import Receipt
from guestlist.records import Invite, Membership, User
from guestlist.request import IdempotencyKey
from guestlist.table import Write, delete, put, update

KEY_LIFE = 24 * 3600
"""Seconds for which an idempotency key is remembered."""

DUE = ("due", "due_shard")
"""When something is due, and where the sweep finds it."""

Versioned = TypeVar(
    "Versioned", User, Membership, Invite, Receipt, Organization, DriftRun, Door, ClientList, Domain
)


def new_invite(invite: Invite) -> list[Write]:
    """Record an invite; one that is pending takes its address."""
    made = put(keys.item(invite))
    return [made, hold_address(invite)] if invite.active else [made]


def hold_address(invite: Invite) -> Write:
    """Take an invite's address, which no other active invite of the organization has."""
    return put(keys.pointer(keys.invited(invite.organization, invite.email), invite=invite.id))


def free_address(invite: Invite) -> Write:
    """Let the address of an invite that ends be invited again."""
    held = keys.invited(invite.organization, invite.email)
    return delete(held, when="#invite = :invite", invite=invite.id)


def new_user(user: User) -> list[Write]:
    """Record a user, alone with this address and alone with this account."""
    email, account = keys.email(user.connection, user.email), keys.account(user.account)
    return [
        put(keys.item(user)),
        put(keys.pointer(email, user=user.id)),
        put(keys.pointer(account, user=user.id)),
    ]


def rebound(user: User, account: str) -> list[Write]:
    """Let an account that was there before us be the user's, and the one that was never made nobody's."""
    before = delete(keys.account(user.account), when="#user = :user", user=user.id)
    return [before, put(keys.pointer(keys.account(account), user=user.id))]


def repointed(user: User, heir: User) -> Write:
    """Have a user's address lead to another user, whose account has theirs inside."""
    pointer = keys.pointer(keys.email(user.connection, user.email), user=heir.id)
    return put(pointer, when="#user = :former", former=user.id)


def new_membership(membership: Membership) -> Write:
    """Record a membership where there was none."""
    return put(keys.item(membership))


def new_receipt(receipt: Receipt) -> Write:
    """Record the receipt of a removal."""
    return put(keys.item(receipt))


def changed(before: Versioned, after: Versioned) -> Write:
    """Change what differs, if nobody changed the record since it was read.

    When it is due is written anyway: that moves without the version, and may be gone by then. So does whose
    admin a user counts as, and who welcomed them: what relies on it is decided anew.
    """
    after = replace(after, version=before.version + 1)
    if not isinstance(before, User):
        return difference(before, after, DUE, when="#version = :seen", seen=before.version)
    return difference(
        before,
        after,
        DUE,
        when="#version = :seen AND #uncounted = :were AND #welcomed = :had",
        seen=before.version,
        were=list(before.uncounted),
        had=list(before.welcomed),
    )


def left_behind(before: User, after: User) -> Write:
    """Record that a person's seat is another user's, which Auth0 is not to be told of."""
    return difference(
        before,
        after,
        when="#version = :seen AND #uncounted = :were",
        seen=before.version,
        were=list(before.uncounted),
    )


def new_domain(domain: Domain) -> Write:
    """Record that an organization claims a domain, which it did not."""
    return put(keys.item(domain))


def changed_domain(before: Domain, after: Domain) -> Write:
    """Change a domain that nobody changed meanwhile, or released and claimed anew."""
    after = replace(after, version=before.version + 1)
    when = "#version = :seen AND #token = :same"
    return difference(before, after, when=when, seen=before.version, same=before.token)


def own_domain(domain: Domain) -> Write:
    """Take a domain for the organization that proved it; no other has it."""
    return put(keys.pointer(keys.proved(domain.name), organization=domain.organization))


def released(domain: Domain) -> list[Write]:
    """Forget a domain as it was read, and let another organization prove it."""
    when = "#version = :seen AND #token = :same"
    gone = delete(keys.of(domain), when=when, seen=domain.version, same=domain.token)
    if not domain.is_proved:
        return [gone]
    held, owner = keys.proved(domain.name), domain.organization
    return [gone, delete(held, when="#organization = :owner", owner=owner)]


def carried(membership: Membership, user_version: int) -> Write:
    """Have a membership shown as told once this version of its user is; it is as it was otherwise."""
    told = replace(membership, user_version=user_version)
    return difference(membership, told, when="#version = :seen", seen=membership.version)


def audited(audit: Audit) -> Write:
    """Record who did what, to be sealed later."""
    return put(keys.item(audit))


def sealed(audit: Audit, seal: Seal) -> Write:
    """Give a record its place in the chain, which it had not."""
    return update(
        keys.of(audit),
        "SET #seal = :seal REMOVE #listing, #listed",
        when="attribute_exists(#pk) AND attribute_not_exists(#seal)",
        seal=to_item(seal),
    )


def new_checkpoint(checkpoint: Checkpoint) -> Write:
    """Record how far a chain came, unless another sealing went on from the same checkpoint before."""
    return put(keys.item(checkpoint))


def remember(key: IdempotencyKey | None, resource: str, now: int) -> list[Write]:
    """Record what an idempotency key created, unless it was used in the last 24 hours."""
    if key is None:
        return []
    item = keys.pointer(keys.idempotency(key), fingerprint=key.fingerprint, resource=resource)
    item |= {"at": now, "ttl": now + 2 * KEY_LIFE}
    return [put(item, when="attribute_not_exists(#pk) OR #at <= :past", past=now - KEY_LIFE)]


def spent(bucket: str, most: Mapping[str, int], *, until: int) -> Write:
    """Count one more in each of a budget's counters, of which none is full; it ends `until` unix seconds."""
    counts = ", ".join(f"#{counter} :one" for counter in most)
    free = " AND ".join(
        f"(attribute_not_exists(#{counter}) OR #{counter} < :most_{counter})" for counter in most
    )
    limits = {f"most_{counter}": limit for counter, limit in most.items()}
    return update(
        keys.budget(bucket), f"ADD {counts} SET #ttl = :ttl", when=free, one=1, ttl=until + KEY_LIFE, **limits
    )


def new_drift_run(run: DriftRun) -> Write:
    """Record the first run that looks for drift."""
    return put(keys.item(run))


def changed_door(before: Door, after: Door) -> Write:
    """Change which organizations are closed, if nobody did meanwhile."""
    return changed(before, after) if before.version else put(keys.item(replace(after, version=1)))


def changed_list(before: ClientList, after: ClientList) -> Write:
    """Change which entries organizations have on a list of an application, if nobody did meanwhile."""
    return changed(before, after) if before.version else put(keys.item(replace(after, version=1)))


def became(mailbox_id: str, what: str, at: int) -> Write:
    """Keep the latest time of what became of mails to an address."""
    when = f"attribute_not_exists(#{what}) OR #{what} < :at"
    return update(keys.mailbox(mailbox_id), f"SET #{what} = :at, #id = :id", when=when, at=at, id=mailbox_id)


def difference(
    before: Versioned, after: Versioned, always: tuple[str, ...] = (), /, *, when: str, **values: object
) -> Write:
    """Change what differs between two states of a record, on a condition.

    A due time never goes without the key by which the index finds it, which may have been taken away.
    """
    old, new = keys.item(before), keys.item(after)
    gone = [f"#{name}" for name in old if name not in new]
    always = DUE if old.get("due") != new.get("due") else always
    written = {name: value for name, value in new.items() if old.get(name) != value or name in always}
    if not written and not gone:
        # An update has to write something, if only to learn whether its condition holds.
        written = {"id": new["id"]}
    change = "SET " + ", ".join(f"#{name} = :new_{name}" for name in written) if written else ""
    if gone:
        change += " REMOVE " + ", ".join(gone)
    new_values = {f"new_{name}": value for name, value in written.items()}
    return update(keys.of(before), change, when=when, **values, **new_values)
