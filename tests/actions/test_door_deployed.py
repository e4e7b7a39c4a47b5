"""The door as the tenant runs it: one instance of the code serves every login."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from actions import generate
from guestlist.door_configuration import DoorConfiguration
from guestlist.login_policy import NoOrganization, Source
from local.tenant.actions import ActionRunner, Outcome

NAMESPACE = "https://guestlist.example/claims"
DOOR = DoorConfiguration(NAMESPACE, (Source.QUERY,))
CODE = (Path(generate.__file__).parent / "deploy/actions/guestlist-door/code.js").read_text()


@pytest.fixture(scope="module")
def runner() -> Iterator[ActionRunner]:
    with ActionRunner() as runner:
        yield runner


def login(runner: ActionRunner, settings: DoorConfiguration, **query: str) -> Outcome:
    """Sign in a member of clinicA."""
    secret = {"name": "GUESTLIST_DOOR", "value": settings.to_json()}
    action = {"id": "door", "name": "guestlist-door", "code": CODE, "secrets": [secret]}
    event: dict[str, Any] = {
        "user": {"app_metadata": {"organizations": ["clinicA"], "guestlist": {"roles": ["clinicA:admin"]}}},
        "client": {"client_id": "app"},
        "transaction": {"protocol": "oidc-basic-profile", "requested_scopes": ["offline_access"]},
        "request": {"query": query, "body": {}},
    }
    return runner.run("post-login", [action], event)


def test_a_member_gets_the_claims_and_the_organization_is_remembered(runner: ActionRunner) -> None:
    """An admission is claims on both tokens and metadata for what follows; the profile is not written."""
    claims = {f"{NAMESPACE}/organization": "clinicA", f"{NAMESPACE}/roles": ["admin"]}
    assert login(runner, DOOR, **{"ext-organization": "clinicA"}) == Outcome(
        id_token_claims=claims,
        access_token_claims=claims,
        transaction_metadata={"organization": "clinicA"},
        refresh_token_metadata={"organization": "clinicA"},
    )


def test_a_stranger_gets_a_reason_and_nothing_else(runner: ActionRunner) -> None:
    """A denial is one fixed text."""
    assert login(runner, DOOR, **{"ext-organization": "clinicB"}) == Outcome(
        denied="not_member: You are not a member of this organization.", error="access_denied"
    )


def test_new_settings_hold_at_the_next_login(runner: ActionRunner) -> None:
    """The settings are kept between logins by the secret's own text, so a changed secret is read anew."""
    lenient = replace(DOOR, no_organization=NoOrganization.ADMIT)
    denials = [login(runner, settings).denied for settings in (DOOR, lenient, DOOR)]
    refusal = "organization_not_named: Please choose an organization."
    assert denials == [refusal, None, refusal]


@pytest.mark.parametrize("source", Source)
def test_the_action_takes_every_configuration_that_python_makes(runner: ActionRunner, source: Source) -> None:
    """What `DoorConfiguration` lets through, the Action does not refuse."""
    prefix = "https://api.example/" if source is Source.AUDIENCE else ""
    settings = replace(DOOR, sources=(source,), audience_prefix=prefix, exempt_clients=("x",))
    assert login(runner, settings).denied == "organization_not_named: Please choose an organization."
