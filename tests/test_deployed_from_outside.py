"""auth0-deploy-cli exports what Guestlist made of a tenant and imports it again: all stands as it did."""

import copy
from pathlib import Path

import pytest

from guestlist.door_records import WATCH
from local.people import Api
from local.stack import Stack
from tests.conftest import NewPerson
from tests.front_door import add, join, pass_time, provision
from tests.kinds_setup import provisioned
from tests.local.tenant.deploy_cli import VARIABLE, deploy_cli, package
from tests.moving_setup import SAML

pytestmark = pytest.mark.skipif(
    package() is None, reason=f"auth0-deploy-cli is not installed: {VARIABLE} names no folder"
)


def test_an_import_of_the_export_changes_nothing(
    operator: Api, stack: Stack, new_person: NewPerson, tmp_path: Path
) -> None:
    """The door stands first, with its code; who was let in is, who was not is not, a sweep later at most."""
    ann = new_person("ann")
    clinic, closed = provision(operator), provision(operator)
    for kind in ({"kind": "isolated"}, {"kind": "enterprise", "connections": [SAML]}):
        provisioned(stack, operator, **kind)
    join(operator, clinic, ann)
    add(operator, closed, ann)
    operator.post(f"/organizations/{closed}/suspend").raise_for_status()
    stack.workers.idle()
    state = stack.tenant.state
    kept = (
        *(state.connections, state.connection_clients, state.clients, state.client_grants),
        *(state.roles, state.role_permissions),
    )
    before, bindings = copy.deepcopy(kept), [one["action"]["name"] for one in state.bindings["post-login"]]
    with deploy_cli(stack.tenant, tmp_path) as program:
        program.export(tmp_path / "exported")
        program.deploy(tmp_path / "exported")
    assert kept == before
    assert [one["action"]["name"] for one in state.bindings["post-login"]] == bindings
    assert bindings[0] == "guestlist-door"
    pass_time(stack, seconds=WATCH)
    stack.workers.tick()
    stack.workers.idle()
    assert ann.sign_in(clinic, prompt="login")["admitted"]
    denied = ann.sign_in(closed, prompt="login")
    assert (denied["admitted"], denied["error"]) == (False, "access_denied")
