"""Mails: a folder per mail and locale with subject, text and HTML, sent by SES."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from guestlist.clock import clock

_texts = Environment(
    loader=PackageLoader("guestlist", "mails"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

NEVER = {"BadRequestException", "MessageRejected"}
"""SES's errors that are about the mail: it takes the address or content not at all (API v2, SendEmail)."""
THROTTLED = (0.25, 0.5, 1.0)
"""Seconds between tries of a mail that came too soon after others; SES has not taken it then."""
AUTOMATIC = {"Name": "Auto-Submitted", "Value": "auto-generated"}
"""Keeps absence notices from answering (RFC 3834, 5)."""


@dataclass(frozen=True)
class Mail:
    """A mail, rendered. It bears the link, and so lives in one local variable."""

    to: str
    subject: str
    text: str
    html: str


def rendered(name: str, locale: str, to: str, **values: str | None) -> Mail:
    """Return a mail in a language: `name` and `locale` are folders under mails/."""
    parts = {
        part: _texts.get_template(f"{name}/{locale}/{part}").render(**values)
        for part in ("subject.txt", "body.txt", "body.html")
    }
    subject = " ".join(parts["subject.txt"].split())
    return Mail(to=to, subject=subject, text=parts["body.txt"], html=parts["body.html"])


class Refused(Exception):  # noqa: N818 (what SES did)
    """SES refuses this mail, and will each time; `code` is its own word for it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Mailer:
    """SES, as one sender; its events go where the configuration set says.

    An error is one of two kinds. `Refused` is about this mail, and never tried again. Any other is about the
    moment or the account (throttled, out of reach, paused, suspended, sender not verified): it climbs to
    the queue, the mail stays due, and the sweep tries it until the invite ends.
    """

    def __init__(self, sender: str, configuration_set: str) -> None:
        self._sender = sender
        self._configuration_set = configuration_set
        # Never asked twice by botocore: after a lost answer SES may have the mail already.
        self._client = boto3.client(
            "sesv2", config=Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1})
        )

    def send(self, mail: Mail, tags: Mapping[str, str]) -> None:
        """Hand a mail to SES, without the tracking that would rewrite its link.

        Raises:
            Refused: SES will not have this mail.
        """
        body: Any = {"Text": _content(mail.text), "Html": _content(mail.html)}
        asked: Any = {
            "FromEmailAddress": self._sender,
            "Destination": {"ToAddresses": [mail.to]},
            "Content": {"Simple": {"Subject": _content(mail.subject), "Body": body, "Headers": [AUTOMATIC]}},
            "ConfigurationSetName": self._configuration_set,
            "EmailTags": [{"Name": name, "Value": value} for name, value in tags.items()],
        }
        for pause in THROTTLED:
            try:
                self._send(asked)
            except self._client.exceptions.TooManyRequestsException:
                clock.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 (jitter)
            else:
                return
        self._send(asked)

    def unsuppress(self, address: str) -> None:
        """Take an address off the account's suppression list: SES would drop any mail to it."""
        try:
            self._client.delete_suppressed_destination(EmailAddress=address)
        except self._client.exceptions.NotFoundException:
            return

    def _send(self, asked: Any) -> None:  # noqa: ANN401 (SendEmail's arguments)
        try:
            self._client.send_email(**asked)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in NEVER:
                # Without SES's words, which name the address.
                raise Refused(code) from None
            raise


def _content(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
