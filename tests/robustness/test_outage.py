"""The outage in short: few requests in the same ten minutes; `python -m tests.robustness` makes many."""

import re
from pathlib import Path

from local.intrinsics import parse
from local.stack import ROOT
from tests.robustness.outage import outage
from tests.robustness.stage import stage

RUNBOOK = (Path(ROOT) / "docs/operations.md").read_text(encoding="utf-8")
RESOURCES = parse((ROOT / "template.yaml").read_text(encoding="utf-8"))["Resources"]


def test_ten_minutes_without_auth0_lose_nothing() -> None:
    """All is recorded and told to be pending; one sweep and the backlog's time later Auth0 shows it."""
    with stage() as on:
        found = outage(on, every=100)
    assert (found.refused, found.dead_letters) == (0, 0)
    assert 0 < found.backlog <= found.requests


def test_every_dead_letter_can_be_replayed_by_the_command_of_the_docs() -> None:
    """Each queue of messages that were given up stands in it, and is where SQS moves such messages to."""
    [command] = re.findall(r"for queue in ([A-Za-z ]+); do", RUNBOOK)
    given_up = {
        found["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"].partition(".")[0]
        for found in RESOURCES.values()
        if "RedrivePolicy" in found.get("Properties", {})
    }
    assert set(command.split()) == given_up
