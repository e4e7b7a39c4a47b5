"""Passwords, tickets, links and tokens stand nowhere but where they belong."""

import threading
from collections import Counter
from collections.abc import Iterator

import pytest
from aws_lambda_powertools import Logger

from local.people import Person
from tests.front_door import invite, provision, unique
from tests.whole_run import Run, found_in, whole_run


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Return a run that has been through everything once."""
    with whole_run() as done:
        yield done


@pytest.fixture(scope="module")
def whereabouts(run: Run) -> dict[str, dict[str, int]]:
    """Return in how many texts of which sink each secret stands."""
    return run.whereabouts()


def test_the_run_had_secrets_of_every_kind(run: Run) -> None:
    """What the others search for was really there to be found."""
    kinds = Counter(name.rpartition(" ")[0] for name in run.secrets())
    least = {
        "chosen password": 4,
        "random password": 4,
        "ticket": 2,
        "set-up link": 2,
        "accept token": 4,
        "client secret": 5,
        "link key": 1,
        "access_token": 6,
        "refresh_token": 2,
        "id_token": 2,
    }
    assert kinds >= Counter(least)


def test_the_run_failed_in_every_way_that_it_was_told_to(run: Run) -> None:
    """The log tells of what was put off and of both crashes, or it would be silent for want of a reason."""
    log = run.log.getvalue()
    for told in ("a projection was put off", "a request failed", "a page failed", "HTTP Request"):
        assert told in log


def test_passwords_keys_and_tokens_are_nowhere(whereabouts: dict[str, dict[str, int]]) -> None:
    """Not in table, queues, logs, answers, pages or mails."""
    leaks = {name: sinks for name, sinks in whereabouts.items() if sinks}
    told = ("accept token", "ticket", "set-up link")
    assert not [leak for leak in leaks.items() if not leak[0].startswith(told)]


def test_an_accept_token_is_in_the_one_mail_that_bears_its_link(
    whereabouts: dict[str, dict[str, int]],
) -> None:
    """The page behind it knows its own address alone."""
    found = [sinks for name, sinks in whereabouts.items() if name.startswith("accept token")]
    assert found == [{"mails": 1}] * len(found)


def test_a_ticket_is_in_the_one_answer_that_leads_to_it(whereabouts: dict[str, dict[str, int]]) -> None:
    """The button's 303 goes to it."""
    found = [sinks for name, sinks in whereabouts.items() if name.startswith("ticket")]
    assert found == [{"locations": 1}] * len(found)


def test_a_set_up_link_is_in_the_one_answer_to_who_asked_for_it(
    whereabouts: dict[str, dict[str, int]],
) -> None:
    """One that was made and not answered is nowhere."""
    found = [sinks for name, sinks in whereabouts.items() if name.startswith("set-up link")]
    assert found == [{"answers": 1}, {}]


def test_what_is_planted_is_found_in_every_sink(run: Run) -> None:
    """A name that goes everywhere shows that the searches above would have found a secret."""
    planted = unique("planted'")
    clinic = provision(run.operator, name=planted)
    with Person(run.stack, f"{planted}@clinic.example") as person:
        invite(run.operator, clinic, person)
        person.press(person.link())
    queue = run.stack.aws.physical["MailDeadLetters"]["Ref"]
    run.stack.aws.sqs().send_message(QueueUrl=queue, MessageBody=planted)
    run.sent.append(("sqs.SendMessage", planted))
    run.stack.gateway.access_log.append(planted)
    logging = threading.Thread(target=Logger(service="api").info, args=[planted])
    logging.start()
    logging.join()
    sinks = run.sinks()
    assert set(found_in(sinks, planted)) == set(sinks) - {"locations"}
