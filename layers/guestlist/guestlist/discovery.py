"""Home realm discovery: by which connection somebody signs in, told to anybody who asks.

It goes by the address's domain alone and reads nothing that is a person's, so it tells nobody who exists.
"""

from typing import Any

from guestlist.addresses import normalised
from guestlist.errors import NotFound, Unacceptable
from guestlist.names import is_organization
from guestlist.organization_records import Organization, OrganizationStatus
from guestlist.organizations import signs_in_by
from guestlist.store import Store

Answer = dict[str, Any]

LONGEST = 254
"""Characters of an address."""


def discover(body: object, *, store: Store) -> Answer:
    """Answer `{"email": ...}` and `{"organization": ...}`, the two questions that there are.

    Raises:
        Unacceptable: it is neither.
    """
    match body:
        case {"email": str(email), **others} if len(email) <= LONGEST and not others:
            return by_address(_address(email), store)
        case {"organization": str(organization), **others} if not others:
            return by_choice(organization, store)
    detail = f"is an object with `email`, of up to {LONGEST} characters, or `organization`, alone"
    raise Unacceptable(errors=[{"pointer": "#", "detail": detail}])


def by_address(email: str, store: Store) -> Answer:
    """Return the `connection` and `organization` of a normalised address, by its domain.

    Without a connection it is the person's choice (`by_choice`); without either the domain is nobody's who
    has connections of their own.
    """
    place = _place(store.proved_by(email.rpartition("@")[2]), store)
    if place is None:
        return {"connection": None, "organization": None}
    return {"connection": _connection(place, email), "organization": place.id}


def by_choice(organization: str, store: Store) -> Answer:
    """Return the `connections` of an organization; of one that is unknown, closed or shared none."""
    place = _place(organization, store) if is_organization(organization) else None
    return {"connections": [{"name": own.name} for own in place.current_connections] if place else []}


def _address(email: str) -> str:
    """Return the normalised address, or raise Unacceptable."""
    try:
        return normalised(email.strip())
    except ValueError as error:
        raise Unacceptable(errors=[{"pointer": "#/email", "detail": str(error)}]) from None


def _place(organization: str | None, store: Store) -> Organization | None:
    """Return an organization that is open and has connections of its own."""
    try:
        found = store.organization(organization) if organization else None
    except NotFound:
        return None
    opened = found and found.status is OrganizationStatus.ACTIVE and found.current_connections
    return found if opened else None


def _connection(place: Organization, email: str) -> str | None:
    try:
        return signs_in_by(place, email, common="").name
    except Unacceptable:  # several, and the domain tells none of them
        return None
