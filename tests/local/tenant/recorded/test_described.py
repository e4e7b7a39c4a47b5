"""What the tenant is asked and answers, held to Auth0's own description of the Management API."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from local.tenant.management.api import OPERATIONS
from tests.local.tenant.recorded import extract
from tests.local.tenant.recorded.conftest import Replayed
from tests.local.tenant.recorded.described import problems
from tests.local.tenant.recorded.description import Description
from tests.local.tenant.recorded.exchanges import Asked, Wire

DESCRIBED = {fact["call"]: fact for fact in extract.kept()["described"]}
USED = {
    *(
        "POST /users",
        "PATCH /users/{id}",
        "POST /tickets/password-change",
        "POST /clients",
        "POST /connections",
    ),
    *("POST /actions/actions", "PATCH /actions/triggers/{id}/bindings", "GET /users-by-email"),
    "GET /users/{id}/authentication-methods",
}


@pytest.fixture
def ground_truth() -> Path:
    """The folder of the recordings and of the description, where there is one."""
    source = extract.folder()
    if source is None:
        pytest.skip(f"{extract.VARIABLE} names no folder")
    return source


def call(asked: Asked) -> str:
    """Return the operation's name in the facts."""
    return f"{asked.operation.method} {asked.operation.path}"


def broken(wire: Wire) -> set[str]:
    """Return what breaks the facts of the description."""
    return {problem for asked in wire.asked() for problem in problems(asked, DESCRIBED[call(asked)])}


def broken_in_full(wires: Iterable[Wire], description: Description) -> set[str]:
    """Return what breaks the description's schemas, of requests that were taken and of their answers."""
    found: set[str] = set()
    for asked in [asked for wire in wires for asked in wire.asked() if asked.exchange.status < 300]:
        status, exchange = asked.exchange.status, asked.exchange
        for name, one, body in (("request", None, exchange.body), ("answer", status, exchange.answer)):
            errors = description.errors(asked.operation, one, body)
            found |= {f"{call(asked)}: {name}: {error}" for error in errors}
    return found


def test_scopes_are_the_described_ones() -> None:
    """What differs is listed with its reason."""
    found = set()
    for operation in OPERATIONS:
        name = f"{operation.method} {operation.path}"
        differing = set(operation.scopes) ^ set(DESCRIBED[name]["scopes"].split())
        found |= {f"{name}: scope {scope}" for scope in differing}
    assert found == extract.listed("scopes")


def test_what_guestlist_asks_is_described(story: Wire) -> None:
    """A whole run: names, types, choices and what is required, of requests and of the tenant's answers."""
    assert {call(asked) for asked in story.asked()} >= USED
    assert broken(story) <= extract.listed("described")


def test_what_was_recorded_is_described(replayed: Replayed) -> None:
    """But for what is listed: there recordings and description contradict each other."""
    assert broken(replayed.wire) == extract.listed("described")


def test_the_facts_are_what_the_extractor_gives(ground_truth: Path) -> None:
    """Byte for byte, from the recordings and the description themselves."""
    assert extract.extracted(ground_truth) == extract.kept()


def test_all_of_it_passes_auth0_s_own_schemas(ground_truth: Path, story: Wire, replayed: Replayed) -> None:
    """Requests and answers of the whole run, and the tenant's answers to every recorded kind."""
    found = broken_in_full([story, replayed.wire], Description(ground_truth))
    assert found == extract.listed("schemas")
