"""The straightforward script on auth0-python that Guestlist is compared with. Runs in .venv-bench, alone.

It does what the guide's first form does: look the person up, make the account with a random password or
append to the array and write it back, and ask for the ticket whose link it would mail.

stdin: a line `{"tenant", "client_id", "client_secret"}`, then lines `[[[verb, email, organization]...]...]`:
what each of several writers does at the same time. stdout: for each such line the seconds of every deed.
"""

import json
import secrets
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from auth0.management.client import Auth0  # type: ignore[import-untyped,import-not-found,unused-ignore]  # not in .venv

CONNECTION = "Username-Password-Authentication"


class Script:
    """A script with a token that it keeps for its life."""

    def __init__(self, tenant: str, client_id: str, client_secret: str) -> None:
        asked = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
            "audience": f"{tenant}/api/v2/",
        }
        token = httpx.post(f"{tenant}/oauth/token", data=asked).raise_for_status().json()["access_token"]
        self._auth0 = Auth0(base_url=f"{tenant}/api/v2", token=token)

    def invite(self, email: str, organization: str) -> None:
        """Provision somebody: three calls for a new person, two for a known one."""
        if self._append(email, organization):
            return
        account = self._auth0.users.create(
            connection=CONNECTION,
            email=email,
            password=f"Aa1!{secrets.token_urlsafe(24)}",
            email_verified=False,
            verify_email=False,
            app_metadata={"organizations": [organization], "roles": {}},
        )
        self._auth0.tickets.change_password(user_id=account.user_id, ttl_sec=604_800)

    def add(self, email: str, organization: str) -> None:
        """Add a known person to one more organization."""
        if not self._append(email, organization):
            raise LookupError(email)

    def change_role(self, email: str, organization: str) -> None:
        """Give a known person another role."""
        found = self._known(email)
        roles = (found.app_metadata or {}).get("roles", {})
        self._write(found, {"roles": {**roles, organization: secrets.token_hex(4)}})

    def _append(self, email: str, organization: str) -> Any:  # noqa: ANN401 (auth0-python's model)
        found = self._known(email)
        if found:
            organizations = (found.app_metadata or {}).get("organizations", [])
            self._write(found, {"organizations": [*organizations, organization]})
        return found

    def _known(self, email: str) -> Any:  # noqa: ANN401 (auth0-python's model)
        return next(iter(self._auth0.users.list_users_by_email(email=email)), None)

    def _write(self, found: Any, app_metadata: dict[str, Any]) -> None:  # noqa: ANN401 (auth0-python's model)
        self._auth0.users.update(found.user_id, app_metadata=app_metadata)


def main() -> None:
    """Do what the lines ask for."""
    script = Script(**json.loads(sys.stdin.readline()))

    def timed(deeds: list[tuple[str, str, str]]) -> list[float]:
        seconds = []
        for verb, email, organization in deeds:
            started = time.perf_counter()
            getattr(script, verb)(email, organization)
            seconds.append(time.perf_counter() - started)
        return seconds

    for line in sys.stdin:
        writers = json.loads(line)
        with ThreadPoolExecutor(len(writers)) as threads:
            print(json.dumps(list(threads.map(timed, writers))), flush=True)


if __name__ == "__main__":
    main()
