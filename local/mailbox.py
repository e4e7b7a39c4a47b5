"""The local mailbox: what SES was given, as a page for people and as JSON for programs."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from local.pages import page, style_route

_URL = re.compile(r"https?://[^\s<>\"']+")
_TRAILING = ".,;:!?)]}"
# A mail runs no script, loads nothing and submits nothing; its links may open a tab of their own.
_HTML_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; form-action 'none'; frame-ancestors 'self'"
)


@dataclass(frozen=True)
class Mail:
    """A mail as it was sent to one address; `at` is aware, `text` or `html` may be empty."""

    to: str
    sender: str
    subject: str
    text: str
    html: str
    at: datetime
    events: tuple[str, ...] = ()
    """What SES told of it, as `Send`, `Bounce`."""

    @property
    def links(self) -> list[str]:
        """Return the http(s) addresses of the text, then of the HTML part, each once."""
        in_text = [found.rstrip(_TRAILING) for found in _URL.findall(self.text)]
        anchors = _Anchors()
        anchors.feed(self.html)
        return list(dict.fromkeys(in_text + anchors.found))


class _Anchors(HTMLParser):
    """Collects where the links of a page lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the address of an `<a href>` (character references are already resolved)."""
        address = dict(attrs).get("href")
        if tag == "a" and address is not None and _URL.fullmatch(address):
            self.found.append(address)


def create_app(mails: Callable[[], Sequence[Mail]]) -> ASGIApp:
    """Return the mailbox over a function that gives all mails, oldest first."""

    async def listing(_: Request) -> Response:
        newest_first = list(enumerate(mails(), start=1))[::-1]
        return page("mailbox/list.html", {"mails": newest_first})

    async def messages(_: Request) -> Response:
        return JSONResponse([_as_json(mail) for mail in mails()])

    async def message(request: Request) -> Response:
        number = request.path_params["number"]
        mail = _numbered(mails(), number)
        if mail is None:
            return page("mailbox/missing.html", {"count": len(mails())}, 404)
        return page("mailbox/message.html", {"mail": mail, "number": number})

    async def html(request: Request) -> Response:
        mail = _numbered(mails(), request.path_params["number"])
        if mail is None:
            return page("mailbox/missing.html", {"count": len(mails())}, 404)
        # Before the mail's own markup, so that it holds for every link in it.
        body = '<!doctype html><base target="_blank">' + mail.html
        return HTMLResponse(
            body, headers={"Content-Security-Policy": _HTML_POLICY, "Referrer-Policy": "no-referrer"}
        )

    return Starlette(
        routes=[
            Route("/", listing),
            Route("/messages", messages),
            Route("/messages/{number:int}", message),
            Route("/messages/{number:int}/html", html),
            style_route(),
        ]
    )


def _numbered(mails: Sequence[Mail], number: int) -> Mail | None:
    """Return the mail of that number, counted from 1, if there is one."""
    return mails[number - 1] if 1 <= number <= len(mails) else None


def _as_json(mail: Mail) -> dict[str, object]:
    return {
        "to": mail.to,
        "from": mail.sender,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "links": mail.links,
        "at": mail.at.isoformat(),
        "events": list(mail.events),
    }
