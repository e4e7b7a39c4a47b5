"""The second Action decides, exchange by exchange, as its vectors say; and row by row as the policy does."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from guestlist.login_policy import FAILURE, Outcome
from guestlist.system_policy import ERRORS, SYSTEM_RULES, SystemFacts
from tests.vectors.truth_table import SYSTEMS as TABLE

VECTORS = list(
    enumerate(json.loads((Path(__file__).parents[1] / "vectors/systems.json").read_text())["vectors"])
)
NAMES = [vector["name"] for _, vector in VECTORS]
DENIALS = {rule.code: rule.reason for rule in (*SYSTEM_RULES, FAILURE) if rule.outcome is Outcome.DENY}


@pytest.mark.parametrize(("number", "vector"), VECTORS, ids=NAMES)
def test_exchange(number: int, vector: dict[str, Any], renderings: dict[str, Any]) -> None:
    """Each system gets exactly these claims, or is denied with the code's OAuth error and fixed text."""
    outcome = vector["expect"]
    if isinstance(outcome, str):
        expected = {"denied": [ERRORS[outcome], DENIALS[outcome]], "claims": None}
    else:
        expected = {"denied": None, "claims": outcome}
    assert renderings["systems"]["results"][number] == expected


def test_every_denial_has_a_vector_and_an_error_that_auth0_allows() -> None:
    """`invalid_scope`, `invalid_request` or `server_error` (Auth0, credentials-exchange API object)."""
    ends = {vector["expect"] for _, vector in VECTORS if isinstance(vector["expect"], str)}
    assert ends == set(DENIALS) == set(ERRORS)
    assert set(ERRORS.values()) <= {"invalid_scope", "invalid_request", "server_error"}


def test_truth_table_in_node(renderings: dict[str, Any]) -> None:
    """For every combination of facts the rendered policy decides by the same row as the Python one."""
    assert renderings["systems"]["table"] == TABLE.codes()


@pytest.mark.parametrize("fact", TABLE.facts)
def test_a_missing_fact_never_admits(fact: str, renderings: dict[str, Any]) -> None:
    """Where one of a fact's values would deny, the fact missing in JavaScript denies too."""
    table = dict(zip(TABLE.rows, renderings["systems"]["table"], strict=True))
    for facts, code in zip(TABLE.rows, renderings["systems"]["missing"][fact], strict=True):
        either = {table[SystemFacts(**{**asdict(facts), fact: value})] for value in (False, True)}
        assert code in DENIALS or not either & set(DENIALS)
