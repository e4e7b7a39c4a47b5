"""Setting a tenant up waits until Auth0 has built the Action, for as long as makes sense."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from guestlist.auth0 import Auth0
from guestlist.management import SetUpError
from guestlist.tenant import Wanted, set_up
from local import stack
from local.tenant.app import Tenant
from tests.bench import URL

WANTED = Wanted(stack.AUDIENCE, stack.NAMESPACE, stack.CONNECTION, URL)
ACTION = re.compile(r"/api/v2/actions/actions/[^/]+")


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    """A tenant as Auth0 gives it."""
    with Tenant() as running:
        yield running


class NeverBuilt(httpx.HTTPTransport):
    """The way to a tenant whose builds take for ever."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a look at an Action here; let everything else pass."""
        if request.method == "GET" and ACTION.fullmatch(request.url.path):
            return httpx.Response(200, json={"status": "building"})
        return super().handle_request(request)


def owner(tenant: Tenant, transport: httpx.BaseTransport | None = None) -> Auth0:
    client_id, client_secret = tenant.bootstrap_client
    credentials = {"client_id": client_id, "client_secret": client_secret}
    return Auth0(tenant.url, lambda: credentials, transport=transport)


def test_the_door_is_deployed_once_it_is_built(tenant: Tenant) -> None:
    """Looked at until then, and deployed at the first try: whether it is new or changed."""
    with closing(owner(tenant)) as auth0:
        for written in ("", "PATCH 200 "):
            tenant.state.calls.clear()
            set_up(WANTED, auth0=auth0, door=stack.DOOR)
            calls = [call for call in tenant.state.calls if ACTION.match(call["path"])]
            for action in {call["path"].removesuffix("/deploy") for call in calls}:
                its = [call for call in calls if call["path"].startswith(action)]
                told = " ".join(f"{call['method']} {call['status']}" for call in its)
                assert re.fullmatch(written + "(GET 200 )+POST 200", told)


def test_a_build_that_failed_is_said_so(tenant: Tenant, tmp_path: Path) -> None:
    """Nothing is deployed or bound, and the next run mends it."""
    shutil.copytree(stack.DOOR, tmp_path, dirs_exist_ok=True)
    door = tmp_path / "guestlist-door.json"
    manifest = json.loads(door.read_text())
    door.write_text(json.dumps({**manifest, "dependencies": [{"name": "no-such", "version": "1.0.0"}]}))
    with closing(owner(tenant)) as auth0:
        with pytest.raises(SetUpError, match=r"^Auth0 could not build the Action guestlist-door"):
            set_up(WANTED, auth0=auth0, door=tmp_path)
        assert not tenant.state.bindings.get("post-login")
        set_up(WANTED, auth0=auth0, door=stack.DOOR)
    assert [bound["display_name"] for bound in tenant.state.bindings["post-login"]] == ["guestlist-door"]


def test_the_wait_for_a_build_ends(tenant: Tenant) -> None:
    """After two minutes, or as long as the caller gives it."""
    with closing(owner(tenant, NeverBuilt())) as auth0, pytest.raises(SetUpError) as refused:
        set_up(WANTED, auth0=auth0, door=stack.DOOR, build_limit=0.4)
    assert str(refused.value) == (
        "The Action guestlist-door is still building after 0.4 seconds; try again later."
    )
    assert not tenant.state.bindings.get("post-login")
