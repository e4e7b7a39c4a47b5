"""SES's events, read from each shape in which they can arrive; the bodies are those of events/mail_events."""

import json
from typing import Any

import pytest

from guestlist.mail_events import MailEvent, Tags, Unread, read
from guestlist.mail_records import MailState
from local.stack import ROOT

TOPIC = "arn:aws:sns:eu-central-1:123456789012:guestlist-MailEventsTopic-7Qe1xX2pTbVd"
TAGS = Tags("clinicA", "01JDHZ6Q000000000000001NV1", "1", "0f6e5d4c3b2a19080f6e5d4c3b2a1908")
REASONS = (
    "it is no JSON",
    "it is no JSON",
    "it is SNS's SubscriptionConfirmation",
    "it is from another topic",
    "its mail bears no tags of ours",
)
BOUNCED = MailEvent(TAGS, MailState.BOUNCED, "General", 1795514400123)


def bodies(case: str) -> list[str]:
    """Return the messages of one of the function's events."""
    event = json.loads((ROOT / f"events/mail_events/{case}.json").read_text(encoding="utf-8"))
    return [record["body"] for record in event["Records"]]


def bounce(**changes: object) -> dict[str, Any]:
    """Return SES's event of a bounce, with some of its members changed."""
    [body] = bodies("bounce")
    return {**json.loads(body), **changes}


def told(event: object) -> tuple[MailState, str]:
    """Return what an event tells."""
    news = read(json.dumps(event), topic=TOPIC)
    return news.state, news.detail


def of_kind(kind: str, **about: object) -> dict[str, Any]:
    """Return an event of another kind."""
    return bounce(eventType=kind, **{kind[0].lower() + kind[1:]: about})


@pytest.mark.parametrize("body", [*bodies("bounce"), *bodies("bounce-in-other-shapes")])
def test_f31_a_bounce_is_the_same_in_every_shape(body: str) -> None:
    """As eventType, as notificationType, in SNS's envelope and as EventBridge's detail."""
    assert read(body, topic=TOPIC) == BOUNCED


@pytest.mark.parametrize(
    ("body", "reason"),
    list(zip(bodies("no-news"), REASONS, strict=True)),
)
def test_f31_what_is_no_news_says_why(body: str, reason: str) -> None:
    """A plain sentence, bare or not; a confirmation, which nobody follows; another topic; foreign tags."""
    with pytest.raises(Unread, match=reason):
        read(body, topic=TOPIC)


@pytest.mark.parametrize("kind", ["UnsubscribeConfirmation", "ann@example.com", 7, None])
def test_f31_nothing_else_of_snss_is_news(kind: object) -> None:
    """What the reason repeats is a word, never an address."""
    with pytest.raises(Unread) as unread:
        told({"Type": kind, "TopicArn": TOPIC, "Message": json.dumps(bounce())})
    assert "@" not in str(unread.value)


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", '"Bounce"', "{", "{}", "[" * 100_000, '{"eventType": "Bounce"}', '{"mail": []}'],
)
def test_f31_what_is_no_event_is_unread(text: str) -> None:
    """Whatever stands in a message, it is told from a crash, and so is not received for ever."""
    with pytest.raises(Unread):
        read(text, topic=TOPIC)


@pytest.mark.parametrize(
    "tags",
    [
        None,
        {},
        {**bounce()["mail"]["tags"], "organization": ["clinic A"]},
        {**bounce()["mail"]["tags"], "invite": ["../ORG"]},
        {**bounce()["mail"]["tags"], "generation": ["\u0661"]},
        {**bounce()["mail"]["tags"], "generation": [["1"]]},
        {**bounce()["mail"]["tags"], "mailbox": ["ann@example.com"]},
        {**bounce()["mail"]["tags"], "mailbox": ["a", "b"]},
        {**bounce()["mail"]["tags"], "invite": "01JDHZ6Q000000000000001NV1"},
    ],
)
def test_a_mail_without_our_tags_is_none_of_ours(tags: object) -> None:
    """Another sender of the account may share the configuration set."""
    with pytest.raises(Unread, match="no tags of ours"):
        told(bounce(mail={**bounce()["mail"], "tags": tags}))


@pytest.mark.parametrize("timestamp", [None, "", "yesterday", 7])
def test_a_mail_without_a_time_is_none_of_ses(timestamp: object) -> None:
    with pytest.raises(Unread, match="no time"):
        told(bounce(mail={**bounce()["mail"], "timestamp": timestamp}))


@pytest.mark.parametrize(
    ("bounce_type", "subtype", "state"),
    [
        ("Permanent", "General", MailState.BOUNCED),
        ("Permanent", "NoEmail", MailState.BOUNCED),
        ("Permanent", "Suppressed", MailState.SUPPRESSED),
        ("Permanent", "OnAccountSuppressionList", MailState.SUPPRESSED),
        ("Transient", "General", MailState.SENT),
        ("Transient", "MailboxFull", MailState.SENT),
        ("Undetermined", "Undetermined", MailState.SENT),
    ],
)
def test_a_permanent_bounce_alone_is_final(bounce_type: str, subtype: str, state: MailState) -> None:
    """Another says why there is no delivery yet; a suppressed mail was never sent."""
    event = of_kind("Bounce", bounceType=bounce_type, bounceSubType=subtype)
    assert told(event) == (state, subtype)


@pytest.mark.parametrize(
    ("event", "news"),
    [
        (of_kind("Send"), (MailState.SENT, "")),
        (of_kind("Delivery", smtpResponse="250 ok"), (MailState.DELIVERED, "")),
        (of_kind("DeliveryDelay", delayType="MailboxFull"), (MailState.SENT, "MailboxFull")),
        (of_kind("Complaint", complaintFeedbackType="abuse"), (MailState.COMPLAINED, "abuse")),
        (of_kind("Complaint", complaintSubType=None), (MailState.COMPLAINED, "")),
        (
            of_kind("Complaint", complaintSubType="OnAccountSuppressionList"),
            (MailState.SUPPRESSED, "OnAccountSuppressionList"),
        ),
        (of_kind("Reject", reason="Bad content"), (MailState.FAILED, "Reject")),
        (bounce(eventType="Rendering Failure", failure={}), (MailState.FAILED, "RenderingFailure")),
        (bounce(bounce={"bounceType": "Permanent"}), (MailState.BOUNCED, "")),
        (bounce(bounce=None), (MailState.SENT, "")),
    ],
)
def test_each_kind_of_event_tells_a_state(event: object, news: tuple[MailState, str]) -> None:
    assert told(event) == news


@pytest.mark.parametrize(
    "event",
    [
        of_kind("Open"),
        of_kind("Click"),
        of_kind("Subscription"),
        of_kind("Complaint", complaintFeedbackType="not-spam"),
        bounce(eventType={"Bounce": 1}),
    ],
)
def test_what_tells_no_state_is_unread(event: object) -> None:
    """That somebody took a mail out of their spam is no complaint."""
    with pytest.raises(Unread, match="nothing that counts"):
        told(event)


@pytest.mark.parametrize("word", ["ann@example.com", "no such user <ann>", "x" * 41, 7, None, ["General"]])
def test_the_reason_is_a_word_or_nothing(word: object) -> None:
    """Whatever a server put there, neither address nor markup goes on to a person."""
    assert told(of_kind("Bounce", bounceType="Permanent", bounceSubType=word)) == (MailState.BOUNCED, "")
