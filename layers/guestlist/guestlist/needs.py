"""What is missing before somebody can come in, shown beside what waits for them.

An organization is made, and its first administrator invited, before its domain can be proved, so nobody is
refused for that: it is said, until it is done.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from guestlist.organization_records import Organization
from guestlist.provisioning_records import Kind
from guestlist.records import Halt, Invite, Membership, User
from guestlist.store import Store


class Need(StrEnum):
    """What is missing."""

    DOMAIN_PROOF = "domain_proof"
    """The organization did not prove the address's domain, so its identity provider cannot vouch for it."""


def of_invites(place: Organization, invites: Iterable[Invite], store: Store) -> dict[str, Need]:
    """Return, by an invite's id, what is missing before a login takes it up; of most nothing is."""
    if place.kind is not Kind.ENTERPRISE:
        return {}
    unproved = _unproved(place.id, {invite.id: invite.email for invite in invites if invite.active}, store)
    return dict.fromkeys(unproved, Need.DOMAIN_PROOF)


def of_invite(invite: Invite, store: Store) -> Need | None:
    """Return what is missing before a login takes an invite up, if anything is."""
    if not invite.active:
        return None
    return of_invites(store.organization(invite.organization), [invite], store).get(invite.id)


def of_members(memberships: Iterable[Membership], users: Mapping[str, User], store: Store) -> dict[str, Need]:
    """Return, by a user's id, what is missing before members of one organization can come in.

    Nothing is of who has come, or of whom it was said which account is theirs.
    """
    waiting = [held for held in memberships if held.stands and _waits(users[held.user])]
    if not waiting:
        return {}
    unproved = _unproved(waiting[0].organization, {held.user: held.email for held in waiting}, store)
    return dict.fromkeys(unproved, Need.DOMAIN_PROOF)


def _waits(user: User) -> bool:
    return user.halt is Halt.AWAITING_LOGIN and user.is_made_by_us


def _unproved(organization: str, addresses: Mapping[str, str], store: Store) -> list[str]:
    """Return those ids whose addresses are of domains that the organization did not prove."""
    domains = {one: address.rpartition("@")[2] for one, address in addresses.items()}
    proved_by = store.provers(domains.values())
    return [one for one, domain in domains.items() if proved_by.get(domain) != organization]
