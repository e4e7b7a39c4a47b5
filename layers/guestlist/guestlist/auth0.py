"""Auth0's Management API: a method per call, and one place that says what is retried and why."""

import random
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from guestlist.auth0_answers import content, left, limited, result
from guestlist.clock import clock
from guestlist.deadline import Transport, remaining, within
from guestlist.errors import Auth0Refused, Auth0Unavailable

DEADLINE = 8.0
"""Seconds that a call may take in all, retries and waits among them; a lease outlives it."""
ATTEMPTS = 3
TOKEN_MARGIN = 60
"""Seconds before its end at which a token is renewed."""

Account = dict[str, Any]
Body = dict[str, Any]
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
READS = frozenset({"GET"})


@dataclass(frozen=True)
class Answer:
    """What Auth0 answered. `ambiguous`: an earlier try of this call may still take effect, later."""

    body: Any
    ambiguous: bool = False


class ClientCredentials(httpx.Auth):
    """A token for the Management API, kept for its life; renewed once if the API does not take it."""

    requires_response_body = True

    def __init__(self, url: str, credentials: Callable[[], Mapping[str, str]]) -> None:
        self._url = url
        self._credentials = credentials
        self._token = ""
        self._ends_at = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with a token, and once more with a new one after a 401."""
        for _ in range(2):
            if clock.steady() >= self._ends_at:
                self._keep((yield self._token_request(request)))
            request.headers["Authorization"] = f"Bearer {self._token}"
            response = yield request
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
            self._ends_at = 0.0

    def _token_request(self, request: httpx.Request) -> httpx.Request:
        credentials = self._credentials()
        grant = {
            "grant_type": "client_credentials",
            "client_id": credentials["client_id"],
            "client_secret": credentials["client_secret"],
            "audience": f"{self._url}/api/v2/",
        }
        return httpx.Request("POST", f"{self._url}/oauth/token", json=grant, extensions=request.extensions)

    def _keep(self, response: httpx.Response) -> None:
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise limited(response)
        if response.is_server_error:
            raise Auth0Unavailable("Auth0 gave no token.")
        body = content(response)
        if not response.is_success or not isinstance(body, dict) or "access_token" not in body:
            # Whatever its status: the refusal is of our client, never of what the call asks for.
            said = str(body.get("error_description", "")) if isinstance(body, dict) else ""
            raise Auth0Refused(
                "Auth0 gave no token.", auth0_status=httpx.codes.UNAUTHORIZED, auth0_message=said
            )
        self._token = str(body["access_token"])
        self._ends_at = clock.steady() + max(0, int(body.get("expires_in", 0)) - TOKEN_MARGIN)


class Auth0:
    """A tenant's Management API, at the tenant's canonical address, as one client."""

    def __init__(
        self,
        url: str,
        credentials: Callable[[], Mapping[str, str]],
        *,
        deadline: float = DEADLINE,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._deadline = deadline
        self.audience = f"{self._url}/api/v2/"
        """The Management API's own identifier."""
        self.sent = 0
        """How many requests it has sent."""
        self.left = 1.0
        """Which part of Auth0's rate limit its last answer left."""
        self._client = httpx.Client(
            auth=ClientCredentials(self._url, credentials),
            timeout=deadline,
            transport=transport or Transport(tls=self._url.startswith("https:")),
        )

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._client.close()

    def create_user(
        self, *, connection: str, email: str, account: str, password: str, app_metadata: Body
    ) -> Answer:
        """Create a database user under an id of ours. Never repeated: the id finds it again."""
        body = {
            "connection": connection,
            "email": email,
            "user_id": account.removeprefix("auth0|"),
            "password": password,
            "email_verified": False,
            "verify_email": False,
            "app_metadata": app_metadata,
        }
        return self.call("POST", "/users", body, repeatable=False)

    def user(self, account: str) -> Account | None:
        """Return a user by id, as it stands now, or None; this read is immediately consistent."""
        try:
            return dict(self.call("GET", f"/users/{segment(account)}").body)
        except Auth0Refused as error:
            if error.auth0_status == httpx.codes.NOT_FOUND:
                return None
            raise

    def users_by_email(self, email: str) -> list[Account]:
        """Return the users whose own address this is, in any connection."""
        return [dict(found) for found in self.call("GET", f"/users-by-email?email={segment(email)}").body]

    def users_with_identity(self, identity: str) -> list[Account]:
        """Return the users who have an identity with this id, without provider; the search may be behind."""
        quoted = identity.replace("\\", "\\\\").replace('"', '\\"')
        query = segment(f'identities.user_id:"{quoted}"')
        return [dict(found) for found in self.call("GET", f"/users?search_engine=v3&q={query}").body]

    def has_second_factor(self, account: str) -> bool:
        """Tell whether somebody enrolled more than a password."""
        methods = self.call("GET", f"/users/{segment(account)}/authentication-methods").body
        return any(method["type"] != "password" for method in methods)

    def set_password(self, account: str, *, connection: str, password: str) -> Answer:
        """Give a database user another password."""
        body = {"password": password, "connection": connection}
        return self.call("PATCH", f"/users/{segment(account)}", body)

    def end_sessions(self, account: str) -> None:
        """Have nobody signed in as this user any more, nor able to refresh a token; not on every plan."""
        for what in ("sessions", "refresh-tokens"):
            self.call("DELETE", f"/users/{segment(account)}/{what}")

    def revoke_access(self, account: str) -> None:
        """End a user's sessions and refresh tokens by one call; not on every plan, and soon, not at once."""
        self.call("POST", f"/users/{segment(account)}/revoke-access", {})

    def update_app_metadata(self, account: str, app_metadata: Body) -> Answer:
        """Replace these first-level keys of `app_metadata`; `update:users_app_metadata` suffices."""
        return self.call("PATCH", f"/users/{segment(account)}", {"app_metadata": app_metadata})

    def password_ticket(self, account: str, *, client_id: str, life: int, verifies_email: bool) -> str:
        """Return a one-time link to set a password, good for `life` seconds; older ones are dead then."""
        body = {
            "user_id": account,
            "client_id": client_id,
            "ttl_sec": life,
            "mark_email_as_verified": verifies_email,
            "includeEmailInRedirect": False,
        }
        return str(self.call("POST", "/tickets/password-change", body).body["ticket"])

    def call(
        self,
        method: str,
        path: str,
        body: Body | list[Body] | None = None,
        *,
        repeatable: bool = True,
        attempts: int = ATTEMPTS,
    ) -> Answer:
        """Call the Management API, `attempts` times at most.

        Retried: what was never sent; 429 until its reset; and, where a repetition is harmless, 5xx,
        time-outs, broken connections and answers that are no JSON.

        Raises:
            Auth0Refused: any other 4xx.
            Auth0Unavailable: no usable answer in time.
            Both say `ambiguous` if a try may still take effect.
        """
        ambiguous, attempt = False, 0
        with within(self._deadline):
            while True:
                attempt += 1
                try:
                    return Answer(self._once(method, path, body), ambiguous)
                except Auth0Refused as error:
                    error.ambiguous = ambiguous
                    raise
                except Auth0Unavailable as error:
                    error.ambiguous = ambiguous = ambiguous or error.ambiguous
                    jitter = random.uniform(0.05, 0.15) * 2**attempt  # noqa: S311 (no secret)
                    pause = error.retry_after if error.limited else jitter
                    if attempt == attempts or (ambiguous and not repeatable) or pause >= remaining():
                        raise
                clock.sleep(pause)

    def _once(self, method: str, path: str, body: Body | list[Body] | None) -> Any:  # noqa: ANN401 (JSON)
        """Send one request and return the answer's JSON."""
        self.sent += 1
        try:
            response = self._client.request(method, f"{self._url}/api/v2{path}", json=body)
        except NOT_SENT:
            failure = Auth0Unavailable("Auth0 was not reached.")
        except httpx.RequestError as error:
            failure = Auth0Unavailable(
                "Auth0 did not answer.", ambiguous=_may_take_effect(error.request, method)
            )
        else:
            self.left = left(response)
            return result(response, self.left, changes=method not in READS)
        # Raised out here, so that no chain of exceptions holds the request, which may bear a password.
        raise failure


def segment(identifier: str) -> str:
    """Return an id of Auth0's as one segment of a path, encoded exactly once."""
    return quote(identifier, safe="")


def _may_take_effect(request: httpx.Request, method: str) -> bool:
    """Tell whether a request that got no answer may change something; one for a token does not."""
    return method not in READS and request.url.path.startswith("/api/v2/")
