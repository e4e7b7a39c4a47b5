"""The tenant's pages: Universal Login's look, escaped by default, without a script."""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

FOLDER = Path(__file__).parent
STYLE = "/u/style.css"
_TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals["style"] = STYLE
# No `form-action`: a sign-in ends at the application's callback, on another origin.
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'"
    ),
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


def page(template: str, context: Mapping[str, object], status: int = 200) -> Response:
    """Render a template of this folder."""
    html = _TEMPLATES.get_template(template).render(context)
    return HTMLResponse(html, status, headers=_HEADERS)


def error_page(title: str, message: str, status: int) -> Response:
    """Return the page of a refusal that no application can be told."""
    return page("error.html", {"title": title, "message": message}, status)


async def style(_: Request) -> Response:
    """GET /u/style.css."""
    return FileResponse(FOLDER / "style.css", media_type="text/css")
