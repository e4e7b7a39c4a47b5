"""A caller of the local tenant's Management API, for tests."""

from typing import Any

import httpx

from local.tenant.app import Tenant

PASSWORD = "Correct-Horse-Battery-9"


class ManagementClient(httpx.Client):
    """Paths are relative to `/api/v2`; the token has the scopes named, or all."""

    def __init__(self, tenant: Tenant, *scopes: str) -> None:
        token = management_token(tenant, *scopes)
        super().__init__(base_url=tenant.url + "/api/v2", headers={"authorization": f"Bearer {token}"})

    def made(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return what a POST made."""
        answer = self.post(path, json=body)
        assert answer.is_success, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def connection(self, name: str = "guests", **options: object) -> dict[str, Any]:
        """Return a new database connection that is enabled for a new client."""
        body = {"name": name, "strategy": "auth0", "options": {"passwordPolicy": "good", **options}}
        connection = self.made("/connections", body)
        client = self.made("/clients", {"name": f"application of {name}"})
        enabled = [{"client_id": client["client_id"], "status": True}]
        assert self.patch(f"/connections/{connection['id']}/clients", json=enabled).status_code == 204
        return connection

    def user(self, user_id: str = "ann", **more: object) -> dict[str, Any]:
        """Return a new user of the connection `guests`."""
        body = {"connection": "guests", "email": f"{user_id}@example.com", "password": PASSWORD}
        return self.made("/users", {**body, "user_id": user_id, **more})

    def action(self, name: str = "door", **more: object) -> dict[str, Any]:
        """Return a new Action for post-login."""
        triggers = [{"id": "post-login", "version": "v3"}]
        return self.made("/actions/actions", {"name": name, "supported_triggers": triggers, **more})


def management_token(tenant: Tenant, *scopes: str, **claims: object) -> str:
    """Return a token for the Management API with these scopes, or with all."""
    state = tenant.state
    granted = [
        g["scope"] for g in state.client_grants.values() if g["client_id"] == tenant.bootstrap_client[0]
    ]
    now = state.clock.now()
    token = {
        "iss": tenant.url + "/",
        "aud": tenant.url + "/api/v2/",
        "azp": tenant.bootstrap_client[0],
        "scope": " ".join(scopes or granted[0]),
        "exp": now + 86400,
    }
    return state.keys.sign({**token, **claims})
