"""Cases from the field: what AWS hands over or refuses, and stand-ins for it hid (F27, F29, F33, F35)."""

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from guestlist.audit_records import ActorKind
from guestlist.caller import caller_of, listed
from guestlist.table import ConditionFailed, Table, put
from local.authorizer import as_text
from local.http_event import HttpRequest, event_of
from local.people import Api
from local.stack import NAMESPACE, Stack
from tests.accept_setup import get, heading, link, nonce
from tests.callers_setup import added, change
from tests.conftest import NewPerson
from tests.front_door import provision
from tests.minted import EVERYTHING, caller, of_organization
from tests.refusals import refused, traces

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BROKEN = ["%%%", "abc", "bm9uY2U9=x", "nonce=1"]
UTF_8_NAME = {"name": "Zoë Ōta"}


def press(stack: Stack, url: str, body: str, *, encoded: bool, headers: dict[str, str] | None = None) -> Any:  # noqa: ANN401 (JSON)
    """Hand the function behind the page an event of this body, and return what it answers."""
    event = event_of(HttpRequest.of("POST", url.removeprefix(stack.api), headers))
    return stack.functions["AcceptFunction"].invoke(event | {"body": body, "isBase64Encoded": encoded})


@pytest.mark.parametrize("headers", [FORM, {"Content-Type": "text/plain"}, {}])
@pytest.mark.parametrize("encoded", [True, False])
def test_f27_only_the_flag_tells_how_a_form_arrives(
    headers: dict[str, str], *, encoded: bool, operator: Api, clinic: str, stack: Stack, new_person: NewPerson
) -> None:
    """Whatever type it is of, if any, and with a name in it that takes more than ASCII."""
    url = link(operator, clinic, new_person().email)
    form = urlencode({**UTF_8_NAME, "nonce": nonce(get(url))}).replace("+", " ")
    body = base64.b64encode(form.encode()).decode() if encoded else form
    answer = press(stack, url, body, encoded=encoded, headers=headers)
    assert answer["statusCode"] == 303


@pytest.mark.parametrize("body", BROKEN)
def test_f27_a_form_in_broken_base64_is_malformed(
    body: str, operator: Api, clinic: str, stack: Stack, new_person: NewPerson
) -> None:
    """It is 400, with a page for a person, and nothing has happened."""
    url = link(operator, clinic, new_person().email)
    before = traces(stack)
    answer = press(stack, url, body, encoded=True, headers=FORM)
    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert "<h1>" in answer["body"]
    assert traces(stack) == before


@pytest.mark.parametrize("body", ["", "=", "bm9uY2U9", base64.b64encode(b"\xff").decode(), None])
@pytest.mark.parametrize("encoded", [True, False])
def test_f27_a_form_without_a_nonce_shows_the_page_again(
    body: str | None, *, encoded: bool, operator: Api, clinic: str, stack: Stack, new_person: NewPerson
) -> None:
    """It could be read, and held nothing."""
    url = link(operator, clinic, new_person().email)
    if (body, encoded) == ("=", True):
        body = ""
    answer = press(stack, url, body or "", encoded=encoded)
    assert (answer["statusCode"], heading(get(url)) in answer["body"]) == (200, True)


@pytest.mark.parametrize("body", BROKEN)
def test_f27_a_body_in_broken_base64_is_malformed_to_the_api_too(body: str, stack: Stack) -> None:
    """It is 400 there, and no crash."""
    claims = {"sub": "auth0|somebody", "permissions": EVERYTHING}
    event = event_of(HttpRequest.of("POST", "/organizations"), claims=claims)
    answer = stack.functions["ApiFunction"].invoke(event | {"body": body, "isBase64Encoded": True})
    assert answer["statusCode"] == 400
    assert '"code": "malformed"' in answer["body"]


@pytest.mark.parametrize(
    ("roles", "kind"),
    [
        (["superadmin", "billing", "viewer"], ActorKind.MEMBER),
        (["admins"], ActorKind.MEMBER),
        ("superadmin", ActorKind.MEMBER),
        ("super admin", ActorKind.MEMBER),
        ([], ActorKind.MEMBER),
        (None, ActorKind.MEMBER),
        (False, ActorKind.MEMBER),
        (["viewer", "admin"], ActorKind.ADMIN),
        ("admin", ActorKind.ADMIN),
    ],
)
def test_f29_a_role_is_the_whole_of_a_value(roles: object, kind: ActorKind) -> None:
    """A list, one value as plain text or none at all: nobody is an admin by a part of a word."""
    claims = as_text({"sub": "auth0|a", f"{NAMESPACE}/organization": "clinicA", f"{NAMESPACE}/roles": roles})
    assert caller_of(claims, NAMESPACE).kind is kind


@pytest.mark.parametrize("value", [True, False, 0, 1, 5.5, {"admin": True}])
def test_f29_what_is_no_list_grants_nothing(value: object) -> None:
    """A boolean, a number or an object comes as text, of which no word is a role or a permission."""
    assert not {"admin", "all:organizations"} & set(listed(as_text({"claim": value})["claim"]))


@pytest.mark.parametrize("role", ["x admin", "admin ", "[admin]", "admin]", "a,admin", "Admin"])
def test_f29_no_role_can_read_as_another(role: str, operator: Api, clinic: str) -> None:
    """Neither blanks nor brackets, which the gateway's text of a list is made of."""
    body = {"email": "ann@clinic.example", "roles": [role]}
    for path in (f"/organizations/{clinic}/invites", f"/organizations/{clinic}/members"):
        refused(operator.post(path, json=body), 422, "unacceptable", "#/roles/0")


@pytest.mark.parametrize("way", ["leaves", "steps down"])
def test_f33_an_admin_may_be_the_member_that_they_change(way: str, operator: Api, stack: Stack) -> None:
    """That they are an admin still stands on the change itself: AWS refuses a check beside it."""
    clinic = provision(operator)
    user, _ = (added(operator, clinic, "admin") for _ in range(2))
    stack.workers.idle()
    account = operator.get(f"/users/{user}").json()["account"]
    with caller(stack, sub=account, **of_organization(clinic, "admin")) as admin:
        path = f"/organizations/{clinic}/members/{user}"
        done = admin.delete(path) if way == "leaves" else change(admin, clinic, user, "viewer")
        assert done.is_success, done.text
        late = admin.post(f"/organizations/{clinic}/invites", json={"email": "ann@clinic.example"})
        refused(late, 403, "forbidden")


def test_f33_no_index_has_an_address_in_its_key(stack: Stack) -> None:
    """Somebody without one is no exception anywhere: attributes of an index are of ours, or left out."""
    [table] = stack.aws.template.tables().values()
    names = {key["AttributeName"] for index in table["GlobalSecondaryIndexes"] for key in index["KeySchema"]}
    assert names == {"due_shard", "due", "listing", "listed"}


@pytest.fixture
def answered(stack: Stack) -> Iterator[tuple[Table, Stubber]]:
    """Return a table, and the stub that answers its transactions in AWS's stead."""
    table = Table(stack.aws.physical["Table"]["Ref"])
    with Stubber(table._client) as stub:
        yield table, stub
        stub.assert_no_pending_responses()


def cancelled(stub: Stubber, *codes: str) -> None:
    """Have a transaction cancelled for a reason by position, as AWS does."""
    reasons = [{"Code": code} for code in codes]
    fields = {"CancellationReasons": reasons}
    stub.add_client_error("transact_write_items", "TransactionCanceledException", modeled_fields=fields)


WRITES = [put({"pk": name, "sk": name}) for name in ("a", "b", "c")]


def test_f35_a_failed_condition_among_other_reasons_is_decided_anew(answered: tuple[Table, Stubber]) -> None:
    """Beside one without a reason and a conflict, which trying again would not help."""
    table, stub = answered
    cancelled(stub, "None", "ConditionalCheckFailed", "TransactionConflict")
    with pytest.raises(ConditionFailed):
        table.transact(WRITES)


@pytest.mark.parametrize(
    "codes", [("None", "None", "TransactionConflict"), ("ThrottlingError", "None", "None")]
)
def test_f35_a_conflict_alone_is_tried_again(codes: tuple[str, ...], answered: tuple[Table, Stubber]) -> None:
    """It says nothing of any item, and passes."""
    table, stub = answered
    cancelled(stub, *codes)
    stub.add_response("transact_write_items", {})
    table.transact(WRITES)


def test_f35_a_reason_that_will_not_pass_is_an_error(answered: tuple[Table, Stubber]) -> None:
    """What we wrote was wrong, and would be the next time."""
    table, stub = answered
    cancelled(stub, "None", "TransactionConflict", "ValidationError")
    with pytest.raises(ClientError):
        table.transact(WRITES)


def test_f35_a_condition_that_failed_for_nothing_is_no_refusal(
    operator: Api, clinic: str, new_person: NewPerson, stack: Stack
) -> None:
    """Only a state that forbids is an error, and names itself: here all is as it was."""
    person = new_person()
    stack.aws.inject("TransactWriteItems", "ConditionalCheckFailed", matching=person.email)
    made = operator.post(f"/organizations/{clinic}/invites", json={"email": person.email})
    assert made.status_code == 201
