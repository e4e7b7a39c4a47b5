"""What a transaction writes of an organization itself: its item and counters, its names and connections."""

from dataclasses import replace
from typing import NamedTuple

from guestlist import keys
from guestlist.organization_records import Organization, OrganizationStatus
from guestlist.provisioning_records import MoveState
from guestlist.table import Write, delete, put, update
from guestlist.writes import DUE, difference


def new_organization(organization: Organization) -> list[Write]:
    """Provision an organization under a name that nobody ever had, or that it adopts."""
    free = "attribute_not_exists(#pk)"
    when = f"{free} OR attribute_exists(#reserved)" if organization.adopting else free
    name = keys.pointer(keys.name(organization.id), organization=organization.id)
    return [put(keys.item(organization)), put(name, when=when)]


def provisioned_anew(before: Organization, after: Organization) -> Write:
    """Provision an organization again that could not be made; what it had asked for is forgotten."""
    after = replace(after, version=before.version + 1)
    return put(
        keys.item(after),
        when="#version = :seen AND #status = :failed",
        seen=before.version,
        failed=before.status.value,
    )


def own_connection(organization: str, name: str) -> Write:
    """Take a connection for an organization; no other has it."""
    when = "attribute_not_exists(#pk) OR #organization = :organization"
    return put(
        keys.pointer(keys.connection(name), organization=organization), when=when, organization=organization
    )


def free_connection(organization: str, name: str) -> Write:
    """Let a connection that was an organization's be another's."""
    return delete(keys.connection(name), when="#organization = :organization", organization=organization)


def changed_organization(before: Organization, after: Organization) -> Write:
    """Change an organization that nobody changed meanwhile, to no fewer seats than are taken then."""
    if after.seats is None:
        return difference(before, after, when="#version = :seen", seen=before.version)
    fits = "#version = :seen AND #taken <= :most"
    return difference(before, after, when=fits, seen=before.version, most=after.seats)


def turned(before: Organization, after: Organization) -> Write:
    """Turn an organization that nobody changed, and at which nobody worked, since it was read."""
    item, conditions, values = keys.item(before), ["#version = :seen"], dict[str, object]()
    for name in ("lease_owner", "left_out", "cursor", "move", "connection_change"):
        if name in item:
            conditions.append(f"#{name} = :was_{name}")
            values[f"was_{name}"] = item[name]
        else:
            conditions.append(f"attribute_not_exists(#{name})")
    after = replace(after, version=before.version + 1)
    return difference(before, after, DUE, when=" AND ".join(conditions), seen=before.version, **values)


def gone(organization: Organization, owner: str) -> Write:
    """Take away the record of an organization that has nobody and nothing any more; its name stays taken."""
    empty = "#taken = :nobody AND #lease_owner = :owner"
    return delete(keys.organization(organization.id), when=empty, nobody=0, owner=owner)


def reserve(name: str, user: str) -> list[Write]:
    """Reserve a name that an account bore before us: an organization of that name has to adopt it."""
    reserved = keys.pointer(keys.name(name), reserved=name)
    return [
        put(reserved, when="attribute_not_exists(#pk) OR attribute_exists(#reserved)"),
        put(keys.pointer(keys.foreign(name, user), user=user), when=""),
    ]


def unreserve(name: str, user: str) -> Write:
    """Forget that a user bears a name, which an organization of ours has now."""
    return delete(keys.foreign(name, user))


class Mailed(NamedTuple):
    """A mail that an organization asks for: on which day, whether it is the first, how many are allowed."""

    day: int
    first: bool
    most: int


def counted(
    organization: str,
    *,
    taken: int = 0,
    pending: int = 0,
    admins: int = 0,
    mailed: Mailed | None = None,
    grants: bool,
    moving: bool = False,
    to_the_last: bool = False,
    left_out: bool | None = None,
    as_read: Organization | None = None,
) -> Write:
    """Move an organization's counters; what grants needs it active, and a seat if it takes one.

    `moving`: it needs its move to be under way, which closes the old door in the end.
    `as_read`: it needs its settings to be those that were read, as the domains that it allows.
    `to_the_last`: it is being offboarded, and may lose its last admin. `left_out`: relied on, if given.
    """
    conditions, values = ["attribute_exists(#pk)"], dict[str, object]()
    if grants:
        conditions.append("#status = :active")
        values["active"] = OrganizationStatus.ACTIVE.value
    if taken > 0:
        conditions.append("(attribute_not_exists(#seats) OR #taken < #seats)")
    if moving:
        conditions.append("#move.#state <> :over")
        values["over"] = MoveState.DONE.value
    if as_read:
        conditions.append("#version = :as_read")
        values["as_read"] = as_read.version
    counts = {"taken": taken, "pending": pending, "admins": admins}
    if to_the_last:
        conditions.append("#status = :leaving")
        values["leaving"] = OrganizationStatus.OFFBOARDING.value
    elif admins < 0:
        conditions.append("#admins > :last")
        values["last"] = 1
    change = "ADD #taken :taken, #pending :pending, #admins :admins"
    if mailed:
        values |= {"day": mailed.day, "mail": 1}
        if mailed.first:
            change += " SET #mail_day = :day, #mails = :mail"
            conditions.append("(attribute_not_exists(#mail_day) OR #mail_day < :day)")
        else:
            change += ", #mails :mail"
            conditions.append("#mail_day = :day AND #mails < :most_mails")
            values["most_mails"] = mailed.most
    if left_out is not None:
        conditions.append(f"{'' if left_out else 'NOT '}(attribute_exists(#left_out) AND #status <> :open)")
        values["open"] = OrganizationStatus.ACTIVE.value
    return update(keys.organization(organization), change, when=" AND ".join(conditions), **values, **counts)
