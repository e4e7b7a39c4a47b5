"""What `guestlist` says of itself: in its help, and on its page."""

import re
import shlex

import pytest

from guestlist import cli
from local.stack import ROOT
from tests.command import Printed, runner

TYPED = re.compile(r" {2,4}guestlist [a-z]")


@pytest.mark.parametrize("group", ["organizations", "invites", "members", "domains", "users", "audit"])
def test_every_group_and_command_has_help(
    group: str, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    """A sentence for each command, with its own help beneath."""
    guestlist = runner(monkeypatch, capsys)
    shown = guestlist(group, "--help")
    assert (shown.status, shown.err) == (0, "")
    listed = re.sub(r"\n {5,}", " ", shown.out.partition("COMMAND\n")[2])  # a long name has a line of its own
    commands = [line.split() for line in listed.splitlines()]
    assert all(len(words) > 2 for words in commands)
    for words in commands:
        assert guestlist(group, words[0], "--help").out.startswith(f"usage: guestlist {group} {words[0]}")


def test_what_the_page_and_the_help_show_can_be_typed() -> None:
    """Each command line there is one that the parser takes."""
    pages = [(ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("command-line.md", "audit.md")]
    texts = (str(cli.__doc__), *pages)
    lines = [line for text in texts for line in text.replace("\\\n", " ").splitlines() if TYPED.match(line)]
    assert len(lines) >= 30
    for line in lines:
        assert cli.parser().parse_args(shlex.split(line.partition(" >")[0])[1:]).run
