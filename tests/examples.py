"""The examples of the OpenAPI document: real answers of the local stack.

`python -m tests.examples` writes them anew.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from guestlist.openapi import EXAMPLES
from guestlist.provisioning import connection_name
from local.stack import Stack
from tests.asked import OPERATIONS, Asker, asking
from tests.front_door import WAIT
from tests.moving_setup import SAML
from tests.provoked import provoke

Examples = dict[str, dict[str, Any]]


def answers(asker: Asker) -> Examples:
    """Walk through all operations once, and return what each was asked and answered."""
    ids, found = {"organization": "clinicA"}, Examples()
    for operation, (_, body) in OPERATIONS.items():
        if operation == "discover":
            _with_a_connection(asker)
        if operation == "list_audit":
            asker.stack.functions["SealerFunction"].invoke({})
        if operation == "link_member":
            asker.stack.workers.idle()  # who moves has a place then
        if operation == "make_setup_link":
            found[operation] = {"request": body, "answer": _setup_link(asker)}
            continue
        place = ELSEWHERE[operation](asker) if operation in ELSEWHERE else ids
        answer = asker.ask(operation, place, headers={**WAIT, "If-Match": "*"}).raise_for_status().json()
        found[operation] = {"request": body, "answer": answer} if body else {"answer": answer}
        if operation == "deprovision":
            ids["receipt"] = answer["id"]
        if operation == "claim_domain":
            ids["domain"] = answer["domain"]
            asker.stack.zone[answer["record"]["name"]] = [answer["record"]["value"]]
        if operation in {"invite", "add_member"}:
            ids["invite" if operation == "invite" else "user"] = answer.get("user") or answer["id"]
    return found


def _setup_link(asker: Asker) -> dict[str, Any]:
    """Return what is answered about an organization whose connection its IT sets up, without the secret."""
    own = [{"self_service": True, "domains": ["clinic-y.example"]}]
    asker.ask("provision", id="clinicY", name="Clinic Y", kind="enterprise", connections=own)
    answer = asker.ask("make_setup_link", {"organization": "clinicY"}).raise_for_status().json()
    return {**answer, "url": "https://acme.eu.auth0.com/self-service/connections-flow?ticket=..."}


def _with_a_connection(asker: Asker) -> None:
    """Provision an organization with a connection of its own, and prove the domain that is asked about."""
    ids = {"organization": "clinicN", "domain": "clinic-n.example"}
    asker.ask("provision", id="clinicN", name="Clinic N", kind="isolated").raise_for_status()
    asker.stack.workers.idle()
    record = asker.ask("claim_domain", ids, domain=ids["domain"]).raise_for_status().json()["record"]
    asker.stack.zone[record["name"]] = [record["value"]]
    asker.ask("prove_domain", ids).raise_for_status()


def _moving(asker: Asker) -> Mapping[str, str]:
    """Return an organization that moves to a connection which its IT is still to set up."""
    ids = {"organization": "clinicZ"}
    asker.ask("provision", id=ids["organization"]).raise_for_status()
    asker.ask("move", ids, connections=[{"self_service": True}]).raise_for_status()
    asker.stack.workers.idle()
    return ids


def _of_providers(asker: Asker) -> Mapping[str, str]:
    """Return an organization with identity providers of its own, and the name of a second one."""
    ids = {"organization": "clinicM", "connection": connection_name("clinicM", 2)}
    asker.ask("provision", id="clinicM", name="Clinic M", kind="enterprise", connections=[SAML])
    asker.stack.workers.idle()
    return ids


ELSEWHERE: dict[str, Callable[[Asker], Mapping[str, str]]] = {
    "call_off_move": _moving,
    "add_connection": _of_providers,
    "drop_connection": _of_providers,
}
"""Where those operations are asked for that suit no organization of the walk."""


def captured(stack: Stack) -> tuple[Examples, Examples]:
    """Return an answer of each operation, and by operation and code the refusals."""
    with asking(stack) as asker:
        asker.ask("read_drift")  # nobody has looked as yet
        good = answers(asker)
        provoke(asker)
        return good, asker.refused


def main() -> None:
    """Write the examples."""
    with Stack() as stack:
        operations, refused = captured(stack)
    refusals = {code: problem for found in refused.values() for code, problem in found.items()}
    text = json.dumps({"operations": operations, "refusals": dict(sorted(refusals.items()))}, indent=2)
    EXAMPLES.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
