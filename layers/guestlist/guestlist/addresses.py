"""Email addresses: kept as typed, compared normalised."""

import unicodedata

_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO"})
"""Scripts that one word may well be written in (UTS 39, section 5.2), none of them like another."""
_QUOTES = {**dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032\u00b4\uff07", "'"), "\u201c": '"', "\u201d": '"'}
"""What programs and keyboards put in place of a plain quote, and what is to be typed."""
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
"""Letters, marks and a sign that show nothing, beside the categories that do (Unicode, default ignorable)."""


def normalised(address: str) -> str:
    """Return the one form by which an address is compared, and which Auth0 is given.

    The local part is ASCII and lower-cased, as Auth0 does (no case folding: `ß` and `ss` are two
    people); the domain is its IDNA A-label.

    Raises:
        ValueError: it is no address, or one that could be mistaken for another's.
    """
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 (it imports a DNS library)

    for character in address:
        if character in _QUOTES:
            raise ValueError(f"holds U+{ord(character):04X} as a quote; type {_QUOTES[character]} instead")
        if _is_invisible(character):
            raise ValueError(f"holds the invisible character U+{ord(character):04X}")
    try:
        parts = validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        raise ValueError("is not an email address" + _hint(address)) from None
    for label in parts.domain.split("."):
        if len({_script(character) for character in label} - {None}) > 1:
            raise ValueError("mixes scripts in its domain")
    return f"{parts.local_part.lower()}@{(parts.ascii_domain or parts.domain).lower()}"


def domain(name: str) -> str:
    """Return the one form of a domain, as normalised addresses have it.

    Raises:
        ValueError: no address has it.
    """
    try:
        return normalised(f"a@{name}").partition("@")[2]
    except ValueError:
        raise ValueError("is not a domain that an email address can have") from None


def _is_invisible(character: str) -> bool:
    """Tell whether nobody sees a character in an address; a plain blank is seen, as a gap."""
    return not character.isprintable() or character in _UNSEEN or "VARIATION SELECTOR" in _name(character)


def _hint(address: str) -> str:
    """Return what to give instead where it is plain what happened; never a part of what was given."""
    if "<" in address and "@" in address.partition("<")[2]:
        return ": give what stands between < and >, without the name"
    return ": give one address, without a comma or semicolon" if {",", ";"} & set(address) else ""


def _name(character: str) -> str:
    return unicodedata.name(character, "UNKNOWN")


def _script(character: str) -> str | None:
    """Return a letter's script by the first word of its Unicode name; None for digits and hyphens."""
    if not character.isalpha():
        return None
    script = _name(character).split(" ")[0]
    return "CJK" if script in _EAST_ASIAN else script
