"""Values of our own for the names that recorded requests had."""

import itertools
import re
from typing import Any

from tests.local.tenant.management_client import PASSWORD

_NUMBERS = itertools.count()
BY_TYPE: dict[str, Any] = {
    "string": "text",
    "boolean": True,
    "integer": 1,
    "array": ["text"],
    "object": {},
    "any": "text",
}
USER: dict[str, Any] = {
    "connection": "guests",
    "password": PASSWORD,
    "picture": "https://guests.example/picture.png",
    "user_metadata": {"colour": "blue"},
    "app_metadata": {"organizations": ["clinicA"]},
    "verify_email": False,
    "blocked": False,
}
CLIENT: dict[str, Any] = {
    "app_type": "regular_web",
    "callbacks": ["https://app.example/callback"],
    "web_origins": ["https://app.example"],
    "allowed_origins": ["https://app.example"],
    "allowed_logout_urls": ["https://app.example"],
    "grant_types": ["authorization_code", "refresh_token"],
    "jwt_configuration": {"lifetime_in_seconds": 300, "secret_encoded": True, "alg": "RS256", "scopes": {}},
    "refresh_token": {
        "rotation_type": "rotating",
        "expiration_type": "expiring",
        "leeway": 0,
        "token_lifetime": 600,
        "idle_token_lifetime": 300,
        "infinite_token_lifetime": False,
        "infinite_idle_token_lifetime": False,
    },
    "client_metadata": {"organization": "clinicA"},
    "organization_usage": "allow",
    "organization_require_behavior": "no_prompt",
    "organization_discovery_methods": ["email"],
    "is_first_party": True,
    "initiate_login_uri": "https://app.example/login",
    "token_endpoint_auth_method": "client_secret_post",
    "default_organization": {"flows": ["client_credentials"], "organization_id": "org_aaaaaaaaaaaaaaaa"},
    "mobile": {
        "android": {"app_package_name": "app", "sha256_cert_fingerprints": ["00"]},
        "ios": {"team_id": "team", "app_bundle_identifier": "app"},
    },
    "native_social_login": {name: {"enabled": True} for name in ("apple", "facebook", "google")},
    "oidc_logout": {
        "backchannel_logout_urls": ["https://app.example/logout"],
        "backchannel_logout_initiators": {"mode": "custom", "selected_initiators": ["rp-logout"]},
        "backchannel_logout_session_metadata": {"include": True},
    },
}
CONNECTION: dict[str, Any] = {
    "options.passwordPolicy": "good",
    "options.mfa": {"active": True, "return_enroll_settings": True},
    "options.strategy_version": 2,
    "options.precedence": ["email", "phone_number", "username"],
    "options.attributes": {"email": {"identifier": {"active": False}}},
    "options.password_history": {"enable": True, "size": 5},
    "options.password_no_personal_info": {"enable": True},
    "options.password_dictionary": {"enable": True, "dictionary": ["clinic"]},
    "options.set_user_root_attributes": "on_first_login",
    "metadata": {"organization": "clinicA"},
    "enabled_clients": [],
    "authentication": {"active": True},
    "connected_accounts": {"active": False},
}
OPTIONS: dict[str, Any] = {
    "oidc": {"client_id": "guests", "discovery_url": "https://idp.example/.well-known/openid-configuration"},
    "okta": {"client_id": "guests", "client_secret": "none", "domain": "idp.guests.example"},
    "samlp": {"metadataUrl": "https://idp.example/metadata.xml"},
    "waad": {"client_id": "guests", "tenant_domain": "guests.example"},
    "adfs": {"adfs_server": "https://idp.example"},
}
"""By strategy, what its connection cannot be without."""
ACTION: dict[str, Any] = {
    "supported_triggers": [{"id": "post-login", "version": "v3"}],
    "code": "exports.onExecutePostLogin = async () => {};",
    "runtime": "node22",
    "dependencies": [{"name": "left-pad", "version": "1.3.0", "registry_url": ""}],
    "modules": [],
    "secrets": [{"name": "KEY", "value": "not told"}],
    "deploy": False,
}
QUERY = {
    "page": "0",
    "per_page": "50",
    "take": "50",
    "include_totals": "true",
    "include_fields": "true",
    "is_first_party": "true",
    "is_global": "false",
    "app_type": "regular_web",
    "search_engine": "v3",
}
RESOURCES = {"users": USER, "clients": CLIENT, "connections": CONNECTION, "actions": ACTION}


def fresh() -> str:
    """Return a word that was not there before."""
    return f"new{next(_NUMBERS)}"


def body_of(resource: str, tokens: str, types: dict[str, str]) -> dict[str, Any]:
    """Return a body with the names of a recorded one: `name`, `name={}`, `options.name`, `strategy=value`."""
    body: dict[str, Any] = {}
    for token in sorted(tokens.split()):
        name, _, literal = token.partition("=")
        holder, _, inner = name.partition(".")
        value = _value(resource, name, literal, types)
        if name == "options" and resource == "connections" and not literal:
            strategy = re.search(r"strategy=(\S+)", tokens)
            value = OPTIONS.get(strategy[1], value) if strategy else value
        if inner:
            body[holder] = {**body.get(holder, {}), inner: value}
        else:
            body[name] = value
    return body


def _value(resource: str, name: str, literal: str, types: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    empty: dict[str, Any] = {"{}": {}, "[]": [], "null": None, '""': ""}
    if literal:
        return empty.get(literal, literal)
    if name in {"name", "username", "user_id", "email"}:
        return fresh() + ("@guests.example" if name == "email" else "")
    if name in RESOURCES.get(resource, {}):
        return RESOURCES[resource][name]
    return next(BY_TYPE[kind] for kind in types[name].split("|") if kind in BY_TYPE)
