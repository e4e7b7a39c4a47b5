"""What the command line does: a function per command, from its arguments to what the API answers."""

import os
import uuid
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from itertools import islice

from guestlist.addresses import normalised
from guestlist.auth0 import Auth0, segment
from guestlist.client import Api, Body, RefusedError, path
from guestlist.door_configuration import SECRET_NAME, DoorConfiguration, from_json
from guestlist.errors import Auth0Refused, Auth0Unavailable
from guestlist.explain import Explanation, Findings, Login, explain
from guestlist.explain_first_logins import FirstLogin, first_login
from guestlist.login_policy import Source

AUTH0 = ("GUESTLIST_AUTH0_URL", "GUESTLIST_AUTH0_CLIENT_ID", "GUESTLIST_AUTH0_CLIENT_SECRET")
OFFER = ("locale", "inviter_name", "connection")
INVITES = ("pending", "expired", "revoked", "accepted")
AS_SET_UP = DoorConfiguration("https://guestlist.example", (Source.CLIENT, Source.CONNECTION, Source.QUERY))
"""What of the door's settings `setup` decides; the namespace plays no part in a decision."""


def invite(api: Api, asked: Namespace) -> Body:
    """Invite somebody; without an organization, into the caller's own."""
    body = {"email": asked.email, "roles": asked.role, "send": asked.send} | given(
        asked, *OFFER, "expires_in"
    )
    where = path("organizations", asked.organization, "invites") if asked.organization else "/invites"
    return created(api, where, body, asked)


def list_invites(api: Api, asked: Namespace) -> list[Body]:
    """An organization's invites in one status."""
    return some(api.pages(_invites(asked), status=asked.status), asked)


def show_invite(api: Api, asked: Namespace) -> Body:
    """One invite."""
    return api.read(_invites(asked) + path(asked.invite))


def resend_invite(api: Api, asked: Namespace) -> Body:
    """A new link; the old one is dead."""
    return api.write("POST", _invites(asked) + path(asked.invite, "resend"))


def revoke_invite(api: Api, asked: Namespace) -> Body:
    """Take an offer back."""
    return api.write("DELETE", _invites(asked) + path(asked.invite))


def list_members(api: Api, asked: Namespace) -> list[Body]:
    """An organization's members."""
    return some(api.pages(_members(asked)), asked)


def show_member(api: Api, asked: Namespace) -> Body:
    """One member."""
    return api.read(_members(asked) + path(_user(api, asked)))


def add_member(api: Api, asked: Namespace) -> Body:
    """Add somebody at once, without an offer."""
    body = {"email": asked.email, "roles": asked.role, "welcome": asked.welcome} | given(asked, *OFFER)
    return created(api, _members(asked), body, asked, Prefer=patience(asked))


def change_roles(api: Api, asked: Namespace) -> Body:
    """Give a member exactly these roles, unless somebody else changed them meanwhile."""
    member = _members(asked) + path(_user(api, asked))
    return changed(api, member, {"roles": asked.role}, Prefer=patience(asked))


def link_member(api: Api, asked: Namespace) -> Body:
    """Say which account at an identity provider of the organization's own is a member's."""
    body = {"account": asked.account} | given(asked, "connection")
    return api.write("POST", _members(asked) + path(_user(api, asked), "link"), body)


def remove_member(api: Api, asked: Namespace) -> Body:
    """Take a member off this organization's list; the receipt tells how far that has come."""
    ends = "?sessions=end" if asked.end_sessions else ""
    return api.write("DELETE", _members(asked) + path(_user(api, asked)) + ends, Prefer=patience(asked))


def show_receipt(api: Api, asked: Namespace) -> Body:
    """How far a removal has come."""
    return api.read(path("organizations", asked.organization, "receipts", asked.receipt))


def explain_user(api: Api, asked: Namespace) -> Explanation:
    """Why somebody is let in, or not."""
    organization = api.read(path("organizations", asked.organization))
    member = _member(api, asked)
    user = member["user"] if member else asked.user
    known = None if "@" in user else api.find(path("users", user))
    asks = all(os.environ.get(name) for name in AUTH0)
    account, metadata = _at_auth0(known, asked.client) if asks else (None, {})
    metadata = metadata | ({"organization": asked.client_organization} if asked.client_organization else {})
    findings = Findings(
        person=asked.user,
        organization=organization,
        member=member,
        invite=None if member else _newest_invite(api, asked),
        organizations=tuple(at["organization"] for at in known["organizations"]) if known else None,
        account=account,
        asked_auth0=asks and known is not None,
    )
    if first := _first_login(api, findings, known):
        findings = replace(findings, first_login=first)
    return explain(findings, Login(None, asked.organization, asked.client or "", metadata), _door())


def _first_login(api: Api, findings: Findings, known: Body | None) -> FirstLogin | None:
    """Return what a first login comes to; None: there is none to come, or not to this organization."""
    organization, member, invite = findings.organization, findings.member, findings.invite
    email = member["email"] if member else findings.person
    has_come = member is not None and member["projection"] != "awaiting_login"
    if organization["kind"] != "enterprise" or organization["status"] != "active":
        return None
    if has_come or "@" not in email:
        return None
    account = (known or {}).get("account")
    offer = invite if invite and invite["status"] == "pending" else None
    return first_login(
        organization,
        list(api.pages(path("organizations", organization["id"], "domains"))),
        email,
        by=(member or offer or {}).get("connection"),
        member=member is not None,
        invited=offer is not None,
        linked=not account.startswith("auth0|") if account else None,
    )


def _door() -> DoorConfiguration:
    """Return the door's settings: as the environment has the Action's secret, else as `setup` makes them.

    Raises:
        RefusedError: the environment has something else.
    """
    text = os.environ.get(SECRET_NAME)
    if not text:
        return AS_SET_UP
    try:
        return from_json(text)
    except (ValueError, TypeError, KeyError):
        raise RefusedError(
            "door_not_configured", f"{SECRET_NAME} is not the JSON of the Action's secret."
        ) from None


def _at_auth0(known: Body | None, client: str | None) -> tuple[Body | None, Body]:
    """Return the account and the client's metadata, both as Auth0 shows them now."""
    url, client_id, client_secret = (os.environ[name] for name in AUTH0)
    credentials = {"client_id": client_id, "client_secret": client_secret}
    try:
        with closing(Auth0(url, lambda: credentials)) as auth0:
            account = auth0.user(known["account"]) if known else None
            shown = auth0.call("GET", f"/clients/{segment(client)}").body if client else {}
    except Auth0Refused as error:
        raise RefusedError(error.code, f"{error} {error.auth0_message}".rstrip()) from None
    except Auth0Unavailable as error:
        raise RefusedError(error.code, str(error)) from None
    return account, shown.get("client_metadata") or {}


def _member(api: Api, asked: Namespace) -> Body | None:
    """Return a member by id, or by address: for the latter the list of members is walked."""
    if "@" not in asked.user:
        return api.find(_members(asked) + path(asked.user))
    address = _normalised(asked.user)
    found = (m for m in api.pages(_members(asked)) if normalised(m["email"]) == address)
    return next((m for m in found if not m["moved_to"]), None)


def _user(api: Api, asked: Namespace) -> str:
    """Return a user's id for a path."""
    if "@" not in asked.user:
        return str(asked.user)
    member = _member(api, asked)
    if member is None:
        raise RefusedError("not_found", f"Nobody with this address is a member of {asked.organization}.")
    return str(member["user"])


def _newest_invite(api: Api, asked: Namespace) -> Body | None:
    """Return the newest invite of an address: a pending one before all others."""
    if "@" not in asked.user:
        return None
    address = _normalised(asked.user)
    for status in INVITES:
        found = [i for i in api.pages(_invites(asked), status=status) if normalised(i["email"]) == address]
        if found:
            return found[-1]
    return None


def _normalised(address: str) -> str:
    try:
        return normalised(address)
    except ValueError as error:
        raise RefusedError("unacceptable", f"{address} {error}") from None


def given(asked: Namespace, *names: str) -> Body:
    """Return those of a command's options that were said."""
    return {name: value for name in names if (value := getattr(asked, name)) is not None}


def created(api: Api, where: str, body: Mapping[str, object], asked: Namespace, **headers: str) -> Body:
    """Make something, once for the same idempotency key."""
    key = asked.idempotency_key or str(uuid.uuid4())
    return api.write("POST", where, dict(body), Idempotency_Key=key, **headers)


def changed(api: Api, where: str, body: Body, **headers: str) -> Body:
    """Change something, unless somebody else changes it meanwhile."""
    seen = api.call("GET", where).headers["ETag"]
    return api.write("PATCH", where, body, If_Match=seen, **headers)


def some(found: Iterator[Body], asked: Namespace) -> list[Body]:
    """Return as many as were asked for."""
    return list(islice(found, asked.limit))


def patience(asked: Namespace) -> str:
    """Return how long the API may wait for Auth0, as the header `Prefer` says it."""
    return f"wait={asked.wait}" if asked.wait else ""


def _invites(asked: Namespace) -> str:
    return path("organizations", asked.organization, "invites")


def _members(asked: Namespace) -> str:
    return path("organizations", asked.organization, "members")
