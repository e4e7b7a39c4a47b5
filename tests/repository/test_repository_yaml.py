"""The YAML of organizations' files: what is read, with which lines, what is not, and what is written."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from guestlist.repository_yaml import YamlError, read, written

ODD = [
    "no",
    "Yes",
    "1e3",
    "2024-01-01",
    " leading",
    "trailing ",
    "",
    "null",
    "~",
    "0x1F",
    "1_000",
    "12:30:45",
    "🏥",
]
ODD += [
    "a: b",
    "# c",
    "- d",
    "'",
    '"',
    "\\",
    "{e}",
    "[f]",
    "&g",
    "*h",
    "!i",
    "%j",
    "@k",
    "`l",
    "m\nn",
    "\u2028",
    "=",
    "<<",
]
TEXTS = st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)  # two cores, and others at work
@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_what_is_written_is_read_as_it_was(value: dict[str, object]) -> None:
    """By us and, since there are quotes about whatever is odd, by readers of YAML 1.1."""
    assert read(written(value))[0] == value
    assert yaml.safe_load(written(value)) == value


def test_what_is_written_is_plain_where_it_can_be() -> None:
    """A list is indented, a text has quotes if it could be anything else."""
    value = {"id": "clinicA", "name": "no", "seats": None, "roles": ["editor", "on call"], "domains": []}
    assert written(value) == (
        'id: clinicA\nname: "no"\nseats: null\nroles:\n  - editor\n  - "on call"\ndomains: []\n'
    )


def test_words_are_what_editors_take_them_for() -> None:
    """By the core schema of YAML 1.2: neither a country nor a date is anything but a text."""
    words = {"no": "no", "2024-01-01": "2024-01-01", "1_000": "1_000", "True": True, "~": None, "-7": -7}
    words |= {"1e3": 1000.0, ".5": 0.5, '"7"': "7", "1:30": "1:30", "=": "="}
    for word, value in words.items():
        assert read(f"word: {word}\n")[0] == {"word": value}


def test_each_part_has_its_line() -> None:
    """That of its key, or its own in a list."""
    _, lines = read("# first\nid: a\n\nroles:\n  - x\n  - y: 1\n    z: 2\n")
    assert lines == {
        (): 2,
        ("id",): 2,
        ("roles",): 4,
        ("roles", 0): 5,
        ("roles", 1): 6,
        ("roles", 1, "y"): 6,
        ("roles", 1, "z"): 7,
    }


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: &x 1\n", 2, "anchor"),
        ("a: 1\nb: *x\n", 2, "alias"),
        ("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n", 1, "anchor"),
        ("a: !!python/object/apply:os.system [x]\n", 1, "tag"),
        ("a: !!str 7\n", 1, "tag"),
        ("a: 1\nb: 2\na: 3\n", 3, "says a twice; first in line 1"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("[a]: 1\n", 1, "key"),
        ("a: [\n", 2, "no YAML"),
        ("a: 1\n\tb: 2\n", 2, "no YAML"),
        ("a: 1\nb: \x07\n", 2, "U.0007"),
        ("[" * 9_000, 1, "deep"),
        ("a:\n" + "".join(" " * depth + "- \n" for depth in range(50)) + " " * 60 + "x", 12, "deep"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(text: str, line: int, said: str) -> None:
    """By its line; nothing is made of it, neither a billion laughs nor an object."""
    with pytest.raises(YamlError, match=said) as refused:
        read(text)
    assert refused.value.line == line
