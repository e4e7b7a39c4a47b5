"""A function's environment: what is missing is named at once."""

import pytest

from guestlist.settings import Settings


def test_settings_are_attributes() -> None:
    """Each variable that was asked for is an attribute."""
    settings = Settings("TABLE_NAME", environment={"TABLE_NAME": "guestlist", "OTHER": "x"})
    assert settings.TABLE_NAME == "guestlist"


def test_everything_missing_is_named_at_once() -> None:
    """A cold start fails with all the names, of empty variables too, and no value."""
    environment = {"TABLE_NAME": "", "LINK_KEYS": "arn:secret"}
    with pytest.raises(RuntimeError, match=r"^missing in the environment: TABLE_NAME, MAIL_QUEUE$"):
        Settings("TABLE_NAME", "LINK_KEYS", "MAIL_QUEUE", environment=environment)


def test_what_was_not_asked_for_is_no_attribute() -> None:
    """A function cannot read what it did not declare."""
    settings = Settings("TABLE_NAME", environment={"TABLE_NAME": "guestlist", "MAIL_QUEUE": "x"})
    with pytest.raises(AttributeError, match="MAIL_QUEUE"):
        _ = settings.MAIL_QUEUE
