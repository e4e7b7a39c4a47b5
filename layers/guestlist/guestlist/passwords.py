"""The password that nobody knows."""

import secrets
import string

LENGTH = 64
_SPECIAL = "!@#$%^&*"
_KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, _SPECIAL)


def random_password() -> str:
    """Return 64 random characters that Auth0's strictest policy takes.

    That policy, `excellent`, asks for three kinds out of lower case, upper case, digits and
    `!@#$%^&*`, and for no more than two identical characters in a row (Auth0, "Password strength").
    """
    while True:
        password = "".join(secrets.choice("".join(_KINDS)) for _ in range(LENGTH))
        varied = all(any(character in kind for character in password) for kind in _KINDS)
        if varied and not any(
            a == b == c for a, b, c in zip(password, password[1:], password[2:], strict=False)
        ):
            return password
