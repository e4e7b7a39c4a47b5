"""Email addresses: kept as typed, compared normalised."""

import unicodedata

_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO"})
"""Scripts that one word may well be written in (UTS 39, section 5.2), none of them like another."""
_CURLY = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'}


def normalised(address: str) -> str:
    """Return the one form by which an address is compared, and which Auth0 is given.

    The local part is ASCII and lower-cased, as Auth0 does (no case folding: `ß` and `ss` are two
    people); the domain is its IDNA A-label.

    Raises:
        ValueError: it is no address, or one that could be mistaken for another's.
    """
    # Late: the validator brings a DNS library along, which one cold start in ten needs.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    for character in address:
        if character in _CURLY:
            raise ValueError(
                f"holds a curly quote (U+{ord(character):04X}); type {_CURLY[character]} instead"
            )
        if unicodedata.category(character) in {"Cc", "Cf"}:
            raise ValueError(f"holds the invisible character U+{ord(character):04X}")
    try:
        parts = validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        raise ValueError("is not an email address") from None
    for label in parts.domain.split("."):
        if len({_script(character) for character in label} - {None}) > 1:
            raise ValueError("mixes scripts in its domain")
    return f"{parts.local_part.lower()}@{(parts.ascii_domain or parts.domain).lower()}"


def _script(character: str) -> str | None:
    """Return a letter's script by the first word of its Unicode name; None for digits and hyphens."""
    if not character.isalpha():
        return None
    script = unicodedata.name(character, "UNKNOWN").split(" ")[0]
    return "CJK" if script in _EAST_ASIAN else script
