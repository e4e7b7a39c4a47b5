"""What a transaction relies on beyond what it writes: that something is still so at the commit."""

from guestlist import keys
from guestlist.domain_records import Domain
from guestlist.names import ADMIN
from guestlist.organization_records import Organization, OrganizationStatus
from guestlist.records import MembershipStatus
from guestlist.table import Write, check


def still_admin(organization: str, user: str) -> Write:
    """Rely on this user's being an admin of the organization at the moment of the commit."""
    return check(
        keys.membership(organization, user),
        when="#status = :active AND contains(#roles, :admin)",
        active=MembershipStatus.ACTIVE.value,
        admin=ADMIN,
    )


def still_no_member(organization: str, connection: str, email: str, user: str | None) -> Write:
    """Rely on nobody's having joined with this address meanwhile; `user` has it, if anybody does."""
    if user is None:
        return check(keys.email(connection, email), when="attribute_not_exists(#pk)")
    return check(
        keys.membership(organization, user),
        when="attribute_not_exists(#pk) OR #status = :removed",
        removed=MembershipStatus.REMOVED.value,
    )


def still_never_member(organization: str, connection: str, email: str, user: str | None) -> Write:
    """Rely on nobody with this address being, or having been, a member; `user` has it, if anybody does."""
    if user is None:
        return check(keys.email(connection, email), when="attribute_not_exists(#pk)")
    return check(keys.membership(organization, user), when="attribute_not_exists(#pk)")


def still_not_invited(organization: str, email: str) -> Write:
    """Rely on nobody's having invited this address meanwhile."""
    return check(keys.invited(organization, email), when="attribute_not_exists(#pk)")


def still_worked_on(organization: Organization, owner: str) -> Write:
    """Rely on an organization's being in this turn's hands, and neither closed nor opened meanwhile."""
    return check(
        keys.organization(organization.id),
        when="#lease_owner = :owner AND #status = :was",
        owner=owner,
        was=organization.status.value,
    )


def still_proved(organization: str, name: str) -> Write:
    """Rely on a domain's being one that the organization proved at the moment of the commit."""
    return check(keys.proved(name), when="#organization = :organization", organization=organization)


def still_lets_in(domain: Domain) -> Write:
    """Rely on a domain's being proved, and letting people in, as it was read."""
    when = "#version = :seen AND #token = :same"
    return check(keys.of(domain), when=when, seen=domain.version, same=domain.token)


def still_active(organization: str) -> Write:
    """Rely on an organization's being active at the moment of the commit."""
    active = OrganizationStatus.ACTIVE.value
    return check(keys.organization(organization), when="#status = :active", active=active)


def still_unchanged(organization: Organization) -> Write:
    """Rely on an organization's being active, and as it was read but for its counters, at the commit."""
    active, seen = OrganizationStatus.ACTIVE.value, organization.version
    when = "#status = :active AND #version = :seen"
    return check(keys.organization(organization.id), when=when, active=active, seen=seen)


def still_as(organization: Organization) -> Write:
    """Rely on an organization's door and making standing as they were read, at the moment of the commit."""
    was = organization.status.value
    return check(keys.organization(organization.id), when="#status = :was", was=was)
