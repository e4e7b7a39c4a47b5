"""The pages of an invite as HTML: no script, no foreign asset, nothing kept by caches."""

import base64
import re
import secrets
from http import HTTPStatus
from urllib.parse import parse_qs, quote

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from guestlist.acceptance import Accepted, Opened, Page
from guestlist.errors import Malformed
from guestlist.links import Links
from guestlist.names import LANGUAGES

_pages = Environment(
    loader=PackageLoader("guestlist", "pages"), autoescape=select_autoescape(), undefined=StrictUndefined
)
RETRY_AFTER = 5


def render(
    opened: Opened, token: str, *, accepts: str, application: str, login_url: str, links: Links, now: int
) -> Response[str]:
    """Return the page that a link opened, with the button's nonce if it has a button.

    It speaks the invite's language; where the link leads to none, the browser's (`accepts`).
    """
    locale = opened.invite.locale if opened.invite else preferred(accepts)
    style_nonce = secrets.token_urlsafe(12)
    values: dict[str, str | None] = {
        "application": application,
        "locale": locale,
        "style_nonce": style_nonce,
    }
    if opened.invite and opened.organization:
        values |= {
            "organization": opened.organization.name,
            "inviter": opened.invite.inviter_name or None,
            "action": f"/accept/{token}" if opened.page.button else None,
            "nonce": links.nonce(token, now) if opened.page.button else None,
            "login_url": _login_url(login_url, opened.organization.id),
        }
    html = _pages.get_template(f"{locale}/{opened.page.template}.html").render(**values)
    headers = _headers(style_nonce)
    if opened.page is Page.WAIT:
        headers["Retry-After"] = str(RETRY_AFTER)
    return Response(opened.page.status, "text/html; charset=utf-8", html, headers)


def redirect(accepted: Accepted, login_url: str) -> Response[str]:
    """Return the way on: to the ticket, or to the application's login for this organization."""
    location = accepted.ticket or _login_url(login_url, accepted.invite.organization)
    headers = _headers("") | {"Location": location}
    return Response(HTTPStatus.SEE_OTHER, "text/html; charset=utf-8", "", headers)


def submitted(event: APIGatewayProxyEventV2, name: str) -> str:
    """Return a field of the form, or nothing. API Gateway hands form bodies over in base64, and says so.

    Raises:
        Malformed: it says so of something that is none.
    """
    body = event.body or ""
    try:
        form = base64.b64decode(body, validate=True) if event.is_base64_encoded else body.encode()
    except ValueError:
        raise Malformed from None
    return parse_qs(form.decode(errors="replace")).get(name, [""])[0]


def preferred(accepts: str) -> str:
    """Return the first language of an `Accept-Language` that has pages; browsers name the best one first."""
    asked = re.findall(r"(?:^|,)\s*([a-z]+)", accepts.lower())
    return next((language for language in asked if language in LANGUAGES), LANGUAGES[0])


def _login_url(template: str, organization: str) -> str:
    return template.replace("{organization}", quote(organization, safe=""))


def _headers(style_nonce: str) -> dict[str, str | list[str]]:
    """Return headers without `form-action`: browsers would hold it against the redirect to the ticket."""
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'nonce-{style_nonce}'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
