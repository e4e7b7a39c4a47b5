"""The domains that an organization says are its own, as they stand in the table."""

from dataclasses import dataclass

CHALLENGE = "_guestlist-challenge"
"""Below the domain, the name of the TXT record that proves it."""


@dataclass(frozen=True, kw_only=True)
class Domain:
    """A domain that an organization claims; of several that claim it, one can prove it."""

    organization: str
    name: str
    """Normalised: the domain's A-label."""
    token: str
    """What the TXT record has to hold; random, and another one at each claim."""
    proved_at: int | None = None
    """When it was found there; None: not yet."""
    auto_join: bool = False
    """Whether its people become members by themselves, at their first login by an own connection."""
    roles: tuple[str, ...] = ()
    """With which roles."""
    grantor: str | None = None
    """The user who, as an admin, said so last; `admin` is given while they are one. None: it was no admin."""
    version: int = 1
    created_at: int

    @property
    def is_proved(self) -> bool:
        """Whether it is the organization's, which then no other one can prove."""
        return self.proved_at is not None

    @property
    def record(self) -> str:
        """The full name of the TXT record that proves it."""
        return f"{CHALLENGE}.{self.name}"
