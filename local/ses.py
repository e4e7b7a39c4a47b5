"""What becomes of a mail that SES took, and the events in which SES tells it.

Everything is delivered, but for the addresses of SES's own mailbox simulator (bounce@simulator.amazonses.com
and its like, with a label too) and those on the account's suppression list. The events are as in Amazon SES,
"Examples of event data that Amazon SES publishes to Amazon SNS".
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from moto.sqs.models import sqs_backends

from guestlist.clock import clock
from local.template import REGION

_SIMULATOR = re.compile(r"(\w+)(\+[^@]*)?@simulator\.amazonses\.com", re.IGNORECASE)
_DELIVERY: Final = {
    "eventType": "Delivery",
    "delivery": {"processingTimeMillis": 540, "smtpResponse": "250 2.6.0 Message received"},
}
_FATES: Final[Mapping[str, tuple[dict[str, Any], ...]]] = {
    "bounce": ({"eventType": "Bounce", "bounce": {"bounceType": "Permanent", "bounceSubType": "General"}},),
    "complaint": (_DELIVERY, {"eventType": "Complaint", "complaint": {"complaintFeedbackType": "abuse"}}),
    # An absence notice comes as a bounce of a mail that was delivered.
    "ooto": (
        _DELIVERY,
        {"eventType": "Bounce", "bounce": {"bounceType": "Transient", "bounceSubType": "General"}},
    ),
    "suppressionlist": (
        {"eventType": "Bounce", "bounce": {"bounceType": "Permanent", "bounceSubType": "Suppressed"}},
    ),
}
_ON_LIST: Final = {
    "eventType": "Bounce",
    "bounce": {"bounceType": "Permanent", "bounceSubType": "OnAccountSuppressionList"},
}


class Ses:
    """SES behind its door: who is suppressed, and the queues (by name) that subscribe to its events."""

    def __init__(self, account: str) -> None:
        self._account = account
        self.suppressed: set[str] = set()
        self.queues: list[str] = []
        self.told: dict[str, list[str]] = {}
        """What kinds of events it told of a mail, by the mail's id, in order."""

    def took(self, mail: Mapping[str, Any]) -> None:
        """Tell what becomes of a mail, before its sender has an answer, if it asks for news of it."""
        if "ConfigurationSetName" not in mail:
            return
        events = self._events(mail)
        self.told[mail["MessageId"]] = [event["eventType"] for event in events]
        for event in events:
            for queue in self.queues:
                sqs_backends[self._account][REGION].send_message(queue, json.dumps(event))

    def _events(self, mail: Mapping[str, Any]) -> list[dict[str, Any]]:
        told = self._told(mail)
        [to] = mail["Destination"]["ToAddresses"]
        return [{**event, "mail": told} for event in ({"eventType": "Send", "send": {}}, *self._fate(to))]

    def _fate(self, address: str) -> tuple[dict[str, Any], ...]:
        found = _SIMULATOR.fullmatch(address)
        simulated = _FATES.get(found[1].lower(), (_DELIVERY,)) if found else (_DELIVERY,)
        events = (_ON_LIST,) if address in self.suppressed else simulated
        return tuple(_filled(event, address) for event in events)

    def _told(self, mail: Mapping[str, Any]) -> dict[str, Any]:
        """Return what every event says of its mail: all but its body."""
        to, sender = mail["Destination"]["ToAddresses"], mail["FromEmailAddress"]
        subject = mail["Content"]["Simple"]["Subject"]["Data"]
        headers = {"From": sender, "To": ", ".join(to), "Subject": subject, "MIME-Version": "1.0"}
        return {
            "timestamp": _now(),
            "source": sender,
            "sourceArn": f"arn:aws:ses:{REGION}:{self._account}:identity/{sender}",
            "sendingAccountId": self._account,
            "messageId": mail["MessageId"],
            "destination": to,
            "headersTruncated": False,
            "headers": [{"name": name, "value": value} for name, value in headers.items()],
            "commonHeaders": {
                "from": [sender],
                "to": to,
                "messageId": mail["MessageId"],
                "subject": subject,
            },
            "tags": {
                "ses:configuration-set": [mail["ConfigurationSetName"]],
                "ses:from-domain": [sender.rpartition("@")[2]],
                **{tag["Name"]: [tag["Value"]] for tag in mail.get("EmailTags", ())},
            },
        }


def _filled(event: Mapping[str, Any], address: str) -> dict[str, Any]:
    """Return an event with whom it is about, and when it happened."""
    match event["eventType"]:
        case "Bounce":
            recipient = {"emailAddress": address, "action": "failed", "status": "5.1.1"}
            about = {"bouncedRecipients": [recipient], "feedbackId": "0107-local", "timestamp": _now()}
        case "Complaint":
            about = {"complainedRecipients": [{"emailAddress": address}], "timestamp": _now()}
        case _:
            about = {"recipients": [address], "timestamp": _now()}
    name = event["eventType"].lower()
    return {**event, name: {**event[name], **about}}


def _now() -> str:
    return datetime.fromtimestamp(clock.source(), UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
