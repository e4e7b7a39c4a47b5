"""Email addresses: one form by which two spellings are one person, and never two persons one."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guestlist.addresses import normalised


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("Ann.Lee@Example.COM", "ann.lee@example.com"),
        ("ann+clinic@example.com", "ann+clinic@example.com"),
        ("o'neil@example.com", "o'neil@example.com"),
        ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
        ("ann@XN--BCHER-KVA.example", "ann@xn--bcher-kva.example"),
        ("ann@пример.example", "ann@xn--e1afmkfd.example"),
        ("ann@faß.example", "ann@xn--fa-hia.example"),
        ("ann@例え.example", "ann@xn--r8jz45g.example"),
    ],
)
def test_spellings_of_one_address(typed: str, compared: str) -> None:
    """The local part is lower-cased, the domain is its A-label."""
    assert normalised(typed) == compared


@pytest.mark.parametrize(
    "typed",
    [
        *("", "ann", "@example.com", "ann@", "ann@localhost", "a b@example.com", "ann@@example.com"),
        *("ann@example..com", ".ann@example.com", "ann@-example.com", "ann@[127.0.0.1]", '"a b"@example.com'),
        *("Ann <ann@example.com>", "ann@example.com,bob@example.com", "mailto:ann@example.com"),
        *(f"{'a' * 65}@example.com", f"ann@{'a' * 64}.com", f"ann@{'a.' * 130}com"),
    ],
)
def test_what_is_no_address(typed: str) -> None:
    """What is no address of one mailbox on the internet is refused, without being repeated."""
    with pytest.raises(ValueError, match="is not an email address"):
        normalised(typed)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("o\u2019neil@example.com", "as a quote"),
        ("\u201cann\u201d@example.com", "as a quote"),
        ("ann\u200b@example.com", "invisible character U\\+200B"),
        ("ann@exam\u00adple.com", "invisible character U\\+00AD"),
        ("ann\r\n@example.com", "invisible character U\\+000D"),
        ("ann@\u202eexample.com", "invisible character U\\+202E"),
        ("ann@\u0430pple.example", "mixes scripts"),
        ("ann@p\u0430ypal.example", "mixes scripts"),
        ("ann@\u0391lpha.example", "mixes scripts"),
    ],
)
def test_what_could_be_mistaken(typed: str, reason: str) -> None:
    """What looks like another address is refused, and the reason says what to type instead."""
    with pytest.raises(ValueError, match=reason):
        normalised(typed)


def test_people_are_not_folded_into_one() -> None:
    """Letters that case folding would unite are two people's, and outside ASCII no mailbox of ours."""
    for typed in ("stra\u00dfe@example.com", "\u0130rem@example.com", "\u212aate@example.com"):
        with pytest.raises(ValueError, match="is not an email address"):
            normalised(typed)


LOCAL = st.text(string.ascii_letters + string.digits + "+_-'", min_size=1, max_size=20)
LABEL = st.text(string.ascii_letters + string.digits, min_size=1, max_size=20)


@given(LOCAL, LABEL)
def test_normalising_twice_changes_nothing(local: str, label: str) -> None:
    """The compared form is its own compared form, in any case of the typed one."""
    typed = f"{local}@{label}.example"
    once = normalised(typed)
    assert normalised(once) == once
    assert normalised(typed.upper()) == normalised(typed.lower()) == once


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_a_value_error(text: str) -> None:
    """Nothing else is ever raised, and what passes is plain ASCII with one `@`."""
    try:
        compared = normalised(text)
    except ValueError:
        return
    assert compared.isascii()
    assert compared.count("@") == 1
