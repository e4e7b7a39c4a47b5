"""The password that nobody knows: long, random, and within Auth0's strictest policy."""

import re

from guestlist.passwords import random_password


def test_a_password_satisfies_the_strictest_policy() -> None:
    """64 characters of four kinds, never three alike in a row, never the same one twice."""
    made = [random_password() for _ in range(500)]
    for password in made:
        assert len(password) == 64
        assert all(re.search(kind, password) for kind in ("[a-z]", "[A-Z]", "[0-9]", r"[!@#$%^&*]"))
        assert not re.search(r"(.)\1\1", password)
    assert len(set(made)) == len(made)
