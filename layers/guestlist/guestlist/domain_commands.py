"""`guestlist domains`: what an organization claims, proves and lets people join by."""

from argparse import Namespace

from guestlist.client import Api, Body, path
from guestlist.commands import changed, created, some


def list_domains(api: Api, asked: Namespace) -> list[Body]:
    """All domains that an organization claims."""
    return some(api.pages(_domains(asked)), asked)


def claim_domain(api: Api, asked: Namespace) -> Body:
    """Claim a domain; the answer has the record that proves it."""
    return created(api, _domains(asked), {"domain": asked.domain}, asked)


def show_domain(api: Api, asked: Namespace) -> Body:
    """One domain, with the record that proves it."""
    return api.read(_domains(asked) + path(asked.domain))


def prove_domain(api: Api, asked: Namespace) -> Body:
    """Have the record looked for."""
    return api.write("POST", _domains(asked) + path(asked.domain, "prove"))


def change_domain(api: Api, asked: Namespace) -> Body:
    """Say whether people join by a domain, and with which roles, unless somebody else did meanwhile."""
    body = {name: value for name, value in vars(asked).items() if name in {"auto_join", "roles"}}
    return changed(api, _domains(asked) + path(asked.domain), body)


def release_domain(api: Api, asked: Namespace) -> Body:
    """Give a domain up."""
    return api.write("DELETE", _domains(asked) + path(asked.domain))


def _domains(asked: Namespace) -> str:
    return path("organizations", asked.organization, "domains")
