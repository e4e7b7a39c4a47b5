"""What is asked for while processes die: each use-case in each state of the table and of Auth0."""

from collections.abc import Callable
from typing import Any

from guestlist.auth0 import segment
from guestlist.names import ADMIN
from guestlist.records import Invite
from local import stack
from local.tenant.state import RefreshToken, Session
from tests.adoption_setup import PASSWORD
from tests.robustness.crash_case import ANN, BEN, CLINIC, HOSPITAL, HOUR, SCHOOL, Case, is_leaving
from tests.robustness.crash_cases_of_connections import OF_CONNECTIONS
from tests.robustness.crash_cases_of_groups import OF_GROUPS
from tests.robustness.crash_cases_of_links import OF_LINKS
from tests.robustness.crash_cases_of_moves import OF_MOVES, anns_membership, members
from tests.robustness.crash_cases_of_own import OF_DOMAINS, OF_LOGINS, OF_ORGANIZATIONS
from tests.robustness.front import Front


def _nothing(_: Front) -> None:
    """Begin with an organization that nobody is in."""


def _invited(front: Front, *, send: bool = True) -> None:
    front.invite(CLINIC, ANN, send=send)


def _known(front: Front) -> None:
    """Let Ann be a member of the school, who has signed in."""
    front.add(SCHOOL, ANN)
    front.world.rest(HOUR)
    [account] = front.world.tenant.state.users.values()
    account["logins_count"] = 3
    _invited(front)


def _planted(front: Front, *, verified: bool, names: tuple[str, ...] = ()) -> None:
    """Let somebody have made an account with Ann's address, who is signed in."""
    new = {
        "connection": stack.CONNECTION,
        "email": ANN,
        "password": PASSWORD,
        "email_verified": verified,
        "app_metadata": {"organizations": list(names), "theirs": "stays"},
    }
    _signs_in(front, str(front.world.auth0.call("POST", "/users", new).body["user_id"]))


def _signs_in(front: Front, account: str) -> None:
    state, now = front.world.tenant.state, front.world.simulation.now()
    state.sessions["s"] = Session("s", account, {"app"}, now)
    state.refresh_tokens["r"] = RefreshToken("r", "secret", account, "app", "api", "", "s", now)


def _verified(front: Front) -> None:
    """Let Ann's own account bear a name of ours, and one that is nobody's."""
    _planted(front, verified=True, names=(SCHOOL, "laboratory"))


def _unverified(front: Front) -> None:
    _planted(front, verified=False, names=(SCHOOL,))


def _and_invited(before: Callable[[Front], object]) -> Callable[[Front], object]:
    def prepare(front: Front) -> None:
        before(front)
        _invited(front)

    return prepare


def _asked_to_prove(front: Front) -> None:
    _unverified(front)
    front.add(CLINIC, ANN, ADMIN)


def _expired(front: Front) -> None:
    front.invite(CLINIC, ANN, life=HOUR)
    front.world.simulation.spawn("time", lambda: _an_hour(front))
    front.world.rest(2 * HOUR)


def _an_hour(front: Front) -> None:
    front.world.simulation.sleep(HOUR)


def _signed_in(front: Front) -> None:
    """Let Ann be a member of the clinic alone, who is signed in."""
    front.add(CLINIC, BEN, ADMIN)
    front.add(CLINIC, ANN)
    front.world.rest(HOUR)
    [account] = [one for one in front.world.tenant.state.users.values() if one["email"] == ANN]
    account["email_verified"] = True
    _signs_in(front, account["user_id"])


def _suspended(front: Front) -> None:
    """Let the school be closed, of which Ann is a member."""
    members(front)
    front.suspend(SCHOOL)


def _left_out(front: Front) -> None:
    """Let the clinic be closed, of which both are members, without the door's list."""
    members(front)
    front.world.rest(HOUR)
    front.suspend(CLINIC, by_list=False)


def _linked(front: Front) -> None:
    """Let somebody have linked Ann's account into Ben's: both are in the clinic, and she is in the school."""
    members(front)
    front.world.rest(HOUR)
    [ben, ann] = [front.user(email) for email in (BEN, ANN)]
    assert ben
    assert ann
    body = {"provider": "auth0", "user_id": ann.account.removeprefix("auth0|")}
    front.world.auth0.call("POST", f"/users/{segment(ben.account)}/identities", body)


def _isolated(front: Front) -> None:
    """Let the hospital have what an organization may have of its own, and Ann as its first administrator."""
    page = "https://hospital.app.example"
    lists: dict[str, Any] = {"callbacks": [f"{page}/callback"], "web_origins": [page]}
    front.provision(HOSPITAL, kind="isolated", admin={"email": ANN}, **lists)


def _isolated_with_ann(front: Front) -> None:
    _isolated(front)
    front.world.rest(HOUR)
    front.world.simulation.spawn("Ann", lambda: _joins(front))
    front.world.rest(HOUR)
    front.invite(HOSPITAL, BEN)


def _joins(front: Front) -> None:
    found = front.invite_of(HOSPITAL, ANN)
    assert found
    front.press(found, 1)


def _anns_invite(front: Front) -> Invite:
    found = front.invite_of(CLINIC, ANN)
    assert found
    return found


def _press(front: Front) -> str:
    return front.press(_anns_invite(front), 1)


def _add(*roles: str, welcome: bool = False) -> Callable[[Front], None]:
    return lambda front: front.add(CLINIC, ANN, *roles, welcome=welcome)


CASES = (
    Case("invite by mail", _nothing, _invited),
    Case("invite without a mail", _nothing, lambda front: _invited(front, send=False)),
    Case("accept, new to us", _invited, _press),
    Case("accept, known to us", _known, _press),
    Case("accept, account verified before us", _and_invited(_verified), _press),
    Case("accept, account planted before us", _and_invited(_unverified), _press),
    Case("add", _nothing, _add(ADMIN)),
    Case("add with a welcome", _nothing, _add(welcome=True)),
    Case("add who was invited", _invited, _add()),
    Case("add, account verified before us", _verified, _add(ADMIN)),
    Case("add, account planted before us", _unverified, _add(ADMIN)),
    Case("prove the address of a planted account", _asked_to_prove, _press),
    Case(
        "change roles",
        members,
        lambda front: front.change_roles(anns_membership(front), "editor"),
        lambda front: anns_membership(front).roles == ("editor",),
    ),
    Case(
        "remove",
        members,
        lambda front: front.deprovision(anns_membership(front)),
        lambda front: not anns_membership(front).stands,
    ),
    Case(
        "remove from the last",
        _signed_in,
        lambda front: front.deprovision(anns_membership(front)),
        lambda front: not anns_membership(front).stands,
    ),
    Case(
        "change roles, account linked",
        _linked,
        lambda front: front.change_roles(anns_membership(front), "editor"),
        lambda front: anns_membership(front).version > 1,
        pairs=False,
    ),
    Case(
        "resend",
        _invited,
        lambda front: front.resend(_anns_invite(front)),
        lambda front: _anns_invite(front).generation > 1,
    ),
    Case(
        "resend an invite that expired",
        _expired,
        lambda front: front.resend(_anns_invite(front)),
        lambda front: _anns_invite(front).generation > 1,
    ),
    Case(
        "revoke",
        _invited,
        lambda front: front.revoke(_anns_invite(front)),
        lambda front: not _anns_invite(front).active,
    ),
    Case("suspend", members, lambda front: front.suspend(CLINIC)),
    Case("suspend another", _suspended, lambda front: front.suspend(CLINIC)),
    Case("resume", _suspended, lambda front: front.resume(SCHOOL)),
    Case("suspend, left out", members, lambda front: front.suspend(CLINIC, by_list=False)),
    Case("resume, left out", _left_out, lambda front: front.resume(CLINIC)),
    Case("provision, isolated", _nothing, _isolated, pairs=False),
    Case(
        "offboard, isolated",
        _isolated_with_ann,
        lambda front: front.offboard(HOSPITAL),
        is_leaving,
        pairs=False,
    ),
    Case("expire", lambda front: front.invite(CLINIC, ANN, life=HOUR), _an_hour),
    *OF_LOGINS,
    *OF_DOMAINS,
    *OF_ORGANIZATIONS,
    *OF_GROUPS,
    *OF_LINKS,
    *OF_MOVES,
    *OF_CONNECTIONS,
)
