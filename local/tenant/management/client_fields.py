"""The properties of a client, and what a new one has without being asked."""

from dataclasses import replace

from local.tenant.schema import FLAG, OBJECT, STRINGS, TEXT, Field
from local.tenant.state import Document

_TEXTS = (
    "description logo_uri token_endpoint_auth_method app_type cross_origin_loc initiate_login_uri "
    "organization_usage organization_require_behavior resource_server_identifier compliance_level"
)
_FLAGS = (
    "is_token_endpoint_ip_header_trusted is_first_party oidc_conformant sso cross_origin_authentication "
    "sso_disabled custom_login_page_on require_pushed_authorization_requests require_proof_of_possession"
)
_LISTS = "client_aliases allowed_clients grant_types organization_discovery_methods"
_URLS = "allowed_origins web_origins allowed_logout_urls"
LONGEST_LIST = 100
"""Of URLs, each list [application-settings]."""
_OBJECTS = "oidc_logout jwt_configuration client_metadata mobile addons native_social_login"


def _urls(form: str) -> Field:
    return Field(list, items=Field(str, format=form), max_items=LONGEST_LIST)


CLIENT = {
    "name": Field(str, pattern="^[^<>]+$"),
    **dict.fromkeys(_TEXTS.split(), TEXT),
    **dict.fromkeys(_FLAGS.split(), FLAG),
    **dict.fromkeys(_LISTS.split(), STRINGS),
    **dict.fromkeys(_URLS.split(), _urls("url-with-placeholders")),
    "callbacks": _urls("callback-url"),
    **dict.fromkeys(_OBJECTS.split(), OBJECT),
    "refresh_token": Field(dict, nullable=True),
    "default_organization": Field(dict, nullable=True),
}
"""POST /clients [OpenAPI], without what needs a feature that this tenant lacks."""
UNSET_BY_NULL = (
    *("cross_origin_loc", "token_endpoint_auth_method", "native_social_login", "default_organization"),
    *("organization_usage", "organization_require_behavior", "organization_discovery_methods"),
    *("compliance_level", "addons"),
)
CLIENT_CHANGE = CLIENT | {name: replace(CLIENT[name], nullable=True) for name in UNSET_BY_NULL}
"""PATCH /clients: more may be null, and is gone then [OpenAPI; `addons` recorded]."""

PUBLIC_TYPES = ("spa", "native")
REFRESH_TOKEN = {
    "rotation_type": "non-rotating",
    "expiration_type": "non-expiring",
    "leeway": 0,
    "token_lifetime": 31557600,
    "infinite_token_lifetime": True,
    "infinite_idle_token_lifetime": True,
    "idle_token_lifetime": 2592000,
}


def defaults(body: Document) -> Document:
    """Return the properties that a new client has (recorded; the authentication method: documented)."""
    public = body.get("app_type") in PUBLIC_TYPES
    return {
        "app_type": "regular_web",
        "is_first_party": True,
        "is_token_endpoint_ip_header_trusted": False,
        "oidc_conformant": False,
        "jwt_configuration": {"secret_encoded": False, "lifetime_in_seconds": 36000},
        "sso_disabled": False,
        "cross_origin_authentication": False,
        "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials"],
        "custom_login_page_on": True,
        "token_endpoint_auth_method": "none" if public else "client_secret_post",
        "refresh_token": dict(REFRESH_TOKEN),
    }
