"""`guestlist users`: people, wherever they belong."""

from argparse import Namespace

from guestlist.client import Api, Body, path
from guestlist.commands import some


def show_user(api: Api, asked: Namespace) -> Body:
    """One person."""
    return api.read(path("users", asked.user))


def list_user_organizations(api: Api, asked: Namespace) -> list[Body]:
    """Where a person belongs."""
    return some(api.pages(path("users", asked.user, "organizations")), asked)
