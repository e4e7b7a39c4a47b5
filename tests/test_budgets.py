"""Sending budgets, at the front door of a stack whose limits are small."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

import httpx
import pytest

from guestlist.budgets import DAY
from guestlist.clock import clock
from local.intrinsics import parse
from local.people import Api
from local.stack import NAMESPACE, ROOT, Stack
from local.telling import together
from tests.adoption_setup import plant
from tests.front_door import WAIT, items, pass_time, provision, unique
from tests.minted import EVERYTHING, caller, of_organization, of_system

PLACE, INVITER, OWN, ALL = 6, 3, 2, 5
LIMITS = {
    "MailsPerOrganization": str(PLACE),
    "MailsPerInviter": str(INVITER),
    "MailsPerRecipient": str(OWN),
    "MailsPerRecipientInAll": str(ALL),
}
MORNING = 6 * 3600
AdminOf = Callable[..., list[Api]]


@pytest.fixture(scope="module")
def frugal() -> Iterator[Stack]:
    """Return a stack with small limits, on a day that does not end by itself while the tests run."""
    with Stack(parameters=LIMITS) as stack:
        next_morning(stack)
        yield stack


@pytest.fixture
def api(frugal: Stack) -> Iterator[Api]:
    """Return the API as an operator uses it."""
    with caller(frugal, permissions=EVERYTHING) as operator:
        yield operator


@pytest.fixture
def place(api: Api) -> str:
    """Return the id of an organization that is this test's own."""
    return provision(api)


def next_morning(stack: Stack) -> None:
    pass_time(stack, seconds=DAY - clock.now() % DAY + MORNING)


def bound(stack: Stack, organization: str) -> Api:
    """Return the API as a system uses it that acts for one organization alone."""
    own = {"sub": f"{organization}@clients", f"{NAMESPACE}/organization": organization}
    return caller(stack, **{**of_system(*EVERYTHING[1:]), **own})


def invite(api: Api, organization: str, email: str = "", **more: object) -> httpx.Response:
    body = {"email": email or f"{unique('ann')}@clinic.example", **more}
    return api.post(f"/organizations/{organization}/invites", json=body)


def add(api: Api, organization: str, email: str, **more: object) -> httpx.Response:
    body = {"email": email, **more}
    return api.post(f"/organizations/{organization}/members", json=body, headers=WAIT)


def invited(api: Api, organization: str, times: int) -> list[int]:
    """Invite so many persons, and return how often each status came."""
    return [invite(api, organization).status_code for _ in range(times)]


def refused(answer: httpx.Response) -> str:
    """Return whose budget an answer says is used up, and hold it to all that such an answer has."""
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (429, 429, "budget_exhausted")
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) == pytest.approx(DAY - clock.now() % DAY, abs=5)
    return str(problem["budget"])


@pytest.fixture
def admin_of(frugal: Stack, api: Api) -> Iterator[AdminOf]:
    """Return a maker of persons who are admins of organizations: the API as they may use it in each."""
    with ExitStack() as closing:

        def make(*organizations: str) -> list[Api]:
            body = {"email": f"{unique('dora')}@clinic.example", "roles": ["admin"]}
            paths = [f"/organizations/{organization}/members" for organization in organizations]
            [*_, user] = [api.post(path, json=body).raise_for_status().json()["user"] for path in paths]
            account = api.get(f"/users/{user}").json()["account"]
            tokens = [of_organization(organization, "admin") for organization in organizations]
            return [closing.enter_context(caller(frugal, sub=account, **claims)) for claims in tokens]

        yield make


def budgets(stack: Stack) -> list[dict[str, Any]]:
    return [item for item in items(stack) if item["pk"]["S"].startswith("BUDGET#")]


def test_an_organization_has_its_mails_of_a_day(api: Api, place: str) -> None:
    """Whoever asks; what is not mailed goes on, and so does the organization next door."""
    assert invited(api, place, PLACE) == [201] * PLACE
    assert refused(invite(api, place)) == "organization"
    assert invite(api, place, send=False).status_code == 201
    assert invite(api, provision(api)).status_code == 201


def test_the_next_day_has_its_own(api: Api, frugal: Stack, place: str) -> None:
    """The answer says in how many seconds it begins: not one sooner."""
    assert invited(api, place, PLACE) == [201] * PLACE
    wait = int(invite(api, place).headers["retry-after"])
    pass_time(frugal, seconds=wait - 10)
    with caller(frugal, permissions=EVERYTHING) as later:
        assert refused(invite(later, place)) == "organization"
        pass_time(frugal, seconds=10)
        assert invited(later, place, PLACE) == [201] * PLACE
        assert refused(invite(later, place)) == "organization"
    next_morning(frugal)


def test_an_inviter_has_theirs_wherever_they_invite(api: Api, admin_of: AdminOf, place: str) -> None:
    """An admin of two organizations has one budget; their colleagues and the operators go on."""
    second = provision(api)
    here, there = admin_of(place, second)
    [colleague] = admin_of(place)
    assert invited(here, place, INVITER - 1) + invited(there, second, 1) == [201] * INVITER
    assert [refused(invite(here, place)), refused(invite(there, second))] == ["inviter", "inviter"]
    assert [invite(other, place).status_code for other in (colleague, api)] == [201, 201]


def test_a_system_of_one_organization_is_an_inviter_too(api: Api, frugal: Stack, place: str) -> None:
    """One that may act in all organizations is held to each one's own budget alone."""
    scopes = of_system(*EVERYTHING)
    with caller(frugal, **scopes, **{f"{NAMESPACE}/organization": place}) as bound:
        assert invited(bound, place, INVITER) == [201] * INVITER
        assert refused(invite(bound, place)) == "inviter"
    with caller(frugal, **scopes) as free:
        assert invited(free, provision(api), INVITER + 1) == [201] * (INVITER + 1)


def test_a_recipient_is_not_mailed_more_often(api: Api, place: str) -> None:
    """An invite, its resends, and a new invite after it was revoked count alike, however it is typed."""
    ann = f"{unique('ann')}@clinic.example"
    made = invite(api, place, ann)
    url = made.headers["location"]
    assert api.post(f"{url}/resend").status_code == 200
    assert refused(api.post(f"{url}/resend")) == "recipient"
    assert api.delete(url).status_code == 200
    assert refused(invite(api, place, ann.upper())) == "recipient"


def test_no_organization_uses_up_a_recipient_of_the_others(api: Api, place: str) -> None:
    """What is refused to one is open to the next, until all of them together have sent enough."""
    ann, places = f"{unique('ann')}@clinic.example", [place, provision(api), provision(api), provision(api)]
    urls = [invite(api, name, ann).headers["location"] for name in places]
    assert [api.post(f"{url}/resend").status_code for url in urls] == [200, 429, 429, 429]


def test_a_refusal_does_not_tell_who_mailed_the_recipient(api: Api, place: str) -> None:
    """Who never mailed them reads the same words as who used up their own share."""
    ann, places = f"{unique('ann')}@clinic.example", [provision(api) for _ in range(3)]
    mailed = [invite(api, name, ann).headers["location"] for name in places]
    again = [api.post(f"{url}/resend") for url in mailed]
    own, strangers = api.post(f"{mailed[0]}/resend"), invite(api, place, ann)
    assert [answer.status_code for answer in again] == [200, 200, 429]
    assert refused(own) == refused(strangers) == "recipient"
    assert own.json() == strangers.json()
    assert own.headers.keys() == strangers.headers.keys()


def test_the_counts_name_no_address_and_end(api: Api, frugal: Stack, place: str) -> None:
    """A recipient's is kept under a keyed hash, and by DynamoDB for a day after its own."""
    before = [item["pk"] for item in budgets(frugal)]
    invite(api, place, "very.special@clinic.example")
    [kept] = [item for item in budgets(frugal) if item["pk"] not in before]
    assert "special" not in str(kept)
    assert place not in str(kept)
    assert int(kept["ttl"]["N"]) == (clock.now() // DAY + 2) * DAY


def test_a_welcome_is_a_mail_too(api: Api, place: str) -> None:
    """An addition without one, by who may add to every organization, spends nothing."""
    welcomes = [add(api, place, f"{unique('ann')}@clinic.example", welcome=True) for _ in range(PLACE + 1)]
    assert [answer.status_code for answer in welcomes[:PLACE]] == [201] * PLACE
    assert refused(welcomes[PLACE]) == "organization"
    assert add(api, place, f"{unique('ann')}@clinic.example").status_code == 201


def test_an_addition_that_may_come_to_a_mail_is_one_too(api: Api, frugal: Stack, place: str) -> None:
    """That of somebody who is known spends nothing."""
    known = f"{unique('known')}@clinic.example"
    assert add(api, provision(api), known).json()["projection"] == "applied"
    with bound(frugal, place) as system:
        for _ in range(INVITER):
            assert add(system, place, f"{unique('ann')}@clinic.example").status_code == 201
        assert refused(add(system, place, f"{unique('ann')}@clinic.example")) == "inviter"
        assert add(system, place, known).status_code == 201


def test_what_adoption_mails_was_spent_by_the_addition(api: Api, frugal: Stack, place: str) -> None:
    """An address whose account nobody proved gets as many mails as the additions of it had shares."""
    ann = f"{unique('ann')}@clinic.example"
    plant(frugal.tenant, ann, verified=False, organizations=[])
    adding = []
    for name in (place, *(provision(api) for _ in range(ALL))):
        with bound(frugal, name) as system:
            adding.append(add(system, name, ann))
    assert [answer.json()["projection"] for answer in adding[:ALL]] == ["awaiting_acceptance"] * ALL
    assert refused(adding[ALL]) == "recipient"
    frugal.workers.idle()
    pass_time(frugal, seconds=60)
    frugal.workers.tick()
    frugal.workers.idle()
    assert [mail.to for mail in frugal.mails()].count(ann) == ALL


def test_a_replay_spends_nothing(api: Api, place: str) -> None:
    """Not even when nothing is left to spend: the answer is what it was."""
    body, key = {"email": f"{unique('ann')}@clinic.example"}, {"Idempotency-Key": "once"}
    replays = [api.post(f"/organizations/{place}/invites", json=body, headers=key) for _ in range(PLACE)]
    assert invited(api, place, PLACE) == [201] * (PLACE - 1) + [429]
    replays.append(api.post(f"/organizations/{place}/invites", json=body, headers=key))
    assert {answer.status_code for answer in replays} == {201}
    assert len({answer.json()["id"] for answer in replays}) == 1


def test_what_is_refused_for_another_reason_spends_nothing(api: Api, place: str) -> None:
    """The budget is judged last."""
    ann = f"{unique('ann')}@clinic.example"
    invite(api, place, ann)
    assert [invite(api, place, ann).json()["code"] for _ in range(PLACE)] == ["invite_pending"] * PLACE
    assert invited(api, place, PLACE) == [201] * (PLACE - 1) + [429]


def test_of_many_at_once_as_many_are_admitted_as_there_are_mails(api: Api, place: str) -> None:
    """They are the first of the day; the others are refused, and leave no invite behind."""
    answers = together(*[partial(invite, api, place)] * (2 * PLACE))
    assert Counter(answer.status_code for answer in answers) == {201: PLACE, 429: PLACE}
    listed = api.get(f"/organizations/{place}/invites").json()["items"]
    assert {found["id"] for found in listed} == {
        answer.json()["id"] for answer in answers if answer.is_success
    }


def test_an_inviters_and_a_recipients_hold_in_a_race_too(
    api: Api, frugal: Stack, admin_of: AdminOf, place: str
) -> None:
    """Requests that collide are decided anew, and spend once all the same."""
    [admin] = admin_of(place)
    url = invite(api, place).headers["location"]
    invites = together(*[partial(invite, admin, place)] * (2 * INVITER))
    with frugal.aws.delayed("TransactWriteItems", 0.05):
        resends = together(*[partial(api.post, f"{url}/resend")] * 4)
    assert Counter(answer.status_code for answer in invites) == {201: INVITER, 429: INVITER}
    assert Counter(answer.status_code for answer in resends) == {200: OWN - 1, 429: 5 - OWN}


def test_two_at_once_with_one_key_and_one_mail_left_are_one_invite(
    api: Api, frugal: Stack, place: str
) -> None:
    """Whoever comes second finds the budget used up by what it asks for itself."""
    assert invited(api, place, PLACE - 1) == [201] * (PLACE - 1)
    body, key = {"email": f"{unique('ann')}@clinic.example"}, {"Idempotency-Key": "twice"}
    with frugal.aws.delayed("TransactWriteItems", 0.1):
        post = partial(api.post, f"/organizations/{place}/invites", json=body, headers=key)
        first, second = together(post, post)
    assert [first.status_code, second.status_code] == [201, 201]
    assert first.json()["id"] == second.json()["id"]


def test_the_templates_limits_are_numbers_from_one_on() -> None:
    """A limit of none would be a switch, and a word an error at the cold start; docs/api.md tells them."""
    declared = parse((ROOT / "template.yaml").read_text(encoding="utf-8"))["Parameters"]
    limits = [declared[name] for name in LIMITS]
    assert [(limit["Type"], limit["MinValue"]) for limit in limits] == [("Number", 1)] * 4
    readme = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    assert [f"| {declared[name]['Default']} | `{name}` |" in readme for name in LIMITS] == [True] * 4
