"""`guestlist export`: where it writes, what it leaves alone, and the schema that comes with it."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from guestlist.repository_schema import SCHEMA_FILE, schema
from local.stack import ROOT
from tests.command import Guestlist
from tests.repository_setup import Organizations


@pytest.fixture
def organizations() -> Organizations:
    """An API that has two organizations."""
    api = Organizations()
    api.add("clinicA")
    api.add("clinicB", seats=9, roles=["editor"], allowed_domains=["b.example"])
    return api


def test_an_export_over_an_export_writes_what_changed(
    guestlist: Guestlist, tmp_path: Path, organizations: Organizations
) -> None:
    """What is as it was is not touched, so that `git diff` shows what was done past the files."""
    folder = tmp_path / "a/new/folder"
    assert len(guestlist("export", str(folder)).out.splitlines()) == 4
    organizations.there["clinicB"]["seats"] = 10
    again = guestlist("export", str(folder))
    assert again.out == f"+ clinicB.yaml\nOrganizations in {folder}: 2.\n"
    assert "seats: 10\n" in (folder / "clinicB.yaml").read_text()
    assert {path.name for path in folder.iterdir()} == {"clinicA.yaml", "clinicB.yaml", SCHEMA_FILE}


def test_a_folder_with_something_else_is_left_alone(
    guestlist: Guestlist, tmp_path: Path, organizations: Organizations
) -> None:
    """Without `--force`; with it, files of organizations that are no more go, if an export wrote them."""
    guestlist("export", str(tmp_path))
    (tmp_path / "compose.yaml").write_text("services: {}\n")
    (tmp_path / ".git").mkdir()
    del organizations.there["clinicB"]
    refused = guestlist("export", str(tmp_path))
    assert (refused.status, refused.err.splitlines()) == (
        2,
        [f"{tmp_path}/{name}.yaml: is in the way; --force goes on" for name in ("clinicB", "compose")],
    )
    assert guestlist("export", str(tmp_path), "--force", "--json").json()["removed"] == ["clinicB.yaml"]
    assert sorted(path.name for path in tmp_path.glob("*.yaml")) == ["clinicA.yaml", "compose.yaml"]


def test_nothing_is_written_through_a_link(guestlist: Guestlist, tmp_path: Path) -> None:
    """The file takes the link's place."""
    outside, folder = tmp_path / "outside", tmp_path / "organizations"
    outside.write_text("mine")
    folder.mkdir()
    (folder / "clinicA.yaml").symlink_to(outside)
    assert guestlist("export", str(folder)).status == 0
    assert outside.read_text() == "mine"
    assert not (folder / "clinicA.yaml").is_symlink()


def test_an_organization_is_no_path(
    guestlist: Guestlist, tmp_path: Path, organizations: Organizations
) -> None:
    """Whatever answers as the API."""
    organizations.add("../clinicC")
    refused = guestlist("export", str(tmp_path / "organizations"))
    assert (refused.status, refused.err.split(":")[0]) == (1, "not_guestlist")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said(guestlist: Guestlist, tmp_path: Path) -> None:
    """A file in its place, or in the place of one of its files."""
    (tmp_path / "file").write_text("")
    assert (
        guestlist("export", str(tmp_path / "file")).err
        == f"{tmp_path}/file: cannot be written: Not a directory\n"
    )
    (tmp_path / "organizations/clinicA.yaml").mkdir(parents=True)
    assert guestlist("export", str(tmp_path / "organizations")).status == 2


def test_the_schema_fits_what_is_exported(guestlist: Guestlist, tmp_path: Path) -> None:
    """An editor finds nothing wrong with it, and what the command refuses it marks."""
    guestlist("export", str(tmp_path))
    known = json.loads((tmp_path / SCHEMA_FILE).read_text())
    for path in tmp_path.glob("*.yaml"):
        jsonschema.validate(yaml.safe_load(path.read_text()), known)
    for wrong in ({"name": "A"}, {"id": "a b", "name": "A"}, {"id": "a", "name": "A", "seat": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, known)


def test_the_published_schema_is_what_the_api_takes() -> None:
    """`python -m guestlist.repository_schema > docs/organization.schema.json` writes it anew."""
    assert (ROOT / "docs" / SCHEMA_FILE).read_text(encoding="utf-8") == schema()
