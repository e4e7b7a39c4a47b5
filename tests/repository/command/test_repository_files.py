"""Folders of organizations that are wrong: where and how is said, status 2, and the API is not called."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from guestlist.repository_files import LARGEST
from tests.command import Guestlist
from tests.repository_setup import CLINIC_A, Organizations, folder_of

MANY = "".join(f"- d{number}.example\n" for number in range(101))


@pytest.fixture
def organizations() -> Organizations:
    """An API that has no organization, and remembers what it was asked."""
    return Organizations()


@pytest.fixture(autouse=True)
def _not_called(organizations: Organizations) -> Iterator[None]:
    """Hold the API to what it was asked: nothing."""
    yield
    assert organizations.asked == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("seat: 7\n", ":4: seat: is unknown; is seats meant?"),
        ("favourite: 7\n", ":4: favourite: is unknown"),
        ("adopt: maybe\n", ":4: adopt: Input should be a valid boolean"),
        ("roles:\n  - editor\n  - Not A Role\n", ":6: roles.1: String should match pattern"),
        ("roles: editor\n", ":4: roles: Input should be a valid array"),
        (f"allowed_domains:\n{MANY}", ":4: allowed_domains: List should have at most 100 items"),
        ("suspended: 1\n", ":4: suspended: Input should be a valid boolean"),
        ("seats: 3\n", ":4: says seats twice; first in line 3"),
        ("roles: &r [a]\n", ":4: has an anchor or an alias; write the value out"),
        ("<<: {roles: [a]}\n", ":4: <<: is unknown"),
        ("locale: !!python/none\n", ":4: has a tag (!); a plain value is enough"),
        ("---\nid: clinicB\n", ":4: holds a second document"),
        ("roles: [\n", ":5: is no YAML: expected the node content, but found '<stream end>'"),
    ],
)
def test_a_wrong_line_is_named(guestlist: Guestlist, tmp_path: Path, more: str, said: str) -> None:
    """By the file and the line, in words that say what to do."""
    folder = folder_of(tmp_path, {"clinicA.yaml": CLINIC_A + more})
    for command in ("plan", "apply"):
        ran = guestlist(command, folder)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err.startswith(f"{folder}/clinicA.yaml{said}")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", ":1: is no list of `name: value`"),
        (b"- id: clinicA\n", ":1: is no list of `name: value`"),
        (b"name: Clinic A\n", ":1: id: Field required"),
        (b"id: clinicB\nname: B\n", ":1: id: is clinicB, so the file is to be named clinicB.yaml"),
        (b"name: B\nid: clinica\n", ":2: id: is clinica, so the file is to be named clinica.yaml"),
        (b"id: ../clinicA\nname: B\n", ":1: id: String should match pattern"),
        (b"id: clinicA\nname: \xff\n", ":2: is no UTF-8"),
        (b"id: clinicA\nname: 'www.evil.com'\n", ":2: name: holds something that mail programs turn"),
        (b"id: clinicA\nname: '\x1b[2J'\n", ":2: holds U+001B"),
        (b"id: clinicA\nname: 1e3\n", ":2: name: Input should be a valid string"),
        (b"#" * 10_000_000, ": is larger than 256 KB"),
        (b"[" * (LARGEST - 1), ":1: is nested too deep"),
    ],
)
def test_a_wrong_file_is_named(guestlist: Guestlist, tmp_path: Path, content: bytes, said: str) -> None:
    """Whatever its content is."""
    folder = folder_of(tmp_path, {"clinicA.yaml": content})
    ran = guestlist("plan", folder)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"{folder}/clinicA.yaml{said}")


def test_all_that_is_wrong_is_said_at_once(guestlist: Guestlist, tmp_path: Path) -> None:
    """A line each; with --json for programs, by file and line."""
    files = {
        "clinicA.yaml": CLINIC_A + "seat: 1\nname: x\n",
        "clinicB.yaml": "id: clinicB\nname: ''\nseats: 0\n",
    }
    folder = folder_of(tmp_path, files)
    assert len(guestlist("plan", folder).err.splitlines()) == 3
    refused = guestlist("plan", folder, "--json")
    found = json.loads(refused.err)
    assert (refused.status, found["code"]) == (2, "unusable")
    assert [error["line"] for error in found["errors"]] == [5, 2, 3]


def test_one_organization_has_one_file(guestlist: Guestlist, tmp_path: Path) -> None:
    """Upper and lower case make no other organization."""
    folder = folder_of(tmp_path, {"clinicA.yaml": CLINIC_A, "CLINICA.yaml": "name: A\nid: CLINICA\n"})
    said = f"{folder}/clinicA.yaml:1: id: is that of {folder}/CLINICA.yaml but for upper and lower case\n"
    assert guestlist("plan", folder).err == said


def test_nothing_that_looks_like_a_file_is_passed_over(guestlist: Guestlist, tmp_path: Path) -> None:
    """An organization whose file is not read would be offboarded."""
    folder = folder_of(
        tmp_path, {"clinicA.yaml": CLINIC_A, "b.yml": "", "c.YAML": "", "README.md": "", ".x": ""}
    )
    (Path(folder) / "more").mkdir()
    assert guestlist("plan", folder).err.splitlines() == [
        f"{folder}/b.yml: is not read: name it b.yaml",
        f"{folder}/c.YAML: is not read: name it c.yaml",
        f"{folder}/more: is a folder; all organizations stand side by side",
    ]


def test_no_link_leads_out_of_the_folder(guestlist: Guestlist, tmp_path: Path) -> None:
    """To a file, to nothing, to a device; the folder itself may be a link."""
    outside = tmp_path / "outside.yaml"
    outside.write_text(CLINIC_A)
    folder = Path(folder_of(tmp_path, {}))
    for number, target in enumerate((outside, Path("/dev/zero"), tmp_path / "nothing")):
        (folder / f"x{number}.yaml").symlink_to(target)
    linked = tmp_path / "linked"
    linked.symlink_to(folder)
    ran = guestlist("plan", str(linked))
    assert ran.status == 2
    assert ran.err.count("is a link that leads out of the folder") == 3


@pytest.mark.parametrize("files", [{}, {"README.md": "organizations"}])
def test_a_folder_without_files_offboards_nobody(
    guestlist: Guestlist, tmp_path: Path, files: dict[str, str]
) -> None:
    """It is taken for the wrong folder; one that is not there is as well."""
    folder = folder_of(tmp_path, files)
    ran = guestlist("apply", folder, "--yes", "--allow-delete")
    assert (ran.status, ran.err) == (2, f"{folder}: has no file such as clinicA.yaml\n")
    assert guestlist("plan", str(tmp_path / "none")).err == f"{tmp_path}/none: is no folder\n"
