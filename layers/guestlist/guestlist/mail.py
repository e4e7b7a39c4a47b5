"""Mails: a folder per mail and locale with subject, text and HTML, sent by SES."""

from dataclasses import dataclass
from typing import Any

import boto3
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

_texts = Environment(
    loader=PackageLoader("guestlist", "mails"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


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


class Mailer:
    """SES, as one sender."""

    def __init__(self, sender: str) -> None:
        self._sender = sender
        self._client = boto3.client("sesv2")

    def send(self, mail: Mail) -> None:
        """Hand a mail to SES, without the tracking that would rewrite its link."""
        body: Any = {"Text": _content(mail.text), "Html": _content(mail.html)}
        self._client.send_email(
            FromEmailAddress=self._sender,
            Destination={"ToAddresses": [mail.to]},
            Content={"Simple": {"Subject": _content(mail.subject), "Body": body}},
        )


def _content(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
