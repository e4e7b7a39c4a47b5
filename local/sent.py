"""A mail as SES was given it, read from the request of SendEmail (API version 2)."""

import base64
import email
import email.policy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any


@dataclass(frozen=True)
class Sent:
    """One SendEmail request that SES took; `text` and `html` are empty where the mail has no such part."""

    message_id: str
    at: datetime
    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]


def read(request: Mapping[str, Any]) -> Sent:
    """Return the mail of a request, with the `MessageId` that SES gave it and the time (`At`)."""
    content = request["Content"]
    subject, text, html, headers = _raw(content["Raw"]) if "Raw" in content else _simple(content["Simple"])
    destination = request.get("Destination", {})
    return Sent(
        message_id=request["MessageId"],
        at=request["At"],
        sender=request.get("FromEmailAddress") or headers.get("From", ""),
        to=tuple(destination.get("ToAddresses", ())),
        cc=tuple(destination.get("CcAddresses", ())),
        bcc=tuple(destination.get("BccAddresses", ())),
        subject=subject,
        text=text,
        html=html,
        headers=headers,
    )


def _simple(message: Mapping[str, Any]) -> tuple[str, str, str, dict[str, str]]:
    body = message["Body"]
    headers = {header["Name"]: header["Value"] for header in message.get("Headers", ())}
    return (
        message["Subject"]["Data"],
        body.get("Text", {}).get("Data", ""),
        body.get("Html", {}).get("Data", ""),
        headers,
    )


def _raw(message: Mapping[str, str]) -> tuple[str, str, str, dict[str, str]]:
    parsed = email.message_from_bytes(base64.b64decode(message["Data"]), policy=email.policy.default)
    headers = {name: str(value) for name, value in parsed.items()}
    return headers.get("Subject", ""), _part(parsed, "plain"), _part(parsed, "html"), headers


def _part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    return "" if found is None else str(found.get_content())
