"""Names that people choose: ids of organizations, roles, and texts that mails and pages show."""

import re
import unicodedata

ORGANIZATION = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,49}$"
ROLE = r"^[a-z0-9][a-z0-9_-]{0,39}$"
ADMIN = "admin"
LONGEST_GROUP = 200
LANGUAGE_TAG = r"^[A-Za-z]{2,8}([_-][A-Za-z0-9]{1,8}){0,7}$"
LANGUAGES = ("en", "de")
"""Those that mails and pages have a folder for; the first is for whoever speaks none of them."""

_LINK = re.compile(
    r"""://
    | \b(?:file|mailto|news|sips?|skype|sms|tel|xmpp):\S
    | \bwww\.
    | \\\\                           # a share of Windows
    | \S@\S
    | \b\d{1,3}(?:\.\d{1,3}){3}\b    # 10.0.0.1
    | [^\s.][.\u3002][^\W\d_]{2}     # evil.com
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What mail programs make clickable: schemes, addresses, and a dot with two letters straight after it.

The list of top-level domains grows, so any may be one: `Dr. Huber` is a name, `Dr.Huber` looks like a domain.
"""
_INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


def is_organization(text: str) -> bool:
    """Tell whether a text may be an organization's id."""
    return re.fullmatch(ORGANIZATION, text) is not None


def folded(organization: str) -> str:
    """Return an organization's id ignoring case, as it is reserved for ever."""
    return organization.casefold()


def language(tag: str) -> str:
    """Return which of our languages a tag asks for (BCP 47; `de_AT`, as POSIX writes it, as well)."""
    asked = re.split("[_-]", tag)[0].lower()
    return asked if asked in LANGUAGES else LANGUAGES[0]


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
    if _LINK.search(_as_domains_are_read(name)):
        raise ValueError(
            "holds something that mail programs turn into a link (after a dot, a space makes it a name)"
        )
    return name


def group_name(text: str) -> str:
    """Return the name of a group as an identity provider sends it: nothing is trimmed or composed.

    Raises:
        ValueError: it is empty, longer than 200 characters, or holds what no name does.
    """
    if not 0 < len(text) <= LONGEST_GROUP:
        raise ValueError(f"has a name that is empty or longer than {LONGEST_GROUP} characters")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise ValueError("has a name with a control character")
    return text


def _as_domains_are_read(name: str) -> str:
    """Return a name with look-alikes made one (UTS 46), without marks, which patterns take for no letters."""
    compatible = unicodedata.normalize("NFKC", name)
    return "".join(
        character for character in compatible if not unicodedata.category(character).startswith("M")
    )
