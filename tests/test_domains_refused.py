"""What can be no organization's domain: refused through the front door, nothing recorded, nothing echoed."""

import pytest

from local.people import Api
from local.stack import Stack
from tests.domain_setup import path, proved
from tests.refusals import MARK, refused, traces

NO_DOMAINS = {
    "nothing": "",
    "a blank": " ",
    "one label": MARK,
    "a wildcard": f"*.{MARK}.example",
    "a trailing dot": f"{MARK}.example.",
    "a leading dot": f".{MARK}.example",
    "two dots": f"{MARK}..example",
    "a port": f"{MARK}.example:53",
    "a path": f"{MARK}.example/x",
    "a URL": f"https://{MARK}.example",
    "an address": f"ann@{MARK}.example",
    "an IPv4 address": "192.0.2.7",
    "an IPv6 address": "[2001:db8::7]",
    "a number for a number": "3221225991",
    "this machine": "localhost",
    "an underscore": f"_{MARK}.example",
    "a line break": f"{MARK}.example\r\n",
    "an invisible character": f"{MARK}\u200b.example",
    "mixed scripts": f"{MARK}.\u0430pple.example",
    "a long label": f"{MARK}{'a' * 60}.example",
    "too long": f"{MARK}.{'a.' * 130}example",
    "too long for its record": f"{MARK}.{'a.' * 110}example",
}
NOBODYS = [
    "gmail.com",
    "GMAIL.com",
    "mail.gmail.com",
    "yahoo.co.uk",
    "web.de",
    "qq.com",
    "gmx.net",
    "co.uk",
    "com.au",
]


@pytest.mark.parametrize("kind", NO_DOMAINS)
def test_what_is_no_domain_is_refused(kind: str, operator: Api, clinic: str, stack: Stack) -> None:
    """As addresses are: 422 by its place, and no trace of it."""
    before = traces(stack)
    answer = operator.post(f"/organizations/{clinic}/domains", json={"domain": NO_DOMAINS[kind]})
    refused(answer, 422, "unacceptable", "#/domain")
    assert traces(stack) == before


@pytest.mark.parametrize("domain", NOBODYS)
def test_what_is_nobodys_alone_is_refused(domain: str, operator: Api, clinic: str) -> None:
    """Where the public has its mailboxes, and where names are registered."""
    answer = operator.post(f"/organizations/{clinic}/domains", json={"domain": domain})
    refused(answer, 422, "unacceptable", "#/domain")


BODIES: dict[str, tuple[dict[str, object], str]] = {
    "nothing": ({}, "#"),
    "unknown": ({"proved": True}, "#/proved"),
    "null": ({"auto_join": None}, "#/auto_join"),
    "a text": ({"auto_join": "yes"}, "#/auto_join"),
    "no roles": ({"roles": MARK}, "#/roles"),
    "no role": ({"roles": [f"{MARK} x"]}, "#/roles/0"),
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_change_of_something_else_is_refused(kind: str, operator: Api, clinic: str) -> None:
    """A domain is proved by its record alone."""
    body, pointer = BODIES[kind]
    made = proved(operator, clinic)
    answer = operator.patch(path(made), json=body, headers={"If-Match": "*"})
    refused(answer, 422, "unacceptable", pointer)


@pytest.mark.parametrize("name", ["nowhere.example", "x", "*.example", "192.0.2.7", "a b"])
def test_a_path_that_names_no_domain_is_unknown(name: str, operator: Api, clinic: str) -> None:
    """Whatever stands there."""
    refused(operator.get(f"/organizations/{clinic}/domains/{name}"), 404, "not_found")
