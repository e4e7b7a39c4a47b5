"""Renders the door's policy into JavaScript, between the hand-written shells.

`python -m actions.generate` writes the Action and the Rule; with `--check` it writes nothing, prints how they
differ from what it would write, and exits 1 if they do.
"""

import argparse
import difflib
import json
import sys
import textwrap
from pathlib import Path
from typing import Final

from guestlist import login_policy as policy
from guestlist.login_policy import Outcome, Rule

HERE: Final = Path(__file__).parent
SHELLS: Final = HERE / "shells"
BEGIN: Final = "// policy:begin"
END: Final = "// policy:end"
SIZE_LIMIT: Final = 100_000
"""Bytes of an Action's code (Auth0, Actions limitations)."""

TARGETS: Final = {
    "deploy/actions/guestlist-door/code.js": "post-login.js",
    "retired/rules/guestlist-door.js": "rule.js",
}
"""What is generated, and the shell it is made from."""


def main(arguments: list[str] | None = None, *, root: Path = HERE) -> int:
    """Write or check every target beneath `root`; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m actions.generate", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if something would change"
    )
    check = parser.parse_args(arguments).check
    differences = 0
    for name, shell in TARGETS.items():
        target = root / name
        wanted = render((SHELLS / shell).read_text())
        if check:
            differences += _differs(target, wanted, name)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(wanted)
    return 1 if differences else 0


def render(shell: str) -> str:
    """Return a shell with the policy in its marked place, indented as the mark is.

    Raises:
        ValueError: the shell has no mark, or the code is too long for an Action.
    """
    before, begin, rest = shell.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"a shell has one place between `{BEGIN}` and `{END}`")
    indentation = before.rpartition("\n")[2]
    code = before + begin + "\n" + textwrap.indent(_policy(), indentation) + indentation + end + after
    if len(code.encode()) > SIZE_LIMIT:
        raise ValueError(f"the code is over {SIZE_LIMIT} bytes")
    return code


def _policy() -> str:
    # Its first line tells the linter of the shells about the names that are rendered above it.
    facts = (SHELLS / "facts.js").read_text().partition("\n")[2]
    return f"{_constants()}\n{_decide()}{facts}"


def _constants() -> str:
    return (
        "// Rendered by `python -m actions.generate` from login_policy.py and facts.js: change it there.\n"
        f"const ORGANIZATION = new RegExp({json.dumps(policy.ORGANIZATION_PATTERN)});\n"
        f"const NAMESPACE = new RegExp({json.dumps(policy.NAMESPACE_PATTERN)});\n"
        f"const SOURCES = {json.dumps(list(policy.Source))};\n"
        f"const NO_ORGANIZATION = {json.dumps(list(policy.NoOrganization))};\n"
        f"const REFRESH_ORGANIZATION = {json.dumps(list(policy.RefreshOrganization))};\n"
        f"const PROTOCOLS = {json.dumps(policy.PROTOCOLS, indent=2)};\n"
        f"const REFRESH_PROTOCOL = {json.dumps(policy.REFRESH_PROTOCOL)};\n"
        f"const FAILURE = {_decision(policy.FAILURE)}.reason;\n"
    )


def _decide() -> str:
    rows = "".join(textwrap.indent(_row(rule), "  ") for rule in policy.RULES)
    return (
        "// A row that denies holds unless its facts are surely otherwise; one that admits, if they are so.\n"
        f"function decide(facts) {{\n{rows}}}\n"
    )


def _row(rule: Rule) -> str:
    if not rule.when:
        return f"return {_decision(rule)};\n"
    tests = " && ".join(_test(rule, fact) for fact in rule.when)
    return f"if ({tests}) {{\n  return {_decision(rule)};\n}}\n"


def _test(rule: Rule, fact: str) -> str:
    wanted = rule.when[fact]
    if rule.outcome is Outcome.DENY:
        return f"facts.{fact} !== {json.dumps(not wanted)}"
    return f"facts.{fact} === {json.dumps(wanted)}"


def _decision(rule: Rule) -> str:
    if rule.outcome is Outcome.DENY:
        return f"deny({json.dumps(rule.code)}, {json.dumps(rule.text)})"
    organization = "facts.organization" if rule.outcome is Outcome.ADMIT else '""'
    return f"letIn({json.dumps(rule.outcome)}, {json.dumps(rule.code)}, {organization})"


def _differs(target: Path, wanted: str, name: str) -> bool:
    found = target.read_text() if target.exists() else ""
    lines = difflib.unified_diff(
        found.splitlines(), wanted.splitlines(), name, "as generated now", lineterm=""
    )
    difference = "\n".join(lines)
    if difference:
        sys.stdout.write(difference + "\n")
    return bool(difference)


if __name__ == "__main__":
    sys.exit(main())
