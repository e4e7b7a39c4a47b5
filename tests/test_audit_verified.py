"""`guestlist audit verify`: an export is whole, or it is said which line is not and what is wrong with it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from guestlist.audit_chain import START, canonical, digest, without
from guestlist.jwk import jwk
from guestlist.seal_key import SealKey
from local.people import Api
from local.stack import Stack
from tests.callers_setup import added, change
from tests.command import Guestlist, Printed, Ran, environment, runner
from tests.front_door import items, provision
from tests.minted import EVERYTHING, caller

Entry = dict[str, Any]
Copy = list[Entry]


@pytest.fixture(scope="module")
def api(stack: Stack) -> Iterator[Api]:
    """Return the API as somebody with every permission uses it."""
    with caller(stack, permissions=EVERYTHING) as bearer:
        yield bearer


@pytest.fixture
def guestlist(stack: Stack, api: Api, monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> Guestlist:
    """Return the command with a token."""
    return runner(monkeypatch, capsys, **environment(stack, api))


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> Guestlist:
    """Return the command where no API is known, nor any token."""
    return runner(monkeypatch, capsys)


@pytest.fixture(scope="module")
def clinic(api: Api, stack: Stack) -> str:
    """Return the id of an organization with six sealed records."""
    return busy(api, stack)


def busy(api: Api, stack: Stack) -> str:
    """Provision an organization in which six things are done, and have them sealed."""
    organization = provision(api)
    users = [added(api, organization) for _ in range(4)]
    change(api, organization, users[0], "editor").raise_for_status()
    seal(stack)
    return organization


def seal(stack: Stack) -> None:
    """Let the sealer run."""
    stack.functions["SealerFunction"].invoke({})


Saved = Callable[[str, str], str]


@pytest.fixture
def saved(tmp_path: Path) -> Saved:
    """Return what keeps a text in a file and gives its name."""

    def save(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return save


@pytest.fixture
def exported(guestlist: Guestlist, clinic: str) -> Copy:
    """Return the lines of the clinic's export."""
    ran = guestlist("audit", "export", "-o", clinic)
    assert (ran.status, ran.err) == (0, "")
    return [json.loads(line) for line in ran.out.splitlines()]


@pytest.fixture
def key(guestlist: Guestlist, clinic: str, saved: Saved) -> str:
    """Return the file in which the auditor keeps the key."""
    return saved("key.json", guestlist("audit", "key", "-o", clinic).out)


@pytest.fixture
def verified(offline: Guestlist, key: str, saved: Saved) -> Callable[..., Ran]:
    """Return what verifies a copy of an export."""

    def run(copy: Copy, *words: str) -> Ran:
        text = "".join(f"{json.dumps(entry)}\n" for entry in copy)
        return offline("audit", "verify", saved("audit.jsonl", text), "--key", key, *words)

    return run


def test_an_export_is_whole(exported: Copy, verified: Callable[..., Ran], clinic: str) -> None:
    """Six records in the order of sealing and a checkpoint; checked without the API."""
    assert [entry["seal"]["number"] for entry in exported[:-1]] == [1, 2, 3, 4, 5, 6]
    assert exported[-1]["number"] == 6
    ran = verified(exported)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(f"The audit of {clinic} is whole: 6 records, unchanged and in order.\n")
    told = verified(exported, "--json").json()
    assert (told["organization"], told["records"], told["whole"], told["faults"]) == (clinic, 6, True, [])


def forged(copy: Copy, start: int) -> Copy:
    """Return a copy whose chain is made anew from a record on, with the checkpoint's hash, by no key."""
    former = copy[start - 1]["seal"]["hash"] if start else START
    made = copy[:start]
    for number, entry in enumerate(copy[start:-1], start + 1):
        record = without(entry, "seal")
        former = digest(former, number, record)
        made.append({**record, "seal": {"number": number, "hash": former}})
    return [*made, {**copy[-1], "number": len(made), "hash": former}]


def changed(entry: Entry, **members: object) -> Entry:
    """Return a line in which something is otherwise."""
    return {**entry, **members}


def added_record(copy: Copy) -> Copy:
    """Return a copy with a made-up record that has the next number and the right hash, at the end."""
    record = changed(without(copy[5], "seal"), id="01JDHZ6Q00000000000000FAKE")
    seal = {"number": 7, "hash": digest(copy[5]["seal"]["hash"], 7, record)}
    return [*copy[:6], {**record, "seal": seal}, copy[6]]


CHANGED = "was changed, or record {0} and its seal were: it does not fit its seal"
TAMPERED: dict[str, tuple[Callable[[Copy], Copy], str]] = {
    "a changed field": (
        lambda c: [*c[:2], changed(c[2], action="member:remove"), *c[3:]],
        "line 3: record 3 " + CHANGED.format(2),
    ),
    "a changed time": (
        lambda c: [*c[:4], changed(c[4], at="2020-01-01T00:00:00Z"), *c[5:]],
        "line 5: record 5 " + CHANGED.format(4),
    ),
    "a member more": (
        lambda c: [changed(c[0], note=None), *c[1:]],
        "line 1: record 1 was changed: it does not fit its seal",
    ),
    "the first dropped": (lambda c: c[1:], "line 1: record 1 is missing before record 2"),
    "some of the middle dropped": (
        lambda c: [*c[:2], *c[4:]],
        "line 3: records 3 to 4 are missing before record 5",
    ),
    "the last dropped": (
        lambda c: [*c[:5], c[6]],
        "line 6: the checkpoint covers 6 records: record 6 is missing at the end",
    ),
    "one added as it was": (
        lambda c: [*c[:3], c[1], *c[3:]],
        "line 4: says to be record 2, as a line above: one was added",
    ),
    "one added without a seal": (
        lambda c: [*c[:3], changed(c[3], seal=None), *c[3:]],
        "line 4: has no seal: it was added, or is not sealed yet",
    ),
    "one added with a seal of its own": (
        added_record,
        "line 7: record 7 was added after the newest checkpoint: nobody signed it",
    ),
    "two swapped": (
        lambda c: [*c[:2], c[3], c[2], *c[4:]],
        "line 4: is out of order: record 3 after record 4",
    ),
    "cut at the end": (
        lambda c: c[:4],
        "line 5: there is no checkpoint: nothing shows whether the chain is ours, or was cut off",
    ),
    "a changed checkpoint": (
        lambda c: [*c[:6], changed(c[6], at="2020-01-01T00:00:00Z")],
        "line 7: the checkpoint was changed: its signature does not fit",
    ),
    "cut at the end, with a checkpoint to fit": (
        lambda c: [*c[:5], changed(c[6], number=5, hash=c[4]["seal"]["hash"])],
        "line 6: the checkpoint was changed: its signature does not fit",
    ),
    "a chain made anew without the key": (
        lambda c: [*forged([changed(c[0], subject={"kind": "member", "id": "x"}), *c[1:]], 0)[:6], c[6]],
        "line 7: the checkpoint has another hash of record 6 than the file: the chain was made anew",
    ),
    "a chain and a checkpoint made anew without the key": (
        lambda c: forged([*c[:3], changed(c[3], at="2020-01-01T00:00:00Z"), *c[4:]], 3),
        "line 7: the checkpoint was changed: its signature does not fit",
    ),
    "a line that is none": (
        lambda c: [*c[:3], {"\ud800": 1}, *c[3:]],
        "line 4: is no record of the audit: it cannot be read",
    ),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_tampered_with_is_named(exported: Copy, verified: Callable[..., Ran], how: str) -> None:
    """The first bad line, what is wrong with it, and no other line."""
    tamper, told = TAMPERED[how]
    ran = verified(tamper(exported))
    assert ran.status == 3
    assert ran.out.splitlines()[1:] == [told]


def test_another_organization_s_record_is_named(
    exported: Copy, verified: Callable[..., Ran], guestlist: Guestlist, api: Api, stack: Stack
) -> None:
    """However well it is sealed in its own chain; nor is another organization's whole export this one's."""
    other = busy(api, stack)
    theirs = [json.loads(line) for line in guestlist("audit", "export", "-o", other).out.splitlines()]
    ran = verified([*exported[:3], theirs[3], *exported[4:]])
    told = f"line 4: is of another organization: {other}"
    assert (ran.status, ran.out.splitlines()[1]) == (3, told)
    assert ran.out.splitlines()[2:] == ["line 5: record 4 is missing before record 5"]
    assert verified(theirs).status == 0
    assert verified(theirs, "-o", exported[0]["organization"]).status == 3


@pytest.fixture
def foreign(stack: Stack) -> SealKey:
    """Return a key of somebody else's."""
    kms = boto3.client("kms", endpoint_url=stack.aws.endpoint_url)
    made = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    return SealKey(made["Arn"])


def test_a_checkpoint_of_another_key_is_named(
    exported: Copy, verified: Callable[..., Ran], foreign: SealKey
) -> None:
    """Whoever makes all anew and signs it well, with a key that the auditor does not trust."""
    made, mine = forged(exported, 0), foreign.public()["kid"]
    statement = changed(without(made[-1], "signature"), key=mine)
    made[-1] = {**statement, "signature": foreign.sign(canonical(statement))}
    ran = verified(made)
    told = f"line 7: the checkpoint is signed by another key than those given: {mine}"
    assert (ran.status, ran.out.splitlines()[1:]) == (3, [told])


def test_a_checkpoint_that_was_noted_shows_what_was_cut_off_since(
    guestlist: Guestlist, api: Api, stack: Stack, verified: Callable[..., Ran], saved: Saved
) -> None:
    """With an older checkpoint a file is whole by itself: only who noted a newer one can tell."""
    clinic = busy(api, stack)
    old = [json.loads(line) for line in guestlist("audit", "export", "-o", clinic).out.splitlines()]
    added(api, clinic)
    seal(stack)
    noted = saved("noted.json", guestlist("audit", "checkpoint", "-o", clinic).out)
    assert verified(old).status == 0
    ran = verified(old, "--checkpoint", noted)
    told = "line 8: the checkpoint that you noted covers 7 records: record 7 is missing at the end"
    assert (ran.status, ran.out.splitlines()[1:]) == (3, [told])
    now = [json.loads(line) for line in guestlist("audit", "export", "-o", clinic).out.splitlines()]
    assert verified(now, "--checkpoint", noted).status == 0


def test_a_record_that_is_not_sealed_yet_is_left_out(
    guestlist: Guestlist, api: Api, stack: Stack, verified: Callable[..., Ran]
) -> None:
    """It is said how many there are; what is exported is whole."""
    clinic = busy(api, stack)
    added(api, clinic)
    ran = guestlist("audit", "export", "-o", clinic)
    assert ran.err == "left out, being not sealed yet: 1; they are within minutes\n"
    assert verified([json.loads(line) for line in ran.out.splitlines()]).status == 0


def test_a_url_is_verified_as_it_stands(guestlist: Guestlist, stack: Stack, clinic: str, key: str) -> None:
    """By a key that is given; else by the API's own, and that this proves less is said."""
    url = f"{stack.api}/organizations/{clinic}/audit"
    ran = guestlist("audit", "verify", url)
    assert ran.status == 0
    assert ran.out.splitlines()[-1].startswith("The key came by the same API")
    assert "the same API" not in guestlist("audit", "verify", url, "--key", key).out


def test_who_is_erased_breaks_no_chain(guestlist: Guestlist, api: Api, stack: Stack, key: str) -> None:
    """Nothing that is known of a person is part of it: with all of that gone the audit is whole."""
    clinic = provision(api)
    user = added(api, clinic)
    seal(stack)
    dynamodb = boto3.client("dynamodb", endpoint_url=stack.aws.endpoint_url)
    for item in items(stack):
        of_user = item["pk"]["S"] == f"USER#{user}" or item["sk"]["S"] == f"MEMBER#{user}"
        if of_user or item.get("user") == {"S": user}:
            place_of = {name: item[name] for name in ("pk", "sk")}
            dynamodb.delete_item(TableName=stack.aws.physical["Table"]["Ref"], Key=place_of)
    assert api.get(f"/users/{user}").status_code == 404
    ran = guestlist("audit", "verify", f"{stack.api}/organizations/{clinic}/audit", "--key", key)
    assert (ran.status, "whole: 2 records" in ran.out) == (0, True)


@pytest.mark.parametrize(
    "words",
    [
        ("{file}",),
        ("{file}", "--key", "{file}"),
        ("nowhere.jsonl", "--key", "{key}"),
        ("{file}", "--key", "{key}", "--checkpoint", "{key}"),
        ("https://elsewhere.example/organizations/clinicA/audit",),
    ],
)
def test_what_cannot_be_verified_is_no_verdict(
    guestlist: Guestlist, saved: Saved, key: str, words: tuple[str, ...]
) -> None:
    """No key, no file, a checkpoint that is none, an address that is not the API's: exit status 2."""
    file = saved("audit.jsonl", "{}\n")
    ran = guestlist("audit", "verify", *(word.format(file=file, key=key) for word in words))
    assert (ran.status, ran.out) == (2, "")
    assert ran.err


def test_no_file_is_so_odd_that_it_breaks_it(offline: Guestlist, key: str, saved: Saved) -> None:
    """Whatever stands there, a line is named."""
    for text in ("", "[]", "{", "{}", '{"seal": {"number": true}}', '{"a": 1, "a": 2}', "1e999", "[" * 9999):
        for line in (text, f'{{"signature": {text or 0}}}'):
            ran = offline("audit", "verify", saved("odd.jsonl", f"{line}\n"), "--key", key)
            assert (ran.status, ran.err) == (3, "")


def test_the_key_is_one_of_p_256(stack: Stack, api: Api, clinic: str) -> None:
    """As a JWK Set, as KMS has it."""
    [key] = api.get(f"/organizations/{clinic}/audit/keys").raise_for_status().json()["keys"]
    kms = boto3.client("kms", endpoint_url=stack.aws.endpoint_url)
    held = kms.get_public_key(KeyId=stack.aws.physical["SealKey"]["Arn"])["PublicKey"]
    assert key == jwk(held)
