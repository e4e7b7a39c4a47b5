"""Receipts of removals, as they stand in the table. Times are unix seconds."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Access(StrEnum):
    """What became of the sessions and refresh tokens of somebody who was removed."""

    ENDED = "ended"
    ELSEWHERE = "belongs_elsewhere"
    """Kept: they are the user's, who is a member of other organizations still."""
    NOT_ON_PLAN = "not_on_plan"
    """Kept: the tenant's plan has no such call."""
    NOT_PERMITTED = "not_permitted"
    """Kept: Guestlist's client lacks the right."""
    REFUSED = "auth0_refused"
    """Kept: Auth0 would not end them."""
    NO_ACCOUNT = "no_account"
    """There are none: the user has no account at Auth0, or none any more."""


class Terms(NamedTuple):
    """What a receipt is written by: seconds of an access token's life, and what somebody asked beside."""

    token_life: int
    ends_access: bool = False
    """Whether sessions end although the user belongs elsewhere."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """How far a removal has come, until nothing that was given before is good for anything."""

    id: str
    organization: str
    user: str
    along: str | None = None
    """The receipt of the same person's removal behind the organization's other door."""
    request: str
    """The id of the request that removed them."""
    removed_at: int
    token_life: int
    ends_access: bool = False
    version: int = 1
    told_at: int | None = None
    """When Auth0 had taken the removal, or had nothing to take."""
    access: Access | None = None
    access_at: int | None = None
    settled_at: int | None = None
    """From when on no late write of ours can let them in again."""
    tokens_end_at: int | None = None
    """When the last access token that was given before has run out."""
    superseded_at: int | None = None
    """When it was noticed that they had been added again before all of it was done."""

    @property
    def open(self) -> bool:
        """Whether something is to be done yet; tokens run out by themselves."""
        return self.superseded_at is None and (self.access is None or self.settled_at is None)

    @property
    def effective_by(self) -> int | None:
        """When all of it is through, as far as that is known."""
        if self.open or self.access_at is None or self.tokens_end_at is None:
            return None
        return max(self.access_at, self.tokens_end_at)

    def complete(self, now: int) -> bool:
        """Tell whether all of it is through."""
        return self.effective_by is not None and self.effective_by <= now
