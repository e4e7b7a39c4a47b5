"""What a first login at an organization's identity provider comes to, in words, as far as the API tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guestlist.addresses import normalised

Body = Mapping[str, Any]


@dataclass(frozen=True)
class FirstLogin:
    """What is known of somebody's first login before they come."""

    admits: bool | None
    """None: it depends on what the API does not tell."""
    why: str
    next: str


def first_login(
    organization: Body,
    domains: Sequence[Body],
    email: str,
    *,
    by: str | None,
    member: bool,
    invited: bool,
    linked: bool | None,
) -> FirstLogin:
    """Return what comes of a first login with an address, at an organization with identity providers.

    Not looked at: whether the provider gives that address and calls it verified, and whether the account is
    bound to somebody else.

    Args:
        organization: as the API renders it.
        domains: those that it claims, as the API renders them.
        email: as it was typed.
        by: the connection by which their membership or offer has them come; None: any of its own.
        member: whether they are one already, who has not come yet.
        invited: whether an offer waits for them.
        linked: whether an operator said which account is theirs; None: not for this caller to know.
    """
    own_names = [str(connection["name"]) for connection in organization["connections"]]
    by = by if by and by in own_names else " or ".join(own_names)
    if linked:
        return FirstLogin(admits=True, why=f"admits the account that was linked, by {by}", next=_signs_in(by))
    address = normalised(email)
    domain = address.partition("@")[2]
    own = next((claimed for claimed in domains if claimed["domain"] == domain), None)
    if own is None or not own["proved"]:
        why = f"{organization['id']} did not prove {domain}, so nobody comes in with such an address"
        verb = "prove" if own else "claim"
        prove = f"Prove the domain: guestlist domains {verb} {domain} --organization {organization['id']}"
        asks = member and linked is None
        return FirstLogin(None if asks else False, why + (" unless they were linked" if asks else ""), prove)
    if member or invited:
        takes_up = " and takes the offer up" if invited and not member else ""
        why = f"admits the address{takes_up}, by {by}, unless it is said to be unverified"
        return FirstLogin(admits=True, why=why, next=_signs_in(by))
    allowed = organization["allowed_domains"]
    if own["auto_join"] and (not allowed or domain in allowed):
        unless = (
            "all seats are taken, they were removed by hand or are a member by another of its connections, "
            "or the address is said to be unverified"
        )
        why = f"makes them a member, by {by}, unless {unless}"
        return FirstLogin(admits=None, why=why, next=_signs_in(by))
    return FirstLogin(admits=False, why="finds nothing that waits for the address", next="")


def _signs_in(by: str) -> str:
    return f"They sign in once through their identity provider, {by}. If they are denied: docs/operations.md."
