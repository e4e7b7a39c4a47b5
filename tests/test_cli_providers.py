"""`guestlist` where an organization has identity providers of its own: each way, each with its domains."""

from pathlib import Path
from typing import Any

import pytest

from guestlist.provisioning import connection_name
from local.stack import Stack
from tests.accept_setup import store
from tests.command import Guestlist
from tests.conftest import NewPerson
from tests.connections_setup import PEM, metadata
from tests.front_door import unique
from tests.kinds_setup import connections
from tests.self_service_setup import made_past_us

OIDC = ("--oidc", "https://id.clinic.example", "guestlist")
SAML = ("--saml", "https://id.clinic.example/metadata")


def at_auth0(stack: Stack, organization: str) -> list[dict[str, Any]]:
    """Return an organization's connections at Auth0, in the order of their names."""
    stack.workers.idle()
    return sorted(connections(stack, organization), key=lambda own: str(own["name"]))


def test_saml_is_said_by_an_address_a_document_or_a_certificate(
    guestlist: Guestlist, stack: Stack, tmp_path: Path
) -> None:
    """Auth0 has what stands in them."""
    document, certificate, name = tmp_path / "metadata.xml", tmp_path / "idp.pem", unique("cli")
    document.write_text(metadata())
    certificate.write_text(PEM)
    endpoint = "https://id.lab.example/sso"
    ways = (*SAML, "--saml-file", str(document), "--saml-endpoint", endpoint, str(certificate))
    assert guestlist("organizations", "create", name, "--name", "A Clinic", *ways).status == 0
    found, read, given = (own["options"] for own in at_auth0(stack, name))
    assert found["metadataUrl"] == SAML[1]
    assert given["signInEndpoint"] == endpoint
    assert read["signingCert"] == given["signingCert"]


def test_each_has_the_domains_that_stand_behind_it(guestlist: Guestlist, stack: Stack) -> None:
    """However many there are; one that Auth0 has already may stand among them, and the order stays."""
    name, there, *domains = (unique("cli") for _ in range(6))
    made_past_us(stack, there)
    a, b, c, d = (f"{domain}.example" for domain in domains)
    ways = (*OIDC, "--for", a, "--for", b, "--connection", there, "--for", c, *SAML, *OIDC, "--for", d)
    made = guestlist("organizations", "create", name, "--name", "A Clinic", *ways, "--json").json()
    own = made["connections"]
    assert [one["domains"] for one in own] == [[a, b], [c], [], [d]]
    assert [one["strategy"] for one in own] == ["oidc", None, "samlp", "oidc"]
    shown = guestlist("organizations", "show", name).out
    assert f"domains: {a}, {b}" in shown
    assert len([line for line in shown.splitlines() if "self_service: False" in line]) == 4


def test_two_that_its_it_sets_up_are_two(guestlist: Guestlist) -> None:
    """Each gets a link of its own."""
    name, a, b = unique("cli"), f"{unique('a')}.example", f"{unique('b')}.example"
    ways = ("--self-service", "--for", a, "--self-service", "--for", b)
    made = guestlist("organizations", "create", name, "--name", "A Clinic", *ways, "--json").json()
    assert [(own["domains"], own["self_service"]) for own in made["connections"]] == [
        ([a], True),
        ([b], True),
    ]
    for own in made["connections"]:
        said = guestlist("setup-link", name, "--connection", own["name"], "--json").json()
        assert said["connection"] == own["name"]


def test_an_organization_moves_to_several(guestlist: Guestlist, clinic: str) -> None:
    """In the same words as it is provisioned with them."""
    a, b = f"{unique('a')}.example", f"{unique('b')}.example"
    ways = (*OIDC, "--for", a, *SAML, "--for", b)
    moved = guestlist("organizations", "move", clinic, *ways, "--json").json()
    assert [own["domains"] for own in moved["move"]["connections"]] == [[a], [b]]


def test_of_several_it_is_said_by_which_somebody_comes(
    guestlist: Guestlist, stack: Stack, new_person: NewPerson
) -> None:
    """The first administrator, an invitee and a member; of an invitee left unsaid, nobody could tell."""
    name, (ann, bob, cleo) = unique("cli"), (new_person(person) for person in ("ann", "bob", "cleo"))
    first, second = connection_name(name, 1), connection_name(name, 2)
    admin = ("--admin", ann.email, "--admin-connection", second)
    guestlist("organizations", "create", name, "--name", "A Clinic", *OIDC, *SAML, *admin)
    stack.workers.idle()
    invite = ("invite", bob.email, "-o", name, "--no-send", "--json")
    assert "#/connection" in guestlist(*invite).err
    ann.press(ann.link())
    bob.press(guestlist(*invite, "--connection", first).json()["link"])
    guestlist("members", "add", cleo.email, "-o", name, "--connection", second)
    for person, connection in ((ann, second), (bob, first), (cleo, second)):
        assert store(stack).user_by_email(connection, person.email)


def test_the_first_administrator_s_mail_is_as_it_was_said(
    guestlist: Guestlist, stack: Stack, new_person: NewPerson
) -> None:
    """In their language, and who invites."""
    ann = new_person("ann")
    admin = ("--admin", ann.email, "--admin-locale", "de", "--admin-inviter-name", "Olga Orr")
    guestlist("organizations", "create", unique("cli"), "--name", "A Clinic", *admin)
    stack.workers.idle()
    [mail] = [mail for mail in stack.mails() if mail.to == ann.email]
    assert "Olga Orr lädt Sie zu A Clinic" in mail.text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--for", "clinic.example", *OIDC), "--for: stands behind an identity provider"),
        (("--saml-file", "nowhere.xml"), "nowhere.xml"),
        (("--saml-file", "."), "--saml-file: "),
        (("--saml-endpoint", "https://id.example", "nowhere.pem"), "nowhere.pem"),
        (("--oidc", "https://id.example"), "--oidc: expected 2 arguments"),
    ],
)
def test_what_makes_no_sense_is_asked_of_nobody(
    guestlist: Guestlist, words: tuple[str, ...], said: str
) -> None:
    """The usage says where; status 2."""
    ran = guestlist("organizations", "create", unique("cli"), "--name", "A Clinic", *words)
    assert (ran.status, ran.out, said in ran.err) == (2, "", True)


def test_a_document_that_is_no_text_is_none(guestlist: Guestlist, tmp_path: Path) -> None:
    """It is not sent on as something else."""
    document = tmp_path / "metadata.xml"
    document.write_bytes(b"\xff\xfe<")
    ran = guestlist("organizations", "move", "clinicA", "--saml-file", str(document))
    assert (ran.status, f"{document} is no UTF-8" in ran.err) == (2, True)


def test_what_the_api_refuses_of_one_is_said_by_its_place(guestlist: Guestlist) -> None:
    """A document of something else; an organization of another kind that has providers."""
    words = ("organizations", "create", unique("cli"), "--name", "A Clinic")
    inside = guestlist(*words, *OIDC, "--saml", "https://10.0.0.1/metadata")
    assert (inside.status, "#/connections/1/metadata_url" in inside.err) == (1, True)
    isolated = guestlist(*words, "--isolated", *OIDC)
    assert (isolated.status, isolated.err.partition(":")[0]) == (1, "unacceptable")
