"""Organizations: the business customers of the application."""

from guestlist.audit import audit
from guestlist.caller import Caller
from guestlist.errors import KeyReused, NotFound, OrganizationExists, OrganizationSuspended
from guestlist.records import Action, Organization, OrganizationStatus
from guestlist.store import IdempotencyKey, Store, decided_anew


@decided_anew
def provision(
    organization: Organization,
    *,
    caller: Caller,
    request: str,
    key: IdempotencyKey | None,
    store: Store,
    now: int,
) -> Organization:
    """Record a new organization.

    Raises:
        OrganizationExists: the id is taken, ignoring case, or was once.
    """
    if known := store.remembered(key, now):
        return store.organization(replayed(key, known))
    if store.name_holder(organization.id):
        raise OrganizationExists
    action = audit(organization.id, caller.actor, Action.ORGANIZATION_PROVISION, organization.id, request=request, now=now)
    store.commit(
        store.new_organization(organization),
        store.audited(action),
        store.remember(key, organization.id, now),
    )
    return organization


def active(organization: str, store: Store) -> Organization:
    """Return an organization in which something may be granted.

    Raises:
        NotFound: there is none.
        OrganizationSuspended: its door is closed.
    """
    found = store.organization(organization)
    if found.status is not OrganizationStatus.ACTIVE:
        raise OrganizationSuspended
    return found


def replayed(key: IdempotencyKey | None, known: tuple[str, str]) -> str:
    """Return the id of what an idempotency key created before.

    Raises:
        KeyReused: it was with another body.
    """
    fingerprint, resource = known
    if key is None:
        raise NotFound
    if fingerprint != key.fingerprint:
        raise KeyReused
    return resource
