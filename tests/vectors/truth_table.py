"""The policy's full truth table, kept as `truth_table.json`: `python -m tests.vectors.truth_table` writes it.

A row per combination of facts, counted in binary with the first fact as the highest digit and true as 1; a
letter per row, 64 to a line. The legend says which code of the policy a letter stands for.
"""

import json
from collections.abc import Sequence
from dataclasses import fields
from itertools import product
from pathlib import Path
from string import ascii_letters
from typing import Final

from guestlist.login_policy import RULES, Facts, Rule, decide

FILE: Final = Path(__file__).with_name("truth_table.json")
FACTS: Final = tuple(field.name for field in fields(Facts) if field.type is bool)
ROWS: Final = tuple(
    Facts(**dict(zip(FACTS, row, strict=True)), organization="clinicA")
    for row in product((False, True), repeat=len(FACTS))
)


def codes(rules: Sequence[Rule] = RULES) -> list[str]:
    """Return the code that decides each row; `none` where none of these rules holds."""
    return [decide(facts, rules).code if any(r.holds(facts) for r in rules) else "none" for facts in ROWS]


def recorded() -> list[str]:
    """Return the codes that the file holds."""
    table = json.loads(FILE.read_text())
    return [table["legend"][letter] for line in table["rows"] for letter in line]


def render() -> str:
    """Return the file's text."""
    legend = {letter: rule.code for letter, rule in zip(ascii_letters, RULES, strict=False)}
    letter_of = {code: letter for letter, code in legend.items()}
    letters = "".join(letter_of[code] for code in codes())
    lines = [letters[start : start + 64] for start in range(0, len(letters), 64)]
    return json.dumps({"facts": FACTS, "legend": legend, "rows": lines}, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(render())
