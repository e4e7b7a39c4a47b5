"""What a tenant is born with: the Management API, and one client that may call all of it."""

import secrets

from local.tenant.documents import new_client_id
from local.tenant.management.api import OPERATIONS, PREFIX
from local.tenant.management.client_fields import defaults
from local.tenant.management.resource_servers import new_resource_server
from local.tenant.state import State, new_id


def bootstrap(state: State) -> None:
    """Make the Management API's resource server and `state.bootstrap_client`; no connection, no user."""
    scopes = sorted({scope for operation in OPERATIONS for scope in operation.scopes})
    audience = state.url + PREFIX + "/"
    server = new_resource_server(
        {
            "identifier": audience,
            "name": "Auth0 Management API",
            "is_system": True,
            "scopes": [{"value": scope} for scope in scopes],
        }
    )
    state.resource_servers[server["id"]] = server
    client_id, secret = new_client_id(), secrets.token_urlsafe(48)
    asked = {"name": "Bootstrap", "app_type": "non_interactive", "grant_types": ["client_credentials"]}
    client = {"client_id": client_id, "client_secret": secret, **defaults(asked), **asked}
    state.clients[client_id] = client
    grant_id = new_id("cgr_")
    state.client_grants[grant_id] = {
        "id": grant_id,
        "client_id": client_id,
        "audience": audience,
        "scope": scopes,
        "subject_type": "client",
    }
    state.bootstrap_client = (client_id, secret)
