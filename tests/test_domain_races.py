"""Domains at the same instant: one organization has one, and nothing is left of who came too late."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from local.people import Api
from local.stack import Stack
from tests.accept_setup import store
from tests.domain_setup import claim, path, prove, proved, set_record
from tests.front_door import audited, provision, unique
from tests.refusals import refused


def at_once(stack: Stack, *asked: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """Ask all of it at once, and have none committed before the others were decided."""
    with stack.aws.delayed("TransactWriteItems", 0.2), ThreadPoolExecutor(len(asked)) as pool:
        return [asking.result() for asking in [pool.submit(one) for one in asked]]


@pytest.mark.parametrize("organizations", [2, 5])
def test_one_of_several_organizations_proves_a_domain(
    organizations: int, operator: Api, stack: Stack
) -> None:
    """All have their record in place; the others hear that it is taken, and their claims prove nothing."""
    name = f"{unique('raced')}.example"
    claims = [claim(operator, provision(operator), name) for _ in range(organizations)]
    for made in claims:
        set_record(operator, made)
    answers = at_once(stack, *(lambda made=made: prove(operator, made) for made in claims))
    [winner] = [answer.json()["organization"] for answer in answers if answer.is_success]
    for late in [answer for answer in answers if not answer.is_success]:
        refused(late, 409, "domain_taken")
    assert store(stack).proved_by(name) == winner
    standing = [made["organization"] for made in claims if operator.get(path(made)).json()["proved"]]
    assert standing == [winner]
    assert sum(len(audited(stack, made["organization"], "domain:prove")) for made in claims) == 1


def test_proofs_of_one_organization_at_once_are_one(operator: Api, clinic: str, stack: Stack) -> None:
    """Both hear the same."""
    made = claim(operator, clinic)
    set_record(operator, made)
    first, second = at_once(stack, *[lambda: prove(operator, made)] * 2)
    assert first.raise_for_status().json() == second.raise_for_status().json()
    assert len(audited(stack, clinic, "domain:prove")) == 1


def test_claims_at_once_have_one_token(operator: Api, clinic: str, stack: Stack) -> None:
    """Whoever sets the record that they were told proves the domain."""
    where, body = f"/organizations/{clinic}/domains", {"domain": f"{unique('raced')}.example"}
    answers = at_once(stack, *[lambda: operator.post(where, json=body)] * 3)
    assert len({answer.raise_for_status().json()["record"]["value"] for answer in answers}) == 1
    assert audited(stack, clinic, "domain:claim") == [body["domain"]]


def test_a_release_beside_a_proof_leaves_nothing_half(operator: Api, clinic: str, stack: Stack) -> None:
    """Whichever came first, the domain is gone in the end, and nobody holds it."""
    made = claim(operator, clinic)
    set_record(operator, made)
    proof, release = at_once(stack, lambda: prove(operator, made), lambda: operator.delete(path(made)))
    assert proof.status_code in {200, 404}
    assert release.status_code == 200
    refused(operator.get(path(made)), 404, "not_found")
    assert store(stack).proved_by(made["domain"]) is None
    assert proved(operator, provision(operator), made["domain"])["proved"] is True


def test_of_two_changes_of_what_was_read_one_is_stale(operator: Api, clinic: str, stack: Stack) -> None:
    """Nobody's change is lost under another's."""
    made = proved(operator, clinic)
    seen = {"If-Match": operator.get(path(made)).headers["etag"]}
    bodies = [{"auto_join": True}, {"roles": ["viewer"]}]
    answers = at_once(
        stack, *(lambda body=body: operator.patch(path(made), json=body, headers=seen) for body in bodies)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    [won] = [answer.json() for answer in answers if answer.is_success]
    assert operator.get(path(made)).json() == won


def test_a_proof_beside_a_suspension_is_of_before_or_refused(
    operator: Api, clinic: str, stack: Stack
) -> None:
    """Nothing is granted in an organization whose door is closed."""
    made = claim(operator, clinic)
    set_record(operator, made)
    proof, closed = at_once(
        stack, lambda: prove(operator, made), lambda: operator.post(f"/organizations/{clinic}/suspend")
    )
    assert closed.is_success
    if not proof.is_success:
        refused(proof, 409, "organization_suspended")
    assert operator.get(path(made)).json()["proved"] is proof.is_success
    operator.post(f"/organizations/{clinic}/resume").raise_for_status()
