"""docs/audit.md: the vocabulary of the audit is fixed, and every word of it is told."""

import json
import re
from hashlib import sha256
from typing import Any

import pytest

from guestlist.audit_chain import canonical
from guestlist.audit_records import Action, ActorKind
from local.people import Api
from local.stack import ROOT
from tests.callers_setup import added
from tests.front_door import provision

DOCUMENT = (ROOT / "docs/audit.md").read_text(encoding="utf-8")


def told(head: str) -> list[str]:
    """Return the words of a table's first column."""
    rows = DOCUMENT.partition(f"| {head} |")[2].partition("\n\n")[0]
    return re.findall(r"^\| `([^`]+)` \|", rows, re.MULTILINE)


def test_every_action_is_told() -> None:
    """In the order of the code, once each, and no other."""
    assert told("action") == [action.value for action in Action]


def test_every_kind_of_actor_is_told() -> None:
    """In the order of the code, once each, and no other."""
    assert told("actor") == [kind.value for kind in ActorKind]


def test_an_action_is_a_subject_and_a_verb() -> None:
    """Which is how a record tells the kind of its subject."""
    assert [action for action in Action if not re.fullmatch("[a-z_]+:[a-z_]+", action)] == []


def test_the_api_s_document_has_the_vocabulary(operator: Api) -> None:
    """A program that reads the audit knows all that it may meet."""
    schemas = operator.get("/openapi.json").raise_for_status().json()["components"]["schemas"]
    assert schemas["Action"]["enum"] == [action.value for action in Action]


def test_a_hash_is_made_as_it_is_told(operator: Api) -> None:
    """By the document's words alone, without our code."""
    clinic = provision(operator)
    added(operator, clinic)
    operator.stack.functions["SealerFunction"].invoke({})
    records: list[Any] = operator.get(f"/organizations/{clinic}/audit").json()["items"]
    former = "0" * 64
    for number, record in enumerate(reversed(records), 1):
        seal = record.pop("seal")
        whole = {"former": former, "number": number, "record": record}
        former = sha256(json.dumps(whole, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
        assert seal == {"number": number, "hash": former}


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ({"b": 1, "a": {"d": None, "c": True}}, '{"a":{"c":true,"d":null},"b":1}'),
        # RFC 8785, section 3.2.2.2
        ({"s": '€$\x0f\nA\'B"\\\\"/'}, '{"s":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'),
        ({"s": "\b\t\n\f\r\x7f\u2028ö"}, '{"s":"\\b\\t\\n\\f\\r\x7f\u2028ö"}'),
    ],
)
def test_the_form_is_that_of_rfc_8785(value: dict[str, object], form: str) -> None:
    """Sorted members, no white space, and of a text's letters those alone escaped that have to be."""
    assert canonical(value) == form.encode()
