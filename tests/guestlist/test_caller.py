"""Who calls: an access token's claims as the gateway hands them over, all of them text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guestlist.audit_records import ActorKind
from guestlist.caller import caller_of, listed
from guestlist.errors import Forbidden
from local.authorizer import as_text

SPACE = "https://guestlist.example/claims"
EVERYWHERE = "all:organizations"


@pytest.mark.parametrize(
    ("claims", "kind", "organization", "permissions"),
    [
        ({"permissions": [EVERYWHERE, "read:members"]}, "operator", None, {EVERYWHERE, "read:members"}),
        ({"permissions": [EVERYWHERE]}, "operator", None, {EVERYWHERE}),
        ({f"{SPACE}/organization": "a", f"{SPACE}/roles": ["admin"]}, "admin", "a", set()),
        ({f"{SPACE}/organization": "a", f"{SPACE}/roles": ["x", "admin"]}, "admin", "a", set()),
        ({f"{SPACE}/organization": "a", f"{SPACE}/roles": ["administrator"]}, "member", "a", set()),
        ({f"{SPACE}/organization": "a", f"{SPACE}/roles": []}, "member", "a", set()),
        ({f"{SPACE}/organization": "a"}, "member", "a", set()),
        ({f"{SPACE}/organization": "a", "permissions": [EVERYWHERE]}, "member", "a", set()),
        ({"gty": "client-credentials", "scope": EVERYWHERE}, "system", None, {EVERYWHERE}),
        (
            {"gty": "client-credentials", f"{SPACE}/organization": "a", "scope": EVERYWHERE},
            "system",
            "a",
            {EVERYWHERE},
        ),
        ({"gty": "client-credentials", f"{SPACE}/organization": "a"}, "system", "a", set()),
    ],
)
def test_who_a_token_names(
    claims: dict[str, object], kind: str, organization: str | None, permissions: set[str]
) -> None:
    """Operators and systems have what their token says, members what they are, each where it says."""
    caller = caller_of(as_text({"sub": "somebody", **claims}), SPACE)
    assert (caller.kind, caller.organization) == (ActorKind(kind), organization)
    assert caller.permissions == permissions
    assert caller.actor.id == "somebody"


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"scope": EVERYWHERE},
        {"permissions": ["read:members"]},
        {"permissions": [f"{EVERYWHERE}x", "xall:organizations"]},
        {"permissions": []},
        {"gty": "client-credentials", "permissions": [EVERYWHERE]},
        {"gty": "client-credentials", "scope": "read:members"},
        {"gty": "password", "scope": EVERYWHERE},
        {f"{SPACE}/roles": ["admin"]},
        {"https://other.example/organization": "a"},
    ],
)
def test_a_token_without_an_organization_is_nobodys(claims: dict[str, object]) -> None:
    """For a user's token `scope` counts nothing, for a system's `permissions` counts nothing."""
    with pytest.raises(Forbidden):
        caller_of(as_text({"sub": "somebody", **claims}), SPACE)


@given(st.lists(st.text("abc:_-", min_size=1), max_size=5))
def test_a_list_comes_back_from_its_text(values: list[str]) -> None:
    """`[a b]` is the list that the gateway was given."""
    assert listed(as_text({"claim": values})["claim"]) == values


@pytest.mark.parametrize(("text", "values"), [(None, []), ("", []), ("[]", []), ("admin", ["admin"])])
def test_a_claim_that_is_no_list(text: str | None, values: list[str]) -> None:
    """One word is one value; no claim is none."""
    assert listed(text) == values


@pytest.mark.parametrize("text", ["admin editor", "[admin", "admin]", "x [admin]"])
def test_a_text_with_spaces_is_no_list(text: str) -> None:
    """A string claim in which somebody wrote a list grants nothing."""
    assert "admin" not in listed(text)
