"""The example application: a B2B web application that signs people in to one organization at a time."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from local.discovery import Found, discovered
from local.oidc import Attempt, Claims, Refusal, Registration, RelyingParty, SignIn
from local.pages import page, style_route

# Cookies know no ports: every server of 127.0.0.1 gets this one, so its name is its own.
_COOKIE = "clinic_portal"
_ENDS_THE_SIGN_IN = {"access_denied", "invalid_grant"}
_TIMES = {"iat", "exp", "nbf", "auth_time"}


@dataclass(frozen=True)
class Settings:
    """Where the application stands. `issuer` ends with a slash, `base_url` and `api_url` do not."""

    issuer: str
    client_id: str
    client_secret: str
    audience: str
    namespace: str
    api_url: str
    base_url: str
    organizations: Callable[[], Sequence[str]]
    now: Callable[[], float] = time.time
    """The tenant's time in unix seconds."""


@dataclass
class _Session:
    """One browser: the sign-ins it has under way, by state, and those it has, by organization claim."""

    attempts: dict[str, Attempt] = field(default_factory=dict)
    sign_ins: dict[str, SignIn] = field(default_factory=dict)


def create_app(settings: Settings) -> ASGIApp:
    """Return the application; its registration at the tenant needs `/callback` and, to sign out, `/`."""
    portal = _Portal(settings)
    return Starlette(
        routes=[
            Route("/", portal.home),
            Route("/find", portal.find, methods=["POST"]),
            Route("/login", portal.login),
            Route("/callback", portal.callback),
            Route("/organizations/{organization}", portal.organization),
            Route("/refresh", portal.refresh, methods=["POST"]),
            Route("/logout", portal.logout, methods=["POST"]),
            style_route(),
        ]
    )


class _Portal:
    """The routes, and the browsers they know."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sessions: dict[str, _Session] = {}
        self._tenant = RelyingParty(
            Registration(
                issuer=settings.issuer,
                client_id=settings.client_id,
                client_secret=settings.client_secret,
                redirect_uri=f"{settings.base_url}/callback",
                audience=settings.audience,
                organization_claim=f"{settings.namespace}/organization",
                now=settings.now,
            )
        )

    async def home(self, request: Request) -> Response:
        """Offer the organizations, and tell who is signed in to which."""
        return self._home(request)

    async def find(self, request: Request) -> Response:
        """Lead an address to the login of its organization, or let the person choose by what."""
        try:
            found = await discovered(self._settings.api_url, str((await request.form()).get("email", "")))
        except Refusal as refusal:
            return self._refused(request, refusal)
        if len(found.connections) != 1:
            return self._home(request, found)
        query = urlencode({"organization": found.organization, "connection": found.connections[0]})
        return RedirectResponse(f"/login?{query}", 303)

    def _home(self, request: Request, found: Found | None = None) -> Response:
        sign_ins = self._session(request).sign_ins
        organizations = list(dict.fromkeys([*self._settings.organizations(), *sign_ins]))
        context = {"organizations": organizations, "sign_ins": sign_ins, "found": found}
        return page("app/home.html", context)

    async def login(self, request: Request) -> Response:
        """Send the browser to the tenant; where no organization is named, let the person choose one."""
        asked = request.query_params
        if not asked.get("organization"):
            return RedirectResponse("/", 303)
        extra = {name: asked[name] for name in ("connection", "login_hint", "prompt") if asked.get(name)}
        attempt = Attempt(asked["organization"])
        try:
            url = await self._tenant.authorization_url(attempt, extra)
        except Refusal as refusal:
            return self._refused(request, refusal, attempt.organization)
        session = self._session(request)
        session.attempts[attempt.state] = attempt
        response = RedirectResponse(url, 303)
        return response if request.cookies.get(_COOKIE) in self._sessions else self._keep(session, response)

    async def callback(self, request: Request) -> Response:
        """Take the tenant's answer to a sign-in that was started here, once."""
        answer, session = request.query_params, self._session(request)
        attempt = session.attempts.pop(answer.get("state", ""), None)
        if attempt is None:
            return self._refused(request, Refusal("invalid_state", "No sign-in waits for this answer.", 400))
        try:
            sign_in = await self._answered(answer, attempt)
        except Refusal as refusal:
            return self._refused(request, refusal, attempt.organization)
        session.sign_ins[sign_in.organization] = sign_in
        # Under a new id, so that one planted in the browser before is worth nothing.
        self._sessions.pop(request.cookies.get(_COOKIE, ""), None)
        return self._keep(session, self._admitted(request, sign_in))

    async def _answered(self, answer: Mapping[str, str], attempt: Attempt) -> SignIn:
        if "code" not in answer:
            raise Refusal(answer.get("error", "invalid_request"), answer.get("error_description", ""))
        return await self._tenant.exchange(answer["code"], attempt)

    async def organization(self, request: Request) -> Response:
        """Show an organization's page to who is signed in to it: token and route must name the same."""
        organization, sign_ins = request.path_params["organization"], self._session(request).sign_ins
        sign_in = sign_ins.get(organization)
        if sign_in is not None:
            return self._outcome(request, sign_in)
        if sign_ins:
            told = "The token's organization is not the one of this page."
            return self._refused(request, Refusal("organization_mismatch", told), organization)
        return self._refused(request, Refusal("login_required", "Nobody is signed in.", 401), organization)

    async def refresh(self, request: Request) -> Response:
        """Use the refresh token of the organization that the form names; a denial ends that sign-in."""
        organization = str((await request.form()).get("organization", ""))
        sign_ins = self._session(request).sign_ins
        if organization not in sign_ins:
            return self._refused(
                request, Refusal("login_required", "Not signed in there.", 401), organization
            )
        try:
            sign_ins[organization] = await self._tenant.refresh(sign_ins[organization])
        except Refusal as refusal:
            if refusal.error in _ENDS_THE_SIGN_IN:
                del sign_ins[organization]
            return self._refused(request, refusal, organization)
        return self._admitted(request, sign_ins[organization])

    async def logout(self, request: Request) -> Response:
        """Forget the browser here, then end its session at the tenant."""
        self._sessions.pop(request.cookies.get(_COOKIE, ""), None)
        query = urlencode({"client_id": self._settings.client_id, "returnTo": self._settings.base_url})
        response = RedirectResponse(f"{self._settings.issuer}v2/logout?{query}", 303)
        response.delete_cookie(_COOKIE)
        return response

    def _session(self, request: Request) -> _Session:
        return self._sessions.get(request.cookies.get(_COOKIE, "")) or _Session()

    def _keep(self, session: _Session, response: Response) -> Response:
        """Remember the session under a new id, which the browser is told."""
        session_id = secrets.token_urlsafe(32)
        self._sessions[session_id] = session
        response.set_cookie(_COOKIE, session_id, httponly=True, samesite="lax")
        return response

    def _admitted(self, request: Request, sign_in: SignIn) -> Response:
        """Answer a program at once, and send a browser on to the organization's page."""
        if _wants_json(request):
            return self._outcome(request, sign_in)
        return RedirectResponse(f"/organizations/{quote(sign_in.organization, safe='')}", 303)

    def _outcome(self, request: Request, sign_in: SignIn) -> Response:
        if _wants_json(request):
            return JSONResponse(_as_json(sign_in.organization, sign_in=sign_in))
        context = {
            "sign_in": sign_in,
            "roles": sign_in.claims.get(f"{self._settings.namespace}/roles", []),
            "tokens": [
                ("ID token", _readable(sign_in.claims)),
                ("Access token", _readable(sign_in.access_token_claims)),
            ],
            "api_url": self._settings.api_url,
        }
        return page("app/organization.html", context)

    def _refused(self, request: Request, refusal: Refusal, organization: str | None = None) -> Response:
        if _wants_json(request):
            return JSONResponse(_as_json(organization, refusal=refusal), refusal.status)
        others = [name for name in self._settings.organizations() if name != organization]
        context = {
            "refusal": refusal,
            "organization": organization,
            "others": others,
            "sign_ins": self._session(request).sign_ins,
        }
        return page("app/refused.html", context, refusal.status)


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _as_json(
    organization: str | None, *, sign_in: SignIn | None = None, refusal: Refusal | None = None
) -> dict[str, Any]:
    """Return what a program is told: always the same names, null where there is nothing to tell."""
    return {
        "admitted": sign_in is not None,
        "organization": organization,
        "claims": sign_in and sign_in.claims,
        "access_token_claims": sign_in and sign_in.access_token_claims,
        "access_token": sign_in and sign_in.access_token,
        "error": refusal and refusal.error,
        "error_description": refusal and refusal.description,
    }


def _readable(claims: Claims) -> list[tuple[str, str]]:
    """Return claims as text for a page: times as dates, lists with commas."""
    return [(name, _readable_value(name, value)) for name, value in claims.items()]


def _readable_value(name: str, value: object) -> str:
    if name in _TIMES and isinstance(value, (int, float)):
        return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S UTC}"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "(none)"
    return str(value)
