"""Names that people choose: ids of organizations, roles, and texts that mails and pages show."""

import re
import unicodedata

ORGANIZATION = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,49}$"
ROLE = r"^[a-z0-9][a-z0-9_-]{0,39}$"
ADMIN = "admin"

_LINK = re.compile(r"://|www\.|[^\s.]\.[A-Za-z]{2,}", re.IGNORECASE)
_INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


def folded(organization: str) -> str:
    """Return an organization's id ignoring case, as it is reserved for ever."""
    return organization.casefold()


def display_name(text: str) -> str:
    """Return a name as it may stand in mails and pages, composed (NFC) and trimmed.

    Raises:
        ValueError: it holds control or invisible characters, markup, or something that a mail
            program would turn into a link.
    """
    name = unicodedata.normalize("NFC", text.strip())
    if not name:
        raise ValueError("is empty")
    for character in name:
        if unicodedata.category(character) in _INVISIBLE:
            raise ValueError(f"holds the invisible character U+{ord(character):04X}")
    if "<" in name or ">" in name:
        raise ValueError("holds markup")
    if _LINK.search(name):
        raise ValueError("holds something that mail programs turn into a link")
    return name
