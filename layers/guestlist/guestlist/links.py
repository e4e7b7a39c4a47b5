"""The links of invites: a token that says which invite and generation, and that only we can make."""

import hashlib
import hmac
import string
from collections.abc import Callable, Mapping

from ulid import ULID

from guestlist.errors import NotFound

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_INVITE, _GENERATION, _MAC = 16, 2, 16
_LENGTH = 46
"""62**46 is the first power of 62 that holds 34 bytes."""
NONCE_LIFE = 12 * 3600
"""Seconds for which the button of an opened page works."""


class Links:
    """Makes and reads tokens under the live keys: the `current` one, and others while they rotate."""

    def __init__(self, *, origin: str, keys: Callable[[], Mapping[str, str]]) -> None:
        self._origin = origin
        self._keys = keys

    def url(self, invite: str, generation: int) -> str:
        """Return the link that a mail bears."""
        return f"{self._origin}/accept/{self.token(invite, generation)}"

    def token(self, invite: str, generation: int) -> str:
        """Return 46 letters and digits; mail programs cut a trailing hyphen."""
        named = ULID.from_str(invite).bytes + generation.to_bytes(_GENERATION, "big")
        return _letters(named + _mac(self._keys()["current"], b"token", named))

    def mailboxes(self, address: str) -> list[str]:
        """Return what stands for an address without telling it, under each live key, the `current` first."""
        keys = self._keys()
        ordered = [keys["current"], *(key for name, key in keys.items() if name != "current")]
        return [_mac(key, b"mailbox", address.encode()).hex() for key in ordered]

    def read(self, token: str) -> tuple[str, int]:
        """Return the id and the generation of the invite that a token names.

        Raises:
            NotFound: it is none of ours.
        """
        raw = _raw(token)
        named, mac = raw[: _INVITE + _GENERATION], raw[_INVITE + _GENERATION :]
        if not any(hmac.compare_digest(mac, _mac(key, b"token", named)) for key in self._keys().values()):
            raise NotFound
        return str(ULID.from_bytes(named[:_INVITE])), int.from_bytes(named[_INVITE:], "big")

    def nonce(self, token: str, now: int) -> str:
        """Return what the page's form sends along: proof that the page was opened first."""
        return f"{now}-{_mac(self._keys()['current'], b'nonce', f'{token}{now}'.encode()).hex()}"

    def nonce_holds(self, token: str, nonce: str, now: int) -> bool:
        """Tell whether a form came from a page of this token that was opened in the last 12 hours."""
        opened, _, mac = nonce.partition("-")
        if not (nonce.isascii() and opened.isdigit() and len(opened) < _LENGTH):
            return False
        named = f"{token}{opened}".encode()
        ours = any(
            hmac.compare_digest(mac, _mac(key, b"nonce", named).hex()) for key in self._keys().values()
        )
        return ours and 0 <= now - int(opened) < NONCE_LIFE


def is_complete(token: str) -> bool:
    """Tell whether a token has the length of ours; a shorter one was cut by a mail program."""
    return len(token) >= _LENGTH


def _mac(key: str, purpose: bytes, message: bytes) -> bytes:
    return hmac.digest(key.encode(), purpose + b"\0" + message, hashlib.sha256)[:_MAC]


def _letters(raw: bytes) -> str:
    number, letters = int.from_bytes(raw, "big"), ""
    for _ in range(_LENGTH):
        number, rest = divmod(number, len(_ALPHABET))
        letters = _ALPHABET[rest] + letters
    return letters


def _raw(token: str) -> bytes:
    if len(token) != _LENGTH or not set(token) <= set(_ALPHABET):
        raise NotFound
    number = 0
    for letter in token:
        number = number * len(_ALPHABET) + _ALPHABET.index(letter)
    try:
        return number.to_bytes(_INVITE + _GENERATION + _MAC, "big")
    except OverflowError:
        raise NotFound from None
