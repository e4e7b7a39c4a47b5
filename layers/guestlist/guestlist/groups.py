"""Groups of an identity provider's, and the roles that an organization's own table makes of them."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

Table = Mapping[str, tuple[str, ...]]
"""The roles that each group gives, by its name as the identity provider sends it."""
DIGEST_LENGTH: Final = 12
"""Characters that stand for somebody's groups in their profile (`digest`): 72 bits."""


class GroupsAt(StrEnum):
    """When an organization's table of groups is held against somebody's groups."""

    FIRST_LOGIN = "first_login"
    """Once: what it gave is kept from then on, as if it had been given by hand."""
    EVERY_LOGIN = "every_login"
    """Whenever somebody signs in with other groups: what appears in it, it alone gives and takes."""


def table_of(asked: Mapping[str, Iterable[str]]) -> Table:
    """Return a table as it is recorded."""
    return {name: tuple(roles) for name, roles in asked.items()}


def groups_in(account: Mapping[str, Any]) -> list[str]:
    """Return the groups at the root of an account's profile, each once, in the order of the digest.

    Auth0 has an attribute of SAML there as a text if it has one value (auth0/passport-wsfed-saml2,
    `getAttributeValues`), so a text is one group. What is no list of texts otherwise is no groups.
    """
    found = account.get("groups")
    groups = [found] if isinstance(found, str) else found
    if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
        return []
    return sorted({*groups}, key=_code_units)


def digest(groups: Iterable[str]) -> str:
    """Return what stands for groups in a profile; the Action computes the same (actions/shells/groups.js).

    Each is told apart by its length in code units of UTF-16, which is what JavaScript's texts are made of.
    """
    parts = (f"{len(_code_units(group)) // 2}:{group}" for group in groups)
    hashed = hashlib.sha256("".join(parts).encode("utf-16-le", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(hashed)[:DIGEST_LENGTH].decode()


def given(groups: Iterable[str], table: Table) -> frozenset[str]:
    """Return the roles that a table gives for groups, compared letter for letter."""
    return frozenset(role for group in groups for role in table.get(group, ()))


def roles_in(table: Table) -> frozenset[str]:
    """Return the roles that appear in a table."""
    return given(table, table)


def _code_units(text: str) -> bytes:
    """Return a text so that it compares as JavaScript's `sort` has it."""
    return text.encode("utf-16-be", "surrogatepass")
