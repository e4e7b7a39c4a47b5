"""`guestlist` has a command for every route of the API, and an option for every field of every body."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from guestlist.access import PUBLIC, ROUTES
from guestlist.connection_turns import LATE
from guestlist.provisioning import connection_name
from local.people import PLAIN, Api
from local.stack import NAMESPACE, ROOT, Stack
from tests.command import Guestlist, Printed, environment, runner
from tests.connections_setup import PEM, metadata
from tests.front_door import pass_time
from tests.heard import Heard
from tests.minted import EVERYTHING, caller, of_system
from tests.self_service_setup import made_past_us

NO_COMMAND = {
    "POST /logins/resolve": "the door asks it, as a client of its own",
    "GET /accept/{token}": "a page for the browser of who was invited",
    "HEAD /accept/{token}": "the same",
    "POST /accept/{token}": "the button on it",
    "GET /openapi.json": "a document for programs, which get it by themselves",
}
"""The routes that have none, and why; docs/command-line.md says the same."""
NO_OPTION = {"POST /invites": {"/organization"}}
"""The fields that have none: `--organization` takes the route with the organization in its path."""

FAR = 2**32
"""When tokens end: a walk through all commands takes a slow machine minutes."""

OFFER = "--role editor --locale de --inviter-name Olga --idempotency-key {key}"
LOOK = "--logo https://a.example/logo.svg --primary-color 0059d6 --page-background ffffff"
SETTINGS = f"--name A --seats 20 --domain a.example --role editor --locale de {LOOK}"
AT_PROVIDERS = "--group Nurses editor --groups-at every_login --max-session 12h"
OIDC = "--oidc https://id.{0}.example guestlist --for {0}.example"
PROVIDERS = (
    f"{OIDC} --saml https://id.example/metadata --saml-file metadata.xml --self-service "
    "--saml-endpoint https://id.example/sso idp.pem --connection {0}"
)
ONE_BY_ONE = (
    f"{OIDC.format('one')} --for one.example",
    "--saml https://id.example/metadata --idempotency-key one",
    "--saml-file metadata.xml",
    "--saml-endpoint https://id.example/sso idp.pem",
    "--self-service",
    "--connection b",
)
ADMIN = "--admin ann@a.example --admin-locale de --admin-inviter-name Olga"


class Typist:
    """Somebody who types commands, each of which is done."""

    def __init__(self, guestlist: Guestlist, stack: Stack) -> None:
        self._guestlist = guestlist
        self.stack = stack

    def types(self, line: str, **names: object) -> Any:  # noqa: ANN401 (JSON)
        """Return the answer to a line, once all that it began is done."""
        ran = self._guestlist(*shlex.split(line.format(**names)), "--json")
        assert ran.status == 0, (line, ran.err)
        self.stack.workers.idle()
        return ran.json()


def organizations(she: Typist) -> None:
    """From provisioning to offboarding, moves among it."""
    app = she.stack.clients["app"].client_id
    for name in ("c", "d"):
        made_past_us(she.stack, name)
    she.types(
        f"organizations create A {SETTINGS} {ADMIN} --adopt --application {app} "
        "--callback https://a.app.example/callback --web-origin https://a.app.example "
        "--idempotency-key {key}",
        key="A",
    )
    b = connection_name("B", 2)
    she.types(
        f"organizations create B --name B {OIDC.format('b')} --saml https://id.example/metadata "
        f"{AT_PROVIDERS} --admin bob@b.example --admin-connection {b}"
    )
    made = she.types(f"organizations create C --name C {PROVIDERS.format('c')}")
    [awaited] = [own["name"] for own in made["connections"] if own["self_service"]]
    she.types(f"setup-link C --connection {awaited} --expires-in 3d")
    for name in ("D", "E"):
        she.types(f"organizations create {name} --name {name}")
    she.types(f"organizations move D {PROVIDERS.format('d')} --grace 7d")
    she.types("organizations create F --name F")
    she.types("organizations move F --self-service")
    she.types("organizations call-off-move F")
    made_past_us(she.stack, "b")
    for provider in ONE_BY_ONE:
        change = she.types(f"organizations add-connection B {provider}")["connection_change"]
        she.types(f"organizations drop-connection B {change['connection']['name']}")
        pass_time(she.stack, seconds=LATE)
        she.stack.workers.tick()
        she.stack.workers.idle()
    she.types("organizations list")
    she.types("organizations suspend D")
    she.types("organizations resume D")
    she.types("organizations offboard D --yes")
    she.types(f"organizations change A {SETTINGS}")
    she.types(f"organizations change B {AT_PROVIDERS}")


def people(she: Typist, bound: Typist) -> None:
    """Those who are invited, those who are added, and one who moves."""
    b = connection_name("B")
    made = she.types(f"invite bob@a.example -o A --expires-in 2d --no-send {OFFER}", key="bob")
    for verb in ("show", "resend", "revoke"):
        she.types(f"invites {verb} {made['id']} -o A")
    she.types("invites list -o A --status revoked")
    she.types(f"invite cleo@b.example -o B --connection {b}")
    bound.types(f"invite dora@b.example --connection {b} --expires-in 2d {OFFER}", key="dora")
    added = she.types(f"members add eve@a.example -o A --welcome {OFFER}", key="eve")
    she.types(f"members add fred@b.example -o B --connection {b}")
    she.types("members list -o A")
    she.types(f"members show {added['user']} -o A")
    she.types("members roles eve@a.example -o A --no-roles")
    she.types(f"users show {added['user']}")
    she.types(f"users organizations {added['user']}")
    gone = she.types("members remove eve@a.example -o A --end-sessions")
    she.types(f"receipts show {gone['id']} -o A")
    she.types("members add gina@e.example -o E")
    she.types(f"organizations move E {OIDC.format('e')}")
    e = connection_name("E")
    she.types(f"members link gina@e.example 'oidc|{e}|gina' -o E --connection {e}")


def domains(she: Typist) -> None:
    """One, from the claim to the release."""
    record = she.types("domains claim a.example -o A --idempotency-key {key}", key="a")["record"]
    she.stack.zone[record["name"]] = [record["value"]]
    for verb in ("show", "prove", "change --auto-join --role editor", "release"):
        she.types(f"domains {verb} a.example -o A")
    she.types("domains list -o A")


def the_rest(she: Typist) -> None:
    """What is of no organization, or of all that was done in one."""
    she.types("audit list -o A")
    she.types("audit checkpoint -o A")
    she.types("audit key -o A")
    she.types("discover ann@a.example")
    she.types("discover --organization B")
    she.types("drift --report-only")
    she.types("drift --last")
    she.types("organizations show A")


@pytest.fixture
def heard(
    monkeypatch: pytest.MonkeyPatch,
    capsys: Printed,
    tmp_path: Path,
) -> Heard:
    """Return what the API was asked for by commands, on a stack of their own."""
    monkeypatch.chdir(tmp_path)
    Path("metadata.xml").write_text(metadata())
    Path("idp.pem").write_text(PEM)
    bound_to_b = {**of_system(*EVERYTHING[1:]), f"{NAMESPACE}/organization": "B"}
    ear = Heard()
    with (
        Stack(tap=ear) as stack,
        caller(stack, permissions=EVERYTHING, exp=FAR) as everywhere,
        caller(stack, **bound_to_b, exp=FAR) as in_b,
    ):

        def typist(api: Api) -> Typist:
            return Typist(runner(monkeypatch, capsys, **environment(stack, api)), stack)

        she = typist(everywhere)
        organizations(she)
        people(she, typist(in_b))
        domains(she)
        the_rest(she)
    return ear


def test_what_cannot_be_typed_is_said() -> None:
    """With the reason, beside what can."""
    page = (ROOT / "docs/command-line.md").read_text(encoding="utf-8")
    assert [route for route in NO_COMMAND if f"`{route}`" not in page] == []


@pytest.fixture
def document(stack: Stack) -> dict[str, Any]:
    """Return the API's own word for what it takes."""
    return dict(httpx.get(f"{stack.api}/openapi.json", verify=PLAIN).raise_for_status().json())


def test_whatever_the_api_takes_can_be_typed(heard: Heard, document: dict[str, Any]) -> None:
    """Each route is asked for by a command, with each field of its body, but for those named here."""
    assert heard.fields.keys() == {*ROUTES, *PUBLIC} - NO_COMMAND.keys()
    missing = {
        route: left for route, fields in heard.fields.items() if (left := taken(document, route) - fields)
    }
    assert missing == NO_OPTION


def taken(document: dict[str, Any], route: str) -> set[str]:
    """Return the fields that a route's body may have."""
    method, _, path = route.partition(" ")
    body = document["paths"][path][method.lower()].get("requestBody", {"content": {}})["content"]
    schemas = document["components"]["schemas"]
    return {place for one in body.values() for place in declared(one["schema"], schemas)}


def declared(schema: dict[str, Any], schemas: dict[str, Any], place: str = "") -> Iterator[str]:
    """Yield the places of what a schema has properties for; the members of a list have the list's."""
    if "$ref" in schema:
        yield from declared(schemas[schema["$ref"].rpartition("/")[2]], schemas, place)
    for one in [*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])]:
        yield from declared(one, schemas, place)
    if "items" in schema:
        yield from declared(schema["items"], schemas, place)
    for name, one in schema.get("properties", {}).items():
        yield f"{place}/{name}"
        yield from declared(one, schemas, f"{place}/{name}")
