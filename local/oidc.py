"""The example application's half of OpenID Connect: authorization code with PKCE, proved tokens, refresh."""

import base64
import hashlib
import secrets
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt

Claims = dict[str, Any]

SCOPE = "openid profile email offline_access"
# The tenant may run its Actions for 20 seconds before it answers (Auth0, "Actions limitations").
_TIMEOUT = 30.0


class Refusal(Exception):  # noqa: N818  it is the tenant's answer, not an error of ours
    """Nobody was let in: `error` is OAuth's code or ours, `status` the HTTP status it is shown with."""

    def __init__(self, error: str, description: str, status: int = 403) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status


@dataclass(frozen=True)
class Registration:
    """What the tenant and the application know of each other; `issuer` ends with a slash, as in tokens."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    audience: str
    organization_claim: str
    now: Callable[[], float] = time.time
    """The tenant's time in unix seconds, by which its tokens expire."""


@dataclass(frozen=True)
class Attempt:
    """A sign-in that was started for one organization and waits for the tenant's answer."""

    organization: str
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        """Return the S256 challenge of the verifier (RFC 7636, section 4.2)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True)
class SignIn:
    """A person in one organization, which both tokens name."""

    organization: str
    claims: Claims
    access_token_claims: Claims
    access_token: str
    refresh_token: str | None

    @property
    def person(self) -> str:
        """Return what to call the person: name, else address, else the account's id."""
        return str(self.claims.get("name") or self.claims.get("email") or self.claims["sub"])


class RelyingParty:
    """Sends people to the tenant's login, and believes its answers only when they are proved."""

    def __init__(self, registration: Registration) -> None:
        self._registration = registration
        self._tls = ssl.create_default_context()  # costs tens of milliseconds: once, not per call
        self._metadata: dict[str, Any] = {}
        self._keys: dict[str, jwt.PyJWK] = {}

    async def authorization_url(self, attempt: Attempt, extra: Mapping[str, str]) -> str:
        """Return where to send the browser; `extra` may hold `connection`, `login_hint` and `prompt`."""
        parameters = {
            "response_type": "code",
            "client_id": self._registration.client_id,
            "redirect_uri": self._registration.redirect_uri,
            "scope": SCOPE,
            "audience": self._registration.audience,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
            "ext-organization": attempt.organization,
            **extra,
        }
        return f"{await self._endpoint('authorization_endpoint')}?{urlencode(parameters)}"

    async def exchange(self, code: str, attempt: Attempt) -> SignIn:
        """Turn the code of an attempt into a sign-in.

        Raises:
            Refusal: the tenant refuses, or its tokens are not proved or for another organization.
        """
        answer = await self._token(
            grant_type="authorization_code",
            code=code,
            redirect_uri=self._registration.redirect_uri,
            code_verifier=attempt.verifier,
        )
        sign_in = await self._proved(answer, attempt.organization)
        if sign_in.claims.get("nonce") != attempt.nonce:
            raise Refusal("invalid_token", "The ID token answers another sign-in (nonce).")
        return sign_in

    async def refresh(self, sign_in: SignIn) -> SignIn:
        """Renew a sign-in by its refresh token, for the same organization.

        Raises:
            Refusal: the tenant refuses (the person was removed, say), or answers for somebody else.
        """
        if sign_in.refresh_token is None:
            raise Refusal("invalid_grant", "The tenant gave no refresh token for this sign-in.")
        answer = await self._token(
            grant_type="refresh_token",
            refresh_token=sign_in.refresh_token,
            **{"ext-organization": sign_in.organization},
        )
        renewed = await self._proved({"refresh_token": sign_in.refresh_token, **answer}, sign_in.organization)
        if renewed.claims["sub"] != sign_in.claims["sub"]:
            raise Refusal("invalid_token", "The ID token is somebody else's (sub).")
        return renewed

    async def _proved(self, answer: Mapping[str, Any], organization: str) -> SignIn:
        """Return the sign-in of a token answer, both of whose tokens must name the organization."""
        claims = await self._verified(answer["id_token"], self._registration.client_id)
        access_token_claims = await self._verified(answer["access_token"], self._registration.audience)
        claim = self._registration.organization_claim
        if not claims.get(claim) == access_token_claims.get(claim) == organization:
            raise Refusal(
                "organization_mismatch", "The tokens are not for the organization that was asked for."
            )
        return SignIn(
            organization, claims, access_token_claims, answer["access_token"], answer.get("refresh_token")
        )

    async def _verified(self, token: str, audience: str) -> Claims:
        """Return the claims of a token after signature, issuer, audience and expiry were checked."""
        try:
            kid = jwt.get_unverified_header(token).get("kid", "")
            claims: Claims = jwt.decode(
                token,
                await self._key(kid),
                algorithms=["RS256"],
                audience=audience,
                issuer=self._registration.issuer,
                # By the tenant's clock, below.
                options={"require": ["exp", "iss", "aud", "sub"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError as error:
            raise Refusal("invalid_token", f"A token could not be proved: {error}.") from error
        if float(claims["exp"]) <= self._registration.now():
            raise Refusal("invalid_token", "A token has expired.")
        return claims

    async def _key(self, kid: str) -> jwt.PyJWK:
        """Return the tenant's key of this id; for an unknown one its key set is read anew (rotation)."""
        if kid not in self._keys:
            jwks = await self._call("GET", await self._endpoint("jwks_uri"))
            self._keys = {str(key.key_id): key for key in jwt.PyJWKSet.from_dict(jwks).keys}
        if kid not in self._keys:
            raise Refusal("invalid_token", "A token is signed with a key that the tenant does not publish.")
        return self._keys[kid]

    async def _endpoint(self, name: str) -> str:
        """Return an address from the tenant's discovery document, which is read once."""
        if not self._metadata:
            discovery = self._registration.issuer + ".well-known/openid-configuration"
            self._metadata = await self._call("GET", discovery)
        return str(self._metadata[name])

    async def _token(self, **parameters: str) -> dict[str, Any]:
        credentials = {
            "client_id": self._registration.client_id,
            "client_secret": self._registration.client_secret,
        }
        return await self._call("POST", await self._endpoint("token_endpoint"), {**credentials, **parameters})

    async def _call(self, method: str, url: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the JSON that the tenant answers.

        Raises:
            Refusal: it refuses, with its own `error` and `error_description`; or it cannot be reached (503).
        """
        try:
            async with httpx.AsyncClient(verify=self._tls, timeout=_TIMEOUT) as client:
                response = await client.request(method, url, data=form)
            body: dict[str, Any] = response.json()
        except (httpx.TransportError, ValueError) as error:
            raise Refusal("temporarily_unavailable", "The tenant gave no answer.", 503) from error
        if response.is_error:
            raise Refusal(
                str(body.get("error", "server_error")),
                str(body.get("error_description", f"The tenant answered {response.status_code}.")),
                response.status_code,
            )
        return body
