"""Bad bodies, through the front door: problem details, nothing recorded, nothing sent, nothing echoed."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from local.people import Api
from local.stack import Stack
from tests.front_door import provision
from tests.minted import EVERYTHING, caller
from tests.refusals import MARK, refused, traces

JSON = {"Content-Type": "application/json"}
ADDRESS = f'"email": "{MARK}@clinic.example"'


Quiet = Callable[[], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def api(stack: Stack) -> Iterator[Api]:
    """Return the API as one operator uses it for all of these refusals."""
    with caller(stack, permissions=EVERYTHING) as bearer:
        yield bearer


@pytest.fixture(scope="module")
def invites(api: Api) -> str:
    """Return the path of the invites of an organization into which nobody is invited."""
    return f"/organizations/{provision(api)}/invites"


@pytest.fixture
def quiet(stack: Stack, caplog: pytest.LogCaptureFixture) -> Quiet:
    """Return a block in which nothing may be recorded, sent, asked of Auth0, or logged of the input."""

    @contextmanager
    def block() -> Iterator[None]:
        before, logger = traces(stack), logging.getLogger("api")
        logger.addHandler(caplog.handler)
        yield
        logger.removeHandler(caplog.handler)
        assert MARK not in caplog.text
        assert traces(stack) == before

    return block


UNREADABLE: dict[str, str | bytes] = {
    "cut": f"{{{ADDRESS}",
    "trailing": f"{{{ADDRESS}}} x",
    "single quotes": f"{{'email': '{MARK}@clinic.example'}}",
    "byte order mark": f"\ufeff{{{ADDRESS}}}",
    "no UTF-8": f"{{{ADDRESS}".encode() + b', "inviter_name": "\xff"}',
    "UTF-16": f"{{{ADDRESS}}}".encode("utf-16"),
    "NaN": f'{{{ADDRESS}, "expires_in": NaN}}',
    "5000 digits": f'{{{ADDRESS}, "expires_in": {"9" * 5000}}}',
    "deep array": "[" * 30_000 + "]" * 30_000,
    "deep object": f'{{"{MARK}":' * 4_000 + "1" + "}" * 4_000,
    "a name twice": f'{{{ADDRESS}, "email": "other@clinic.example"}}',
    "a name twice within": f'{{{ADDRESS}, "roles": [{{"a": 1, "a": 2}}]}}',
    "a form": f"email={MARK}%40clinic.example",
}


@pytest.mark.parametrize(
    "media_type", ["application/json", "application/x-www-form-urlencoded", "text/plain"]
)
@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_body_that_is_no_json_is_malformed(
    kind: str, media_type: str, quiet: Quiet, api: Api, invites: str
) -> None:
    """What cannot be read, or not by every parser alike, is 400 whatever it calls itself."""
    headers = {"Content-Type": media_type}
    with quiet():
        answer = api.post(invites, content=UNREADABLE[kind], headers=headers)
        refused(answer, 400, "malformed")


UNACCEPTABLE = {
    "no body": ("", "#"),
    "null": ("null", "#"),
    "a list": (f'["{MARK}"]', "#"),
    "a string": (f'"{MARK}"', "#"),
    "nothing": ("{}", "#/email"),
    "unknown field": (f'{{{ADDRESS}, "colour": "{MARK}"}}', "#/colour"),
    "a pointer's own characters": (f'{{{ADDRESS}, "a/b~c": "{MARK}"}}', "#/a~1b~0c"),
    "no address": (f'{{"email": "{MARK}"}}', "#/email"),
    "two addresses": (f'{{"email": "{MARK}@a.example, b@b.example"}}', "#/email"),
    "a name and an address": (f'{{"email": "Ann <{MARK}@a.example>"}}', "#/email"),
    "a line break": (f'{{"email": "{MARK}@a.example\\r\\nBcc: b@b.example"}}', "#/email"),
    "an invisible character": (f'{{"email": "{MARK}\\u200b@a.example"}}', "#/email"),
    "half a surrogate": (f'{{"email": "{MARK}\\ud800@a.example"}}', "#/email"),
    "mixed scripts": (f'{{"email": "{MARK}@\\u0430pple.example"}}', "#/email"),
    "a local part beyond ASCII": (f'{{"email": "{MARK}\\u00e9@a.example"}}', "#/email"),
    "a long address": (f'{{"email": "{MARK}{"a" * 250}@a.example"}}', "#/email"),
    "an address that is a number": ('{"email": 5}', "#/email"),
    "an address that is null": ('{"email": null}', "#/email"),
    "a number as text": (f'{{{ADDRESS}, "expires_in": "7200"}}', "#/expires_in"),
    "a fraction": (f'{{{ADDRESS}, "expires_in": 7200.5}}', "#/expires_in"),
    "infinity": (f'{{{ADDRESS}, "expires_in": 1e400}}', "#/expires_in"),
    "a huge number": (f'{{{ADDRESS}, "expires_in": 99999999999999999999}}', "#/expires_in"),
    "a negative number": (f'{{{ADDRESS}, "expires_in": -3600}}', "#/expires_in"),
    "a truth as text": (f'{{{ADDRESS}, "send": "no"}}', "#/send"),
    "a truth as number": (f'{{{ADDRESS}, "send": 0}}', "#/send"),
    "a role with a space": (f'{{{ADDRESS}, "roles": ["ok", "{MARK} x"]}}', "#/roles/1"),
    "a role as text": (f'{{{ADDRESS}, "roles": "{MARK}"}}', "#/roles"),
    "many roles": (f'{{{ADDRESS}, "roles": {json.dumps([f"r{n}" for n in range(11)])}}}', "#/roles"),
    "a path as locale": (f'{{{ADDRESS}, "locale": "../{MARK}"}}', "#/locale"),
    "a control character": (f'{{{ADDRESS}, "inviter_name": "{MARK}\\u0000"}}', "#/inviter_name"),
    "a turned text": (f'{{{ADDRESS}, "inviter_name": "{MARK}\\u202e"}}', "#/inviter_name"),
    "markup": (f'{{{ADDRESS}, "inviter_name": "<b>{MARK}"}}', "#/inviter_name"),
    "a link": (f'{{{ADDRESS}, "inviter_name": "https://{MARK}"}}', "#/inviter_name"),
    "a domain": (f'{{{ADDRESS}, "inviter_name": "see {MARK}.example/x"}}', "#/inviter_name"),
    "a domain of another script": (f'{{{ADDRESS}, "inviter_name": "{MARK}.рф"}}', "#/inviter_name"),
    "an address as a name": (f'{{{ADDRESS}, "inviter_name": "{MARK}@localhost"}}', "#/inviter_name"),
    "a long name": (f'{{{ADDRESS}, "inviter_name": "{MARK * 20}"}}', "#/inviter_name"),
    "a blank name": (f'{{{ADDRESS}, "inviter_name": "  "}}', "#/inviter_name"),
}


@pytest.mark.parametrize("kind", UNACCEPTABLE)
def test_a_body_that_cannot_be_is_unacceptable(kind: str, quiet: Quiet, api: Api, invites: str) -> None:
    """What is well formed but wrong is 422, with a JSON Pointer to where."""
    body, pointer = UNACCEPTABLE[kind]
    with quiet():
        answer = api.post(invites, content=body, headers=JSON)
        refused(answer, 422, "unacceptable", pointer)


BAD_ORGANIZATIONS = {
    "empty id": ({"id": "", "name": "A"}, "#/id"),
    "a space": ({"id": f"{MARK} x", "name": "A"}, "#/id"),
    "a dash first": ({"id": f"-{MARK}", "name": "A"}, "#/id"),
    "beyond ASCII": ({"id": f"{MARK}é", "name": "A"}, "#/id"),
    "a line break": ({"id": f"{MARK}\n", "name": "A"}, "#/id"),
    "a key's separator": ({"id": f"{MARK}#x", "name": "A"}, "#/id"),
    "long": ({"id": MARK + "a" * 50, "name": "A"}, "#/id"),
    "no text": ({"id": 7, "name": "A"}, "#/id"),
    "no name": ({"id": "free"}, "#/name"),
    "an empty name": ({"id": "free", "name": ""}, "#/name"),
    "markup": ({"id": "free", "name": f"<script>{MARK}"}, "#/name"),
    "a domain": ({"id": "free", "name": f"{MARK}\uff0eexample"}, "#/name"),
    "an escape": ({"id": "free", "name": f"{MARK}\x1b[2J"}, "#/name"),
    "no seat": ({"id": "free", "name": "A", "seats": 0}, "#/seats"),
    "a seat that is true": ({"id": "free", "name": "A", "seats": True}, "#/seats"),
    "a huge seat": ({"id": "free", "name": "A", "seats": 10**30}, "#/seats"),
    "unknown": ({"id": "free", "name": "A", "taken": 5}, "#/taken"),
}


@pytest.mark.parametrize("kind", BAD_ORGANIZATIONS)
def test_an_organization_that_cannot_be_is_unacceptable(kind: str, quiet: Quiet, api: Api) -> None:
    """An id keeps to its grammar, a name to what mails and pages may show."""
    body, pointer = BAD_ORGANIZATIONS[kind]
    with quiet():
        refused(api.post("/organizations", json=body), 422, "unacceptable", pointer)


def test_an_answer_names_only_the_first_errors(api: Api, invites: str) -> None:
    """Thousands of unknown fields do not make an answer larger than the question."""
    body = {f"field{number}": 1 for number in range(4_000)}
    answer = api.post(invites, json=body)
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 20


@pytest.mark.parametrize("media_type", ["application/json", "application/octet-stream"])
def test_a_large_body_is_not_looked_at(media_type: str, quiet: Quiet, api: Api, invites: str) -> None:
    """64 KB of bytes may come, one more is 413; base64 on the way does not count."""
    headers = {"Content-Type": media_type}
    full = json.dumps({"email": MARK, "inviter_name": "é" * 30_000}, ensure_ascii=False).encode()
    fits = full + b" " * (64 * 1024 - len(full))
    with quiet():
        looked_at = api.post(invites, content=fits, headers=headers)
        refused(looked_at, 422, "unacceptable", "#/email", "#/inviter_name")
        refused(api.post(invites, content=fits + b" ", headers=headers), 413, "too_large")


def test_a_crash_says_and_logs_nothing_of_the_body(
    stack: Stack, api: Api, invites: str, quiet: Quiet, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody foresaw is 500 as problem details; its traceback is logged, without what was sent."""
    stack.aws.inject("GetItem", "AccessDeniedException")
    with quiet():
        answer = api.post(invites, json={"email": f"{MARK}@clinic.example"})
    refused(answer, 500, "failed")
    assert "a request failed" in caplog.text
    assert "AccessDeniedException" in caplog.text
