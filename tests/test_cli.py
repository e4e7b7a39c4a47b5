"""`guestlist`: every command against the API, what it prints, and how it ends when it is refused."""

import json
import os
import subprocess
import sys

import pytest

from guestlist.provisioning import connection_name
from guestlist.tenant import Client
from local.people import Api
from local.stack import AUDIENCE, ROOT, Stack
from tests.command import Guestlist, Printed, environment, runner
from tests.conftest import NewPerson
from tests.front_door import join, provision, unique


def test_organizations(guestlist: Guestlist) -> None:
    """Provisioned, read and listed; twice with one key makes one."""
    name, key = unique("cli"), unique("key")
    words = ("organizations", "create", name, "--name", "A Clinic", "--seats", "7")
    made = [guestlist(*words, "--idempotency-key", key, "--json") for _ in range(2)]
    assert [ran.status for ran in made] == [0, 0]
    assert made[0].json() == made[1].json() == guestlist("organizations", "show", name, "--json").json()
    assert (made[0].json()["id"], made[0].json()["seats"]) == (name, 7)
    assert any(row.split()[0] == name for row in guestlist("organizations", "list").rows)


def test_an_organization_of_a_kind_of_its_own(guestlist: Guestlist, stack: Stack) -> None:
    """Isolated, with its first administrator; enterprise, with its provider; offboarded only if meant."""
    name, email = unique("cli"), f"{unique('ann')}@clinic.example"
    page = f"https://{name}.example"
    words = ("organizations", "create", name, "--name", "A Clinic", "--callback", page, "--web-origin", page)
    made = guestlist(*words, "--isolated", "--admin", email, "--json").json()
    assert (made["kind"], made["callbacks"], made["web_origins"]) == ("isolated", [page], [page])
    stack.workers.idle()
    shown = guestlist("organizations", "show", name, "--json").json()
    assert (shown["status"], shown["pending_invites"]) == ("active", 1)
    assert guestlist("organizations", "offboard", name).status == 2
    assert guestlist("organizations", "offboard", name, "--yes", "--json").json()["status"] == "offboarding"
    other = ("organizations", "create", unique("cli"), "--name", "B", "--oidc", "https://id.b.example", "us")
    assert guestlist(*other, "--json").json()["connections"][0]["strategy"] == "oidc"


def test_an_organization_moves_and_its_people_are_linked(guestlist: Guestlist, stack: Stack) -> None:
    """By its own identity provider, with a time of grace; whoever is meant by an address is who moved."""
    name, email = unique("cli"), f"{unique('ann')}@clinic.example"
    guestlist("organizations", "create", name, "--name", "A Clinic")
    guestlist("members", "add", email, "-o", name)
    move = ("organizations", "move", name, "--oidc", "https://id.a.example", "us", "--grace", "7d")
    assert guestlist(*move, "--json").json()["move"]["state"] == "making"
    stack.workers.idle()
    assert guestlist("organizations", "show", name, "--json").json()["move"]["state"] == "grace"
    account = f"oidc|{connection_name(name)}|ann"
    linked = guestlist("members", "link", email, account, "-o", name, "--json").json()
    assert (linked["moved_to"], linked["projection"]) == (None, "awaiting_login")
    assert guestlist("organizations", "move", name, "--connection", "b").status == 1


def test_a_link_for_a_customer_s_it(guestlist: Guestlist, stack: Stack) -> None:
    """Which of several connections it is for, and how long it is good, may be said."""
    name = unique("cli")
    made = guestlist("organizations", "create", name, "--name", "A Clinic", "--self-service", "--json").json()
    assert [own["self_service"] for own in made["connections"]] == [True]
    assert f"{stack.tenant.url}/self-service/" in guestlist("setup-link", name).out
    words = (
        "setup-link",
        name,
        "--connection",
        made["connections"][0]["name"],
        "--expires-in",
        "5d",
        "--json",
    )
    assert set(guestlist(*words).json()) == {"url", "connection", "expires_at"}
    refusal = guestlist("setup-link", name, "--expires-in", "6d")
    assert (refusal.status, "#/expires_in" in refusal.err) == (1, True)


def test_an_organization_changes_in_what_is_said_alone(guestlist: Guestlist, operator: Api) -> None:
    """Its name, its seats, and that they have no limit any more."""
    words = ("organizations", "change", provision(operator, seats=7))
    for change, name, seats in (
        (("--name", "B Clinic"), "B Clinic", 7),
        (("--seats", "9"), "B Clinic", 9),
        (("--no-seats", "--name", "C Clinic"), "C Clinic", None),
    ):
        changed = guestlist(*words, *change, "--json").json()
        assert (changed["name"], changed["seats"]) == (name, seats)


def test_an_invite_from_its_making_to_its_end(guestlist: Guestlist, clinic: str, stack: Stack) -> None:
    """Made, listed, shown, sent again, revoked."""
    email = f"{unique('ann')}@clinic.example"
    made = guestlist("invite", email, "-o", clinic, "--role", "admin", "--expires-in", "2d", "--json").json()
    assert (made["email"], made["roles"], "link" in made and made["link"]) == (email, ["admin"], None)
    stack.workers.idle()
    [row] = guestlist("invites", "list", "-o", clinic).rows
    assert row.split()[:4] == [made["id"], email, "admin", "pending"]
    assert guestlist("invites", "resend", made["id"], "-o", clinic).status == 0
    assert guestlist("invites", "revoke", made["id"], "-o", clinic, "--json").json()["status"] == "revoked"
    assert guestlist("invites", "show", made["id"], "-o", clinic, "--json").json()["status"] == "revoked"
    assert guestlist("invites", "list", "-o", clinic, "--status", "revoked", "--json").json() != []


def test_without_a_mail_the_answer_has_the_link(guestlist: Guestlist, clinic: str, stack: Stack) -> None:
    """Only then, and only because it was asked for."""
    answer = guestlist("invite", f"{unique('ann')}@clinic.example", "-o", clinic, "--no-send")
    assert f"{stack.api}/accept/" in answer.out
    assert "none" in answer.out


def test_members(guestlist: Guestlist, clinic: str) -> None:
    """Added, listed, changed by id or address, removed; Auth0 knows when the command ends."""
    email = f"{unique('ann')}@clinic.example"
    added = guestlist("members", "add", email, "-o", clinic, "--role", "editor", "--json").json()
    assert (added["roles"], added["projection"]) == (["editor"], "applied")
    [row] = guestlist("members", "list", "--organization", clinic).rows
    assert row.split()[:4] == [added["user"], email, "editor", "applied"]
    words = ("members", "roles", email.upper(), "-o", clinic, "--role", "b", "--role", "a", "--json")
    assert guestlist(*words).json()["roles"] == ["a", "b"]
    assert guestlist("members", "roles", email, "-o", clinic, "--no-roles", "--json").json()["roles"] == []
    assert guestlist("members", "show", added["user"], "-o", clinic).out.splitlines()[0].split() == [
        "user",
        added["user"],
    ]
    receipt = guestlist("members", "remove", email, "-o", clinic, "--end-sessions", "--json").json()
    assert (receipt["user"], receipt["status"]) == (added["user"], "open")
    shown = guestlist("receipts", "show", receipt["id"], "-o", clinic).out
    assert "access_ended done" in shown
    assert receipt["effective_by"] in shown
    assert guestlist("members", "list", "-o", clinic, "--json").json() == []


def test_a_person_and_where_they_belong(guestlist: Guestlist, clinic: str) -> None:
    """By the id that a member has in every organization."""
    email = f"{unique('ann')}@clinic.example"
    user = guestlist("members", "add", email, "-o", clinic, "--role", "editor", "--json").json()["user"]
    assert guestlist("users", "show", user, "--json").json()["email"] == email
    [row] = guestlist("users", "organizations", user).rows
    assert row.split() == [clinic, "editor"]
    assert guestlist("users", "show", "nobody").err == "not_found: There is nothing here.\n"


def test_a_list_goes_on_to_its_end(guestlist: Guestlist, clinic: str, operator: Api) -> None:
    """Over pages of a hundred; `--limit` ends it before."""
    for number in range(101):
        body = {"email": f"m{number}@{clinic}.example"}
        operator.post(f"/organizations/{clinic}/members", json=body).raise_for_status()
    assert len(guestlist("members", "list", "-o", clinic, "--json").json()) == 101
    assert len(guestlist("members", "list", "-o", clinic, "--limit", "3").rows) == 3


def test_audit(guestlist: Guestlist, clinic: str) -> None:
    """The newest first, by ids alone."""
    email = f"{unique('ann')}@clinic.example"
    added = guestlist("members", "add", email, "-o", clinic, "--json").json()
    listed = guestlist("audit", "list", "-o", clinic)
    assert [row.split()[1] for row in listed.rows] == ["member:add", "organization:provision"]
    assert f"member {added['user']}" in listed.out
    assert email not in listed.out


def test_a_system_gets_its_token_by_itself(
    stack: Stack, clinic: str, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    """By client credentials; its secret and its token are printed nowhere."""
    client = stack.clients["system"]
    run = runner(monkeypatch, capsys, **by_credentials(stack, client))
    shown = run("organizations", "show", clinic)
    assert (shown.status, shown.err) == (0, "")
    assert client.client_secret not in shown.out
    wrong = runner(monkeypatch, capsys, **by_credentials(stack, Client(client.client_id, "wrong")))
    refused = wrong("organizations", "show", clinic)
    assert (refused.status, refused.out) == (1, "")
    assert refused.err.startswith("access_denied: ")
    assert "wrong" not in refused.err


def by_credentials(stack: Stack, client: Client) -> dict[str, str]:
    """Return the environment of a system."""
    return {
        "GUESTLIST_API": stack.api,
        "GUESTLIST_ISSUER": stack.issuer,
        "GUESTLIST_CLIENT_ID": client.client_id,
        "GUESTLIST_CLIENT_SECRET": client.client_secret,
        "GUESTLIST_AUDIENCE": AUDIENCE,
    }


def test_an_admin_invites_into_their_own_organization(
    stack: Stack,
    operator: Api,
    new_person: NewPerson,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Printed,
) -> None:
    """Which need not be said; another's is not there, and the command line changes nothing about that."""
    own, other, admin = provision(operator), provision(operator), new_person("admin")
    join(operator, own, admin, roles=["admin"])
    with admin.api(own) as api:
        run = runner(monkeypatch, capsys, **environment(stack, api))
        invited = run("invite", f"{unique('ann')}@clinic.example", "--json")
        assert invited.json()["organization"] == own
        refused = run("members", "list", "-o", other)
    assert (refused.status, refused.err) == (1, "not_found: There is nothing here.\n")


def test_the_command_is_a_program(stack: Stack, operator: Api) -> None:
    """`--json` may stand before the command, too; nothing but the answer is on standard output."""
    name = provision(operator)
    path = os.pathsep.join((str(ROOT / "layers/guestlist"), os.environ.get("PYTHONPATH", "")))
    done = subprocess.run(
        [sys.executable, "-m", "guestlist.cli", "--json", "organizations", "show", name],
        env={**os.environ, **environment(stack, operator), "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["id"] == name


@pytest.mark.parametrize("words", [("organizations", "list", "--json"), ("organizations", "list")])
def test_who_reads_but_the_beginning_hears_no_complaint(
    stack: Stack, operator: Api, words: tuple[str, ...]
) -> None:
    """As `head` does: the pipe is closed, and the command was done."""
    path = os.pathsep.join((str(ROOT / "layers/guestlist"), os.environ.get("PYTHONPATH", "")))
    reader, pipe = os.pipe()
    os.close(reader)
    with os.fdopen(pipe, "w") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "guestlist.cli", *words],
            env={**os.environ, **environment(stack, operator), "PYTHONPATH": path},
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")
