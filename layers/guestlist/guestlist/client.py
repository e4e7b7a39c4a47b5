"""Guestlist's HTTP API as the command line calls it: with a token, like any other client."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote, urlsplit

import httpx

ATTEMPTS = 3
PAUSE = 0.2
"""Seconds before the second attempt, twice that before the third."""
TIMEOUT = 30.0
HERE = frozenset({"127.0.0.1", "::1", "localhost"})
Body = dict[str, Any]
Found = list[Body]
PLAIN = frozenset({"type", "title", "status", "detail", "code", "errors"})
"""What every problem has; its other members say whom or what it is about."""


class MissingSettingsError(Exception):
    """The environment does not say which API to call, or as whom; a line for each."""


class RefusedError(Exception):
    """The API, or Auth0, said no or did not answer; the text is for a terminal."""

    def __init__(self, code: str, text: str, problem: Body | None = None) -> None:
        super().__init__(f"{code}: {text}")
        self.problem = problem or {"code": code, "detail": text}
        """The problem details (RFC 9457) that the API gave, for programs; else just a code and words."""


@dataclass(frozen=True)
class Settings:
    """Where the API is, and a token or what gets one; neither for what is public."""

    api: str
    token: str
    issuer: str
    grant: Mapping[str, str]

    @classmethod
    def of(cls, environ: Mapping[str, str], *, public: bool = False) -> Self:
        """Read the environment; what is `public` is asked without a token.

        Raises:
            MissingSettingsError: with all that is missing or malformed.
        """
        names = ("API", "TOKEN", "ISSUER", "CLIENT_ID", "CLIENT_SECRET", "AUDIENCE")
        api, token, issuer, *client = (environ.get(f"GUESTLIST_{name}", "").strip() for name in names)
        grant = {} if token or public else dict(zip(names[2:], (issuer, *client), strict=True))
        wanted = {"API": api, **grant}
        lines = [f"GUESTLIST_{name} is not set." for name, value in wanted.items() if not value]
        urls = {name: wanted[name] for name in ("API", "ISSUER") if wanted.get(name)}
        lines += [f"GUESTLIST_{name} is no https URL." for name, url in urls.items() if not _is_safe(url)]
        if lines:
            hint = ["(GUESTLIST_TOKEN would do in place of all but GUESTLIST_API.)"] if grant else []
            raise MissingSettingsError("\n".join(lines + hint))
        if public:
            return cls(api, "", "", {})
        return cls(api, token, issuer.rstrip("/"), dict(zip(map(str.lower, names[3:]), client, strict=True)))


class Api:
    """The API, as the bearer of one token may use it."""

    def __init__(self, settings: Settings) -> None:
        self._http = httpx.Client(base_url=settings.api, timeout=TIMEOUT)
        self._settings = settings

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def read(self, path: str) -> Body:
        """Return one resource."""
        return _body(self.call("GET", path))

    def find(self, path: str) -> Body | None:
        """Return one resource, or None if there is none (or none for this caller)."""
        answer = self.call("GET", path, passes=httpx.codes.NOT_FOUND)
        return None if answer.status_code == httpx.codes.NOT_FOUND else _body(answer)

    def pages(self, path: str, **query: str) -> Iterator[Body]:
        """Yield a whole listing: it ends where `next` is absent or a page is empty."""
        cursor: str | None = ""
        while cursor is not None:
            page = _body(self.call("GET", path, query={"limit": "100", **query, **_cursor(cursor)}))
            yield from page["items"]
            cursor = page.get("next") if page["items"] else None

    def write(self, method: str, path: str, body: Body | None = None, **headers: str) -> Body:
        """Change something and return what became of it; underlines in `headers` are hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items() if value}
        return _body(self.call(method, path, body=body, headers=named))

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Body | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        passes: int = httpx.codes.OK,
    ) -> httpx.Response:
        """Send a request, again if it was not answered and a repetition is harmless.

        Raises:
            RefusedError: any answer but a success or the status that `passes`, or none at all.
        """
        asked = {**self._authorization(), **(headers or {})}
        harmless = method == "GET" or "Idempotency-Key" in asked
        request = self._http.build_request(method, path, json=body, params=query, headers=asked)
        answer = self._sent(request, ATTEMPTS if harmless else 1)
        if answer.is_success or answer.status_code == passes:
            return answer
        raise _refusal(answer)

    def _sent(self, request: httpx.Request, attempts: int) -> httpx.Response:
        for attempt in range(1, attempts + 1):
            try:
                return self._http.send(request)
            except httpx.HTTPError as error:
                if attempt == attempts:
                    origin = f"{request.url.scheme}://{request.url.netloc.decode()}"
                    raise RefusedError(
                        "unreachable", f"{origin} did not answer ({type(error).__name__})."
                    ) from None
            time.sleep(PAUSE * attempt)
        raise AssertionError  # the last attempt returns or raises

    def _authorization(self) -> dict[str, str]:
        """Return the header with the token that is given, or one by client credentials, asked for once."""
        if not self._settings.token and self._settings.grant:
            grant = {"grant_type": "client_credentials", **self._settings.grant}
            url = f"{self._settings.issuer}/oauth/token"
            answer = self._sent(self._http.build_request("POST", url, json=grant), ATTEMPTS)
            if not answer.is_success:
                raise _refusal(answer)
            self._settings = Settings(self._settings.api, str(_body(answer)["access_token"]), "", {})
        return {"Authorization": f"Bearer {self._settings.token}"} if self._settings.token else {}


def path(*segments: str) -> str:
    """Return a path of segments, each encoded once."""
    return "".join(f"/{quote(segment, safe='')}" for segment in segments)


def _is_safe(url: str) -> bool:
    """Tell whether a token may be sent there: nobody listens on the way, or there is no way."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE)
    )


def _cursor(cursor: str) -> dict[str, str]:
    return {"cursor": cursor} if cursor else {}


def _body(answer: httpx.Response) -> Body:
    try:
        body = answer.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise RefusedError(
            "not_guestlist", f"{answer.url.host} answered something else; is GUESTLIST_API right?"
        )
    return body


def _refusal(answer: httpx.Response) -> RefusedError:
    """Return a problem (RFC 9457), an OAuth error, or whatever a gateway says, in words."""
    try:
        said = answer.json()
    except ValueError:
        said = {}
    said = said if isinstance(said, dict) else {}
    code = said.get("code") or said.get("error") or f"http_{answer.status_code}"
    text = said.get("detail") or said.get("error_description") or said.get("title") or said.get("message")
    lines = [str(text or answer.reason_phrase)]
    lines += [f"  {error['pointer']}  {error['detail']}" for error in said.get("errors", [])]
    if "code" in said:
        lines += [f"  {name}  {_plain(value)}" for name, value in said.items() if name not in PLAIN]
    problem = said if "code" in said else {"code": str(code), "detail": lines[0]}
    if wait := answer.headers.get("retry-after"):
        lines.append(f"  try again in {wait} seconds")
        problem = {**problem, "retry_after": int(wait) if wait.isdecimal() else wait}
    return RefusedError(str(code), "\n".join(lines), problem)


def _plain(value: object) -> str:
    return " ".join(map(str, value.values())) if isinstance(value, dict) else str(value)
