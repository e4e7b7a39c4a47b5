"""What SES tells of a mail, read from each of the shapes in which such news can arrive.

A mail says by its tags which invite it is of, and SES repeats them in every event (Amazon SES, "Contents of
event data that Amazon SES publishes to Amazon SNS"). Addresses and the words of foreign mail servers stand
in an event as well, and are never read.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from guestlist.mail_records import MailState

_SUPPRESSED = {"OnAccountSuppressionList", "Suppressed", "UnsubscribedRecipient"}
_WHY = {"Bounce": "bounceSubType", "Complaint": "complaintFeedbackType", "DeliveryDelay": "delayType"}
_WORD = re.compile(r"[A-Za-z-]{1,40}")
_TAGS = {
    "organization": re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,49}"),
    "invite": re.compile(r"[0-9A-Z]{26}"),
    "generation": re.compile(r"[1-9][0-9]{0,4}"),
    "mailbox": re.compile(r"[0-9a-f]{32}"),
}


class Unread(Exception):  # noqa: N818 (what happened to it)
    """A message is no news of a mail of ours, for the reason given; to receive it again would not help."""


@dataclass(frozen=True)
class Tags:
    """Which mail it is: in SES's tags letters, digits, `_` and `-` may stand, in up to 256 characters."""

    organization: str
    invite: str
    generation: str
    mailbox: str

    @classmethod
    def of(cls, mail: Mapping[str, Any]) -> Self:
        """Return the tags that SES repeats, each as a list of one.

        Raises:
            Unread: they are none of ours.
        """
        match mail.get("tags"):
            case {"organization": [o], "invite": [i], "generation": [g], "mailbox": [m]}:
                values = dict(zip(_TAGS, map(str, (o, i, g, m)), strict=True))
                if all(_TAGS[name].fullmatch(value) for name, value in values.items()):
                    return cls(**values)
        raise Unread("its mail bears no tags of ours")

    def named(self) -> dict[str, str]:
        """Return the values by name."""
        return asdict(self)


@dataclass(frozen=True)
class MailEvent:
    """One piece of news; `sent_at` is when SES took the mail, in unix milliseconds."""

    tags: Tags
    state: MailState
    detail: str
    sent_at: int


def read(body: str, *, topic: str) -> MailEvent:
    """Return the news that a message holds: bare, in SNS's envelope, or as EventBridge's detail.

    Who may write to the queue is for its policy to say. An envelope names its topic nonetheless, and one of
    another topic than `topic` (an ARN) is refused.

    Raises:
        Unread: it holds none.
    """
    event = _event(_json(body), topic)
    kind = event.get("eventType") or event.get("notificationType")
    mail = event.get("mail")
    if not isinstance(mail, dict):
        raise Unread("it is no event of SES")
    state, detail = _news(str(kind), event)
    return MailEvent(Tags.of(mail), state, detail if _WORD.fullmatch(detail) else "", _milliseconds(mail))


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Unread("it is no JSON") from None
    if not isinstance(found, dict):
        raise Unread("it is no JSON object")
    return found


def _event(message: dict[str, Any], topic: str) -> dict[str, Any]:
    match message:
        case {"Type": _, "TopicArn": arn} if arn != topic:
            raise Unread("it is from another topic")
        case {"Type": "Notification", "TopicArn": _, "Message": str(text)}:
            return _json(text)
        case {"Type": kind, "TopicArn": _}:
            raise Unread("it is SNS's " + (str(kind) if _WORD.fullmatch(str(kind)) else "own"))
        case {"source": "aws.ses", "detail": dict(detail)}:
            return detail
    return message


def _news(kind: str, event: Mapping[str, Any]) -> tuple[MailState, str]:
    """Return the state that an event tells of, and SES's word for why.

    A bounce that is transient or undetermined (an absence notice may come as one) is final for nobody. What
    the suppression list of the account keeps from being sent comes as a bounce or a complaint.
    """
    found = event.get(kind[:1].lower() + kind[1:])
    about = found if isinstance(found, dict) else {}
    why = str(about.get(_WHY.get(kind)) or "")
    match kind:
        case "Bounce" if about.get("bounceType") == "Permanent":
            return (MailState.SUPPRESSED if why in _SUPPRESSED else MailState.BOUNCED), why
        case "Send" | "DeliveryDelay" | "Bounce":
            return MailState.SENT, why
        case "Delivery":
            return MailState.DELIVERED, ""
        case "Complaint" if (listed := str(about.get("complaintSubType"))) in _SUPPRESSED:
            return MailState.SUPPRESSED, listed
        case "Complaint" if why != "not-spam":
            return MailState.COMPLAINED, why
        case "Reject" | "Rendering Failure":
            return MailState.FAILED, kind.replace(" ", "")
    raise Unread("it tells nothing that counts")


def _milliseconds(mail: Mapping[str, Any]) -> int:
    try:
        return int(datetime.fromisoformat(str(mail.get("timestamp"))).timestamp() * 1000)
    except ValueError:
        raise Unread("its mail bears no time") from None
