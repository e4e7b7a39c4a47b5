"""Whose word the mail events' queue holds, as template.yaml says it."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.stack import ROOT, SENDER
from local.template import Template
from tests.bench import URL

ACCOUNT, QUEUE, TOPIC = "123456789012", "arn:aws:sqs:eu-central-1:123456789012:events", "arn:aws:sns:::events"
GIVEN = {
    "AWS::AccountId": {"Ref": ACCOUNT},
    "MailEventsQueue": {"Ref": "https://sqs.example/events", "Arn": QUEUE},
    "MailEventsTopic": {"Ref": TOPIC},
    "MailConfiguration": {"Ref": "mails"},
}


@pytest.fixture(scope="module")
def template() -> Template:
    """Return the template with values for what deployers give."""
    names = ("ApiAudience", "ClaimsNamespace", "ApplicationName", "ApplicationLoginUrl", "LinkOrigin")
    more = {"ApplicationClientId": "app", "Auth0Url": URL, "Auth0Issuer": f"{URL}/", "MailFrom": SENDER}
    more["SelfServiceProfile"] = "ssp_any"
    return Template.load(ROOT / "template.yaml", dict.fromkeys(names, URL) | more).given(GIVEN)


def properties(template: Template, kind: str) -> Iterator[dict[str, Any]]:
    """Yield the properties of each resource of a type."""
    for found in template.resources(kind):
        yield template.resolve(found.properties)


def statement(template: Template, kind: str) -> dict[str, Any]:
    """Return the only statement of the only policy of a type."""
    [policy] = properties(template, kind)
    [found] = policy["PolicyDocument"]["Statement"]
    return dict(found)


def test_f31_only_our_topic_writes_to_the_queue(template: Template) -> None:
    """A forged message has no way in, so no signature is left to be checked."""
    assert statement(template, "AWS::SQS::QueuePolicy") == {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE,
        "Condition": {"ArnEquals": {"aws:SourceArn": TOPIC}},
    }


def test_f31_only_ses_writes_to_the_topic(template: Template) -> None:
    """And of SES only this account's, by our configuration set."""
    written = statement(template, "AWS::SNS::TopicPolicy")
    assert (written["Principal"], written["Action"]) == ({"Service": "ses.amazonaws.com"}, "sns:Publish")
    assert written["Condition"]["StringEquals"] == {
        "aws:SourceAccount": ACCOUNT,
        "aws:SourceArn": f"arn:aws:ses:eu-central-1:{ACCOUNT}:configuration-set/mails",
    }


def test_ses_tells_of_no_opening_and_no_click(template: Template) -> None:
    """Where it does, it puts a picture into a mail and leads its links over a host of its own."""
    [told] = properties(template, "AWS::SES::ConfigurationSetEventDestination")
    kinds = set(told["EventDestination"]["MatchingEventTypes"])
    assert {"bounce", "complaint", "delivery", "send"} <= kinds
    assert kinds.isdisjoint({"open", "click"})


def test_the_queue_gets_the_events_bare(template: Template) -> None:
    assert template.subscribed() == ["events"]
