"""Files of organizations with connections of their own; offboarding what has no file any more."""

from pathlib import Path

from guestlist.offboarding import LOOK_AGAIN
from local.people import Api
from local.stack import Stack
from tests.command import Guestlist
from tests.front_door import pass_time, unique
from tests.kinds_setup import connection_of, listed, provisioned
from tests.self_service_setup import fill_in, link, look, status

OIDC = {
    "strategy": "oidc",
    "issuer": "https://id.clinic.example",
    "client_id": "guestlist",
    "domains": ["c.example"],
}
SAML = {"strategy": "samlp", "metadata_url": "https://id.clinic.example/metadata"}
CALLBACKS = ["https://b.clinic.example/callback", "https://a.clinic.example/callback"]

FIXED = "kind: cannot be changed once it is provisioned (kind: isolated -> shared)"


def test_every_kind_is_exported_as_it_is(
    stack: Stack, guestlist: Guestlist, operator: Api, tmp_path: Path
) -> None:
    """With connections, applications and their lists; the next plan has nothing to do, nor has an apply."""
    app = stack.clients["app"].client_id
    own = {"applications": [app], "callbacks": CALLBACKS, "web_origins": ["https://clinic.example:8443"]}
    provisioned(stack, operator, kind="isolated", **own)
    several = provisioned(stack, operator, kind="enterprise", connections=[OIDC, SAML], **own)
    folder = tmp_path / "organizations"
    assert guestlist("export", str(folder)).status == 0
    assert "connections:\n  - name: " in (folder / f"{several}.yaml").read_text()
    planned = guestlist("plan", str(folder))
    assert (planned.status, planned.out[:14]) == (0, "Nothing to do.")
    assert guestlist("apply", str(folder), "--yes").out == planned.out


def test_every_kind_is_provisioned_from_a_file(
    stack: Stack, guestlist: Guestlist, operator: Api, tmp_path: Path
) -> None:
    """When apply ends all is at Auth0; then nothing is left to do, whatever the order of a list."""
    isolated, enterprise = unique("isolated"), unique("enterprise")
    folder, app = tmp_path / "organizations", stack.clients["app"].client_id
    guestlist("export", str(folder))
    (folder / f"{isolated}.yaml").write_text(
        f"id: {isolated}\nname: I\nkind: isolated\napplications: [{app}]\ncallbacks:\n"
        + "".join(f"  - {url}?{isolated}\n" for url in CALLBACKS)
        + f"web_origins: [https://{isolated}.example]\n"
    )
    (folder / f"{enterprise}.yaml").write_text(
        f"id: {enterprise}\nname: E\nkind: enterprise\nconnections:\n  - strategy: oidc\n"
        "    issuer: https://id.clinic.example\n    client_id: guestlist\n    domains: [E.example]\n"
        "admin:\n  email: ann@e.example\n"
    )
    applied = guestlist("apply", str(folder), "--yes")
    assert (applied.status, applied.out) == (0, "2 provisioned, 0 changed, 0 being offboarded.\n")
    assert connection_of(stack, isolated)["strategy"] == "auth0"
    assert connection_of(stack, enterprise)["strategy"] == "oidc"
    assert {f"{url}?{isolated}" for url in CALLBACKS} <= {*listed(stack, app, "callbacks")}
    assert f"https://{isolated}.example" in listed(stack, app, "web_origins")
    assert operator.get(f"/organizations/{enterprise}/invites").json()["items"][0]["email"] == "ann@e.example"
    assert guestlist("plan", str(folder)).status == 0


def test_what_the_customer_s_it_is_to_set_up(
    stack: Stack, guestlist: Guestlist, operator: Api, tmp_path: Path
) -> None:
    """Apply does not wait for them, and says what they need; exported, it is stated as it was."""
    name, folder = unique("awaiting"), tmp_path / "organizations"
    guestlist("export", str(folder))
    own = "kind: enterprise\nconnections:\n  - self_service: true\n    domains:\n      - a.example\n"
    (folder / f"{name}.yaml").write_text(f"id: {name}\nname: A\n{own}")
    applied = guestlist("apply", str(folder), "--yes")
    assert applied.status == 0
    assert f"guestlist setup-link {name}" in applied.err
    again = tmp_path / "again"
    guestlist("export", str(again))
    assert own in (again / f"{name}.yaml").read_text()
    assert [guestlist("plan", str(place)).status for place in (folder, again)] == [0, 0]
    fill_in(link(operator, name))
    look(stack)
    assert status(stack, name) == "active"


def test_what_cannot_be_changed_any_more_is_a_problem(
    guestlist: Guestlist, stack: Stack, operator: Api, tmp_path: Path
) -> None:
    """By its line; nothing can be applied before that is put right."""
    name, folder = provisioned(stack, operator, kind="isolated", seats=3), tmp_path / "organizations"
    guestlist("export", str(folder))
    (folder / f"{name}.yaml").write_text(f"id: {name}\nname: I\nseats: 4\nkind: shared\n")
    planned = guestlist("plan", str(folder))
    assert (planned.status, planned.out.splitlines()) == (
        2,
        [
            f"~ {name}  name: {name.title()} -> I",
            f"~ {name}  seats: 3 -> 4",
            f"! {folder}/{name}.yaml:4: {FIXED}",
            "",
            "1 to be put right in the files; nothing can be applied.",
        ],
    )
    assert guestlist("apply", str(folder), "--yes").status == 2
    assert operator.get(f"/organizations/{name}").json()["seats"] == 3


def test_an_organization_without_a_file_is_offboarded(
    guestlist: Guestlist, stack: Stack, operator: Api, tmp_path: Path
) -> None:
    """If that is allowed; while it goes on, and when it is gone, there is nothing to do."""
    name, folder = provisioned(stack, operator), tmp_path / "organizations"
    guestlist("export", str(folder))
    (folder / f"{name}.yaml").unlink()
    refused = guestlist("apply", str(folder), "--yes")
    assert (refused.status, operator.get(f"/organizations/{name}").json()["status"]) == (2, "active")
    assert guestlist("plan", str(folder)).out.splitlines()[0].startswith(f"- {name}  offboard  members: 0")
    applied = guestlist("apply", str(folder), "--yes", "--allow-delete")
    assert (applied.status, applied.out) == (0, "0 provisioned, 0 changed, 1 being offboarded.\n")
    assert guestlist("plan", str(folder)).status == 0
    stack.workers.idle()
    pass_time(stack, seconds=LOOK_AGAIN)
    stack.workers.idle()
    assert operator.get(f"/organizations/{name}").status_code == 404
    assert guestlist("plan", str(folder)).status == 0


def test_a_table_of_groups_is_kept_in_a_file(
    stack: Stack, guestlist: Guestlist, operator: Api, tmp_path: Path
) -> None:
    """Exported as it is, whatever the names; what a file leaves out of it goes, and a plan says which."""
    groups = {"Nurses": ["member"], 'CN="A", OU=b: c #1': ["admin", "lab"], "no": [], "n" * 200: ["lab"]}
    name = provisioned(
        stack, operator, kind="enterprise", connections=[SAML], groups=groups, groups_at="every_login"
    )
    folder = tmp_path / "organizations"
    guestlist("export", str(folder))
    file = folder / f"{name}.yaml"
    assert guestlist("plan", str(folder)).status == 0
    kept = file.read_text()
    file.write_text(
        kept.replace("Nurses:\n    - member", "Doctors: [member]").replace('"no": []', '"no": [lab]')
    )
    planned = guestlist("plan", str(folder))
    assert planned.out.splitlines()[0] == (
        f"~ {name}  groups: + {{Doctors: [member]}}, - Nurses, no: [] -> [lab]"
    )
    assert guestlist("apply", str(folder), "--yes").status == 0
    shown = operator.get(f"/organizations/{name}").json()
    assert shown["groups"].keys() == {"Doctors", *groups} - {"Nurses"}
    assert guestlist("plan", str(folder)).status == 0


def test_a_file_whose_groups_cannot_be(guestlist: Guestlist, tmp_path: Path) -> None:
    """It says so with its line, and nothing is called."""
    file = tmp_path / "organizations/clinicA.yaml"
    file.parent.mkdir()
    file.write_text(
        "id: clinicA\nname: A\nkind: enterprise\nconnections:\n  - name: saml\ngroups:\n  Nurses: member\n"
    )
    planned = guestlist("plan", str(file.parent))
    assert planned.status == 2
    assert planned.err.startswith(f"{file}:7: groups.Nurses: ")
