"""The events of `sam local invoke -e`, each taken by the real handler on the local stack."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from guestlist import organization_writes, writes
from guestlist.audit_records import Actor, ActorKind
from guestlist.mail_records import MailState
from guestlist.organization_records import Organization
from guestlist.records import Invite, Membership, User
from guestlist.store import Store
from guestlist.table import Table
from local.stack import CONNECTION, ROOT, Stack

EVENTS = ROOT / "events"
ADMIN = "01JDHZ6Q00000000000000VSER"
ACCOUNT = "auth0|01JDHZ6Q0000000000000ADM1N"
INVITE = "01JDHZ6Q000000000000001NV1"
STATUSES = {
    "accept/get-incomplete": 404,
    "accept/get-unknown": 404,
    "accept/head-unknown": 404,
    "accept/post-unknown": 404,
    "api/add-connection-to-shared": 409,
    "api/add-member": 201,
    "api/call-off-move-unknown": 404,
    "api/change-roles-without-if-match": 428,
    "api/claim-domain": 201,
    "api/document": 200,
    "api/drop-connection-unknown": 409,
    "api/invite": 201,
    "api/invite-after-removal": 403,
    "api/invite-into-own": 201,
    "api/invite-malformed": 400,
    "api/invite-unacceptable": 422,
    "api/list-audit": 200,
    "api/list-domains": 200,
    "api/list-invites": 200,
    "api/list-members": 200,
    "api/list-organizations": 200,
    "api/link-member-not-moved": 422,
    "api/move-organization": 202,
    "api/provision-organization": 201,
    "api/prove-domain-unknown": 404,
    "api/read-invite-unknown": 404,
    "api/read-receipt-unknown": 404,
    "api/read-organization": 200,
    "api/read-organization-of-another": 404,
    "api/read-own-organizations": 200,
    "api/suspend-organization": 200,
    "api/resume-organization": 200,
    "api/unknown-route": 404,
    "discovery/by-address": 200,
    "discovery/by-choice": 200,
    "discovery/unacceptable": 422,
    "logins/resolve-nobody": 200,
    "logins/resolve-unacceptable": 422,
    "logins/resolve-without-permission": 403,
    "setup_links/mint-without-self-service": 409,
    "setup_links/mint-unacceptable": 422,
    "setup_links/mint-without-permission": 403,
}
# How many messages of the batch are to come again: the last ones, which name nothing that exists.
FAILED = {
    "door/look": 0,
    "provisioner/organization": 0,
    "mailer/invite": 0,
    "mailer/invite-twice-and-unknown": 1,
    "mail_events/send-and-delivery": 0,
    "mail_events/delivery-delay": 0,
    "mail_events/bounce": 0,
    "mail_events/bounce-in-other-shapes": 0,
    "mail_events/complaint-after-delivery": 0,
    "mail_events/no-news": 0,
    "projector/user": 0,
    "projector/user-twice-and-unknown": 1,
}
SWEEPS = {"sweep/every-minute", "drift/every-five-minutes", "sealer/every-five-minutes"}


@pytest.fixture(scope="module")
def clinic() -> Iterator[Stack]:
    """Return a stack with clinicA in it, its admin, and an invite whose mail waits."""
    now = int(time.time())
    with Stack() as stack:
        store = Store(Table(stack.aws.physical["Table"]["Ref"]))
        store.commit(organization_writes.new_organization(_organization(now)), *_admin(now))
        store.commit(writes.new_invite(_invite(now)))
        yield stack


def _organization(now: int) -> Organization:
    return Organization(id="clinicA", name="Clinic A", taken=2, pending=1, admins=1, created_at=now)


def _admin(now: int) -> list[Any]:
    email, roles = "dora@example.com", ("admin",)
    user = User(
        id=ADMIN, connection=CONNECTION, email=email, account=ACCOUNT, organizations={"clinicA": roles}
    )
    membership = Membership(
        organization="clinicA",
        user=ADMIN,
        email=email,
        roles=roles,
        user_version=1,
        created_at=now,
        changed_at=now,
    )
    return [writes.new_user(user), writes.new_membership(membership)]


def _invite(now: int) -> Invite:
    return Invite(
        id=INVITE,
        organization="clinicA",
        email="ann@example.com",
        typed_email="Ann@example.com",
        roles=(),
        locale="en",
        inviter=Actor(ActorKind.OPERATOR, "operator"),
        life=3600,
        expires_at=now + 3600,
        created_at=now,
        mail=MailState.QUEUED,
    )


def _event(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return event


def _answer(stack: Stack, name: str) -> Mapping[str, Any]:
    function = _function(name.partition("/")[0])
    answer: Mapping[str, Any] = stack.functions[function].invoke(_event(name))
    return answer


def _function(folder: str) -> str:
    return "".join(word.capitalize() for word in folder.split("_")) + "Function"


def _names(folder: Path = EVENTS) -> set[str]:
    return {str(path.relative_to(EVENTS).with_suffix("")) for path in folder.glob("*/*.json")}


def test_every_function_has_events_and_every_event_a_test(clinic: Stack) -> None:
    assert _names() == {*STATUSES, *FAILED, *SWEEPS}
    assert {_function(folder.name) for folder in EVENTS.iterdir()} == set(clinic.functions)


@pytest.mark.parametrize(("name", "status"), STATUSES.items())
def test_a_request_is_answered(clinic: Stack, name: str, status: int) -> None:
    answer = _answer(clinic, name)
    assert answer["statusCode"] == status, answer["body"]
    assert bool(answer["body"]) != name.startswith("accept/head")


@pytest.mark.parametrize("name", STATUSES)
def test_a_request_is_one_of_the_gateways(clinic: Stack, name: str) -> None:
    """Its route is one of the template's, and it has claims exactly where that route asks for a token."""
    event = _event(name)
    [route] = [route for route in clinic.aws.template.routes() if route.key == event["routeKey"]]
    assert event["routeKey"] == event["requestContext"]["routeKey"]
    assert ("authorizer" in event["requestContext"]) == (route.authorizer is not None)
    pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(route.path))
    assert route.key == "$default" or re.fullmatch(pattern, event["rawPath"])


@pytest.mark.parametrize(("name", "failed"), FAILED.items())
def test_a_batch_reports_what_failed(clinic: Stack, name: str, failed: int) -> None:
    """Whatever hints at something that exists is done, however often it is hinted at."""
    records = _event(name)["Records"]
    reported = [found["itemIdentifier"] for found in _answer(clinic, name)["batchItemFailures"]]
    assert reported == [record["messageId"] for record in records[len(records) - failed :]]


def test_the_mailer_sends_the_mail_once(clinic: Stack) -> None:
    for name in ("mailer/invite", "mailer/invite-twice-and-unknown"):
        _answer(clinic, name)
    assert len([mail for mail in clinic.aws.mails() if mail.to == ("Ann@example.com",)]) == 1


def test_ses_tells_how_far_the_mail_got(clinic: Stack) -> None:
    """The complaint stands, whatever was told before and after it."""
    store = Store(Table(clinic.aws.physical["Table"]["Ref"]))
    for name in ("complaint-after-delivery", "send-and-delivery", "bounce", "no-news"):
        _answer(clinic, f"mail_events/{name}")
    kept = store.invite("clinicA", INVITE)
    assert (kept.mail, kept.mail_detail) == (MailState.COMPLAINED, "abuse")


def test_the_projector_tells_auth0(clinic: Stack) -> None:
    _answer(clinic, "projector/user")
    account = clinic.tenant.state.users[ACCOUNT]
    assert account["app_metadata"]["organizations"] == ["clinicA"]


def test_a_look_for_drift_says_how_far_it_came(clinic: Stack) -> None:
    """The first one begins a run."""
    assert set(_answer(clinic, "drift/every-five-minutes")) == {"run", "compared", "found"}


def test_a_sealing_says_what_it_did(clinic: Stack) -> None:
    assert set(_answer(clinic, "sealer/every-five-minutes")) == {"records", "checkpoints", "oldest"}


def test_a_sweep_says_what_it_did(clinic: Stack) -> None:
    assert set(_answer(clinic, "sweep/every-minute")) == {
        "projections",
        "mails",
        "doors",
        "provisionings",
        "expiries",
        "late_receipts",
        "oldest_due",
    }
