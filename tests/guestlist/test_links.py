"""The links of invites: only we can make them, and any change is noticed."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ulid import ULID

from guestlist.errors import NotFound
from guestlist.links import NONCE_LIFE, Links, is_complete

LETTERS = string.ascii_letters + string.digits
NOW = 1_790_000_000
INVITES = st.binary(min_size=16, max_size=16).map(lambda raw: str(ULID.from_bytes(raw)))
GENERATIONS = st.integers(1, 65_535)


def links(**keys: str) -> Links:
    """Return links under these live keys, `current` and others."""
    return Links(origin="https://join.example", keys=lambda: {"current": "k" * 64, **keys})


@given(INVITES, GENERATIONS)
def test_a_token_says_which_invite_and_generation(invite: str, generation: int) -> None:
    """What was put in comes out, and the token is 46 letters and digits."""
    token = links().token(invite, generation)
    assert links().read(token) == (invite, generation)
    assert len(token) == 46
    assert set(token) <= set(LETTERS)


@given(INVITES, GENERATIONS, st.integers(0, 45), st.sampled_from(LETTERS))
def test_any_changed_letter_is_noticed(invite: str, generation: int, place: int, letter: str) -> None:
    """A token with one letter changed is nobody's."""
    token = links().token(invite, generation)
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        with pytest.raises(NotFound):
            links().read(changed)


@given(st.text(max_size=60))
def test_any_text_is_a_token_of_ours_or_not_found(text: str) -> None:
    """Reading raises nothing else, whatever comes by the path."""
    with pytest.raises(NotFound):
        links().read(text)


def test_a_cut_token_is_incomplete() -> None:
    """A mail program that broke the link leaves a shorter one."""
    token = links().token(str(ULID()), 1)
    assert is_complete(token)
    assert not is_complete(token[:-1])


def test_two_keys_live_while_one_rotates() -> None:
    """Old links work as long as their key is kept, new ones are made under the current one."""
    old, invite = links(), str(ULID())
    token = old.token(invite, 1)
    assert links(current="n" * 64, previous="k" * 64).read(token) == (invite, 1)
    with pytest.raises(NotFound):
        links(current="n" * 64).read(token)
    with pytest.raises(NotFound):
        old.read(links(current="n" * 64, previous="k" * 64).token(invite, 1))


@given(st.integers(0, NONCE_LIFE - 1))
def test_a_nonce_holds_for_its_page_for_twelve_hours(age: int) -> None:
    """A nonce is good for the token that it was made for, from its making on, for a while."""
    nonce = links().nonce("token", NOW)
    assert links().nonce_holds("token", nonce, NOW + age)
    assert not links().nonce_holds("another", nonce, NOW + age)
    assert not links().nonce_holds("token", nonce, NOW + NONCE_LIFE + age)
    assert not links().nonce_holds("token", nonce, NOW - 1 - age)


@given(st.text(max_size=80))
def test_any_text_is_no_nonce(text: str) -> None:
    """What a form sends is at worst not a nonce."""
    assert not links().nonce_holds("token", text, NOW)
    assert not links().nonce_holds("token", f"{NOW}-{text}", NOW)


def test_a_nonce_is_no_token_and_says_no_other_time() -> None:
    """The time is under the key as well, and a token's own MAC is of no use to a form."""
    nonce = links().nonce("token", NOW)
    assert not links().nonce_holds("token", nonce.replace(str(NOW), str(NOW + 60)), NOW + 60)
    token = links().token(str(ULID()), 1)
    assert not links().nonce_holds(token, f"{NOW}-{token[-32:]}", NOW)


def test_the_link_is_the_origin_and_the_token() -> None:
    """The link stands at our own origin, and holds nothing but the token."""
    invite = str(ULID())
    assert links().url(invite, 3) == f"https://join.example/accept/{links().token(invite, 3)}"
