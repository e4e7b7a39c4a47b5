"""Writes and cursors as DynamoDB takes them."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guestlist.errors import Malformed
from guestlist.table import _cursor, _start_key, delete, put, update

KEY = {"pk": {"S": "ORG#a"}, "sk": {"S": "MEMBER#é/1"}}


def test_a_put_is_only_where_there_is_none() -> None:
    """By default nothing is ever written over."""
    write = put({"pk": "ORG#a", "sk": "ORG", "taken": 1})
    assert write.arguments["ConditionExpression"] == "attribute_not_exists(#pk)"
    assert write.arguments["Item"] == {"pk": {"S": "ORG#a"}, "sk": {"S": "ORG"}, "taken": {"N": "1"}}


def test_an_update_names_what_stands_in_it() -> None:
    """Every `#name` and `:value` of the expressions is passed along, and no other."""
    write = update(("ORG#a", "ORG"), "SET #due = :due REMOVE #lease", when="#due = :seen", due=2, seen=1)
    assert write.arguments["ExpressionAttributeNames"] == {"#due": "due", "#lease": "lease"}
    assert write.arguments["ExpressionAttributeValues"] == {":due": {"N": "2"}, ":seen": {"N": "1"}}


def test_a_delete_has_its_condition() -> None:
    """What is deleted is what was read."""
    write = delete(("ORG#a", "INVITED#x"), when="#invite = :invite", invite="1")
    assert (write.kind, write.arguments["ConditionExpression"]) == ("Delete", "#invite = :invite")


def test_a_cursor_leads_back_to_its_key() -> None:
    """The key after which a page ended is where the next begins, in the same partition alone."""
    assert _start_key(_cursor(KEY), None, {"pk": "ORG#a"}) == KEY
    with pytest.raises(Malformed):
        _start_key(_cursor(KEY), None, {"pk": "ORG#b"})
    with pytest.raises(Malformed):
        _start_key(_cursor(KEY), "listing", {"listing": "ORGANIZATIONS"})


@given(st.text(max_size=80))
def test_any_text_is_no_cursor(text: str) -> None:
    """What a query holds is at worst malformed, encoded or not."""
    for cursor in (text, base64.urlsafe_b64encode(text.encode()).decode()):
        with pytest.raises(Malformed):
            _start_key(cursor, None, {"pk": "ORG#a"})
