"""What Guestlist keeps of its mails: how far an invite's got, what became of those to an address."""

from dataclasses import dataclass
from enum import StrEnum


class MailState(StrEnum):
    """How far an invite's mail got. In this order: news of an earlier one never takes a later one back."""

    NONE = "none"
    """It was made without a mail."""
    QUEUED = "queued"
    WITHDRAWN = "withdrawn"
    """It was not sent: it would have welcomed somebody who was removed by then."""
    SENT = "sent"
    """SES took it and still tries, or gave up for a reason that may pass."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """SES refused the mail itself."""
    SUPPRESSED = "suppressed"
    """It was not sent: a mail to the address bounced or was complained of before."""
    BOUNCED = "bounced"
    COMPLAINED = "complained"

    @property
    def rank(self) -> int:
        """Return the place in that order."""
        return list(MailState).index(self)

    @property
    def went_out(self) -> bool:
        """Whether the mail left SES, or tries to."""
        return self in {MailState.SENT, MailState.DELIVERED, MailState.BOUNCED, MailState.COMPLAINED}


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """What became of the mails to an address; times are of their sending, in unix milliseconds."""

    id: str
    """Stands for the address, which it does not tell (`Links.mailboxes`)."""
    bounced_at: int = 0
    complained_at: int = 0
    delivered_at: int = 0

    @property
    def shut(self) -> bool:
        """Whether nothing is mailed there unasked: a later delivery outdoes a bounce, but no complaint."""
        return self.complained_at > 0 or 0 < self.bounced_at >= self.delivered_at
