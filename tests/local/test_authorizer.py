"""The JWT authorizer: which tokens pass the gateway."""

import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from local.tenant.tokens import Keys
from tests.local.gateway_setup import AUDIENCE, Setup


@pytest.fixture(scope="module")
def running() -> Iterator[Setup]:
    setup = Setup()
    setup.start()
    yield setup
    setup.api.stop()
    setup.issuer.stop()


@pytest.fixture
def setup(running: Setup) -> Setup:
    running.answer = dict
    running.gateway.access_log.clear()
    return running


def test_a_token_is_taken_with_or_without_bearer(setup: Setup) -> None:
    token = setup.token()
    for value in (f"Bearer {token}", f"bearer {token}", token):
        assert setup.ask("GET", "/me", headers={"Authorization": value}).status_code == 200


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://else.example/"}, "issuer does not match"),
        ({"aud": "https://else.example"}, "the token does not have a valid audience"),
        ({"aud": "x", "client_id": AUDIENCE}, "the token does not have a valid audience"),
        ({"aud": None}, "the token does not have a valid audience"),
        ({"exp": 1}, "the token has expired"),
        ({"exp": None}, "the token has expired"),
        ({"exp": "soon"}, "exp is not a number"),
        ({"nbf": 4_000_000_000}, "the token is not valid yet"),
        ({"iat": 4_000_000_000}, "the token is not valid yet"),
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(setup: Setup, claims: dict[str, Any], reason: str) -> None:
    answer = setup.ask("GET", "/me", setup.token(**claims))
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})
    wanted = f'Bearer scope="" error="invalid_token" error_description="{reason}"'
    assert answer.headers["www-authenticate"] == wanted


@pytest.mark.parametrize("claims", [{"aud": ["x", "other"]}, {"aud": None, "client_id": "other"}])
def test_any_audience_of_the_authorizer_will_do(setup: Setup, claims: dict[str, Any]) -> None:
    """One of several counts, and `client_id` where there is no `aud`."""
    assert setup.ask("GET", "/me", setup.token(**claims)).status_code == 200


def test_a_request_without_a_token_is_refused(setup: Setup) -> None:
    answer = setup.ask("GET", "/me")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_only_rs256_is_taken(setup: Setup, algorithm: str) -> None:
    """A token signed with the public key as a secret is not, nor one that is not signed."""
    claims = jwt.decode(setup.token(), options={"verify_signature": False})
    key = setup.keys.jwks()["keys"][0]["n"] if algorithm == "HS256" else ""
    forged = jwt.encode(claims, key, algorithm=algorithm, headers={"kid": setup.keys.kid})
    answer = setup.ask("GET", "/me", forged)
    assert answer.status_code == 401
    assert "signing method" in answer.headers["www-authenticate"]


def test_a_token_of_another_key_is_refused(setup: Setup) -> None:
    """Under an unknown kid, and under ours."""
    other = Keys(setup.keys.issuer, time.time)
    claims = jwt.decode(setup.token(), options={"verify_signature": False})
    assert setup.ask("GET", "/me", other.sign(claims)).status_code == 401
    other.kid = setup.keys.kid
    assert setup.ask("GET", "/me", other.sign(claims)).status_code == 401


def test_garbage_is_no_token(setup: Setup) -> None:
    assert setup.ask("GET", "/me", "a.b.c").status_code == 401


def test_the_issuers_keys_are_fetched_once(setup: Setup) -> None:
    setup.ask("GET", "/me", setup.token())
    before = setup.fetches
    setup.ask("GET", "/me", setup.token())
    assert setup.fetches == before
