"""Home realm discovery: by which connection somebody signs in, and that it tells nobody who exists."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from werkzeug.wrappers import Request as Asked

from local.people import Api
from local.stack import CONNECTION, Stack
from tests.callers_setup import added
from tests.conftest import NewPerson
from tests.domain_setup import claim, proved
from tests.front_door import provision, unique
from tests.kinds_setup import connection_of, offboarded, provisioned
from tests.logins_setup import enterprise
from tests.refusals import refused

NOTHING = {"connection": None, "organization": None}
NONE: Mapping[str, list[object]] = {"connections": []}


@pytest.fixture
def anybody(stack: Stack) -> Iterator[Api]:
    """Return the API as anybody uses it, without a token."""
    with Api(stack, "") as api:
        yield api


def found(api: Api, **body: str) -> dict[str, Any]:
    """Return what is answered to a question."""
    return dict(api.post("/discover", json=body).raise_for_status().json())


def several(stack: Stack, operator: Api, *domains: str) -> tuple[str, list[str]]:
    """Provision an organization with an identity provider for each domain; return its id and their names."""
    saml = {"strategy": "samlp", "metadata_url": "https://id.clinic.example/metadata"}
    connections = [{**saml, "domains": [domain]} for domain in domains]
    organization = provisioned(stack, operator, kind="enterprise", connections=connections)
    shown = operator.get(f"/organizations/{organization}").json()["connections"]
    return organization, [connection["name"] for connection in shown]


@contextmanager
def reads(stack: Stack) -> Iterator[list[tuple[str, str]]]:
    """Give a list that fills with the calls to the table, as operation and body."""
    calls = list[tuple[str, str]]()

    def hear(request: Asked) -> None:
        target = request.headers.get("X-Amz-Target", "")
        if target.startswith("DynamoDB"):
            calls.append((target.rpartition(".")[2], request.get_data(as_text=True)))

    with stack.aws.heard(hear):
        yield calls


def test_an_address_leads_to_its_organizations_only_connection(
    anybody: Api, operator: Api, stack: Stack
) -> None:
    """However it is written: whoever has an address at a proved domain signs in there."""
    place = enterprise(stack, operator)
    there = {"connection": place.connection, "organization": place.id}
    for written in ("ann@{}", "Somebody.Else@{}", " ANN@{} "):
        assert found(anybody, email=written.format(place.domain)) == there
        assert found(anybody, email=written.format(place.domain.upper())) == there


def test_an_isolated_organization_has_one_of_its_own(anybody: Api, operator: Api, stack: Stack) -> None:
    """A database connection that is an organization's alone is found as an identity provider's is."""
    organization = provisioned(stack, operator, kind="isolated")
    domain = proved(operator, organization)["domain"]
    there = {"connection": connection_of(stack, organization)["name"], "organization": organization}
    assert found(anybody, email=f"ann@{domain}") == there


def test_of_several_the_domain_tells_which(anybody: Api, operator: Api, stack: Stack) -> None:
    """Each domain leads to its own connection; one that none of them has leaves the choice."""
    domains = [f"{unique('domain')}.example" for _ in range(3)]
    organization, names = several(stack, operator, *domains[:2])
    for domain in domains:
        proved(operator, organization, domain)
    answers = [found(anybody, email=f"ann@{domain}") for domain in domains]
    assert [answer["connection"] for answer in answers] == [*names, None]
    assert {answer["organization"] for answer in answers} == {organization}
    assert found(anybody, organization=organization) == {"connections": [{"name": name} for name in names]}


def test_the_connection_that_is_found_signs_in(
    anybody: Api, operator: Api, stack: Stack, new_person: NewPerson
) -> None:
    """An application goes on to `/authorize` with what it was told."""
    place = enterprise(stack, operator)
    ann = place.person(new_person)
    place.invite(ann.email)
    there = found(anybody, email=ann.email)
    signed_in = ann.sign_in(there["organization"], connection=there["connection"], prompt="login")
    assert signed_in["admitted"]


def test_the_example_application_asks_for_an_address(operator: Api, stack: Stack) -> None:
    """It leads to the login by the only connection, offers several, and says where there is none."""
    place, domain = enterprise(stack, operator), f"{unique('domain')}.example"
    organization, names = several(
        stack, operator, f"{unique('domain')}.example", f"{unique('domain')}.example"
    )
    proved(operator, organization, domain)
    leading, choosing, lost = (
        httpx.post(f"{stack.app}/find", data={"email": f"ann@{at}"})
        for at in (place.domain, domain, "nowhere.example")
    )
    by = "/login?organization={}&connection={}"
    assert leading.headers["location"] == by.format(place.id, place.connection)
    for name in names:
        assert f'href="{by.format(organization, name)}"'.replace("&", "&amp;") in choosing.text
    assert "Choose yours" in lost.text


def test_who_exists_plays_no_part(anybody: Api, operator: Api, stack: Stack, new_person: NewPerson) -> None:
    """A member's, an invitee's and nobody's address get the same answer, by two reads of no person."""
    place = enterprise(stack, operator)
    member, invitee = place.person(new_person), place.person(new_person, "bob")
    for person in (member, invitee):
        place.invite(person.email)
    assert place.arrives(member)["admitted"]
    seen = []
    for email in (member.email, invitee.email, f"nobody@{place.domain}"):
        with reads(stack) as calls:
            answer = anybody.post("/discover", json={"email": email})
        seen.append((answer.status_code, answer.content, calls))
        assert [name for name, _ in calls] == ["GetItem", "GetItem"]
        assert "USER" not in str(calls)
    assert seen[0] == seen[1] == seen[2]


def test_a_person_of_the_common_connection_is_nobody(anybody: Api, operator: Api) -> None:
    """Members of a shared organization, with a proved domain or without, are answered as strangers are."""
    shared = provision(operator)
    domain = proved(operator, shared)["domain"]
    body = {"email": f"ann@{domain}"}
    operator.post(f"/organizations/{shared}/members", json=body).raise_for_status()
    added(operator, shared)
    for email in (f"ann@{domain}", f"bob@{domain}", f"x@{unique('unknown')}.example"):
        assert found(anybody, email=email) == NOTHING
    assert found(anybody, organization=shared) == NONE
    assert CONNECTION not in str(found(anybody, organization=shared))


def test_a_domain_that_is_not_proved_leads_nowhere(anybody: Api, operator: Api, stack: Stack) -> None:
    """A claim alone is worth nothing, nor is a connection's own word for a domain."""
    claimed, written = claim(operator, enterprise(stack, operator).id), f"{unique('domain')}.example"
    several(stack, operator, written, f"{unique('domain')}.example")
    for domain in (claimed["domain"], written):
        assert found(anybody, email=f"ann@{domain}") == NOTHING


def test_a_closed_organization_is_an_unknown_one(anybody: Api, operator: Api, stack: Stack) -> None:
    """While it is suspended, and once it is offboarded, nothing says that it was ever there."""
    place = enterprise(stack, operator)
    email = f"ann@{place.domain}"
    operator.post(f"{place.path}/suspend").raise_for_status()
    assert (found(anybody, email=email), found(anybody, organization=place.id)) == (NOTHING, NONE)
    operator.post(f"{place.path}/resume").raise_for_status()
    assert found(anybody, email=email)["organization"] == place.id
    offboarded(stack, operator, place.id)
    assert (found(anybody, email=email), found(anybody, organization=place.id)) == (NOTHING, NONE)


def test_an_unknown_organization_has_no_connections(anybody: Api, operator: Api, stack: Stack) -> None:
    """Nor has one in other case, or what can be none at all."""
    place = enterprise(stack, operator)
    for organization in (unique("nowhere"), place.id.swapcase(), "", "a#b", "\ud800", "x" * 3000):
        answer = anybody.post("/discover", content=json.dumps({"organization": organization}))
        assert (answer.status_code, answer.json()) == (200, NONE)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"email": "nobody-at-all"}, "#/email"),
        ({"email": "ann@nobody-at-all"}, "#/email"),
        ({"email": "\ud800@nobody-at-all.example"}, "#/email"),
        ({"email": f"{'nobody-at-all' * 20}@x.example"}, "#"),
        ({"email": 1}, "#"),
        ({"email": "ann@nobody-at-all.example", "organization": "nobody-at-all"}, "#"),
        ({"email": "ann@x.example", "nobody-at-all": 1}, "#"),
        (["nobody-at-all"], "#"),
        ({}, "#"),
    ],
)
def test_another_question_is_refused_without_an_echo(anybody: Api, body: object, pointer: str) -> None:
    """The answer says where it is wrong, and repeats nothing of it."""
    answer = anybody.post("/discover", content=json.dumps(body))
    refused(answer, 422, "unacceptable", pointer)
    assert "nobody-at-all" not in answer.text


def test_what_cannot_be_read_is_refused(anybody: Api) -> None:
    """No JSON, no text, the same name twice, and more than 64 KB."""
    for content in (b"", b"{", b"\xff", b'{"email": "a@b.example", "email": "c@d.example"}'):
        refused(anybody.post("/discover", content=content), 400, "malformed")
    refused(anybody.post("/discover", content=b"x" * 70_000), 413, "too_large")


def test_no_address_stands_in_an_url(stack: Stack) -> None:
    """It is asked by POST alone, as access logs and proxies keep URLs."""
    answer = httpx.get(f"{stack.api}/discover", params={"email": "ann@clinic.example"})
    refused(answer, 404, "not_found")


def test_no_address_is_logged(anybody: Api, stack: Stack, caplog: pytest.LogCaptureFixture) -> None:
    """Neither what is found, nor what is refused, nor what fails leaves one in a log."""
    quiet = unique("quiet")
    with caplog.at_level("INFO"):
        found(anybody, email=f"{quiet}@{quiet}.example")
        refused(anybody.post("/discover", json={"email": quiet}), 422, "unacceptable", "#/email")
        stack.aws.inject("GetItem", "ValidationException")
        refused(anybody.post("/discover", json={"email": f"{quiet}@{quiet}.example"}), 500, "failed")
    assert "a request failed" in caplog.text
    assert quiet not in caplog.text + "".join(stack.gateway.access_log)
