"""Each refusal that who asks for a set-up link may get, provoked at the front door."""

from collections.abc import Mapping
from typing import Any

from guestlist.table import ATTEMPTS
from tests.accept_setup import leave
from tests.asked import Asker, hurried
from tests.front_door import suffer
from tests.self_service_setup import SELF_SERVICE, made_past_us, name_of, stands

LINK = "make_setup_link"


def provoke_links(asker: Asker, place: Mapping[str, str]) -> None:
    """Ask for links that cannot be made, in an organization without such a connection, and in others."""
    asker.ask(LINK, place)
    own = _awaiting(asker, "clinicW")
    asker.ask(LINK, own, expires_in=1)
    for status in (403, 503):
        suffer(asker.stack, method="POST", path="sso-ticket", status=status, times=9)
        asker.ask(LINK, own)
        asker.stack.tenant.state.faults.clear()
    asker.stack.aws.inject("TransactWriteItems", "TransactionConflict", times=ATTEMPTS)
    with hurried():
        asker.ask(LINK, own)
    stands(asker.stack, "clinicW", "suspended")
    asker.ask(LINK, own)
    leave(asker.stack, "clinicW")
    asker.ask(LINK, own)
    other = _awaiting(asker, "clinicX")
    made_past_us(asker.stack, name_of(asker.stack, "clinicX"))
    asker.ask(LINK, other)


def _awaiting(asker: Asker, organization: str) -> Mapping[str, str]:
    """Provision an organization whose connection its IT sets up; return its id for paths."""
    own: dict[str, Any] = {"kind": "enterprise", "connections": [SELF_SERVICE]}
    asker.ask("provision", id=organization, **own).raise_for_status()
    asker.stack.workers.idle()
    return {"organization": organization}
