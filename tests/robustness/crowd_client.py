"""One client of the crowd: a process of its own that asks over HTTP, and writes down what it heard.

What it notes are `Operation`s; their places in the order of events are nanoseconds of the machine's steady
clock, which is one for all processes.
"""

import time
from collections.abc import Generator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from local.people import PLAIN
from tests.accept_setup import heading, nonce
from tests.robustness.history import Kind, Operation, Outcome

ROLES = ((), ("editor",), ("viewer",))
WEEK = 7 * 24 * 3600
KINDS = {
    Kind.INVITE: 4,
    Kind.ACCEPT: 3,
    Kind.REVOKE: 1,
    Kind.ADD: 4,
    Kind.CHANGE: 4,
    Kind.REMOVE: 4,
    Kind.READ_MEMBER: 3,
    Kind.READ_INVITE: 1,
    Kind.READ_ORGANIZATIONS: 2,
}
PAGES = {
    "This invite has expired": "expired",
    "This invite was withdrawn": "revoked",
    "This invite was used": "used_up",
}


@dataclass(frozen=True)
class Where:
    """Everything that a client is told: where the API is, how to get a token, and whom it is all about."""

    api: str
    tenant: str
    grant: dict[str, str]
    people: tuple[str, ...]
    organizations: tuple[str, ...]


class Bearer(httpx.Auth):
    """A system's token, and another one when it has come to its end."""

    requires_response_body = True

    def __init__(self, where: Where) -> None:
        self._where, self._token = where, "none"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send a request with the token, and once more with a new one if that is refused."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        if (yield request).status_code == httpx.codes.UNAUTHORIZED:
            granted = yield httpx.Request("POST", f"{self._where.tenant}/oauth/token", json=self._where.grant)
            self._token = granted.raise_for_status().json()["access_token"]
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request


def api_of(where: Where) -> httpx.Client:
    """Return the API as a system may use it."""
    return httpx.Client(base_url=where.api, auth=Bearer(where), verify=PLAIN, timeout=30)


@dataclass
class Client:
    """Asks one thing after the other; knows users and invites by what it was told."""

    name: str
    where: Where
    random: Random
    api: httpx.Client
    users: dict[str, str] = field(default_factory=dict)
    versions: dict[tuple[str, str], int] = field(default_factory=dict)
    links: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """By person and organization, the last invite that it made, and its link."""

    def ask(self) -> Operation | None:
        """Ask for something; None if it does not know enough for what it thought of."""
        [kind] = self.random.choices(list(KINDS), list(KINDS.values()))
        person = self.random.choice(self.where.people)
        return self.ask_for(kind, person, self.random.choice(self.where.organizations))

    def ask_for(self, kind: Kind, person: str, organization: str) -> Operation | None:
        """Ask for this, if enough is known."""
        place, invite = (person, organization), ""
        if kind in {Kind.ACCEPT, Kind.REVOKE, Kind.READ_INVITE}:
            if place not in self.links:
                return None
            invite = self.links[place][0]
        elif kind not in {Kind.INVITE, Kind.ADD} and person not in self.users:
            return None
        asked = Operation(
            client=self.name,
            kind=kind,
            person=person,
            organization="" if kind is Kind.READ_ORGANIZATIONS else organization,
            invite=invite,
            generation=1 if kind is Kind.ACCEPT else 0,
            roles=self.random.choice(ROLES) if kind in {Kind.INVITE, Kind.ADD, Kind.CHANGE} else (),
            seen=self.versions.get(place, 1) if kind is Kind.CHANGE else 0,
            life=WEEK if kind is Kind.INVITE else 0,
            time=time.time(),
            now=int(time.time()),
            called=time.monotonic_ns(),
        )
        asked.outcome = self._heard(asked)
        asked.returned = time.monotonic_ns() if asked.outcome else None
        return asked

    def _heard(self, asked: Operation) -> Outcome | None:
        """Carry it out; None where nobody can tell what came of it."""
        try:
            if asked.kind is Kind.ACCEPT:
                return self._pressed(asked)
            answer = self._sent(asked)
        except httpx.TransportError:
            return None
        if answer.is_server_error:
            return None
        told: dict[str, Any] = answer.json()
        if told.get("user"):
            self.users[asked.person] = told["user"]
        if answer.is_success:
            return self._done(asked, told, answer.headers.get("etag", "").strip('"'))
        return Outcome(told["code"], id=told.get("invite", ""))

    def _sent(self, asked: Operation) -> httpx.Response:
        place, user = f"/organizations/{asked.organization}", self.users.get(asked.person, "")
        invites, invite = f"{place}/invites", f"{place}/invites/{asked.invite}"
        members, member = f"{place}/members", f"{place}/members/{user}"
        body = {"email": asked.person, "roles": asked.roles}
        seen = {"If-Match": f'"{asked.seen}"'}
        requests: dict[Kind, tuple[str, str, dict[str, Any]]] = {
            Kind.INVITE: ("POST", invites, {"json": {**body, "send": False}}),
            Kind.REVOKE: ("DELETE", invite, {}),
            Kind.READ_INVITE: ("GET", invite, {}),
            Kind.ADD: ("POST", members, {"json": body}),
            Kind.CHANGE: ("PATCH", member, {"json": {"roles": asked.roles}, "headers": seen}),
            Kind.REMOVE: ("DELETE", member, {}),
            Kind.READ_MEMBER: ("GET", member, {}),
            Kind.READ_ORGANIZATIONS: ("GET", f"/users/{user}/organizations", {}),
        }
        method, path, more = requests[asked.kind]
        return self.api.request(method, path, **more)

    def _done(self, asked: Operation, told: dict[str, Any], etag: str) -> Outcome:
        """Return what a success tells of what it changed or shows."""
        code = "seen" if asked.reads else "done"
        place = asked.person, asked.organization
        match asked.kind:
            case Kind.INVITE:
                self.links[place] = told["id"], told["link"]
                return Outcome(code, id=told["id"], generation=1, status=told["status"])
            case Kind.READ_INVITE:
                return Outcome(code, id=told["id"], generation=1, status=told["status"])
            case Kind.READ_ORGANIZATIONS:
                found = ((item["organization"], tuple(item["roles"])) for item in told["items"])
                return Outcome(code, organizations=frozenset(found))
            case Kind.ADD | Kind.CHANGE | Kind.READ_MEMBER:
                self.versions[place] = int(etag)
                return Outcome(code, version=int(etag), roles=tuple(told["roles"]))
            case _:
                return Outcome(code)

    def _pressed(self, asked: Operation) -> Outcome | None:
        """Open the page and press the button, as a browser that forgets everything."""
        link = self.links[asked.person, asked.organization][1]
        with httpx.Client(verify=PLAIN, timeout=30) as browser:
            page = browser.get(link)
            answer = browser.post(link, data={"nonce": nonce(page)})
        if answer.status_code in {303, 503}:
            return Outcome("done")
        return Outcome(PAGES[heading(answer)]) if heading(answer) in PAGES else None


def work(name: str, where: Where, seed: int, operations: int) -> list[Operation]:
    """Ask for so many things, and return what was asked and heard."""
    with api_of(where) as api:
        client, asked = Client(name, where, Random(seed), api), list[Operation]()
        while len(asked) < operations:
            if found := client.ask():
                asked.append(found)
    return asked
