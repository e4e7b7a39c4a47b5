"""Setting a tenant up while others write the same lists, which Auth0 takes whole and on no condition."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing

import httpx
import pytest

from guestlist.auth0 import Auth0
from guestlist.management import ROUNDS, SetUpError
from guestlist.tenant import set_up
from local import stack
from local.people import PLAIN
from local.tenant.app import Tenant
from tests.bench import set_up_tenant
from tests.test_setup import bound, foreign_action
from tests.test_setup_door import WANTED, owner

BINDINGS = "/actions/triggers/post-login/bindings"


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    """A tenant as Auth0 gives it."""
    with Tenant() as running:
        yield running


class Meanwhile(httpx.HTTPTransport):
    """The way to a tenant at which somebody else does something whenever such a call was answered."""

    def __init__(self, method: str, path: str, does: Callable[[], None], times: int = 1) -> None:
        super().__init__()
        self.method, self.path, self.does, self.left = method, path, does, times

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Let the call pass, and them act."""
        answer = super().handle_request(request)
        if self.left and request.method == self.method and re.search(self.path, request.url.path):
            self.left -= 1
            answer.read()
            self.does()
        return answer


class Other:
    """Somebody who binds Actions as deployments do: they write what they read before, and what is theirs."""

    def __init__(self, auth0: Auth0) -> None:
        self.auth0 = auth0
        self.ids = {name: foreign_action(auth0, name) for name in ("theirs", "new")}
        self.bind("theirs")

    def bind(self, *names: str) -> None:
        """Write the whole list."""
        refs = [
            {"ref": {"type": "action_id", "value": self.ids[name]}, "display_name": name} for name in names
        ]
        self.auth0.call("PATCH", BINDINGS, {"bindings": refs})


def test_who_binds_over_the_door_keeps_theirs_behind_it(tenant: Tenant) -> None:
    """They read the list before we wrote it: theirs stands, and the door first again."""
    with closing(owner(tenant)) as others:
        other = Other(others)
        way = Meanwhile("PATCH", BINDINGS, lambda: other.bind("theirs", "new"))
        with closing(owner(tenant, way)) as ours:
            set_up(WANTED, auth0=ours, door=stack.DOOR)
    assert bound(tenant) == ["guestlist-door", "theirs", "new"]


def test_what_is_bound_while_the_door_is_built_stays(tenant: Tenant) -> None:
    """The list is read when it is written, whatever it was before."""
    with closing(owner(tenant)) as others:
        other = Other(others)
        way = Meanwhile("POST", "/actions/actions/.*/deploy", lambda: other.bind("new", "theirs"))
        with closing(owner(tenant, way)) as ours:
            set_up(WANTED, auth0=ours, door=stack.DOOR)
    assert bound(tenant) == ["guestlist-door", "new", "theirs"]


def test_who_never_stops_binding_over_the_door_is_told_of(tenant: Tenant) -> None:
    """The run ends with what to do, and what they bound is untouched; the next one binds the door."""
    with closing(owner(tenant)) as others:
        other = Other(others)
        way = Meanwhile("PATCH", BINDINGS, lambda: other.bind("theirs"), times=ROUNDS)
        with closing(owner(tenant, way)) as ours:
            with pytest.raises(SetUpError) as refused:
                set_up(WANTED, auth0=ours, door=stack.DOOR)
            assert str(refused.value) == (
                f"Others write the same list at the same time; try again later. (PATCH {BINDINGS})"
            )
            assert bound(tenant) == ["theirs"]
            set_up(WANTED, auth0=ours, door=stack.DOOR)
    assert bound(tenant) == ["guestlist-door", "theirs"]


@pytest.mark.parametrize(
    ("fault", "writes"),
    [({"status": 429}, 2), ({"status": 503}, 2), ({"reset": True, "after_effect": True}, 1)],
    ids=["too many", "away", "lost answer"],
)
def test_a_list_is_read_again_before_it_is_written_again(
    tenant: Tenant, fault: dict[str, object], writes: int
) -> None:
    """After whatever failure: what was read before it may be another's no more."""
    set_up_tenant(tenant)
    tenant.state.bindings["post-login"].clear()
    tenant.state.calls.clear()
    suffering = {"method": "PATCH", "path": f"{BINDINGS}$", **fault}
    httpx.post(f"{tenant.url}/_local/faults", json=suffering, verify=PLAIN).raise_for_status()
    set_up_tenant(tenant)
    methods = [call["method"] for call in tenant.state.calls if BINDINGS in call["path"]]
    assert " ".join(methods).count("PATCH GET") == methods.count("PATCH") == writes
    assert bound(tenant) == ["guestlist-door"]


def test_an_application_s_callbacks_are_written_for_lack_of_one_alone(tenant: Tenant) -> None:
    """Organizations write that list by day and by night; what they add while another is added stays, too."""
    app = set_up_tenant(tenant)["app"]["client_id"]
    tenant.state.calls.clear()
    set_up_tenant(tenant)
    [written] = [call for call in tenant.state.calls if (call["method"], call["path"]) == at(app)]
    assert written["status"] == 200
    own = tenant.state.clients[app]["callbacks"]
    tenant.state.clients[app]["callbacks"] = []
    late = ["https://clinic.example/callback"]
    with closing(owner(tenant)) as others:

        def add() -> None:
            others.call("PATCH", f"/clients/{app}", {"callbacks": late})

        with closing(owner(tenant, Meanwhile(*at(app), add))) as ours:
            set_up(WANTED, auth0=ours, door=stack.DOOR)
    assert tenant.state.clients[app]["callbacks"] == [*late, *own]


def at(client: str) -> tuple[str, str]:
    """Return the call that changes an application."""
    return "PATCH", f"/api/v2/clients/{client}"
