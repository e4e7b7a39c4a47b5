"""Each refusal that an operation on domains declares, provoked at the front door."""

from collections.abc import Mapping

from guestlist import writes
from guestlist.domain_records import CHALLENGE, Domain
from guestlist.domains import MOST
from tests.accept_setup import store, suspend
from tests.asked import Asker
from tests.moving_setup import SAML

Ids = Mapping[str, str]


def claimed(asker: Asker, place: Ids, domain: str) -> Ids:
    """Claim a domain and set its record; return the ids."""
    record = asker.ask("claim_domain", place, domain=domain).raise_for_status().json()["record"]
    asker.stack.zone.setdefault(record["name"], []).append(record["value"])
    return {**place, "domain": domain}


def provoke_domains(asker: Asker, place: Ids, other: Ids) -> None:
    """Ask for all that is refused of domains, with one organization that the test fills and closes."""
    _bodies(asker, place)
    _unproved(asker, place)
    _taken(asker, place, other)
    _full(asker, other)
    _suspended(asker, other)


def _bodies(asker: Asker, place: Ids) -> None:
    """Bodies that cannot be, a key's second body, and changes of what was not read."""
    for operation in ("claim_domain", "change_domain"):
        asker.ask(operation, place, content=b"{}")
    for name in ("a-key.example", "b-key.example"):
        asker.ask("claim_domain", place, headers={"Idempotency-Key": "key-domain"}, domain=name)
    for tag in ("", '"700"'):
        asker.ask("change_domain", place, headers={"If-Match": tag})


def _unproved(asker: Asker, place: Ids) -> None:
    """A record that is not there, and name servers that do not know."""
    bare = claimed(asker, place, "bare.example")
    asker.stack.zone[f"{CHALLENGE}.bare.example"] = ["something else"]
    asker.ask("prove_domain", bare)
    asker.ask("change_domain", bare)
    asker.stack.zone.broken.add(f"{CHALLENGE}.bare.example")
    asker.ask("prove_domain", bare)


def _taken(asker: Asker, place: Ids, other: Ids) -> None:
    """A domain that another organization proved, before it was claimed and after."""
    first, second = (claimed(asker, ids, "both.example") for ids in (place, other))
    asker.ask("prove_domain", first).raise_for_status()
    asker.ask("prove_domain", second)
    own = [{**SAML, "domains": ["both.example"]}]
    asker.ask("provision", id="clinicAA", kind="enterprise", connections=own)
    asker.ask("move", second, connections=own)
    asker.ask("release_domain", second).raise_for_status()
    asker.ask("claim_domain", second, domain="both.example")


def _full(asker: Asker, other: Ids) -> None:
    """As many domains as there may be."""
    for number in range(MOST):
        name, organization = f"full-{number}.example", other["organization"]
        kept = Domain(organization=organization, name=name, token="t", created_at=1)
        store(asker.stack).commit(writes.new_domain(kept))
    asker.ask("claim_domain", other, domain="full.example")


def _suspended(asker: Asker, other: Ids) -> None:
    """An organization that is closed."""
    suspend(asker.stack, other["organization"])
    for operation in ("claim_domain", "prove_domain", "change_domain"):
        asker.ask(operation, other)
