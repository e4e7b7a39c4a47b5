"""An organization's domains, through the front door: claimed, proved, changed, released."""

import pytest

from guestlist.domain_records import CHALLENGE
from local.people import Api
from local.stack import Stack
from tests.accept_setup import store
from tests.callers_setup import added
from tests.domain_setup import ANY, claim, path, prove, proved, set_record
from tests.front_door import audited, provision, unique
from tests.kinds_setup import offboarded
from tests.minted import caller, of_organization
from tests.refusals import refused, traces


def test_a_domain_is_proved_by_its_record(operator: Api, clinic: str, stack: Stack) -> None:
    """The claim says which one; once it is there the domain is the organization's, and the audit has both."""
    made = claim(operator, clinic)
    name = made["domain"]
    assert (made["proved"], made["auto_join"], made["roles"]) == (False, False, [])
    assert made["record"]["name"] == f"{CHALLENGE}.{name}"
    refused(prove(operator, made), 409, "domain_unproved")
    set_record(operator, made)
    assert prove(operator, made).json()["proved"] is True
    assert operator.get(path(made)).json()["proved_at"] is not None
    assert [audited(stack, clinic, f"domain:{verb}") for verb in ("claim", "prove")] == [[name], [name]]


@pytest.mark.parametrize("there", [[], ["something else"], ["0" * 32, "v=spf1 -all"]])
def test_another_record_proves_nothing(there: list[str], operator: Api, clinic: str, stack: Stack) -> None:
    """The refusal says what was looked for; nothing is recorded."""
    made = claim(operator, clinic)
    stack.zone[made["record"]["name"]] = there
    before = traces(stack)
    answer = prove(operator, made)
    refused(answer, 409, "domain_unproved")
    assert answer.json()["record"] == made["record"]
    assert traces(stack) == before


def test_the_record_is_one_of_several_and_cut_into_strings(operator: Api, clinic: str, stack: Stack) -> None:
    """Others at the same name do not matter, nor how long they are; without case in the path."""
    made = claim(operator, clinic)
    stack.zone[made["record"]["name"]] = ["x" * 700, made["record"]["value"]]
    assert operator.post(f"{path(made).replace('domain-', 'DOMAIN-')}/prove").json()["proved"] is True


def test_what_is_proved_stays_so_without_its_record(operator: Api, clinic: str, stack: Stack) -> None:
    """Nobody looks again, whoever asks for a proof once more."""
    made = proved(operator, clinic)
    stack.zone[made["record"]["name"]] = []
    assert prove(operator, made).json() == made
    assert len(audited(stack, clinic, "domain:prove")) == 1


def test_name_servers_that_do_not_tell_are_503(operator: Api, clinic: str, stack: Stack) -> None:
    """Silent ones and those that say so: within seconds, with `Retry-After`, nothing recorded."""
    made = claim(operator, clinic)
    for failing in (stack.zone.broken, stack.zone.silent):
        failing.add(made["record"]["name"])
        before = traces(stack)
        answer = prove(operator, made)
        refused(answer, 503, "dns_unavailable")
        assert int(answer.headers["retry-after"]) >= 1
        assert traces(stack) == before
        failing.clear()


def test_a_domain_that_another_organization_proved_is_taken(operator: Api, clinic: str) -> None:
    """Who claimed it before cannot prove it any more, and nobody else claims it."""
    late = claim(operator, clinic)
    set_record(operator, late)
    proved(operator, provision(operator), late["domain"])
    refused(prove(operator, late), 409, "domain_taken")
    body = {"domain": late["domain"]}
    third = provision(operator)
    refused(operator.post(f"/organizations/{third}/domains", json=body), 409, "domain_taken")


def test_claiming_twice_is_once(operator: Api, clinic: str, stack: Stack) -> None:
    """The token stays, in whatever spelling, so that a record that was set is not for nothing."""
    name = unique("bücher")
    first = claim(operator, clinic, f"{name}.example")
    again = claim(operator, clinic, f"{name.upper()}.Example")
    assert first == again
    assert first["domain"] == f"{name}.example".encode("idna").decode()
    assert operator.get(f"/organizations/{clinic}/domains/{name.upper()}.example").json() == first
    assert audited(stack, clinic, "domain:claim") == [first["domain"]]


def test_another_claim_has_another_token(operator: Api, clinic: str) -> None:
    """Of another organization, and of the same after a release: an old record proves nothing."""
    first = claim(operator, clinic)
    other = claim(operator, provision(operator), first["domain"])
    operator.delete(path(first)).raise_for_status()
    again = claim(operator, clinic, first["domain"])
    assert len({made["record"]["value"] for made in (first, other, again)}) == 3


def test_a_released_domain_can_be_proved_by_another(operator: Api, clinic: str, stack: Stack) -> None:
    """It is gone from the list, and free."""
    made = proved(operator, clinic)
    assert operator.delete(path(made)).json()["domain"] == made["domain"]
    for gone in (operator.get(path(made)), operator.delete(path(made)), prove(operator, made)):
        refused(gone, 404, "not_found")
    assert operator.get(f"/organizations/{clinic}/domains").json() == {"items": [], "next": None}
    assert proved(operator, provision(operator), made["domain"])["proved"] is True
    assert audited(stack, clinic, "domain:release") == [made["domain"]]


def test_an_organization_that_is_gone_has_no_domain(operator: Api, clinic: str, stack: Stack) -> None:
    """What it proved, another one can prove."""
    made, claimed = proved(operator, clinic), claim(operator, clinic)
    offboarded(stack, operator, clinic)
    assert store(stack).domains(clinic) == []
    assert sorted(audited(stack, clinic, "domain:release")) == sorted([made["domain"], claimed["domain"]])
    assert proved(operator, provision(operator), made["domain"])["proved"] is True


def test_people_join_by_a_proved_domain_alone(operator: Api, clinic: str) -> None:
    """Off until somebody says otherwise; roles may be said before, and what is left out stays."""
    made = claim(operator, clinic)
    roles = operator.patch(path(made), json={"roles": ["viewer"]}, headers=ANY)
    assert (roles.json()["auto_join"], roles.json()["roles"]) == (False, ["viewer"])
    refused(operator.patch(path(made), json={"auto_join": True}, headers=ANY), 409, "domain_unproved")
    set_record(operator, made)
    prove(operator, made).raise_for_status()
    changed = operator.patch(path(made), json={"auto_join": True}, headers=ANY)
    assert (changed.json()["auto_join"], changed.json()["roles"]) == (True, ["viewer"])


def test_a_domain_changes_with_if_match(operator: Api, clinic: str) -> None:
    """The version rises with the proof and with each change."""
    made = proved(operator, clinic)
    body = {"auto_join": True}
    refused(operator.patch(path(made), json=body), 428, "precondition_required")
    refused(operator.patch(path(made), json=body, headers={"If-Match": '"1"'}), 412, "stale")
    changed = operator.patch(path(made), json=body, headers={"If-Match": '"2"'})
    assert changed.headers["etag"] == operator.get(path(made)).headers["etag"] == '"3"'


def test_the_roles_are_those_that_the_organization_gives(operator: Api) -> None:
    """One that it does not is refused by its place."""
    made = proved(operator, provision(operator, roles=["viewer", "editor"]))
    answer = operator.patch(path(made), json={"roles": ["editor", "owner"]}, headers=ANY)
    refused(answer, 422, "unacceptable", "#/roles/1")
    assert operator.patch(path(made), json={"roles": ["editor"]}, headers=ANY).json()["roles"] == ["editor"]


def test_nobody_lets_people_in_above_themselves(operator: Api, clinic: str, stack: Stack) -> None:
    """Neither by a role, nor by opening a domain at which `admin` waits."""
    made = proved(operator, clinic)
    with caller(stack, permissions=["all:organizations", "write:domains"]) as clerk:
        refused(clerk.patch(path(made), json={"roles": ["admin"]}, headers=ANY), 403, "forbidden")
        operator.patch(path(made), json={"roles": ["admin"]}, headers=ANY).raise_for_status()
        refused(clerk.patch(path(made), json={"auto_join": True}, headers=ANY), 403, "forbidden")
        assert clerk.patch(path(made), json={"roles": ["viewer"]}, headers=ANY).is_success


def test_an_admin_has_their_own_organizations_domains(operator: Api, clinic: str, stack: Stack) -> None:
    """From the claim to the release; a former admin's token does nothing any more."""
    user = added(operator, clinic, "admin")
    added(operator, clinic, "admin")
    account = operator.get(f"/users/{user}").json()["account"]
    with caller(stack, sub=account, **of_organization(clinic, "admin")) as admin:
        made = proved(admin, clinic)
        admin.patch(path(made), json={"auto_join": True}, headers=ANY).raise_for_status()
        operator.delete(f"/organizations/{clinic}/members/{user}").raise_for_status()
        body = {"domain": "late.example"}
        for late in (
            admin.post(f"/organizations/{clinic}/domains", json=body),
            prove(admin, made),
            admin.patch(path(made), json={"auto_join": False}, headers=ANY),
            admin.delete(path(made)),
        ):
            refused(late, 403, "forbidden")


def test_a_key_claims_once(operator: Api, clinic: str) -> None:
    """Replayed it gives the domain as it stands now; with another body it is refused."""
    where, key = f"/organizations/{clinic}/domains", {"Idempotency-Key": unique("key")}
    bodies = [{"domain": f"{unique('key')}.example"} for _ in range(2)]
    made = operator.post(where, json=bodies[0], headers=key).json()
    set_record(operator, made)
    prove(operator, made).raise_for_status()
    again = operator.post(where, json=bodies[0], headers=key)
    assert (again.status_code, again.json()["proved"]) == (201, True)
    refused(operator.post(where, json=bodies[1], headers=key), 422, "idempotency_key_reused")
