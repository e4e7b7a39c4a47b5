"""The policies' full truth tables, kept as JSON beside it: `python -m tests.vectors.truth_table` writes them.

A row per combination of facts, counted in binary with the first fact as the highest digit and true as 1; a
letter per row, 64 to a line. The legend says which code of the policy a letter stands for.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import product
from pathlib import Path
from string import ascii_letters
from typing import Final

from guestlist.login_policy import RULES, Facts, Rule, decide
from guestlist.system_policy import SYSTEM_RULES, SystemFacts

HERE: Final = Path(__file__).parent


@dataclass(frozen=True)
class TruthTable:
    """What a policy decides for every combination of its facts."""

    kind: type[Facts] | type[SystemFacts]
    rules: Sequence[Rule]
    file: Path

    @property
    def facts(self) -> tuple[str, ...]:
        """The names of the facts that are bools, in their order."""
        return tuple(field.name for field in fields(self.kind) if field.type is bool)

    @property
    def rows(self) -> list[Facts | SystemFacts]:
        """Every combination."""
        every = product((False, True), repeat=len(self.facts))
        named = (dict(zip(self.facts, row, strict=True)) for row in every)
        return [self.kind(**row, organization="clinicA") for row in named]

    def codes(self, without: Rule | None = None) -> list[str]:
        """Return the code that decides each row, without one of the rules; `none` where no other holds."""
        rules = [rule for rule in self.rules if rule is not without]
        holding = [any(rule.holds(facts) for rule in rules) for facts in self.rows]
        decided = zip(self.rows, holding, strict=True)
        return [decide(facts, rules).code if holds else "none" for facts, holds in decided]

    def recorded(self) -> list[str]:
        """Return the codes that the file holds."""
        table = json.loads(self.file.read_text())
        return [table["legend"][letter] for line in table["rows"] for letter in line]

    def render(self) -> str:
        """Return the file's text."""
        legend = {letter: rule.code for letter, rule in zip(ascii_letters, self.rules, strict=False)}
        letter_of = {code: letter for letter, code in legend.items()}
        letters = "".join(letter_of[code] for code in self.codes())
        lines = [letters[start : start + 64] for start in range(0, len(letters), 64)]
        return json.dumps({"facts": self.facts, "legend": legend, "rows": lines}, indent=1) + "\n"


LOGINS: Final = TruthTable(Facts, RULES, HERE / "truth_table.json")
SYSTEMS: Final = TruthTable(SystemFacts, SYSTEM_RULES, HERE / "systems_truth_table.json")


if __name__ == "__main__":
    for table in (LOGINS, SYSTEMS):
        table.file.write_text(table.render())
