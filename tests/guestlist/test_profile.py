"""What a membership makes of a user's profile where it is too large already."""

from dataclasses import replace

import pytest

from guestlist.errors import TooManyOrganizations
from guestlist.profile import PROFILE_BYTES, with_membership
from guestlist.records import User


@pytest.fixture
def full() -> User:
    """A user whom adoption left with more than fits."""
    user = User(id="u", connection="c", email="ann@example.com", account="auth0|u")
    return replace(user, organizations={"clinicA": ("surgeon",)}, foreign=("x" * PROFILE_BYTES,))


@pytest.mark.parametrize("roles", [(), ("nurse",), ("surgery",)])
def test_a_change_that_does_not_grow_a_too_large_profile_is_let_through(
    full: User, roles: tuple[str, ...]
) -> None:
    """Else nobody could take a role away from such a user, or give one in place of another."""
    assert with_membership(full, "clinicA", roles, 1).organizations == {"clinicA": roles}


@pytest.mark.parametrize(("organization", "roles"), [("clinicA", ("surgeons",)), ("clinicB", ())])
def test_a_change_that_grows_a_too_large_profile_is_refused(
    full: User, organization: str, roles: tuple[str, ...]
) -> None:
    """By however little."""
    with pytest.raises(TooManyOrganizations):
        with_membership(full, organization, roles, 1)
