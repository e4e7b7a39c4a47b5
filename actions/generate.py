"""Renders the door's policy into JavaScript, between the hand-written shells.

`python -m actions.generate` writes the two Actions and the Rule, and for whoever looks for drift what these
Actions are; with `--check` it writes nothing, prints how
they differ from what it would write, and exits 1 if they do.
"""

import argparse
import difflib
import json
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from guestlist import door_configuration as configuration
from guestlist import login_policy as policy
from guestlist import system_policy as systems
from guestlist.door import as_made, manifests_in
from guestlist.groups import DIGEST_LENGTH
from guestlist.login_policy import Outcome, Rule
from guestlist.names import ROLE

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent
SHELLS: Final = HERE / "shells"
DOORS: Final = "layers/guestlist/guestlist/doors.json"
BEGIN: Final = "// policy:begin"
END: Final = "// policy:end"
SIZE_LIMIT: Final = 100_000
"""Bytes of an Action's code (Auth0, Actions limitations)."""


@dataclass(frozen=True)
class Policy:
    """What is rendered into a shell: a table, the constants that go with it, and what gathers its facts."""

    rules: Sequence[Rule]
    constants: dict[str, object]
    decisions: dict[str, Rule]
    """The denials of no row."""
    parts: tuple[str, ...]
    """The files of the shells that go with it: what gathers its facts, and the like."""


LOGINS: Final = Policy(
    policy.RULES,
    {
        "PROTOCOLS": policy.PROTOCOLS,
        "REFRESH_PROTOCOL": policy.REFRESH_PROTOCOL,
        "MAX_SESSION": policy.MAX_SESSION,
        "SIGNED_IN": policy.SIGNED_IN,
        "FEDERATED": policy.FEDERATED,
        "ROLE": ROLE,
    },
    {"FAILURE": policy.FAILURE},
    ("sources.js", "login-facts.js"),
)
ASKING: Final = replace(
    LOGINS,
    constants={
        **LOGINS.constants,
        "ENTERPRISE": policy.ENTERPRISE,
        "NOBODY_YET": policy.NOBODY_YET,
        "RESOLVER_SECRET": configuration.RESOLVER_SECRET,
        "RESOLVE_SECONDS": policy.RESOLVE_SECONDS,
        "DIGEST_LENGTH": DIGEST_LENGTH,
    },
    decisions={**LOGINS.decisions, "RESOLVE_FAILED": policy.RESOLVE_FAILED},
    parts=(*LOGINS.parts, "groups.js", "resolver.js"),
)
"""The same for an Action, which may ask Guestlist about users whose profile does not say all yet."""
SYSTEMS: Final = Policy(
    systems.SYSTEM_RULES,
    {"EVERYWHERE": systems.EVERYWHERE, "ERRORS": systems.ERRORS},
    {"FAILURE": policy.FAILURE},
    ("sources.js", "system-facts.js"),
)
TARGETS: Final = {
    "deploy/actions/guestlist-door/code.js": ("post-login.js", ASKING),
    "deploy/actions/guestlist-systems/code.js": ("credentials-exchange.js", SYSTEMS),
    "retired/rules/guestlist-door.js": ("rule.js", LOGINS),
}
"""What is generated, the shell it is made from, and the policy in it."""


def main(arguments: list[str] | None = None, *, root: Path = ROOT) -> int:
    """Write or check every target beneath `root`, the repository's; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m actions.generate", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if something would change"
    )
    check = parser.parse_args(arguments).check
    differences = 0
    code = {name: render((SHELLS / shell).read_text(), inside) for name, (shell, inside) in TARGETS.items()}
    texts = {f"{HERE.name}/{name}": text for name, text in code.items()} | {DOORS: _doors(code)}
    for name, wanted in texts.items():
        target = root / name
        if check:
            differences += _differs(target, wanted, name)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(wanted)
    return 1 if differences else 0


def render(shell: str, inside: Policy) -> str:
    """Return a shell with the policy in its marked place, indented as the mark is.

    Raises:
        ValueError: the shell has no mark, or the code is too long for an Action.
    """
    before, begin, rest = shell.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"a shell has one place between `{BEGIN}` and `{END}`")
    indentation = before.rpartition("\n")[2]
    code = before + begin + "\n" + textwrap.indent(_rendered(inside), indentation) + indentation + end + after
    if len(code.encode()) > SIZE_LIMIT:
        raise ValueError(f"the code is over {SIZE_LIMIT} bytes")
    return code


def _doors(code: dict[str, str]) -> str:
    """Return, by name, each Action's trigger, secrets and make, for whoever finds one in a tenant."""
    doors = {}
    for manifest in (json.loads(path.read_text()) for path in manifests_in(HERE / "deploy/actions")):
        name = manifest["name"]
        action = {**manifest, "code": code[f"deploy/actions/{name}/code.js"]}
        secrets = [secret["name"] for secret in manifest["secrets"]]
        trigger = manifest["supported_triggers"][0]["id"]
        doors[name] = {"trigger": trigger, "secrets": secrets, **as_made(action)}
    return json.dumps(doors, indent=2) + "\n"


def _rendered(inside: Policy) -> str:
    # Their first lines tell the linter of the shells about the names that are rendered above them.
    parts = "".join((SHELLS / name).read_text().partition("\n")[2] for name in inside.parts)
    return f"{_constants(inside)}\n{_decide(inside.rules)}{parts}"


def _constants(inside: Policy) -> str:
    more = "".join(
        f"const {name} = {json.dumps(value, indent=2)};\n" for name, value in inside.constants.items()
    )
    more += "".join(f"const {name} = {_decision(rule)};\n" for name, rule in inside.decisions.items())
    return (
        "// Rendered by `python -m actions.generate` from the policy and the shells: change it there.\n"
        f"const ORGANIZATION = new RegExp({json.dumps(policy.ORGANIZATION_PATTERN)});\n"
        f"const NAMESPACE = new RegExp({json.dumps(configuration.NAMESPACE_PATTERN)});\n"
        f"const RESOLVE_URL = new RegExp({json.dumps(configuration.RESOLVE_PATTERN)});\n"
        f"const SOURCES = {json.dumps(list(policy.Source))};\n"
        f"const NO_ORGANIZATION = {json.dumps(list(policy.NoOrganization))};\n"
        f"const REFRESH_ORGANIZATION = {json.dumps(list(policy.RefreshOrganization))};\n"
        f"const CLOSED = {json.dumps(policy.CLOSED_SECRETS)};\n"
        f"const MARK_LENGTH = {policy.MARK_LENGTH};\n"
        f"{more}"
    )


def _decide(rules: Sequence[Rule]) -> str:
    rows = "".join(textwrap.indent(_row(rule), "  ") for rule in rules)
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
