"""People at the local stack: browsers that follow links and fill in forms, and programs that hold tokens."""

import base64
import hashlib
import html
import re
import secrets
import ssl
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx

from guestlist.tenant import Client
from local.stack import AUDIENCE, Stack

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # nothing here speaks TLS; the usual context takes 30 ms
JSON = {"Accept": "application/json"}


class Api(httpx.Client):
    """A program that calls Guestlist's API with a token."""

    def __init__(self, stack: Stack, token: str) -> None:
        self.stack = stack
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        super().__init__(base_url=stack.api, headers=headers, verify=PLAIN, timeout=30)


class Person:
    """Somebody with an address, a browser of their own, and the password that they chose."""

    def __init__(self, stack: Stack, email: str) -> None:
        self.stack = stack
        self.email = email
        self.password = f"Aa1!{secrets.token_urlsafe(12)}"
        self.idp: dict[str, Any] = {"sub": secrets.token_hex(10), "email": email, "email_verified": True}
        """What an identity provider says of this person; `name`, `groups` and whatever else may be added."""
        self.browser = httpx.Client(verify=PLAIN, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.browser.close()

    def link(self) -> str:
        """Return the newest accept link in this person's mails."""
        found = [link for mail in self.stack.mails() if mail.to == self.email for link in mail.links]
        return [link for link in found if "/accept/" in link][-1]

    def press(self, link: str) -> httpx.Response:
        """Open an invite's page and press its button; return the answer, not what it leads to."""
        page = self.browser.get(link)
        nonce = re.search(r'name="nonce" value="([^"]+)"', page.text)
        return self.browser.post(link, data={"nonce": nonce[1] if nonce else ""})

    def choose_password(self, ticket: str) -> httpx.Response:
        """Set the password on the tenant's page."""
        page = self.browser.get(ticket)
        action = self.stack.tenant.url + _form_action(page.text)
        return self.browser.post(
            action, data={"password-reset": self.password, "re-enter-password": self.password}
        )

    def join(self) -> None:
        """Go the whole way from the mail to a password."""
        self.choose_password(self.press(self.link()).headers["location"])

    def sign_in(self, organization: str, **more: str) -> dict[str, Any]:
        """Sign in at the application, and return what it came to as the application tells programs.

        `more` goes to `/login`: `prompt`, `login_hint`, `connection`. Whichever pages the tenant shows are
        answered: with the address, with the password, or as an identity provider with `idp`.
        """
        query = {"organization": organization, **more}
        page = self.browser.get(f"{self.stack.app}/login", params=query, headers=JSON, follow_redirects=True)
        if page.url.path == "/u/login/identifier":
            page = self._fill(page, data={"username": self.email})
        if page.url.path == "/u/login":
            page = self._fill(page, data={"username": self.email, "password": self.password})
        elif page.url.path.startswith("/_local/idp/"):
            page = self._fill(page, json=self.idp)
        outcome: dict[str, Any] = page.json()
        return outcome

    def _fill(self, page: httpx.Response, **filled: Any) -> httpx.Response:  # noqa: ANN401 (form or JSON)
        action = self.stack.tenant.url + _form_action(page.text)
        answer = self.browser.post(action, headers=JSON, **filled)
        if not answer.is_redirect:
            return answer
        # Followed by hand: httpx would send the type of the body along, with no body.
        where = answer.url.join(answer.headers["location"])
        return self.browser.get(where, headers=JSON, follow_redirects=True)

    def refresh(self, organization: str) -> dict[str, Any]:
        """Have the application use its refresh token."""
        form = {"organization": organization}
        outcome: dict[str, Any] = self.browser.post(
            f"{self.stack.app}/refresh", data=form, headers=JSON
        ).json()
        return outcome

    def api(self, organization: str) -> Api:
        """Sign in and return the API as this person may use it there."""
        return Api(self.stack, self.sign_in(organization)["access_token"])


def system(stack: Stack) -> Api:
    """Return the API as another system may use it, by client credentials."""
    answer = exchange(stack, stack.clients["system"])
    return Api(stack, answer.raise_for_status().json()["access_token"])


def exchange(stack: Stack, client: Client, **more: str) -> httpx.Response:
    """Ask for a system's token for our API, by client credentials; a `scope` asks for less than all."""
    grant = {
        "grant_type": "client_credentials",
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "audience": AUDIENCE,
        **more,
    }
    return httpx.post(f"{stack.tenant.url}/oauth/token", json=grant, verify=PLAIN)


def operator(stack: Stack, person: Person) -> Api:
    """Sign an operator in at the operator console, and return the API as they may use it."""
    client, verifier = stack.clients["operator"], secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    callback = f"{stack.app}/callback"
    asked = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": callback,
        "audience": AUDIENCE,
        "scope": "openid",
        "state": "console",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    page = person.browser.get(f"{stack.tenant.url}/authorize", params=asked)
    while page.is_redirect and not page.headers["location"].startswith(callback):
        page = person.browser.get(page.url.join(page.headers["location"]))
        if "<form" in page.text:
            filled = {"username": person.email, "password": person.password}
            page = person.browser.post(stack.tenant.url + _form_action(page.text), data=filled)
    grant = {
        "grant_type": "authorization_code",
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "redirect_uri": callback,
        "code": parse_qs(urlsplit(page.headers["location"]).query)["code"][0],
        "code_verifier": verifier,
    }
    answer = httpx.post(f"{stack.tenant.url}/oauth/token", data=grant, verify=PLAIN)
    return Api(stack, answer.raise_for_status().json()["access_token"])


def _form_action(page: str) -> str:
    found = re.search(r'<form method="post" action="([^"]+)"', page)
    if found is None:
        raise ValueError("the page has no form")
    return html.unescape(found[1])
