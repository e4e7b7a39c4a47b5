"""The operations of the HTTP API as a caller asks for them, and what each was seen to answer."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from guestlist.clock import clock
from guestlist.provisioning import connection_name
from guestlist.refusals import refusals_of
from local.http_event import HttpRequest, event_of
from local.http_response import Reply, reply_of
from local.people import Api
from local.routes import Match
from local.stack import Stack
from tests.minted import EVERYTHING, caller, of_system

EMAIL = "ann@example.com"
BRANDING = {
    "logo": "https://clinic-a.example/logo.svg",
    "colors": {"primary": "#0059d6", "page_background": "#ffffff"},
}
OPERATIONS: dict[str, tuple[str, Mapping[str, object] | None]] = {
    "provision": ("POST /organizations", {"id": "clinicA", "name": "Clinic A", "seats": 25}),
    "list_organizations": ("GET /organizations", None),
    "read_organization": ("GET /organizations/{organization}", None),
    "change_organization": (
        "PATCH /organizations/{organization}",
        {"name": "Clinic A", "seats": 50, "branding": BRANDING},
    ),
    "suspend": ("POST /organizations/{organization}/suspend", None),
    "resume": ("POST /organizations/{organization}/resume", None),
    "invite": (
        "POST /organizations/{organization}/invites",
        {"email": EMAIL, "roles": ["editor"], "inviter_name": "Olga Orr"},
    ),
    "invite_into_own": ("POST /invites", {"email": "bob@example.com", "organization": "clinicA"}),
    "list_invites": ("GET /organizations/{organization}/invites", None),
    "read_invite": ("GET /organizations/{organization}/invites/{invite}", None),
    "resend": ("POST /organizations/{organization}/invites/{invite}/resend", None),
    "revoke": ("DELETE /organizations/{organization}/invites/{invite}", None),
    "add_member": (
        "POST /organizations/{organization}/members",
        {"email": "carl@example.com", "roles": ["editor"], "welcome": True},
    ),
    "list_members": ("GET /organizations/{organization}/members", None),
    "read_member": ("GET /organizations/{organization}/members/{user}", None),
    "change_roles": ("PATCH /organizations/{organization}/members/{user}", {"roles": ["editor", "billing"]}),
    "claim_domain": ("POST /organizations/{organization}/domains", {"domain": "clinic-a.example"}),
    "list_domains": ("GET /organizations/{organization}/domains", None),
    "read_domain": ("GET /organizations/{organization}/domains/{domain}", None),
    "prove_domain": ("POST /organizations/{organization}/domains/{domain}/prove", None),
    "change_domain": (
        "PATCH /organizations/{organization}/domains/{domain}",
        {"auto_join": True, "roles": ["editor"]},
    ),
    "release_domain": ("DELETE /organizations/{organization}/domains/{domain}", None),
    "read_user": ("GET /users/{user}", None),
    "list_user_organizations": ("GET /users/{user}/organizations", None),
    "resolve_login": ("POST /logins/resolve", {"user": "samlp|clinic-a|ann"}),
    "discover": ("POST /discover", {"email": "ann@clinic-n.example"}),
    "make_setup_link": ("POST /organizations/{organization}/setup-links", {"expires_in": 86400}),
    "list_audit": ("GET /organizations/{organization}/audit", None),
    "list_checkpoints": ("GET /organizations/{organization}/audit/checkpoints", None),
    "list_audit_keys": ("GET /organizations/{organization}/audit/keys", None),
    "look_for_drift": ("POST /drift", {"repair": True}),
    "read_drift": ("GET /drift", None),
    "move": (
        "POST /organizations/{organization}/move",
        {
            "connections": [{"strategy": "samlp", "metadata_url": "https://id.clinic-a.example/metadata"}],
            "grace": 604800,
        },
    ),
    "link_member": (
        "POST /organizations/{organization}/members/{user}/link",
        {"account": f"samlp|{connection_name('clinicA')}|ann"},
    ),
    "call_off_move": ("DELETE /organizations/{organization}/move", None),
    "add_connection": (
        "POST /organizations/{organization}/connections",
        {"strategy": "oidc", "issuer": "https://id.labs.example", "client_id": "guestlist"},
    ),
    "drop_connection": ("DELETE /organizations/{organization}/connections/{connection}", None),
    "deprovision": ("DELETE /organizations/{organization}/members/{user}", None),
    "read_receipt": ("GET /organizations/{organization}/receipts/{receipt}", None),
    "offboard": ("DELETE /organizations/{organization}", None),
}
"""By the handler's name: route, and a body that it takes once; in an order in which each finds its own."""
NOWHERE = {
    "organization": "nowhere",
    "invite": "0" * 26,
    "user": "0" * 24,
    "receipt": "0" * 24,
    "domain": "nowhere.example",
    "connection": "nowhere",
}


@dataclass
class Asker:
    """Somebody for all organizations who asks, and a record of the refusals that our code answered with."""

    stack: Stack
    api: Api
    refused: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By operation and code: the problem details."""

    def ask(
        self,
        operation: str,
        ids: Mapping[str, str] = NOWHERE,
        *,
        api: Api | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        **body: Any,  # noqa: ANN401 (JSON)
    ) -> httpx.Response:
        """Ask for an operation; `body` goes over its usual one, `content` in its place."""
        route, usual = OPERATIONS[operation]
        method, _, path = route.partition(" ")
        sent: dict[str, Any] = {"content": content} if content is not None else {}
        if content is None and usual is not None:
            sent = {"json": {**usual, **body}}
        tag = {"If-Match": '"1"'} if method == "PATCH" else {}
        return (api or self.api).request(
            method, path.format(**ids), headers={**tag, **(headers or {})}, **sent
        )

    def without_token(self, operation: str) -> None:
        """Hand the function an event that no gateway hands over: nothing was proved."""
        route, usual = OPERATIONS[operation]
        method, _, path = route.partition(" ")
        request = HttpRequest.of(
            method,
            path.format(**NOWHERE),
            {"content-type": "application/json", "if-match": "*"},
            json.dumps(usual).encode() if usual else b"",
        )
        event = event_of(request, route_key=route, parameters=NOWHERE, claims=None)
        [function] = [one.function for one in self.stack.aws.template.routes() if one.key == route]
        self._note(route, reply_of(self.stack.functions[function].invoke(event)))

    def hear(self, match: Match, reply: Reply) -> None:
        """Note an answer of the gateway's."""
        self._note(match.route.key, reply)

    def _note(self, route: str, reply: Reply) -> None:
        named = [name for name, (key, _) in OPERATIONS.items() if key == route]
        if named and dict(reply.headers).get("content-type") == "application/problem+json":
            problem = json.loads(reply.body)
            self.refused.setdefault(named[0], {}).setdefault(problem["code"], problem)


@contextmanager
def hurried() -> Iterator[None]:
    """Let no try wait for the next."""
    before, clock.sleep = clock.sleep, lambda _: None
    try:
        yield
    finally:
        clock.sleep = before


@contextmanager
def undeclared(stack: Stack) -> Iterator[set[tuple[str, str]]]:
    """Give a set that fills with the operations and codes that are answered, and that no row declares."""
    asker, found = Asker(stack, Api(stack, "")), set[tuple[str, str]]()
    with asker.api, stack.gateway.heard(asker.hear):
        yield found
    found.update(
        (operation, code)
        for operation, refused in asker.refused.items()
        for code in refused.keys() - declared(operation)
    )


def declared(operation: str) -> set[str]:
    """Return the codes that an operation may answer with, by its row."""
    return {error.code for errors in refusals_of(operation).values() for error in errors}


@contextmanager
def asking(stack: Stack) -> Iterator[Asker]:
    """Return somebody who may do everything, and hears what is answered."""
    with caller(stack, **of_system(*EVERYTHING, "resolve:logins")) as api:
        asker = Asker(stack, api)
        with stack.gateway.heard(asker.hear):
            yield asker
