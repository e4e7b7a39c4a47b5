"""News of a mail: in any order and number, before the mailer's own word, of a mail that counts no more."""

from itertools import permutations, product

import pytest

from guestlist.ids import ordered_id
from guestlist.links import Links
from guestlist.mail_events import MailEvent, Tags
from guestlist.mail_records import MailState
from guestlist.mail_states import hear
from guestlist.mailing import CLAIM
from guestlist.records import Invite, InviteStatus
from tests.bench import Bench
from tests.mailing_setup import LINKS, Stumbling, kept, links_sent, resent, send

SENT, DELIVERED = (MailState.SENT, ""), (MailState.DELIVERED, "")
DELAYED = (MailState.SENT, "MailboxFull")
BOUNCED, COMPLAINED = (MailState.BOUNCED, "General"), (MailState.COMPLAINED, "abuse")
SUPPRESSED = (MailState.SUPPRESSED, "OnAccountSuppressionList")
FAILED = (MailState.FAILED, "Reject")


@pytest.fixture
def invite(guests: Bench, organization: str) -> Invite:
    """An invite whose mail nobody has sent yet."""
    return guests.invited(organization, f"{organization}@example.com")


def tell(
    guests: Bench, invite: Invite, *news: tuple[MailState, str], generation: int = 1, at: int = 1000
) -> None:
    """Let SES tell these, of the mail of a generation that it took at that time."""
    [mailbox] = LINKS.mailboxes(invite.email)
    tags = Tags(invite.organization, invite.id, str(generation), mailbox)
    for state, detail in news:
        hear(MailEvent(tags, state, detail, at), store=guests.store)


def told(guests: Bench, invite: Invite) -> tuple[MailState, str]:
    """Return what an invite says of its mail."""
    found = kept(guests, invite)
    return found.mail, found.mail_detail


@pytest.mark.parametrize(
    ("news", "end"),
    [
        ((SENT, DELAYED, DELIVERED), DELIVERED),
        ((SENT, DELIVERED, BOUNCED), BOUNCED),
        ((SENT, DELIVERED, COMPLAINED), COMPLAINED),
        ((SENT, DELAYED), DELAYED),
        ((SENT, SUPPRESSED), SUPPRESSED),
        ((SENT, FAILED), FAILED),
    ],
)
def test_news_in_any_order_and_told_twice_end_in_the_same(
    guests: Bench, organization: str, news: tuple[tuple[MailState, str], ...], end: tuple[MailState, str]
) -> None:
    """Queues deliver late, twice and out of order; no news takes a state back."""
    for number, (order, repeated) in enumerate(product(permutations(news), news)):
        invite = guests.invited(organization, f"{number}-{organization}@example.com")
        tell(guests, invite, *order, repeated)
        assert told(guests, invite) == end
        assert kept(guests, invite).version == invite.version


def test_news_may_come_before_the_mailers_own_word(guests: Bench, invite: Invite) -> None:
    """Delivered while SES was still answering, it stays delivered, in the generation that went out."""
    assert send(guests, invite, Stumbling(after=lambda: tell(guests, invite, SENT, DELIVERED)))
    found = kept(guests, invite)
    assert (found.mail, found.mailed_generation, found.due) == (MailState.DELIVERED, 1, invite.expires_at)


def test_a_crash_is_made_good_by_the_news(guests: Bench, invite: Invite) -> None:
    """SES had the mail when the mailer ended; it tells so, and no second mail goes out."""

    def crash() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send(guests, invite, Stumbling(after=crash))
    tell(guests, invite, SENT)
    guests.advance(CLAIM + 1)
    assert guests.sweep().mails == 0
    assert not send(guests, invite)
    assert (links_sent(guests, invite), kept(guests, invite).mailed_generation) == ([1], 1)


def test_news_of_an_older_mail_do_not_count(guests: Bench, invite: Invite) -> None:
    """The resent one waits; what became of the first is kept of its mailbox alone."""
    send(guests, invite)
    resent(guests, invite)
    tell(guests, invite, BOUNCED)
    assert told(guests, invite) == (MailState.QUEUED, "")
    assert send(guests, invite)
    assert links_sent(guests, invite) == [1, 2]


def test_news_leave_the_invite_as_it_is(guests: Bench, invite: Invite) -> None:
    """A bounce ends no offer: its link may have been handed over by other means."""
    send(guests, invite)
    tell(guests, invite, BOUNCED)
    found = kept(guests, invite)
    assert (found.status, found.due) == (InviteStatus.PENDING, invite.expires_at)


def test_news_of_an_invite_without_a_mail_are_none(guests: Bench, organization: str) -> None:
    """Nor of one that is gone; both are taken off the queue."""
    silent = guests.invited(organization, f"{organization}@example.com", send=False)
    tell(guests, silent, DELIVERED)
    tell(guests, Invite(**{**vars(silent), "id": ordered_id()}), BOUNCED)
    assert told(guests, silent) == (MailState.NONE, "")


def shut(guests: Bench, invite: Invite, *news: tuple[tuple[MailState, str], int]) -> bool:
    """Let SES tell these of resent mails of these times; return whether the mailbox is shut then."""
    for what, at in news:
        tell(guests, invite, what, generation=2, at=at)
    return any(mailbox.shut for mailbox in guests.store.mailboxes(LINKS.mailboxes(invite.email)))


@pytest.mark.parametrize(
    "news",
    [
        ((BOUNCED, 1000),),
        ((BOUNCED, 1000), (DELIVERED, 1000)),
        ((DELIVERED, 1000), (BOUNCED, 1000)),
        ((DELIVERED, 2000), (BOUNCED, 3000), (BOUNCED, 1000)),
        ((COMPLAINED, 1000), (DELIVERED, 2000)),
    ],
)
def test_what_shuts_a_mailbox(
    guests: Bench, invite: Invite, news: tuple[tuple[tuple[MailState, str], int], ...]
) -> None:
    """A bounce, also of a mail that a server took at first; a complaint, whatever is delivered later."""
    assert shut(guests, invite, *news)


@pytest.mark.parametrize(
    "news",
    [
        ((BOUNCED, 1000), (DELIVERED, 2000)),
        ((DELIVERED, 2000), (BOUNCED, 1000)),
        ((BOUNCED, 1000), (DELIVERED, 2000), (BOUNCED, 1000)),
        ((DELAYED, 1000), (FAILED, 1000)),
    ],
)
def test_what_opens_a_mailbox(
    guests: Bench, invite: Invite, news: tuple[tuple[tuple[MailState, str], int], ...]
) -> None:
    """A delivery outdoes the bounce of an earlier mail, however late that is told."""
    assert not shut(guests, invite, *news)


def test_the_delivery_of_a_first_mail_opens_no_mailbox(guests: Bench, invite: Invite) -> None:
    """It went out before the bounce was known, perhaps from elsewhere: what was resent counts."""
    tell(guests, invite, BOUNCED, at=1000)
    tell(guests, invite, DELIVERED, at=2000)
    assert shut(guests, invite)
    assert not shut(guests, invite, (DELIVERED, 2000))


def test_a_mailbox_is_known_under_each_live_key() -> None:
    """A key that takes over forgets nothing while the one before it lives."""
    rotating = Links(origin="", keys=lambda: {"previous": "k" * 32, "current": "n" * 32})
    newest, *others = rotating.mailboxes("ann@example.com")
    assert others == LINKS.mailboxes("ann@example.com")
    assert newest not in others
