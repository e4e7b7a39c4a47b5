"""Refresh tokens: the Actions run again, rotation, metadata, revocation."""

import pytest

from local.tenant.documents import milliseconds
from tests.local.tenant.authentication_client import API, Stage
from tests.local.tenant.test_logins_actions import SHOW, seen
from tests.local.tenant.test_tokens_codes import error_of, permit

UNKNOWN = (403, "invalid_grant", "Unknown or invalid refresh token.")
REMEMBER = """
exports.onExecutePostLogin = async (event, api) => {
  const stored = event.refresh_token?.metadata?.organization;
  if (event.transaction.protocol === "oauth2-refresh-token") {
    return stored === "clinicA" ? undefined : api.access.deny(`stored: ${stored}`);
  }
  api.refreshToken.setMetadata("organization", event.request.query["ext-organization"]);
};
"""


def rotate(stage: Stage) -> None:
    """Switch rotation on for `app`."""
    stage.state.clients["app"]["refresh_token"]["rotation_type"] = "rotating"


def test_a_token_that_does_not_rotate_works_again(stage: Stage) -> None:
    """New tokens, the same scope, no new refresh token; the ID token has no nonce then."""
    token = stage.tokens()["refresh_token"]
    for _ in range(2):
        answer = stage.refreshed(token).json()
        assert "refresh_token" not in answer
        assert answer["scope"] == "openid profile email offline_access read:members"
    assert "nonce" not in stage.claims(answer["id_token"], "app")
    assert stage.claims(answer["access_token"])["sub"] == "auth0|ann"


def test_scopes_may_be_narrowed_never_widened(stage: Stage) -> None:
    """`offline_access` stays, as recorded."""
    token = stage.tokens()["refresh_token"]
    answer = stage.refreshed(token, scope="openid write:members")
    assert answer.json()["scope"] == "openid offline_access"


def test_a_rotated_token_is_replaced(stage: Stage) -> None:
    """The new one works."""
    rotate(stage)
    first = stage.tokens()["refresh_token"]
    second = stage.refreshed(first).json()["refresh_token"]
    assert second != first
    assert stage.refreshed(second).status_code == 200


def test_reuse_of_a_rotated_token_revokes_its_family(stage: Stage) -> None:
    """Whoever holds the newest has to sign in again."""
    rotate(stage)
    first = stage.tokens()["refresh_token"]
    second = stage.refreshed(first).json()["refresh_token"]
    third = stage.refreshed(second).json()["refresh_token"]
    assert error_of(stage.refreshed(first)) == UNKNOWN
    assert error_of(stage.refreshed(third)) == UNKNOWN


def test_a_token_may_expire(stage: Stage) -> None:
    """Its successors live no longer."""
    rotate(stage)
    settings = {"expiration_type": "expiring", "token_lifetime": 1000}
    stage.state.clients["app"]["refresh_token"].update(settings)
    token = stage.tokens()["refresh_token"]
    stage.state.clock.advance(600)
    token = stage.refreshed(token).json()["refresh_token"]
    stage.state.clock.advance(600)
    assert error_of(stage.refreshed(token)) == UNKNOWN


def test_the_actions_run_again(stage: Stage) -> None:
    """With no query; the body has the request's own fields and no secret."""
    stage.action(SHOW)
    answer = stage.refreshed(stage.tokens()["refresh_token"], **{"ext-organization": "clinicA"})
    event = seen(stage, answer.json())
    assert event["transaction"]["protocol"] == "oauth2-refresh-token"
    assert event["request"]["query"] == {}
    assert event["request"]["body"] == {
        "client_id": "app",
        "grant_type": "refresh_token",
        "ext-organization": "clinicA",
    }
    assert event["resource_server"] == {"identifier": API}


def test_a_denial_is_a_403(stage: Stage) -> None:
    """The token stays good for another try."""
    token = stage.tokens()["refresh_token"]
    stage.action("exports.onExecutePostLogin = async (e, api) => api.access.deny('not a member');")
    assert error_of(stage.refreshed(token)) == (403, "access_denied", "not a member")
    stage.state.bindings.clear()
    assert stage.refreshed(token).status_code == 200


def test_metadata_set_at_login_is_read_at_refresh(stage: Stage) -> None:
    """It belongs to the token, and goes over to its successor."""
    rotate(stage)
    stage.action(REMEMBER)
    token = stage.tokens(**{"ext-organization": "clinicA"})["refresh_token"]
    second = stage.refreshed(token).json()["refresh_token"]
    assert stage.refreshed(second).status_code == 200


@pytest.mark.parametrize("plan", ["free", "essentials"])
def test_lesser_plans_show_no_refresh_token_to_actions(stage: Stage, plan: str) -> None:
    """Its metadata is Enterprise's."""
    stage.state.plan = plan
    stage.action(REMEMBER)
    token = stage.tokens(**{"ext-organization": "clinicA"})["refresh_token"]
    assert error_of(stage.refreshed(token))[2] == "stored: undefined"


@pytest.mark.parametrize(("plan", "told"), [("enterprise", True), ("essentials", False)])
def test_when_somebody_signed_in_is_told_where_the_token_is(stage: Stage, plan: str, *, told: bool) -> None:
    """As long as the session lives: it is the time of the sign-in, not of the refresh."""
    stage.state.plan = plan
    stage.action(SHOW)
    tokens = stage.tokens()
    [session] = stage.state.sessions.values()
    session.created_at -= 60
    at = {"methods": [{"name": "pwd", "timestamp": milliseconds(session.created_at)}]}
    at_refresh = seen(stage, stage.refreshed(tokens["refresh_token"]).json())
    assert at_refresh.get("authentication") == (at if told else None)
    stage.state.sessions.clear()
    assert "authentication" not in seen(stage, stage.refreshed(tokens["refresh_token"]).json())


def test_an_action_may_revoke_the_token(stage: Stage) -> None:
    """The exchange is refused, and so is every later one."""
    token = stage.tokens()["refresh_token"]
    stage.action("exports.onExecutePostLogin = async (e, api) => { api.refreshToken.revoke('stolen'); };")
    assert error_of(stage.refreshed(token)) == (403, "access_denied", "stolen")
    stage.state.bindings.clear()
    assert error_of(stage.refreshed(token)) == UNKNOWN


def test_a_blocked_user_is_refused(stage: Stage) -> None:
    """In the words that were reported."""
    token = stage.tokens()["refresh_token"]
    stage.user["blocked"] = True
    assert error_of(stage.refreshed(token)) == (403, "invalid_grant", "user is blocked")


def test_permissions_are_looked_up_again(stage: Stage) -> None:
    """Who lost one has it no more after the next refresh."""
    stage.api.update(enforce_policies=True, token_dialect="access_token_authz")
    permit(stage, "read:members")
    tokens = stage.tokens()
    assert stage.claims(tokens["access_token"])["permissions"] == ["read:members"]
    permit(stage)
    claims = stage.claims(stage.refreshed(tokens["refresh_token"]).json()["access_token"])
    assert (claims["permissions"], "read:members" in claims["scope"]) == ([], False)


def test_a_token_belongs_to_its_client(stage: Stage) -> None:
    """Another one cannot use it."""
    stage.client("other")
    token = stage.tokens()["refresh_token"]
    other = {"client_id": "other", "client_secret": "secret of other"}
    assert error_of(stage.refreshed(token, **other)) == UNKNOWN


def test_a_token_is_revoked_by_its_client(stage: Stage) -> None:
    """200 in any case; another's token stays."""
    stage.client("other")
    token = stage.tokens()["refresh_token"]
    for client, status in (("other", 200), ("app", 403)):
        body = {"client_id": client, "client_secret": f"secret of {client}", "token": token}
        assert stage.post("/oauth/revoke", body).status_code == 200
        assert stage.refreshed(token).status_code == status
