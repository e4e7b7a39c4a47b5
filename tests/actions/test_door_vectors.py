"""The Action and the Rule decide, login by login, as the vectors say; and row by row as the policy does."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from guestlist.login_policy import FAILURE, RULES, Facts, Outcome
from tests.vectors.truth_table import LOGINS as TABLE

LOGINS = json.loads((Path(__file__).parents[1] / "vectors/logins.json").read_text())
VECTORS = list(enumerate(LOGINS["vectors"]))
NAMES = [vector["name"] for _, vector in VECTORS]
REASONS = {rule.code: rule.reason for rule in (*RULES, FAILURE) if rule.outcome is Outcome.DENY}
DENIALS = set(REASONS)


def expected(vector: dict[str, Any], rendering: str) -> dict[str, Any]:
    """Return the reason and the claims that a vector expects of a rendering."""
    outcome = vector.get(rendering, vector["expect"])
    denied = REASONS[outcome] if isinstance(outcome, str) else None
    return {"denied": denied, "claims": None if denied else outcome}


@pytest.mark.parametrize("rendering", ["action", "rule"])
@pytest.mark.parametrize(("number", "vector"), VECTORS, ids=NAMES)
def test_login(number: int, vector: dict[str, Any], rendering: str, renderings: dict[str, Any]) -> None:
    """Each login is admitted to what the vector says, with these claims on both tokens, or denied so."""
    result = renderings[rendering]["results"][number]
    assert {key: result[key] for key in ("denied", "claims")} == expected(vector, rendering)


def test_what_is_stored_with_the_refresh_token(renderings: dict[str, Any]) -> None:
    """What a later refresh needs is stored at a login that wants a refresh token, if it was admitted."""
    stored = {v["name"]: renderings["action"]["results"][n]["stored"] for n, v in VECTORS if "stored" in v}
    assert stored == {v["name"]: v["stored"] for _, v in VECTORS if "stored" in v}


def test_every_row_of_the_policy_has_a_login() -> None:
    """No code of the policy is without a vector that ends in it, so each shell leads to each row."""
    ends = {vector["expect"] for _, vector in VECTORS if isinstance(vector["expect"], str)}
    assert ends == DENIALS


@pytest.mark.parametrize("rendering", ["action", "rule"])
def test_truth_table_in_node(rendering: str, renderings: dict[str, Any]) -> None:
    """For every combination of facts the rendered policy decides by the same row as the Python one."""
    assert renderings[rendering]["table"] == TABLE.codes()


@pytest.mark.parametrize("fact", TABLE.facts)
def test_a_missing_fact_never_admits(fact: str, renderings: dict[str, Any]) -> None:
    """Where one of a fact's values would deny, the fact missing in JavaScript denies too."""
    table = dict(zip(TABLE.rows, renderings["action"]["table"], strict=True))
    for facts, code in zip(TABLE.rows, renderings["action"]["missing"][fact], strict=True):
        either = {table[Facts(**{**asdict(facts), fact: value})] for value in (False, True)}
        assert code in DENIALS or not either & DENIALS
