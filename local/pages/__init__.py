"""The local stack's pages: Jinja2 templates, escaped by default, and the one style sheet they share."""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse
from starlette.routing import Route

_FOLDER = Path(__file__).parent
_TEMPLATES = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; base-uri 'none'; "
        "frame-ancestors 'self'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def page(template: str, context: Mapping[str, object], status: int = 200) -> HTMLResponse:
    """Render a template of this folder (`"mailbox/list.html"`) with no script allowed in it."""
    html = _TEMPLATES.get_template(template).render(context)
    return HTMLResponse(html, status, headers=_HEADERS)


def style_route() -> Route:
    """Return the route of the style sheet, `/style.css`, which every page links to."""
    return Route("/style.css", _style)


async def _style(_: Request) -> FileResponse:
    return FileResponse(_FOLDER / "style.css", media_type="text/css")
