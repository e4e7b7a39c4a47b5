"""The door where roles rest on groups: whom it asks about, what it compares, and what it does meanwhile."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guestlist.groups import digest, groups_in
from guestlist.login_policy import ENTERPRISE, RESOLVE_FAILED
from local.servers import Server
from local.tenant.actions import ActionRunner, Outcome
from tests.actions.test_first_login import CODE, NAMESPACE, RESOLVE, TOKEN, Guestlist, door

NURSES = digest(["Nurses"])
LEFT_OUT = ...


@pytest.fixture(scope="module")
def runner() -> Iterator[ActionRunner]:
    """Node."""
    with ActionRunner() as runner:
        yield runner


@pytest.fixture(scope="module")
def server() -> Iterator[Guestlist]:
    """Who is asked."""
    with Server("guestlist") as server:
        asked = Guestlist(server.url)
        server.start(asked)
        yield asked


@pytest.fixture
def guestlist(server: Guestlist) -> Guestlist:
    """Return who is asked, by nobody so far."""
    server.answers = [(200, {"organizations": ["clinicA"], "roles": ["clinicA:lab"]})]
    server.asked.clear()
    return server


def login(
    runner: ActionRunner,
    url: str,
    groups: object,
    *,
    resting: object = NURSES,
    strategy: str = "samlp",
    **more: Any,  # noqa: ANN401 (parts of the event)
) -> Outcome:
    """Sign somebody in who is a member by their profile, whose roles rest on the groups of this digest."""
    ours: dict[str, object] = {"version": 7, "roles": ["clinicA:member"]}
    ours |= {} if resting is LEFT_OUT else {"groups": resting}
    settings = {"GUESTLIST_DOOR": door(url).to_json(), "GUESTLIST_RESOLVER": "a-secret"}
    event: dict[str, Any] = {
        "user": {
            "user_id": "samlp|clinic-a|ann",
            "app_metadata": {"organizations": ["clinicA"], "guestlist": ours},
            **({} if groups is LEFT_OUT else {"groups": groups}),
        },
        "client": {"client_id": "app"},
        "connection": {"name": "clinic-a", "strategy": strategy},
        "transaction": {"protocol": "oidc-basic-profile", "requested_scopes": []},
        "request": {"query": {"ext-organization": "clinicA"}, "body": {}},
        **more,
    }
    secrets = [{"name": name, "value": value} for name, value in settings.items()]
    return runner.run("post-login", [{"id": "1", "name": "door", "code": CODE, "secrets": secrets}], event)


def roles(outcome: Outcome) -> list[str]:
    """Return the roles of somebody who was let in."""
    assert outcome.denied is None, outcome.denied
    return list(outcome.access_token_claims[f"{NAMESPACE}/roles"])


@pytest.mark.parametrize("strategy", ENTERPRISE)
def test_other_groups_are_asked_about(strategy: str, runner: ActionRunner, guestlist: Guestlist) -> None:
    """By the id alone, never by the groups; the roles are those of the answer."""
    assert roles(login(runner, guestlist.url, ["Heads"], strategy=strategy)) == ["lab"]
    assert guestlist.asked[-1][::2] == (RESOLVE, {"user": "samlp|clinic-a|ann"})


@pytest.mark.parametrize("resting", ["", "another", None, 7, [NURSES]], ids=str)
def test_what_is_no_digest_of_these_groups_is_asked_about(
    resting: object, runner: ActionRunner, guestlist: Guestlist
) -> None:
    """Whatever stands there, but for nothing at all."""
    login(runner, guestlist.url, ["Nurses"], resting=resting)
    assert guestlist.paths[-1:] == ([] if resting is None else [RESOLVE])


REFRESH = {"transaction": {"protocol": "oauth2-refresh-token"}, "request": {"query": {}, "body": {}}}


@pytest.mark.parametrize(
    "someone",
    [
        {"groups": ["Nurses"]},
        {"groups": "Nurses"},
        {"groups": ["Nurses", "Nurses"]},
        {"resting": LEFT_OUT},
        {"strategy": "auth0"},
        {"strategy": "google-oauth2"},
        {**REFRESH, "refresh_token": {"id": "rt_1", "metadata": {"organization": "clinicA"}}},
        {"client": {"client_id": "console"}},
        {"request": {"query": {"ext-organization": "clinicB"}, "body": {}}},
        {"connection": {"strategy": "samlp", "metadata": {"organization": "clinicB"}}},
    ],
    ids=str,
)
def test_nobody_else_is(someone: dict[str, Any], runner: ActionRunner, guestlist: Guestlist) -> None:
    """The same groups, no groups that count, another kind of connection, a refresh; and who is not let in."""
    login(runner, guestlist.url, **{"groups": ["Heads"], **someone})
    assert guestlist.asked == []


@pytest.mark.parametrize(
    "answer", [(503, {}), (404, {}), (200, "no JSON"), (200, {"organizations": ["clinicA"]})]
)
def test_without_an_answer_it_stays_shut(
    answer: tuple[int, object], runner: ActionRunner, guestlist: Guestlist
) -> None:
    """With its own reason; who comes with the same groups gets in all the same."""
    guestlist.answers = [answer]
    assert login(runner, guestlist.url, ["Heads"]).denied == RESOLVE_FAILED.reason
    assert roles(login(runner, guestlist.url, ["Nurses"])) == ["member"]


def test_where_nobody_listens_it_stays_shut(runner: ActionRunner) -> None:
    """With the token of before, or without."""
    assert login(runner, "http://127.0.0.1:9", ["Heads"]).denied == RESOLVE_FAILED.reason
    assert roles(login(runner, "http://127.0.0.1:9", ["Nurses"])) == ["member"]


def test_the_answer_is_held_against_the_same_table(runner: ActionRunner, guestlist: Guestlist) -> None:
    """Who is no member any more, by then, is denied."""
    guestlist.answers = [(200, {"organizations": [], "roles": []})]
    assert str(login(runner, guestlist.url, ["Heads"]).denied).startswith("no_organizations: ")
    assert TOKEN not in guestlist.paths  # it is kept


NAMES = st.text(st.characters(exclude_categories=[]), max_size=6)
SAID = st.one_of(
    NAMES, st.lists(NAMES, max_size=5), st.lists(st.one_of(NAMES, st.integers(0, 9)), max_size=3)
)


def test_both_sides_compute_one_digest(runner: ActionRunner, guestlist: Guestlist) -> None:
    """Of whatever a provider says: in any alphabet, with halves of surrogates; and of what is no groups."""

    @given(SAID)
    def same(said: object) -> None:
        guestlist.asked.clear()
        resting = digest(groups_in({"groups": said}))
        assert roles(login(runner, guestlist.url, said, resting=resting)) == ["member"]
        assert guestlist.asked == []

    same()
    for said in (LEFT_OUT, None, {}, {"Nurses": True}, [["Nurses"]], 7, True):
        login(runner, guestlist.url, said, resting=digest([]))
    assert guestlist.asked == []
