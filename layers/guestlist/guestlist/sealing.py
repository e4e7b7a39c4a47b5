"""The sealing: gives the audit's records their places in their organizations' chains, and signs these.

A chain goes by the order of sealing: a transaction may commit late, with an earlier id than a sealed one.
Up to `BATCH` records and the checkpoint over them are one transaction, on condition that none of them is
sealed and that there is no checkpoint of that sequence. So a crash leaves all of it or nothing, and of two
sealings at once one goes on and the other begins anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from aws_lambda_powertools import Logger

from guestlist import writes
from guestlist.audit_chain import START, canonical, digest, without
from guestlist.audit_records import Audit, Checkpoint, Seal
from guestlist.audit_resources import AuditRecord
from guestlist.audit_resources import Checkpoint as Shown
from guestlist.clock import clock
from guestlist.errors import Busy
from guestlist.seal_key import SealKey
from guestlist.store import Store, decided_anew

logger = Logger(child=True)

BATCH = 99
"""Records of a transaction, which takes a hundred writes; one of them is the checkpoint's."""


@dataclass
class Sealed:
    """What one sealing did."""

    records: int = 0
    checkpoints: int = 0
    oldest: int = field(default=0, compare=False)
    """Seconds for which the first of the records had waited."""


def seal_all(*, key: SealKey, store: Store, until: float) -> Sealed:
    """Seal whatever is not; at `until` (steady seconds of the clock) leave the rest to the next run.

    Raises:
        KmsUnavailable: nothing can be signed now, and nothing more was sealed.
    """
    sealed, now, kid = Sealed(), clock.now(), key.public()["kid"]
    for organization, ids in store.unsealed():
        for start in range(0, len(ids), BATCH):
            if clock.steady() >= until:
                return sealed
            try:
                records = seal(organization, ids[start : start + BATCH], kid=kid, key=key, store=store)
            except Busy:
                logger.warning("another sealing was faster, again and again", organization=organization)
                continue
            sealed.records += len(records)
            sealed.checkpoints += bool(records)
            sealed.oldest = max([sealed.oldest, *(now - record.at for record in records)])
    return sealed


@decided_anew
def seal(organization: str, ids: Sequence[str], *, kid: str, key: SealKey, store: Store) -> list[Audit]:
    """Seal those of an organization's records that are not sealed yet, and return them as they are then.

    Raises:
        Busy: others sealed records of this organization for as long as we tried.
        KmsUnavailable: the checkpoint cannot be signed; nothing was sealed.
    """
    newest = next(iter(store.checkpoints(organization, limit=1, cursor=None).items), None)
    waiting = [record for record in store.audit_records(organization, ids) if record.seal is None]
    if not waiting:
        return []
    records = _chained(waiting, newest)
    checkpoint = _signed(records[-1], newest, kid, key)
    seals = [writes.sealed(record, record.seal) for record in records if record.seal]
    store.commit(seals, writes.new_checkpoint(checkpoint))
    # The log is another place than the table: whoever rewrites the one has the other against them.
    logger.info("sealed", records=len(records), checkpoint=Shown.of(checkpoint).model_dump())
    return records


def _chained(records: Sequence[Audit], newest: Checkpoint | None) -> list[Audit]:
    """Return records with the seals that follow on the newest checkpoint."""
    last, former = (newest.number, newest.hash) if newest else (0, START)
    chained = []
    for number, record in enumerate(records, last + 1):
        former = digest(former, number, hashed(record))
        chained.append(replace(record, seal=Seal(number, former)))
    return chained


def hashed(record: Audit) -> dict[str, object]:
    """Return what a record's hash is over: the record as the API shows it, without its seal."""
    return without(AuditRecord.of(record).model_dump(mode="json"), "seal")


def _signed(last: Audit, newest: Checkpoint | None, kid: str, key: SealKey) -> Checkpoint:
    """Return the checkpoint over all up to a record, which is sealed."""
    if last.seal is None:
        raise ValueError("a checkpoint is of a sealed record")
    checkpoint = Checkpoint(
        organization=last.organization,
        sequence=newest.sequence + 1 if newest else 1,
        number=last.seal.number,
        hash=last.seal.hash,
        at=clock.now(),
        key=kid,
    )
    statement = without(Shown.of(checkpoint).model_dump(mode="json"), "signature")
    return replace(checkpoint, signature=key.sign(canonical(statement)))
