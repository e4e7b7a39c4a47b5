"""What happens at an organization of its own identity provider while processes die: first logins, domains."""

from collections.abc import Callable
from typing import Any

from guestlist import domains
from guestlist.domain_bodies import DomainChange
from guestlist.domain_records import Domain
from guestlist.names import ADMIN
from tests.robustness.arrivals import Arrivals
from tests.robustness.crash_case import ANN, BEN, HOSPITAL, HOUR, Case, is_leaving
from tests.robustness.front import Front, operators_request

NAME = ANN.rpartition("@")[2]
"""The domain of everybody's address."""
NOBODY = "nobody"
PROVIDERS = (
    {"strategy": "samlp", "metadata_url": "https://id.hospital.example/metadata", "domains": [NAME]},
    {"strategy": "oidc", "issuer": "https://id.labs.example", "client_id": "1", "domains": ["labs.example"]},
)
"""Two, of which an address's domain tells one."""


def _nothing(_: Front) -> None:
    """Begin without the hospital."""


def provisioned(front: Front, **more: Any) -> None:  # noqa: ANN401 (JSON)
    """Let the hospital have identity providers."""
    front.provision(HOSPITAL, kind="enterprise", connections=[*PROVIDERS], **more)


def _claimed(front: Front, **more: Any) -> None:  # noqa: ANN401 (JSON)
    """Let the hospital have identity providers, and claim the domain."""
    provisioned(front, **more)
    front.world.rest(HOUR)
    _claim(front)


def proved(front: Front, **more: Any) -> None:  # noqa: ANN401 (JSON)
    """Let the hospital have identity providers, and have proved the domain."""
    _claimed(front, **more)
    _prove(front)


def _open(front: Front) -> None:
    """Let the domain's people become editors by themselves."""
    proved(front)
    _change(front)


def _claim(front: Front) -> None:
    domains.claim(HOSPITAL, NAME, request=operators_request(f"{HOSPITAL}#domains#{NAME}"), store=front.store)


def _prove(front: Front) -> None:
    """Have the record looked for, which is there."""
    domains.prove(
        HOSPITAL,
        NAME,
        request=operators_request(),
        look_up=lambda _: [_domain(front).token],
        store=front.store,
    )


def _change(front: Front) -> None:
    seen = _domain(front).version
    asked = DomainChange(auto_join=True, roles=["editor"])
    domains.change(HOSPITAL, NAME, asked, seen=seen, request=operators_request(), store=front.store)


def _release(front: Front) -> None:
    domains.release(HOSPITAL, NAME, request=operators_request(), store=front.store)


def _domain(front: Front) -> Domain:
    return domains.domain(HOSPITAL, NAME, front.store)


def signs_in(front: Front, *groups: str, email: str = ANN, subject: str = "1") -> str:
    """Have somebody sign in, with the groups they are in; return what the door is told of them."""
    arrivals, [own, *_] = Arrivals(front.world), front.store.organization(HOSPITAL).current_connections
    answer = arrivals.resolve(arrivals.account(own.name, email, subject, groups), arrivals.request())
    return " ".join(answer["roles"] or answer["organizations"]) or NOBODY


def _by_another_account(front: Front) -> str:
    """Have somebody else sign in, of whom the identity provider says that they have Ann's address."""
    return signs_in(front, subject="2")


def after(*steps: Callable[[Front], object]) -> Callable[[Front], None]:
    """Let one thing be so after the other."""

    def prepare(front: Front) -> None:
        for step in steps:
            step(front)

    return prepare


def _left(front: Front) -> None:
    """Let Ann, who was added, be off the list again before she ever came."""
    front.add(HOSPITAL, BEN, ADMIN)
    front.add(HOSPITAL, ANN)
    found = front.member(HOSPITAL, ANN)
    assert found
    front.deprovision(found)


def invited(front: Front) -> None:
    """Let Ann be invited."""
    front.invite(HOSPITAL, ANN)


def _added(front: Front) -> None:
    front.add(HOSPITAL, ANN, ADMIN)


def moved(front: Front) -> None:
    """Let the hospital have had its people in the common connection, and have both doors open to them."""
    front.provision(HOSPITAL)
    front.add(HOSPITAL, BEN, ADMIN)
    front.add(HOSPITAL, ANN, "editor")
    _claim(front)
    _prove(front)
    front.world.rest(HOUR)
    front.move(HOSPITAL, 30 * 24 * HOUR)


def _first_login(name: str, *before: Callable[[Front], object]) -> Case:
    return Case(f"first login, {name}", after(*before), signs_in, later=signs_in)


def _denied(name: str, *before: Callable[[Front], object], ask: Callable[[Front], object] = signs_in) -> Case:
    """Return the case of somebody who was denied before: Auth0 has made them an account then."""
    return Case(name, after(*before, ask), ask)


OF_LOGINS = (
    _first_login("invited", proved, invited),
    _first_login("added before", proved, _added),
    _first_login("by the domain", _open),
    _first_login("moved", moved),
)
STRANGERS = (
    _denied("a stranger", proved),
    _denied("invited, by a domain that nobody proved", _claimed, invited),
    _denied("a member's address in another account", _open, signs_in, ask=_by_another_account),
    _denied("taken off the list before they came", _open, _left),
    _denied("into a suspended organization", _open, lambda front: front.suspend(HOSPITAL)),
)
"""First logins that lead nowhere."""
OF_DOMAINS = (
    Case("claim a domain", provisioned, _claim),
    Case("prove a domain", _claimed, _prove),
    Case("let a domain's people in", proved, _change, lambda front: _domain(front).auto_join),
    Case("release a domain", _open, _release, lambda front: front.store.domain(HOSPITAL, NAME) is None),
)
OF_ORGANIZATIONS = (
    Case("provision, enterprise", _nothing, provisioned, pairs=False),
    Case(
        "suspend, enterprise",
        after(_open, signs_in),
        lambda front: front.suspend(HOSPITAL),
        later=signs_in,
        pairs=False,
    ),
    Case(
        "offboard, enterprise",
        after(_open, signs_in, lambda front: front.invite(HOSPITAL, BEN)),
        lambda front: front.offboard(HOSPITAL),
        is_leaving,
        pairs=False,
    ),
)
