"""`guestlist organizations`: the business customers, from provisioning to offboarding."""

from argparse import Namespace

from guestlist.client import Api, Body, path
from guestlist.commands import changed, created, patience, some

SETTINGS = {"allowed_domains", "roles", "groups_at", "locale"}


def list_organizations(api: Api, asked: Namespace) -> list[Body]:
    """All organizations, by id."""
    return some(api.pages("/organizations"), asked)


def show_organization(api: Api, asked: Namespace) -> Body:
    """One organization."""
    return api.read(path("organizations", asked.organization))


def create_organization(api: Api, asked: Namespace) -> Body:
    """Provision an organization."""
    body = {"id": asked.organization, "name": asked.name}
    body |= {"seats": asked.seats} if asked.seats is not None else {}
    body |= {"adopt": True} if asked.adopt else {}
    body |= {"admin": {"email": asked.admin}} if asked.admin else {}
    body |= {"callbacks": asked.callback} if asked.callback else {}
    body |= {"web_origins": asked.web_origin} if asked.web_origin else {}
    body |= {"applications": asked.application} if asked.application else {}
    return created(api, "/organizations", body | _kind(asked) | _settings(asked), asked)


def change_organization(api: Api, asked: Namespace) -> Body:
    """Give an organization another name or other seats, unless somebody else changed it meanwhile."""
    named = {name: value for name, value in vars(asked).items() if name in {"name", "seats"}}
    return changed(api, path("organizations", asked.organization), named | _settings(asked))


def move_organization(api: Api, asked: Namespace) -> Body:
    """Move an organization to identity providers of its own; its members follow in the background."""
    body: Body = {"connections": _connections(asked)}
    body |= {"grace": asked.grace} if asked.grace is not None else {}
    return created(api, path("organizations", asked.organization, "move"), body, asked)


def suspend_organization(api: Api, asked: Namespace) -> Body:
    """Close an organization's door."""
    return api.write("POST", path("organizations", asked.organization, "suspend"), Prefer=patience(asked))


def resume_organization(api: Api, asked: Namespace) -> Body:
    """Open an organization's door again."""
    return api.write("POST", path("organizations", asked.organization, "resume"), Prefer=patience(asked))


def make_setup_link(api: Api, asked: Namespace) -> Body:
    """A link by which the customer's IT sets up, or edits, an organization's own connection."""
    body = {"connection": asked.connection} if asked.connection else {}
    body |= {"expires_in": asked.expires_in} if asked.expires_in else {}
    return api.write("POST", path("organizations", asked.organization, "setup-links"), body)


def offboard_organization(api: Api, asked: Namespace) -> Body:
    """Close an organization for good; what it had is taken down in the background."""
    return api.write("DELETE", path("organizations", asked.organization))


def _kind(asked: Namespace) -> Body:
    """Return where its users sign in, as far as it was said."""
    if connections := _connections(asked):
        return {"kind": "enterprise", "connections": connections}
    return {"kind": "isolated"} if asked.isolated else {}


def _connections(asked: Namespace) -> list[Body]:
    """Return its own identity providers, as far as they were said."""
    connections: list[Body] = [{"name": name} for name in asked.connection]
    for issuer, client_id in asked.oidc:
        connections.append({"strategy": "oidc", "issuer": issuer, "client_id": client_id})
    if asked.self_service:
        connections.append({"self_service": True})
    return connections


def _settings(asked: Namespace) -> Body:
    """Return what an organization allows, as far as it was said."""
    said = {name: value for name, value in vars(asked).items() if name in SETTINGS}
    return said | ({"groups": _table(asked.groups)} if "groups" in asked else {})


def _table(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the roles of each group."""
    return {name: [role for other, role in pairs if other == name] for name, _ in pairs}
