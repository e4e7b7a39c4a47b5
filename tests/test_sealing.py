"""The sealing of the audit: every record once, in one chain per organization, whatever crashes or races."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from werkzeug.wrappers import Request

from guestlist import writes
from guestlist.audit_chain import START, digest
from guestlist.audit_records import Action, Audit, Checkpoint, Seal
from guestlist.clock import clock
from guestlist.errors import KmsUnavailable
from guestlist.sealing import BATCH, Sealed, hashed, seal_all
from tests.bench import OPERATOR, Bench


@pytest.fixture(autouse=True)
def _sealed(guests: Bench) -> None:
    """Have nothing unsealed of earlier tests."""
    guests.seal()


def records(guests: Bench, organization: str) -> list[Audit]:
    """Return an organization's records in the order of sealing those that are not sealed last."""
    found, cursor = list[Audit](), None
    while True:
        page = guests.store.audit(organization, limit=100, cursor=cursor)
        found += page.items
        cursor = page.next
        if cursor is None:
            return sorted(found, key=lambda one: one.seal.number if one.seal else len(found) + 1)


def checkpoints(guests: Bench, organization: str) -> list[Checkpoint]:
    """Return an organization's checkpoints, oldest first."""
    return list(reversed(guests.store.checkpoints(organization, limit=100, cursor=None).items))


def chained(guests: Bench, organization: str) -> int:
    """Check that all records of an organization are one chain with its checkpoints; return how many."""
    former, hashes = START, dict[int, str]()
    for number, record in enumerate(records(guests, organization), 1):
        former = digest(former, number, hashed(record))
        assert record.seal == Seal(number, former)
        hashes[number] = former
    signed = checkpoints(guests, organization)
    assert [one.sequence for one in signed] == list(range(1, len(signed) + 1))
    assert [hashes[one.number] for one in signed] == [one.hash for one in signed]
    assert signed[-1].number == len(hashes)
    return len(hashes)


def recorded(guests: Bench, organization: str, count: int) -> list[Audit]:
    """Record so many changes of an organization."""
    made = [
        guests.request().audit(organization, OPERATOR.actor, Action.ORGANIZATION_CHANGE, organization)
        for _ in range(count)
    ]
    for record in made:
        guests.store.commit(writes.audited(record))
    return made


def test_a_change_does_not_wait_for_its_seal(guests: Bench, organization: str) -> None:
    """It is recorded without; the next sealing gives it one, and a checkpoint over it."""
    guests.added(organization)
    assert [record.seal for record in records(guests, organization)] == [None, None]
    assert guests.seal() == Sealed(records=2, checkpoints=1)
    assert chained(guests, organization) == 2
    assert guests.seal() == Sealed()


def test_each_organization_has_a_chain_of_its_own(guests: Bench) -> None:
    """What happens in the one shows nothing of the other."""
    first, second = guests.organization(), guests.organization()
    recorded(guests, first, 2)
    assert guests.seal() == Sealed(records=4, checkpoints=2)
    recorded(guests, first, 1)
    assert guests.seal() == Sealed(records=1, checkpoints=1)
    assert [chained(guests, one) for one in (first, second)] == [4, 1]
    assert [len(checkpoints(guests, one)) for one in (first, second)] == [2, 1]


def test_a_record_that_commits_late_is_sealed_late(guests: Bench, organization: str) -> None:
    """Its transaction took longer than a sealing: it has an earlier id, and a later place in the chain."""
    late = guests.request().audit(organization, OPERATOR.actor, Action.ORGANIZATION_CHANGE, organization)
    recorded(guests, organization, 2)
    guests.seal()
    guests.store.commit(writes.audited(late))
    assert guests.seal() == Sealed(records=1, checkpoints=1)
    assert chained(guests, organization) == 4
    last = records(guests, organization)[-1]
    assert last.id == late.id
    assert late.id < max(record.id for record in records(guests, organization))


def test_many_records_are_sealed_in_several_transactions(guests: Bench, organization: str) -> None:
    """A checkpoint for each, since a transaction takes a hundred writes."""
    recorded(guests, organization, BATCH + 1)
    assert guests.seal() == Sealed(records=BATCH + 2, checkpoints=2)
    assert chained(guests, organization) == BATCH + 2


def test_what_there_is_no_time_for_is_left_to_the_next_run(guests: Bench, organization: str) -> None:
    """Nothing is begun that the function's end would cut off."""
    over = seal_all(key=guests.key, store=guests.store, until=clock.steady())
    assert over == Sealed()
    assert guests.seal().records == 1
    assert chained(guests, organization) == 1


def test_it_is_told_how_long_the_first_waited(guests: Bench, organization: str) -> None:
    """An alarm is set on that."""
    recorded(guests, organization, 1)
    guests.advance(1000)
    assert guests.seal().oldest == pytest.approx(1000, abs=5)


class Crashed(BaseException):
    """A process that ends, as at its timeout: nothing catches it."""


@pytest.fixture
def dying(guests: Bench) -> Iterator[list[int]]:
    """Give a list of how many effects are left until the process ends, before or after each."""
    left = list[int]()
    client = guests.store._table._client

    def before(**_: object) -> None:
        if left:
            left[0] -= 1
            if left[0] < 0:
                raise Crashed

    for event in ("before-send", "after-call"):
        for operation in ("Query", "BatchGetItem", "TransactWriteItems"):
            client.meta.events.register(f"{event}.dynamodb.{operation}", before)
    yield left
    for event in ("before-send", "after-call"):
        for operation in ("Query", "BatchGetItem", "TransactWriteItems"):
            client.meta.events.unregister(f"{event}.dynamodb.{operation}", before)


def test_the_chain_goes_on_after_a_crash_at_any_call(
    guests: Bench, organization: str, dying: list[int]
) -> None:
    """No record twice, none left out; what was sealed before the crash stays as it is."""
    crashes = 0
    for number in range(200):
        recorded(guests, organization, 2)
        dying[:] = [number]
        try:
            guests.seal()
        except Crashed:
            crashes += 1
        survived = dying.pop() >= 0
        before = [record for record in records(guests, organization) if record.seal]
        guests.seal()
        assert records(guests, organization)[: len(before)] == before
        assert chained(guests, organization) == 1 + 2 * (number + 1)
        if survived:
            break
    shards, others, sides = 8, 3, 2
    assert crashes == number == (shards + others) * sides


def test_a_transaction_whose_answer_is_lost_is_carried_out_once(guests: Bench, organization: str) -> None:
    """It is asked for again under its own token."""
    guests.aws.lose("TransactWriteItems")
    assert guests.seal() == Sealed(records=1, checkpoints=1)
    assert chained(guests, organization) == 1


def test_of_two_sealings_at_once_one_goes_on_and_the_other_begins_anew(
    guests: Bench, organization: str
) -> None:
    """The second finds its checkpoint's place taken, and more to seal: each record has one place."""
    recorded(guests, organization, 3)
    again = list[Sealed]()

    def meanwhile(request: Request) -> None:
        if request.headers.get("X-Amz-Target", "").endswith("TransactWriteItems") and not again:
            again.append(Sealed())
            again[0] = guests.seal()
            recorded(guests, organization, 2)

    with guests.aws.heard(meanwhile):
        late = guests.seal()
    assert again == [Sealed(records=4, checkpoints=1)]
    assert late == Sealed()
    assert guests.seal() == Sealed(records=2, checkpoints=1)
    assert chained(guests, organization) == 6


def test_sealings_and_changes_race(guests: Bench) -> None:
    """Four sealings at once, over and over, while changes go on in three organizations."""
    organizations = [guests.organization() for _ in range(3)]
    done, failed = threading.Event(), list[BaseException]()

    def sealing() -> None:
        try:
            while not done.is_set():
                guests.seal()
        except BaseException as error:  # noqa: BLE001 (told by the test)
            failed.append(error)

    threads = [threading.Thread(target=sealing) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(15):
        for organization in organizations:
            recorded(guests, organization, 2)
    done.set()
    for thread in threads:
        thread.join()
    guests.seal()
    assert failed == []
    assert [chained(guests, organization) for organization in organizations] == [31] * 3


def test_a_key_that_is_out_of_reach_holds_up_no_change(guests: Bench, organization: str) -> None:
    """Nothing is sealed, the function raises, and the next run seals all."""
    guests.aws.inject("Sign", "KMSInvalidStateException")
    recorded(guests, organization, 1)
    with pytest.raises(KmsUnavailable):
        guests.seal()
    assert [record.seal for record in records(guests, organization)] == [None, None]
    assert guests.seal() == Sealed(records=2, checkpoints=1)


def test_a_seal_is_pinned() -> None:
    """A record of before has the hash that it had, whatever is made of the code: a chain is for years."""
    record = Audit(
        id="01JDHZ6Q00000000000000AVD1",
        organization="clinicA",
        actor=replace(OPERATOR.actor, id="auth0|ölga"),
        action=Action.MEMBER_ADD,
        subject="0123456789abcdef01234567",
        at=1_790_000_000,
        request="a-request=",
    )
    assert (
        digest(START, 1, hashed(record)) == "4fad9ad5f0c9907bc501f6df7d15cf1b4ee8c1baf0894e637904d8b78ba0ff10"
    )
