"""Self-service profiles, and the tickets by which a customer sets up a connection [OpenAPI]."""

import secrets

from local.tenant.documents import ALPHANUMERIC, listed, milliseconds
from local.tenant.errors import ManagementError, inexistent_connection, invalid_body, not_found
from local.tenant.management.connections import METADATA, NAME
from local.tenant.management.operations import Call, Operation, Reply
from local.tenant.schema import FLAG, OBJECT, OBJECTS, STRINGS, WHOLE, Field, check, check_value
from local.tenant.state import Document, SsoTicket, connection_by_name

FIVE_DAYS = 432000
MOST_PROFILES = 20
"""Of a tenant [self-service SSO entity limits, assumed]."""
ALLOWED = (
    *("oidc", "samlp", "waad", "google-apps", "adfs", "okta"),
    *("auth0-samlp", "okta-samlp", "keycloak-samlp", "pingfederate"),
)
PROFILE = {
    "name": Field(str, min_length=1, max_length=100),
    "description": Field(str, min_length=1, max_length=140),
    "branding": OBJECT,
    "allowed_strategies": Field(list, items=Field(str, choices=ALLOWED)),
    "user_attributes": OBJECTS,
    "user_attribute_profile_id": Field(str),
}
PROFILE_CHANGE = {
    **PROFILE,
    "description": Field(str, nullable=True, min_length=1, max_length=140),
    "branding": Field(dict, nullable=True),
    "user_attributes": Field(list, nullable=True, items=dict),
    "user_attribute_profile_id": Field(str, nullable=True),
}
ATTRIBUTE = {"name": Field(str, max_length=250), "description": Field(str), "is_optional": FLAG}
BRANDING = {"logo_url": Field(str, pattern="^https://", max_length=1024), "colors": OBJECT}
COLORS = {"primary": Field(str, pattern=r"^#([\dA-Fa-f]{6}|[\dA-Fa-f]{3})$")}
TEXT_OF = {"language": Field(str, choices=("en",)), "page": Field(str, choices=("get-started",))}
TICKET = {
    "connection_id": Field(str),
    "connection_config": OBJECT,
    "enabled_clients": STRINGS,
    "enabled_organizations": OBJECTS,
    "ttl_sec": WHOLE,
    "domain_aliases_config": OBJECT,
    "provisioning_config": OBJECT,
    "use_for_organization_discovery": FLAG,
    "enabled_features": OBJECT,
}
CONFIG = {
    "name": NAME,
    "display_name": Field(str, max_length=128),
    "is_domain_connection": FLAG,
    "show_as_button": FLAG,
    "metadata": METADATA,
    "options": Field(dict, nullable=True),
}
CONFIG_OPTIONS = {
    "icon_url": Field(str, nullable=True, pattern="^https:"),
    "domain_aliases": Field(list, nullable=True, items=Field(str, min_length=1, max_length=255)),
    "idpinitiated": Field(dict, nullable=True),
}
DOMAINS = {
    "domain_verification": Field(str, choices=("none", "optional", "required")),
    "pending_domains": Field(list, items=Field(str, min_length=1, max_length=255)),
}


def create(call: Call) -> Reply:
    """POST /self-service-profiles."""
    body = _checked_profile(check(call.body, PROFILE, ("name",)))
    if len(call.state.self_service_profiles) >= MOST_PROFILES:
        raise ManagementError(409, "No more profiles can be created for this tenant.", "conflict")
    profile_id = "ssp_" + "".join(secrets.choice(ALPHANUMERIC) for _ in range(22))
    now = milliseconds(call.state.clock.now())
    profile = {"id": profile_id, "user_attributes": [], **body, "created_at": now, "updated_at": now}
    call.state.self_service_profiles[profile_id] = profile
    return Reply(201, profile)


def read_all(call: Call) -> Reply:
    """GET /self-service-profiles."""
    profiles = list(call.state.self_service_profiles.values())
    return Reply(200, listed("self_service_profiles", profiles, call.query))


def read(call: Call) -> Reply:
    """GET /self-service-profiles/{id}."""
    return Reply(200, _found(call, call.id))


def change(call: Call) -> Reply:
    """PATCH /self-service-profiles/{id}: null takes a property away."""
    body = _checked_profile(check(call.body, PROFILE_CHANGE))
    profile = _found(call, call.id)
    profile.update(body, updated_at=milliseconds(call.state.clock.now()))
    for name in [name for name, value in profile.items() if value is None]:
        del profile[name]
    return Reply(200, profile)


def delete(call: Call) -> Reply:
    """DELETE /self-service-profiles/{id}: 204 also for one that is not there; its tickets are dead."""
    call.state.self_service_profiles.pop(call.id, None)
    return Reply(204)


def mint(call: Call) -> Reply:
    """POST /self-service-profiles/{id}/sso-ticket: a link, good until it was used or is too old."""
    _found(call, call.id)
    body = _checked_ticket(call, check(call.body, TICKET))
    ticket = SsoTicket(
        id=secrets.token_urlsafe(24),
        profile_id=call.id,
        expires_at=call.state.clock.now() + (body.get("ttl_sec") or FIVE_DAYS),
        asked=body,
    )
    call.state.sso_tickets[ticket.id] = ticket
    return Reply(201, {"ticket": f"{call.state.url}/self-service/connections-flow?ticket={ticket.id}"})


def revoke(call: Call) -> Reply:
    """POST /self-service-profiles/{profileId}/sso-ticket/{id}/revoke: 202, whatever there was."""
    call.state.sso_tickets.pop(call.id, None)
    return Reply(202, {})


def read_texts(call: Call) -> Reply:
    """GET /self-service-profiles/{id}/custom-text/{language}/{page}."""
    return Reply(200, call.state.self_service_texts.get(_text_key(call), {}))


def write_texts(call: Call) -> Reply:
    """PUT /self-service-profiles/{id}/custom-text/{language}/{page}: all texts at once."""
    key = _text_key(call)
    check_value("body", call.body, Field(dict, items=str))
    call.state.self_service_texts[key] = call.body
    return Reply(200, call.body)


def _text_key(call: Call) -> str:
    """Return where a page's texts are kept; there is one page, in one language [OpenAPI]."""
    _found(call, call.id)
    language, name = call.parameters["language"], call.parameters["page"]
    check({"language": language, "page": name}, TEXT_OF)
    return f"{call.id}/{language}/{name}"


def _found(call: Call, profile_id: str) -> Document:
    if profile_id not in call.state.self_service_profiles:
        raise not_found("Self-service profile not found")
    return call.state.self_service_profiles[profile_id]


def _checked_profile(body: Document) -> Document:
    for attribute in body.get("user_attributes") or []:
        check(attribute, ATTRIBUTE, tuple(ATTRIBUTE), within="user_attributes.")
    branding = body.get("branding") or {}
    check(branding, BRANDING, open_ended=True, within="branding.")
    if "colors" in branding:
        check(branding["colors"], COLORS, ("primary",), open_ended=True, within="branding.colors.")
    return body


def _checked_ticket(call: Call, body: Document) -> Document:
    """Hold a ticket's body to the description; what contradicts itself or the tenant is refused (assumed)."""
    config = body.get("connection_config")
    if ("connection_id" in body) == (config is not None):
        raise invalid_body("Either connection_id or connection_config must be provided.")
    if config is not None:
        check(config, CONFIG, ("name",), within="connection_config.")
        check(config.get("options") or {}, CONFIG_OPTIONS, within="connection_config.options.")
        if connection_by_name(call.state, config["name"]) is not None:
            raise ManagementError(409, "A connection with this name already exists.", "conflict")
    elif body["connection_id"] not in call.state.connections:
        raise inexistent_connection()
    if "domain_aliases_config" in body:
        domains = body["domain_aliases_config"]
        check(domains, DOMAINS, ("domain_verification",), within="domain_aliases_config.")
    if not set(body.get("enabled_clients", [])) <= set(call.state.clients):
        raise invalid_body("One or more of the enabled_clients do not exist.")
    if body.get("enabled_organizations"):
        raise invalid_body("One or more of the enabled_organizations do not exist.")
    if not 0 <= body.get("ttl_sec", 0) <= FIVE_DAYS:
        raise invalid_body(f"ttl_sec must be between 0 and {FIVE_DAYS}.")
    return body


TEXTS = "/self-service-profiles/{id}/custom-text/{language}/{page}"
READ, UPDATE = ("read:self_service_profiles",), ("update:self_service_profiles",)
OPERATIONS = (
    Operation("POST", "/self-service-profiles", ("create:self_service_profiles",), create),
    Operation("GET", "/self-service-profiles", READ, read_all),
    Operation("GET", "/self-service-profiles/{id}", READ, read),
    Operation("PATCH", "/self-service-profiles/{id}", UPDATE, change),
    Operation("DELETE", "/self-service-profiles/{id}", ("delete:self_service_profiles",), delete),
    Operation("GET", TEXTS, ("read:self_service_profile_custom_texts",), read_texts),
    Operation("PUT", TEXTS, ("update:self_service_profile_custom_texts",), write_texts),
    Operation("POST", "/self-service-profiles/{id}/sso-ticket", ("create:sso_access_tickets",), mint),
    Operation(
        "POST",
        "/self-service-profiles/{profileId}/sso-ticket/{id}/revoke",
        ("delete:sso_access_tickets",),
        revoke,
    ),
)
