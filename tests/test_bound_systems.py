"""A system bound to one organization: its claim comes from the Action, and its token reaches no further."""

from contextlib import closing

import httpx
import jwt
import pytest

from guestlist.tenant import Client
from local.people import Api, exchange
from local.stack import AUDIENCE, NAMESPACE, Stack
from tests.front_door import provision, unique

SCOPES = ("read:organizations", "read:members", "write:members")


def new_system(stack: Stack, organization: object, *scopes: str) -> Client:
    """Make a system as the deployer does: a client with metadata, and its grant for our API."""
    machine = {"app_type": "non_interactive", "grant_types": ["client_credentials"]}
    metadata = {} if organization is None else {"client_metadata": {"organization": organization}}
    with closing(stack.management()) as auth0:
        made = auth0.call("POST", "/clients", {"name": unique("System"), **machine, **metadata}).body
        grant = {"client_id": made["client_id"], "audience": AUDIENCE, "scope": list(scopes)}
        auth0.call("POST", "/client-grants", grant)
    return Client(made["client_id"], made["client_secret"])


def claims_of(token: str) -> dict[str, object]:
    """Return what a token says."""
    return jwt.decode(token, options={"verify_signature": False})


def denial(answer: httpx.Response) -> tuple[int, str, str]:
    """Return the status and the two texts of a refused exchange."""
    told = answer.json()
    return answer.status_code, told["error"], told["error_description"]


def test_a_bound_system_is_held_to_its_organization(stack: Stack, operator: Api) -> None:
    """The Action gives it the claim; another organization is as unknown to it as one that is not there."""
    own, other = provision(operator), provision(operator)
    token = exchange(stack, new_system(stack, own, *SCOPES)).raise_for_status().json()["access_token"]
    claims = claims_of(token)
    assert claims[f"{NAMESPACE}/organization"] == own
    with Api(stack, token) as system:
        added = system.post(
            f"/organizations/{own}/members", json={"email": f"{unique('ann')}@clinic.example"}
        )
        assert added.status_code == 201
        statuses = [system.get(f"/organizations/{name}/members").status_code for name in (own, other, "none")]
        assert statuses == [200, 404, 404]
        assert system.get("/organizations").status_code == 403


@pytest.mark.parametrize("asked", [{}, {"scope": "all:organizations read:members"}])
def test_all_organizations_beside_one_are_denied(stack: Stack, clinic: str, asked: dict[str, str]) -> None:
    """In a fixed text, whether asked for or granted unasked; asking for less is a token again."""
    bound = new_system(stack, clinic, "all:organizations", *SCOPES)
    assert denial(exchange(stack, bound, **asked)) == (
        400,
        "invalid_scope",
        "system_everywhere: A system of one organization cannot have all:organizations.",
    )
    assert exchange(stack, bound, scope="read:members").json()["scope"] == "read:members"


@pytest.mark.parametrize("name", ["clinic/A", "*", " clinicA", "c" * 51])
def test_a_name_outside_the_grammar_is_denied(stack: Stack, name: str) -> None:
    """A client that was badly set up gets no token at all, rather than one without the claim."""
    assert denial(exchange(stack, new_system(stack, name, *SCOPES))) == (
        400,
        "invalid_request",
        "organization_malformed: The requested organization is not valid.",
    )


def test_a_system_for_all_gets_no_claim(stack: Stack) -> None:
    """Nor do the clients of our own functions, whose API is another."""
    token = exchange(stack, new_system(stack, None, "all:organizations")).json()["access_token"]
    assert f"{NAMESPACE}/organization" not in claims_of(token)


def test_a_system_cannot_name_its_organization_itself(stack: Stack, clinic: str) -> None:
    """What the exchange's body says counts for nothing."""
    unbound = new_system(stack, None, *SCOPES)
    named = {"ext-organization": clinic, "organization_id": clinic}
    token = exchange(stack, unbound, **named).json()["access_token"]
    assert f"{NAMESPACE}/organization" not in claims_of(token)
    with Api(stack, token) as system:
        assert system.get(f"/organizations/{clinic}/members").status_code == 403
