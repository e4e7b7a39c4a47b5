"""What tests of mailing share: a mailer run by hand, SES that stumbles, and what it was given."""

from collections.abc import Callable, Mapping

from guestlist.clock import clock
from guestlist.links import Links
from guestlist.mail import Mail, Mailer
from guestlist.mailing import send_mail
from guestlist.records import Invite
from guestlist.resending import resend
from local.stack import CONNECTION, SENDER
from tests.bench import Bench

CONFIGURATION = "guestlist-MailConfiguration"
LINKS = Links(origin="https://join.example", keys=lambda: {"current": "k" * 32})


class Stumbling(Mailer):
    """SES, with something that happens just before or after it takes a mail."""

    def __init__(self, *, before: Callable[[], object] = int, after: Callable[[], object] = int) -> None:
        super().__init__(SENDER, CONFIGURATION)
        self._before, self._after = before, after

    def send(self, mail: Mail, tags: Mapping[str, str]) -> None:
        """Hand a mail to SES."""
        self._before()
        super().send(mail, tags)
        self._after()


def send(guests: Bench, invite: Invite, mailer: Mailer | None = None) -> bool:
    """Run the mailer for an invite."""
    return send_mail(
        invite.organization,
        invite.id,
        application="Clinic Portal",
        links=LINKS,
        mailer=mailer or Mailer(SENDER, CONFIGURATION),
        store=guests.store,
        now=clock.now(),
    )


def links_sent(guests: Bench, invite: Invite) -> list[int]:
    """Return the generations whose links went out to the invitee."""
    texts = [mail.text for mail in guests.aws.mails() if invite.email in mail.to]
    tokens = {LINKS.url(invite.id, generation): generation for generation in range(1, 5)}
    return [generation for text in texts for link, generation in tokens.items() if link in text]


def kept(guests: Bench, invite: Invite) -> Invite:
    """Return an invite as it stands in the table."""
    return guests.store.invite(invite.organization, invite.id)


def resent(guests: Bench, invite: Invite) -> None:
    """Resend an invite; its mail is not queued."""
    resend(
        invite.organization,
        invite.id,
        request=guests.request(),
        connection=CONNECTION,
        budgets=guests.budgets,
        store=guests.store,
    )
