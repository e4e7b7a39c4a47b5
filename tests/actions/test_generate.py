"""The generator: what it writes is deterministic, safe to deploy, and compared in CI."""

import json
import re
from pathlib import Path

import pytest

from actions import generate

ACTIONS = Path(generate.__file__).parent
DEPLOY = ACTIONS / "deploy"
CODE = [ACTIONS / target for target in generate.TARGETS]


def test_what_is_committed_is_what_is_generated(capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` agrees with the files in the repository, and says nothing."""
    assert generate.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_check_shows_the_difference_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An edit of generated code is shown as a diff, fails the check, and stays as it is."""
    assert generate.main([], root=tmp_path) == 0
    code = tmp_path / "actions/deploy/actions/guestlist-door/code.js"
    code.write_text(code.read_text().replace("facts.listed !== true", "false"))
    assert generate.main(["--check"], root=tmp_path) == 1
    shown = capsys.readouterr().out
    assert "-  if (false) {\n+  if (facts.listed !== true) {" in shown
    assert "if (false)" in code.read_text()


def test_check_fails_where_nothing_was_generated(tmp_path: Path) -> None:
    """A file that is not there differs."""
    assert generate.main(["--check"], root=tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shell", ["", "// policy:begin", "// policy:end\n// policy:begin"])
def test_a_shell_without_its_mark_is_refused(shell: str) -> None:
    """A shell in which the policy would be missing is an error."""
    with pytest.raises(ValueError, match="one place between"):
        generate.render(shell, generate.LOGINS)


def test_code_too_long_for_an_action_is_refused() -> None:
    """Code over 100 kB is an error, as Auth0 would refuse it."""
    with pytest.raises(ValueError, match="100000 bytes"):
        generate.render(" " * 100_000 + "// policy:begin\n// policy:end", generate.LOGINS)


@pytest.mark.parametrize("code", CODE, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_generated_code_is_safe_to_deploy(code: Path) -> None:
    """Nothing in it looks like a keyword of deploy-cli or needs others' packages, and it is plain ASCII."""
    text = code.read_text()
    assert re.search(r'##|@@|require\((?!"crypto"\))|^import ', text, re.MULTILINE) is None
    assert text.isascii()


@pytest.mark.parametrize(
    ("name", "trigger", "version", "secrets"),
    [
        ("guestlist-door", "post-login", "v3", ["GUESTLIST_DOOR", "GUESTLIST_RESOLVER"]),
        ("guestlist-systems", "credentials-exchange", "v2", ["GUESTLIST_DOOR"]),
    ],
)
def test_the_folder_is_what_deploy_cli_takes(
    name: str, trigger: str, version: str, secrets: list[str]
) -> None:
    """Each manifest names its code, Node 22 and its trigger, and asks for its secrets by keywords."""
    manifest = json.loads((DEPLOY / f"actions/{name}.json").read_text())
    assert manifest["name"] == name
    assert (DEPLOY / manifest["code"]) in CODE
    assert manifest["runtime"] == "node22"
    assert manifest["supported_triggers"] == [{"id": trigger, "version": version}]
    assert manifest["secrets"] == [{"name": name, "value": f"@@{name}@@"} for name in secrets]


def test_nothing_that_is_deployed_touches_others() -> None:
    """No bindings, which would unbind every other Action, and no Rule, which Auth0 would refuse."""
    assert {path.name for path in DEPLOY.rglob("*")} == {
        "actions",
        *("guestlist-door", "guestlist-door.json"),
        *("guestlist-systems", "guestlist-systems.json"),
        "code.js",
    }


def test_the_rule_says_that_it_is_retired() -> None:
    """In its first line and in its folder's README, with the date of Auth0's."""
    for text in (CODE[-1].read_text().partition("\n\n")[0], (ACTIONS / "retired/README.md").read_text()):
        assert "retired Rules on 2026-11-18" in text
