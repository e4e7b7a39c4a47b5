"""The policy of a connection, and how passwords are kept."""

import pytest

from local.tenant.passwords import credential, matches, weakness

POLICIES = ["none", "low", "fair", "good", "excellent"]


def _connection(policy: str | None, **options: object) -> dict[str, object]:
    return {"options": {"passwordPolicy": policy, **options}}


@pytest.mark.parametrize(
    ("password", "strongest"),
    [
        ("", None),
        ("a", "none"),
        ("abcdef", "low"),
        ("Abcdefg1", "good"),
        ("abcdef1!", "good"),
        ("Abcdefgh12", "excellent"),
        ("Abcdefgh1112", "good"),
    ],
)
def test_a_password_satisfies_policies_up_to_its_strength(password: str, strongest: str | None) -> None:
    """Three kinds of four satisfy `good`, whichever they are."""
    satisfied = [p for p in POLICIES if weakness(password, _connection(p)) is None]
    assert (satisfied[-1] if satisfied else None) == strongest


def test_a_chosen_length_replaces_the_policy_s() -> None:
    """By `password_complexity_options.min_length`."""
    connection = _connection("low", password_complexity_options={"min_length": 20})
    assert weakness("x" * 19, connection) == "At least 20 characters in length"
    assert weakness("x" * 20, connection) is None


def test_a_password_is_kept_salted() -> None:
    """The same password twice gives two digests, and both match it alone."""
    first, second = credential("same"), credential("same")
    assert first.digest != second.digest
    assert matches(first, "same")
    assert not matches(first, "Same")
    assert not matches(None, "same")
