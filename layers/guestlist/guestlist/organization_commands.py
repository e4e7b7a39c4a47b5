"""`guestlist organizations`: the business customers, from provisioning to offboarding."""

from argparse import Namespace
from collections.abc import Mapping

from guestlist.client import Api, Body, path
from guestlist.commands import changed, created, given, patience, some

CHANGED = {name: name for name in ("name", "seats")}
SETTINGS = {name: name for name in ("allowed_domains", "roles", "groups_at", "max_session", "locale")}
FIRST_ADMIN = {
    "admin": "email",
    "admin_locale": "locale",
    "admin_inviter_name": "inviter_name",
    "admin_connection": "connection",
}
LOGO = {"logo": "logo"}
COLORS = {"primary_color": "primary", "page_background": "page_background"}
"""By the option, what it is called in a body."""


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
    body |= {"admin": admin} if (admin := _said(asked, FIRST_ADMIN)) else {}
    body |= {"callbacks": asked.callback} if asked.callback else {}
    body |= {"web_origins": asked.web_origin} if asked.web_origin else {}
    body |= {"applications": asked.application} if asked.application else {}
    return created(api, "/organizations", body | _kind(asked) | _settings(asked), asked)


def change_organization(api: Api, asked: Namespace) -> Body:
    """Give an organization another name or other seats, unless somebody else changed it meanwhile."""
    body = _said(asked, CHANGED) | _settings(asked)
    return changed(api, path("organizations", asked.organization), body)


def move_organization(api: Api, asked: Namespace) -> Body:
    """Move an organization to identity providers of its own; its members follow in the background."""
    body = {"connections": asked.providers} | given(asked, "grace")
    return created(api, path("organizations", asked.organization, "move"), body, asked)


def call_off_move(api: Api, asked: Namespace) -> Body:
    """Have a move undone whose identity providers are still being made."""
    return api.write("DELETE", path("organizations", asked.organization, "move"))


def add_connection(api: Api, asked: Namespace) -> Body:
    """Give an organization another identity provider of its own."""
    [connection] = asked.providers
    return created(api, path("organizations", asked.organization, "connections"), connection, asked)


def drop_connection(api: Api, asked: Namespace) -> Body:
    """Have an organization drop one of its identity providers, by which nobody comes any more."""
    return api.write("DELETE", path("organizations", asked.organization, "connections", asked.connection))


def suspend_organization(api: Api, asked: Namespace) -> Body:
    """Close an organization's door."""
    return api.write("POST", path("organizations", asked.organization, "suspend"), Prefer=patience(asked))


def resume_organization(api: Api, asked: Namespace) -> Body:
    """Open an organization's door again."""
    return api.write("POST", path("organizations", asked.organization, "resume"), Prefer=patience(asked))


def make_setup_link(api: Api, asked: Namespace) -> Body:
    """A link by which the customer's IT sets up, or edits, an organization's own connection."""
    body = given(asked, "connection", "expires_in")
    return api.write("POST", path("organizations", asked.organization, "setup-links"), body)


def offboard_organization(api: Api, asked: Namespace) -> Body:
    """Close an organization for good; what it had is taken down in the background."""
    return api.write("DELETE", path("organizations", asked.organization))


def _kind(asked: Namespace) -> Body:
    """Return where its users sign in, as far as it was said."""
    own: Body = {"kind": "enterprise", "connections": asked.providers} if asked.providers else {}
    return own | ({"kind": "isolated"} if asked.isolated else {})  # both at once is the API's to refuse


def _settings(asked: Namespace) -> Body:
    """Return what an organization allows and how it looks, as far as it was said."""
    said = _said(asked, SETTINGS)
    said |= {"groups": _table(asked.groups)} if "groups" in asked else {}
    return said | ({"branding": branding} if (branding := _branding(asked)) else {})


def _table(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the roles of each group."""
    return {name: [role for other, role in pairs if other == name] for name, _ in pairs}


def _branding(asked: Namespace) -> Body:
    """Return how it looks, as far as it was said; what was not goes, if nothing of its own is to stay."""
    logo, colors = _said(asked, LOGO), _said(asked, COLORS)
    if asked.no_branding:
        logo, colors = dict.fromkeys(LOGO.values()) | logo, dict.fromkeys(COLORS.values()) | colors
    return logo | ({"colors": colors} if colors else {})


def _said(asked: Namespace, names: Mapping[str, str]) -> Body:
    """Return what was said of these options, as bodies call it."""
    return {name: getattr(asked, option) for option, name in names.items() if option in asked}
