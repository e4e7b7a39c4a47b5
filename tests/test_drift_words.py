"""What people read about drift, held to the code."""

from guestlist.drift_records import WORDS, DriftKind
from local.stack import ROOT


def test_each_kind_has_its_words() -> None:
    """What it is, and what is done about it, or what a person may do."""
    assert WORDS.keys() == set(DriftKind)
    assert all(words.found and (words.repair or words.advice) for words in WORDS.values())


def test_the_page_has_every_kind() -> None:
    """docs/drift.md says of each kind what the API and the command say."""
    page = (ROOT / "docs/drift.md").read_text(encoding="utf-8")
    for kind, words in WORDS.items():
        row = f"| `{kind}` | {words.found} | {words.repair} | {words.advice} |"
        assert " ".join(row.split()) in page
