"""Domains that an organization has: claimed, proved by a TXT record, and what that is good for."""

import secrets
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from guestlist import addresses, conditions, writes
from guestlist.access import gives_admin, standing
from guestlist.audit_records import Action
from guestlist.domain_records import Domain
from guestlist.errors import DomainTaken, DomainUnproved, NotFound, Stale, TooManyDomains, Unacceptable
from guestlist.mail_domains import is_public_mail, is_suffix
from guestlist.organizations import active, key_first, made_before, offers
from guestlist.request import Request
from guestlist.resolver import LookUp
from guestlist.store import Store, decided_anew

if TYPE_CHECKING:
    # Pydantic is for whoever reads bodies; a first login starts without it.
    from guestlist.domain_bodies import DomainChange

MOST = 100
"""Domains of one organization; a list of them is one page."""


@decided_anew
def claim(organization: str, name: str, *, request: Request, store: Store) -> Domain:
    """Say that a domain is the organization's, and get the text that proves it; twice is the same.

    Raises:
        Unacceptable: it can be nobody's alone.
        NotFound, OrganizationSuspended: there is no such organization, or it is closed.
        DomainTaken: another organization proved it.
        TooManyDomains: the organization claims as many as one may.
    """
    actor, admin = standing(request.caller, organization, store)
    if made := made_before(request, store):
        return domain(organization, made, store)
    with key_first(request, store):
        _provable(name)
        active(organization, store)
        if known := store.domain(organization, name):
            return known
        _untaken(organization, name, store)
        if len(store.domains(organization)) >= MOST:
            raise TooManyDomains
        token, now = secrets.token_hex(16), request.now
        claimed = Domain(organization=organization, name=name, token=token, created_at=now)
        store.commit(
            writes.new_domain(claimed),
            conditions.still_active(organization),
            writes.audited(request.audit(organization, actor, Action.DOMAIN_CLAIM, name)),
            writes.remember(request.key, name, now),
            admin,
        )
    return claimed


def domain(organization: str, name: str, store: Store) -> Domain:
    """Return a domain that an organization claims, or raise NotFound."""
    found = store.domain(organization, name)
    if found is None:
        raise NotFound
    return found


def spelt(organization: str, text: str, store: Store) -> Domain:
    """Return a domain that an organization claims, however it is spelt, or raise NotFound."""
    try:
        return domain(organization, addresses.domain(text), store)
    except ValueError:
        raise NotFound from None


def prove(organization: str, name: str, *, request: Request, look_up: LookUp, store: Store) -> Domain:
    """Look for the TXT record of a domain; if it is there, no other organization can prove it.

    What is proved stays so: nobody looks again.

    Raises:
        NotFound: the organization does not claim it.
        DomainTaken: another organization proved it.
        DomainUnproved: the record is not there, or is another one.
        DnsUnavailable: that cannot be told now.
    """
    standing(request.caller, organization, store)
    claimed = domain(organization, name, store)
    active(organization, store)
    if claimed.is_proved:
        return claimed
    _untaken(organization, name, store)
    if claimed.token not in look_up(claimed.record):
        detail = "No TXT record of that name has that value; a new one may take a while to be seen."
        raise DomainUnproved(detail, record=challenge(claimed))
    return _proved(claimed, request, store)


@decided_anew
def _proved(seen: Domain, request: Request, store: Store) -> Domain:
    """Record that a domain's record was found, unless the domain was claimed anew meanwhile."""
    organization, name = seen.organization, seen.name
    actor, admin = standing(request.caller, organization, store)
    before = domain(organization, name, store)
    active(organization, store)
    if before.is_proved:
        return before
    _untaken(organization, name, store)
    if before.token != seen.token:
        raise DomainUnproved(record=challenge(before))
    store.commit(
        writes.changed_domain(before, replace(before, proved_at=request.now)),
        writes.own_domain(before),
        conditions.still_active(organization),
        writes.audited(request.audit(organization, actor, Action.DOMAIN_PROVE, name)),
        admin,
    )
    return domain(organization, name, store)


@decided_anew
def change(
    organization: str, name: str, asked: "DomainChange", *, seen: int, request: Request, store: Store
) -> Domain:
    """Say whether a proved domain's people become members by themselves, and with which roles.

    Who may give the role `admin` vouches for it from then on.

    Raises:
        NotFound: the organization does not claim it.
        OrganizationSuspended: it is closed.
        Stale: `seen` is not the domain's version.
        DomainUnproved: nobody joins by a domain that is not proved.
        Unacceptable: the organization gives no such role.
        Forbidden: the caller could not give it.
    """
    before, place = domain(organization, name, store), active(organization, store)
    asked_for: dict[str, Any] = asked.model_dump(exclude_unset=True)
    after = replace(before, **{**asked_for, "roles": tuple(asked_for.get("roles", before.roles))})
    offers(place, None, after.roles, had=before.roles)
    if before.version != seen:
        raise Stale
    if after.auto_join and not after.is_proved:
        raise DomainUnproved(record=challenge(before))
    # Whoever lets people in gives them all of the roles that wait there.
    opens = after.auto_join and not before.auto_join
    gives = set(after.roles) - set(() if opens else before.roles)
    actor, admin = standing(request.caller, organization, store, gives=gives)
    if gives_admin(request.caller):
        after = replace(after, grantor=actor.user)
    store.commit(
        writes.changed_domain(before, after),
        conditions.still_active(organization),
        writes.audited(request.audit(organization, actor, Action.DOMAIN_CHANGE, name)),
        admin,
    )
    return domain(organization, name, store)


@decided_anew
def release(organization: str, name: str, *, request: Request, store: Store) -> Domain:
    """Give a domain up; members stay, and another organization may prove it.

    Raises:
        NotFound: the organization does not claim it.
    """
    actor, admin = standing(request.caller, organization, store)
    found = domain(organization, name, store)
    audit = request.audit(organization, actor, Action.DOMAIN_RELEASE, name)
    store.commit(writes.released(found), writes.audited(audit), admin)
    return found


def release_all(organization: str, *, request: Request, store: Store) -> None:
    """Give up all domains of an organization that claims none any more."""
    for found in store.domains(organization):
        with suppress(NotFound):  # somebody else did just now
            release(organization, found.name, request=request, store=store)


def challenge(claimed: Domain) -> dict[str, str]:
    """Return the record that proves a domain, as it is to be set."""
    return {"name": claimed.record, "type": "TXT", "value": claimed.token}


def _provable(name: str) -> None:
    """Refuse what can be nobody's alone.

    Raises:
        Unacceptable: at this domain the public has mailboxes, or registers names.
    """
    if is_suffix(name):
        detail = "is where names are registered, and nobody's alone"
    elif is_public_mail(name):
        detail = "is where anybody can have a mailbox, and nobody's alone"
    else:
        return
    raise Unacceptable(errors=[{"pointer": "#/domain", "detail": detail}])


def _untaken(organization: str, name: str, store: Store) -> None:
    if store.proved_by(name) not in {None, organization}:
        raise DomainTaken
