"""Sending an invite's mail: once, by one mailer, and only with a link that lives."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from guestlist.clock import clock
from guestlist.invites import revoke
from guestlist.mail_records import MailState
from guestlist.mailing import CLAIM
from guestlist.records import Invite
from tests.bench import Bench
from tests.mailing_setup import CONFIGURATION, LINKS, Stumbling, kept, links_sent, resent, send


def crash() -> None:
    """End as a process does that is killed."""
    raise KeyboardInterrupt


@pytest.fixture
def invite(guests: Bench, organization: str) -> Invite:
    """An invite whose mail nobody has sent yet."""
    return guests.invited(organization, f"{organization}@example.com")


def test_a_mail_is_sent_once(guests: Bench, invite: Invite) -> None:
    """A second hint finds it sent; what is due next is the invite's end."""
    assert [send(guests, invite), send(guests, invite)] == [True, False]
    sent = kept(guests, invite)
    assert (sent.mail, sent.mailed_generation, sent.due) == (MailState.SENT, 1, invite.expires_at)
    assert links_sent(guests, invite) == [1]


def test_a_mail_says_that_no_person_wrote_it(guests: Bench, invite: Invite) -> None:
    """Absence notices do not answer it (RFC 3834)."""
    send(guests, invite)
    assert guests.aws.mails()[-1].headers == {"Auto-Submitted": "auto-generated"}


def test_of_two_mailers_one_sends(guests: Bench, invite: Invite) -> None:
    """Queues deliver twice: whoever comes while it is being sent leaves it alone."""
    second = list[bool]()
    mailer = Stumbling(before=lambda: second.append(send(guests, invite)))
    assert send(guests, invite, mailer)
    with ThreadPoolExecutor(3) as pool:
        assert not any(pool.map(lambda _: send(guests, invite), range(3)))
    assert (second, links_sent(guests, invite)) == ([False], [1])


def test_after_a_crash_it_is_sent_at_most_once_more(guests: Bench, invite: Invite) -> None:
    """SES had taken it, and nobody recorded that: the sweep finds it when the claim is over."""
    with pytest.raises(KeyboardInterrupt):
        send(guests, invite, Stumbling(after=crash))
    assert not send(guests, invite)
    guests.advance(CLAIM + 1)
    assert guests.sweep().mails == 1
    assert [send(guests, invite), send(guests, invite)] == [True, False]
    assert links_sent(guests, invite) == [1, 1]


def test_a_resend_during_the_sending_is_sent_as_well(guests: Bench, invite: Invite) -> None:
    """The first link is dead as it goes out; the second does not wait for the claim on it to end."""
    mailer = Stumbling(before=lambda: resent(guests, invite))
    send(guests, invite, mailer)
    assert (kept(guests, invite).mail, kept(guests, invite).mailed_generation) == (MailState.QUEUED, 0)
    assert send(guests, invite)
    assert (links_sent(guests, invite), kept(guests, invite).mailed_generation) == ([1, 2], 2)


def test_a_revoked_invites_mail_is_not_sent(guests: Bench, invite: Invite) -> None:
    """Its hint was in the queue already."""
    revoke(invite.organization, invite.id, request=guests.request(), store=guests.store)
    assert not send(guests, invite)
    assert links_sent(guests, invite) == []


def test_whoever_was_removed_is_not_welcomed(guests: Bench, organization: str) -> None:
    """The link is dead; the mail is no longer due, and says why it was not sent."""
    welcome = guests.welcomed(organization, f"{organization}@example.com")
    guests.removed(organization, guests.named(welcome.email))
    assert not send(guests, welcome)
    assert (kept(guests, welcome).mail, kept(guests, welcome).due) == (MailState.WITHDRAWN, None)
    assert links_sent(guests, welcome) == []


def test_who_came_back_is_welcomed_again(guests: Bench, organization: str) -> None:
    """The welcome of the first time leads somewhere again: a resend mails it."""
    welcome = guests.welcomed(organization, f"{organization}@example.com")
    guests.removed(organization, guests.named(welcome.email))
    send(guests, welcome)
    guests.added(organization, welcome.email)
    resent(guests, welcome)
    assert send(guests, welcome)
    assert links_sent(guests, welcome) == [2]


def test_an_invite_revoked_while_its_mail_is_sent_stays_revoked_and_at_rest(
    guests: Bench, invite: Invite
) -> None:
    """That the mail went out is recorded, and nothing is due."""
    mailer = Stumbling(
        after=lambda: revoke(invite.organization, invite.id, request=guests.request(), store=guests.store)
    )
    send(guests, invite, mailer)
    assert (kept(guests, invite).status, kept(guests, invite).mail) == ("revoked", MailState.SENT)
    assert kept(guests, invite).due is None


def test_a_mail_is_not_sent_after_the_invites_end(guests: Bench, invite: Invite) -> None:
    """The link would be dead, whether or not the sweep has expired it yet."""
    guests.advance(invite.life)
    assert not send(guests, invite)
    assert guests.sweep().expiries >= 1
    assert not send(guests, invite)
    assert links_sent(guests, invite) == []


def test_a_mail_that_ses_refuses_is_tried_again_later(guests: Bench, invite: Invite) -> None:
    """The error is the queue's to see; meanwhile the mail waits, claimed and due."""

    def refuse() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        send(guests, invite, Stumbling(before=refuse))
    assert kept(guests, invite).mail is MailState.QUEUED
    assert kept(guests, invite).due == pytest.approx(clock.now() + CLAIM, abs=4)
    guests.advance(CLAIM + 1)
    assert send(guests, invite)


@pytest.mark.parametrize("code", ["MessageRejected", "BadRequestException"])
def test_a_mail_that_ses_will_never_have_is_not_tried_again(guests: Bench, invite: Invite, code: str) -> None:
    """The invite says so, in SES's word; the offer stands, and its end is what is due."""
    guests.aws.inject("SendEmail", code)
    assert [send(guests, invite), send(guests, invite)] == [False, False]
    failed = kept(guests, invite)
    assert (failed.mail, failed.mail_detail, failed.mailed_generation) == (MailState.FAILED, code, 0)
    assert (failed.status, failed.due) == ("pending", invite.expires_at)


@pytest.mark.parametrize(
    "code",
    [
        "AccountSuspendedException",
        "SendingPausedException",
        "MailFromDomainNotVerifiedException",
        "LimitExceededException",
        "AccessDeniedException",
    ],
)
def test_a_mail_waits_while_the_account_may_not_send(guests: Bench, invite: Invite, code: str) -> None:
    """It is the deployer's to mend, and no mail of it is lost."""
    guests.aws.inject("SendEmail", code)
    with pytest.raises(ClientError, match=code):
        send(guests, invite)
    guests.advance(CLAIM + 1)
    assert guests.sweep().mails == 1
    assert send(guests, invite)


def test_a_mail_that_comes_too_soon_after_others_waits_a_moment(guests: Bench, invite: Invite) -> None:
    """SES has not taken a throttled one; it is tried four times, and then by the sweep."""
    guests.aws.inject("SendEmail", "TooManyRequestsException", times=3)
    assert send(guests, invite)
    resent(guests, invite)
    guests.aws.inject("SendEmail", "TooManyRequestsException", times=4)
    with pytest.raises(ClientError, match="TooManyRequests"):
        send(guests, invite)
    assert kept(guests, invite).mail is MailState.QUEUED


def test_a_mail_is_not_sent_twice_for_a_lost_answer(guests: Bench, invite: Invite) -> None:
    """SES has it; whoever asked is not told, and does not ask again by itself."""
    guests.aws.lose("SendEmail")
    with pytest.raises(ClientError):
        send(guests, invite)
    assert not send(guests, invite)
    assert links_sent(guests, invite) == [1]


def test_a_mail_bears_tags_and_no_secret_in_them(guests: Bench, invite: Invite) -> None:
    """SES repeats them in its events: which invite, which generation, and what stands for the address."""
    send(guests, invite)
    asked = guests.aws._wire.emails[-1]
    tags = {tag["Name"]: tag["Value"] for tag in asked["EmailTags"]}
    assert tags == {
        "organization": invite.organization,
        "invite": invite.id,
        "generation": "1",
        "mailbox": LINKS.mailboxes(invite.email)[0],
    }
    assert asked["ConfigurationSetName"] == CONFIGURATION
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,255}", value) for value in tags.values())
