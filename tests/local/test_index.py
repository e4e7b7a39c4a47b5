"""The index page of the running stack."""

from collections.abc import Iterator

import httpx
import pytest

from local.index import Links, Person, create_app
from local.servers import Server

DOCTOR = Person("Dora Doctor", "dora+x@example.com", "Admin of clinicA", ["clinicA"], "Open-sesame-1")


@pytest.fixture
def persons() -> list[Person]:
    return [DOCTOR]


@pytest.fixture
def index(persons: list[Person]) -> Iterator[httpx.Client]:
    links = Links(
        index="http://index.example",
        api="http://api.example",
        tenant="http://tenant.example",
        mailbox="http://mailbox.example",
        app="http://app.example",
        audience="https://api.guestlist.example",
        operator_client_id="operator-1",
        operator_client_secret="s3cret",
        organizations=lambda: ["clinicA", "clinicB"],
        persons=lambda: persons,
    )
    server = Server("index")
    with server.start(create_app(links)), httpx.Client(base_url=server.url) as client:
        yield client


@pytest.mark.parametrize(
    "address",
    [
        "http://app.example/",
        "http://mailbox.example/",
        "http://api.example/openapi.json",
        "http://tenant.example/.well-known/openid-configuration",
    ],
)
def test_the_index_links_to_every_part(index: httpx.Client, address: str) -> None:
    """Application, mailbox, API document and tenant are one click away."""
    assert f'href="{address}"' in index.get("/").text


def test_each_person_can_be_signed_in_as(index: httpx.Client) -> None:
    """A person is shown with address, password, organizations and a sign-in that asks for the account."""
    shown = index.get("/").text
    assert "<dd>dora+x@example.com</dd>" in shown
    assert "<code>Open-sesame-1</code>" in shown
    assert "organization=clinicB&amp;login_hint=dora%2Bx%40example.com&amp;prompt=login" in shown
    assert shown.count("(will be refused)") == 1


def test_the_index_follows_what_happens(index: httpx.Client, persons: list[Person]) -> None:
    """Who joins while the stack runs is there at the next look."""
    persons.append(Person("Ned Nurse", "ned@example.com", "Invited by the doctor", []))
    shown = index.get("/").text
    assert "Ned Nurse" in shown
    assert "no organization" in shown


def test_an_index_without_people_says_so(index: httpx.Client, persons: list[Person]) -> None:
    """Before anybody was invited the page says what to do."""
    persons.clear()
    assert "Nobody is here yet" in index.get("/").text


@pytest.mark.parametrize("call", ["calls", "faults", "limits", "clock"])
def test_the_tenants_controls_are_there_to_copy(index: httpx.Client, call: str) -> None:
    """Each control call of the tenant stands there as a shell line."""
    assert f"http://tenant.example/_local/{call}" in index.get("/").text


def test_the_command_line_is_set_up_by_a_line_to_copy(index: httpx.Client) -> None:
    """With the operator's token that the line before it fetched."""
    shown = index.get("/").text
    token, settings = shown.index("TOKEN=$(curl"), shown.index("export GUESTLIST_API=http://api.example")
    assert token < settings
    assert "GUESTLIST_TOKEN=$TOKEN" in shown[settings:]
