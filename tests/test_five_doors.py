"""Five doors to an organization with an identity provider of its own, and who gets in by which of them."""

from collections.abc import Callable, Iterator
from itertools import product

import httpx
import pytest

from guestlist.clock import clock
from guestlist.invites import expire
from guestlist.request import sweep_request
from local.people import PLAIN, Person
from local.stack import CONNECTION, Stack
from tests.accept_setup import store
from tests.conftest import NewPerson
from tests.logins_setup import Place, enterprise
from tests.minted import lasting

LIFE = 8 * 24 * 3600
TABLE = """
door              pending  expired  revoked  none
invite's link     ++-      ---      ---      ---
enterprise login  ++-      ---      ---      ---
forgot password   ---      ---      ---      ---
SSO session       ++-      ---      ---      ---
self sign-up      ---      ---      ---      ---
"""
"""Who is admitted in the end: the invited address, the same in other case, and another one of the domain."""

ADDRESSES = ("same", "other case", "other")
Door = Callable[[Place, Person, str], bool]


@pytest.fixture(scope="module")
def place(stack: Stack) -> Iterator[Place]:
    """An organization with an identity provider of its own."""
    with lasting(stack) as api:
        yield enterprise(stack, api)


def cells() -> Iterator[tuple[str, str, str, bool]]:
    """Yield door, state and address of each sign in the table, and whether it admits."""
    head, *rows = TABLE.strip().splitlines()
    states = head.split()[1:]
    for row in rows:
        *words, _, _, _, _ = row.split()
        signs = row.split()[-4:]
        for (state, found), (column, address) in product(
            zip(states, signs, strict=True), enumerate(ADDRESSES)
        ):
            yield " ".join(words), state, address, found[column] == "+"


def offered(place: Place, email: str, state: str) -> str:
    """Have an offer to an address in that state; return its link, or one of nobody's."""
    if state == "none":
        return f"{place.stack.api}/accept/{'A' * 60}"
    made = place.invite(email)
    if state == "revoked":
        place.operator.delete(f"{place.path}/invites/{made['id']}").raise_for_status()
    if state == "expired":
        late = sweep_request("late", clock.now() + LIFE)
        expire(place.id, made["id"], request=late, store=store(place.stack))
    return str(made["link"])


def by_link(place: Place, person: Person, link: str) -> bool:
    """Press the button, whoever one is, and sign in where it leads."""
    person.press(link)
    return admitted(place, person)


def by_login(place: Place, person: Person, _: str) -> bool:
    """Sign in at the identity provider, and heed no mail."""
    return admitted(place, person)


def by_session(place: Place, person: Person, _: str) -> bool:
    """Come back with the session that a denied login left."""
    return bool(person.sign_in(place.id).get("admitted"))


def by_password(place: Place, person: Person, _: str) -> bool:
    """Say that one forgot a password that there never was."""
    tickets = place.stack.tenant.state.tickets
    before = len(tickets)
    for connection in (CONNECTION, place.connection):
        _databases(place, person, "change_password", connection)
    return len(tickets) > before


def by_sign_up(place: Place, person: Person, _: str) -> bool:
    """Make an account oneself."""
    answers = [
        _databases(place, person, "signup", connection) for connection in (CONNECTION, place.connection)
    ]
    return any(answer.is_success for answer in answers)


DOORS: dict[str, Door] = {
    "invite's link": by_link,
    "enterprise login": by_login,
    "forgot password": by_password,
    "SSO session": by_session,
    "self sign-up": by_sign_up,
}


def admitted(place: Place, person: Person) -> bool:
    """Sign in by the identity provider, and tell whether that led in."""
    return bool(place.arrives(person).get("admitted"))


def _databases(place: Place, person: Person, what: str, connection: str) -> httpx.Response:
    client_id = place.stack.clients["app"].client_id
    body = {"client_id": client_id, "connection": connection, "email": person.email}
    asked = {**body, "password": person.password} if what == "signup" else body
    return httpx.post(f"{place.stack.tenant.url}/dbconnections/{what}", json=asked, verify=PLAIN)


@pytest.mark.parametrize("cell", list(cells()), ids=lambda cell: ", ".join(cell[:3]))
def test_five_doors(cell: tuple[str, str, str, bool], place: Place, new_person: NewPerson) -> None:
    """Whoever is not admitted is nobody: no user, no membership, nothing told to Auth0."""
    door, state, address, admits = cell
    person = place.person(new_person)
    invited = place.person(new_person, "ben").email if address == "other" else person.email
    if address == "other case":
        person.email = person.idp["email"] = person.email.title()
    if door == "SSO session":
        assert not admitted(place, person)
    link = offered(place, invited, state)
    assert DOORS[door](place, person, link) == admits
    user = place.user(person.email)
    assert (user and (user.account, user.halt)) == ((place.account_id(person), None) if admits else None)
