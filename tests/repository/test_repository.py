"""`guestlist plan`, `apply` and `export` against the API: files say how organizations are."""

from pathlib import Path

import pytest

from guestlist.repository_schema import FIELDS, OrganizationFile
from local.people import Api
from local.stack import Stack
from tests.command import Guestlist, Printed, environment, runner
from tests.front_door import provision, unique

ODD = [
    "no",
    "1e3",
    "2024-01-01",
    "Ärzte & Co: „Mitte“ #1",
    "🏥 Nord",
    "- x",
    "'quoted' \"twice\"",
    "null",
    "*star",
]
WHOLE = {
    "seats": 7,
    "allowed_domains": ["b.example", "a.example"],
    "roles": ["viewer", "editor"],
    "locale": "de",
}


@pytest.fixture
def folder(guestlist: Guestlist, tmp_path: Path) -> Path:
    """Return a folder of all organizations that other tests have made."""
    made = tmp_path / "organizations"
    assert guestlist("export", str(made)).status == 0
    return made


def test_what_is_exported_is_what_is(guestlist: Guestlist, operator: Api, tmp_path: Path) -> None:
    """With every field set, whatever the name; the next plan says so, and another export writes nothing."""
    names = [provision(operator, **WHOLE, name=name) for name in ODD] + [provision(operator)]
    operator.post(f"/organizations/{names[0]}/suspend").raise_for_status()
    folder = str(tmp_path / "organizations")
    exported = guestlist("export", folder)
    assert {f"+ {name}.yaml" for name in names} < {*exported.out.splitlines()}
    planned = guestlist("plan", folder)
    assert (planned.status, planned.out[:14], planned.err) == (0, "Nothing to do.", "")
    assert guestlist("apply", folder, "--yes").status == 0
    assert guestlist("export", folder, "--json").json()["written"] == []
    operator.post(f"/organizations/{names[0]}/resume").raise_for_status()


def test_a_file_is_written_to_be_read(guestlist: Guestlist, operator: Api, tmp_path: Path) -> None:
    """In one order, with the line that editors find the schema by, which is there."""
    name = provision(operator, name="Clinic: A", **WHOLE)
    guestlist("export", str(tmp_path / "organizations"))
    assert (
        (tmp_path / f"organizations/{name}.yaml")
        .read_text()
        .startswith(
            f'# yaml-language-server: $schema=organization.schema.json\nid: {name}\nname: "Clinic: A"\n'
        )
    )
    assert (tmp_path / "organizations/organization.schema.json").is_file()


def test_a_plan_changes_nothing_and_apply_does(guestlist: Guestlist, operator: Api, folder: Path) -> None:
    """A new file provisions, another value changes, `suspended` closes the door; then nothing is left."""
    new, known = unique("new"), provision(operator, seats=10, roles=["editor"])
    (folder / f"{new}.yaml").write_text(f"id: {new}\nname: A, new one\nroles: [viewer, editor]\n")
    (folder / f"{known}.yaml").write_text(f"id: {known}\nname: B\nseats: 20\nsuspended: true\n")
    planned = guestlist("plan", str(folder))
    assert (planned.status, planned.out.splitlines()) == (
        3,
        [
            f"~ {known}  name: {known.title()} -> B",
            f"~ {known}  seats: 10 -> 20",
            f"~ {known}  suspended: false -> true",
            f"+ {new}  provision  name: A, new one, roles: [viewer, editor]",
            "",
            "1 to provision, 1 to change, 0 to offboard.",
        ],
    )
    assert operator.get(f"/organizations/{new}").status_code == 404
    applied = guestlist("apply", str(folder), "--yes")
    assert (applied.status, applied.out) == (0, "1 provisioned, 1 changed, 0 being offboarded.\n")
    found = operator.get(f"/organizations/{known}").json()
    assert (found["name"], found["seats"], found["status"], found["roles"]) == (
        "B",
        20,
        "suspended",
        ["editor"],
    )
    assert guestlist("plan", str(folder)).status == 0
    (folder / f"{known}.yaml").write_text(f"id: {known}\nname: B\nsuspended: false\n")
    assert guestlist("apply", str(folder), "--yes").status == 0
    assert operator.get(f"/organizations/{known}").json()["status"] == "active"


def test_values_are_compared_as_the_api_has_them(guestlist: Guestlist, operator: Api, folder: Path) -> None:
    """Another order, upper case in a domain, a language of a region, are no changes."""
    name = provision(operator, **WHOLE)
    stated = "allowed_domains: [A.example, b.example, a.EXAMPLE]\nroles: [editor, viewer]\nlocale: de-AT\n"
    (folder / f"{name}.yaml").write_text(f"id: {name}\nname: '{name.title()} '\n{stated}")
    assert guestlist("plan", str(folder)).status == 0


def test_ids_differ_in_more_than_case(guestlist: Guestlist, operator: Api, folder: Path) -> None:
    """An organization is neither provisioned nor offboarded by another spelling of its id."""
    name = provision(operator)
    (folder / f"{name.upper()}.yaml").write_text(f"id: {name.upper()}\nname: A\n")
    planned = guestlist("plan", str(folder))
    told = f"{name.upper()}.yaml:1: id: is taken by {name}, which differs in upper and lower case alone"
    assert (planned.status, planned.out.splitlines()[0]) == (2, f"! {folder}/{told}")
    applied = guestlist("apply", str(folder), "--yes")
    assert (applied.status, applied.out) == (2, "")


def test_programs_are_told_all_of_it(guestlist: Guestlist, operator: Api, folder: Path) -> None:
    """What is, what is to be, and the counts."""
    name, gone = provision(operator, seats=1), provision(operator)
    (folder / f"{name}.yaml").write_text(f"id: {name}\nname: {name.title()}\nseats: null\n")
    planned = guestlist("plan", str(folder), "--json")
    assert planned.status == 3
    assert planned.json()["counts"] == {"provision": 0, "change": 1, "offboard": 1}
    assert planned.json()["changes"] == [
        {
            "organization": name,
            "action": "change",
            "differences": [{"field": "seats", "from": 1, "to": None}],
        },
        {"organization": gone, "action": "offboard", "members": 0, "pending_invites": 0},
    ]


def test_another_system_may_plan(
    stack: Stack, system: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    """As an operator does; without a token nobody does."""
    folder, run = str(tmp_path / "organizations"), runner(monkeypatch, capsys, **environment(stack, system))
    assert [run(command, folder).status for command in ("export", "plan")] == [0, 0]
    nobody = runner(monkeypatch, capsys, GUESTLIST_API=stack.api, GUESTLIST_TOKEN="x")("plan", folder)
    assert (nobody.status, nobody.out) == (1, "")


def test_all_that_is_asked_of_an_organization_can_be_stated(operator: Api) -> None:
    """What is stated more than once is shown, so that it can be compared."""
    schemas = operator.get("/openapi.json").json()["components"]["schemas"]
    taken = schemas["OrganizationRequest"]["properties"] | schemas["OrganizationChange"]["properties"]
    assert {*OrganizationFile.model_fields} == taken.keys() | {"suspended"}
    assert {*FIELDS} - {"suspended"} <= schemas["Organization"]["properties"].keys()
