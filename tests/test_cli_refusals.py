"""`guestlist` when it is refused, asked wrongly, or answered by somebody else."""

import json

import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from local.people import Api
from local.servers import Server
from local.stack import Stack
from tests.command import Guestlist, Printed, environment, runner
from tests.conftest import NewPerson
from tests.front_door import add, invite, unique
from tests.minted import caller, of_organization


def test_a_refusal_is_the_problems_code_and_words(
    guestlist: Guestlist, clinic: str, operator: Api, new_person: NewPerson
) -> None:
    """On standard error, with whom it is about and where the request is wrong; status 1."""
    ann, bob = new_person("ann"), new_person("bob")
    member, pending = add(operator, clinic, ann), invite(operator, clinic, bob)
    told = {
        (
            "invite",
            ann.email,
        ): f"already_member: This person is a member already.\n  user  {member['user']}\n",
        (
            "invite",
            bob.email,
        ): f"invite_pending: This person has been invited already.\n  invite  {pending['id']}\n",
    }
    for words, text in told.items():
        ran = guestlist(*words, "-o", clinic)
        assert (ran.status, ran.out, ran.err) == (1, "", text)
    wrong = guestlist("invite", "nobody", "-o", clinic, "--role", "Not A Role")
    assert (wrong.status, wrong.err.splitlines()[0].split(":")[0]) == (1, "unacceptable")
    assert "  #/email  is not an email address" in wrong.err
    nobody = guestlist("members", "remove", "none@clinic.example", "-o", clinic)
    assert nobody.err == f"not_found: Nobody with this address is a member of {clinic}.\n"


def test_for_programs_a_refusal_is_the_problem_itself(
    guestlist: Guestlist, clinic: str, operator: Api, new_person: NewPerson
) -> None:
    """On standard error, as the API gave it; what the API did not say has a code and words."""
    body = {"email": new_person().email}
    answers = [operator.post(f"/organizations/{clinic}/invites", json=body) for _ in range(2)]
    refused = guestlist("invite", body["email"], "-o", clinic, "--json")
    assert (refused.status, refused.out, json.loads(refused.err)) == (1, "", answers[1].json())
    nobody = guestlist("members", "remove", "none@clinic.example", "-o", clinic, "--json")
    assert json.loads(nobody.err) == {
        "code": "not_found",
        "detail": f"Nobody with this address is a member of {clinic}.",
    }


def test_nought_is_refused_and_not_forgotten(guestlist: Guestlist, clinic: str) -> None:
    """The API says no to it; no command takes it for no limit, or for what is usual."""
    created = guestlist("organizations", "create", unique("none"), "--name", "None", "--seats", "0")
    changed = guestlist("organizations", "change", clinic, "--seats", "0")
    unchanged = guestlist("organizations", "change", clinic)
    timeless = guestlist("invite", "ann@clinic.example", "-o", clinic, "--expires-in", "0h")
    assert [ran.status for ran in (created, changed, unchanged, timeless)] == [1, 1, 1, 1]
    assert "#/expires_in" in timeless.err
    assert all("#/seats" in ran.err for ran in (created, changed))
    assert "names nothing to change" in unchanged.err


def test_what_is_no_guestlist_is_said_so(
    stack: Stack, operator: Api, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    """A wrong token, a page of somebody else's, nobody at the address: a line, and no traceback."""
    token = environment(stack, operator)["GUESTLIST_TOKEN"]
    lines = {
        (stack.api, "x"): "http_401: Unauthorized\n",
        (
            f"{stack.index}/?",
            token,
        ): "not_guestlist: 127.0.0.1 answered something else; is GUESTLIST_API right?\n",
        ("http://127.0.0.1:9", token): "unreachable: http://127.0.0.1:9 did not answer (ConnectError).\n",
    }
    for (api, bearer), line in lines.items():
        run = runner(monkeypatch, capsys, GUESTLIST_API=api, GUESTLIST_TOKEN=bearer)
        ran = run("organizations", "list")
        assert (ran.status, ran.out, ran.err) == (1, "", line)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("invite",),
        ("invite", "ann@clinic.example", "--expires-in", "soon"),
        ("members", "roles", "ann@clinic.example", "-o", "clinicA"),
        ("members", "list"),
        ("invites", "list", "-o", "clinicA", "--status", "lost"),
        ("invites", "list", "-o", "clinicA", "--limit", "-1"),
        ("audit", "list", "-o", "clinicA", "--limit", "0"),
        ("organizations", "change", "clinicA", "--seats", "3", "--no-seats"),
        ("organizations", "create", "clinicA"),
    ],
)
def test_what_is_asked_wrongly_ends_with_two(guestlist: Guestlist, words: tuple[str, ...]) -> None:
    """Nothing is asked of the API, and the usage is shown."""
    ran = guestlist(*words)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("usage: guestlist")


def test_what_the_environment_lacks_is_said_at_once(monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    """All of it, a line each, a way on which the token could be read among it; status 2."""
    run = runner(monkeypatch, capsys, GUESTLIST_API="http://guestlist.example", GUESTLIST_CLIENT_ID="x")
    ran = run("organizations", "list")
    assert (ran.status, ran.err.splitlines()) == (
        2,
        [
            "GUESTLIST_ISSUER is not set.",
            "GUESTLIST_CLIENT_SECRET is not set.",
            "GUESTLIST_AUDIENCE is not set.",
            "GUESTLIST_API is no https URL.",
            "(GUESTLIST_TOKEN would do in place of all but GUESTLIST_API.)",
        ],
    )


def test_for_programs_a_refusal_says_when_to_try_again(
    monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    """What stands in a header of the answer is a member of what is printed."""
    problem = {"type": "about:blank", "title": "Later.", "status": 503, "code": "busy"}
    busy = JSONResponse(problem, status_code=503, headers={"Retry-After": "7"})
    with Server("busy") as server:
        server.start(busy)
        run = runner(monkeypatch, capsys, GUESTLIST_API=server.url, GUESTLIST_TOKEN="x")
        ran = run("organizations", "list", "--json")
    assert json.loads(ran.err) == {**problem, "retry_after": 7}


def test_nothing_that_is_printed_steers_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    """Whoever answers."""
    problem = {"code": "odd", "detail": "\x1b[2Jgone", "errors": []}

    async def odd(scope: Scope, receive: Receive, send: Send) -> None:
        await JSONResponse(problem, status_code=418)(scope, receive, send)

    with Server("odd") as server:
        server.start(odd)
        run = runner(monkeypatch, capsys, GUESTLIST_API=server.url, GUESTLIST_TOKEN="x")
        assert run("organizations", "list").err == "odd: ?[2Jgone\n"


def test_a_token_of_a_member_is_refused(
    stack: Stack, clinic: str, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    """The API decides, by the same table as for everybody."""
    with caller(stack, **of_organization(clinic)) as api:
        ran = runner(monkeypatch, capsys, **environment(stack, api))("members", "list", "-o", clinic)
    assert (ran.status, ran.err) == (1, "forbidden: You may not do this.\n")
