"""The index page of the running stack: what there is, who is in the story, what to try."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from local.pages import page, style_route


@dataclass(frozen=True)
class Person:
    """Somebody of the story; `password` is the seeded one, None where it was set by hand or not yet."""

    name: str
    email: str
    about: str
    organizations: Sequence[str]
    password: str | None = None


@dataclass(frozen=True)
class Links:
    """Where the parts of the stack answer (no trailing slash), and how a terminal acts as an operator."""

    index: str
    api: str
    tenant: str
    mailbox: str
    app: str
    audience: str
    operator_client_id: str
    operator_client_secret: str
    organizations: Callable[[], Sequence[str]]
    persons: Callable[[], Sequence[Person]]


def create_app(links: Links, *more: Route) -> ASGIApp:
    """Return the index page, made anew at each request, and what else is to be had there."""

    async def index(_: Request) -> Response:
        context = {
            "links": links,
            "organizations": links.organizations(),
            "persons": links.persons(),
        }
        return page("index.html", context)

    return Starlette(routes=[Route("/", index), style_route(), *more])
