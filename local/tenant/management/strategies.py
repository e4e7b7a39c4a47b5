"""The kinds of connections, and what the options of the enterprise ones may be [OpenAPI].

Options that are not named here pass as they are: Auth0's schemas are open too.
"""

from dataclasses import dataclass

from local.tenant.schema import FLAG, OBJECT, STRINGS, Field, Fields

DATABASE = "auth0"
ENTERPRISE = ("oidc", "okta", "samlp", "waad", "google-apps", "adfs")
STRATEGIES = (
    *(DATABASE, "ad", "adfs", "amazon", "apple", "dropbox", "bitbucket", "auth0-oidc", "baidu", "bitly"),
    *("box", "custom", "daccount", "dwolla", "email", "evernote-sandbox", "evernote", "exact", "facebook"),
    *("fitbit", "github", "google-apps", "google-oauth2", "instagram", "ip", "line", "linkedin", "oauth1"),
    *("oauth2", "office365", "oidc", "okta", "paypal", "paypal-sandbox", "pingfederate", "planningcenter"),
    *("salesforce-community", "salesforce-sandbox", "salesforce", "samlp", "sharepoint", "shopify", "shop"),
    *("sms", "soundcloud", "thirtysevensignals", "twitter", "untappd", "vkontakte", "waad", "weibo"),
    *("windowslive", "wordpress", "yahoo", "yandex"),
)
HTTPS = r"^https:\/\/.*"
DOMAIN = (
    r"^((?!-))(xn--)?([a-zA-Z0-9](?:[a-zA-Z0-9\-]*[a-zA-Z0-9])?\.)*"
    r"(xn--)?[a-zA-Z0-9](?:[a-zA-Z0-9\-]*[a-zA-Z0-9])?$"
)
URL = Field(str, nullable=True, pattern=HTTPS, min_length=8, max_length=255)
LONG_URL = Field(str, nullable=True, pattern=HTTPS, min_length=8, max_length=2048)
TEXT = Field(str, min_length=1, max_length=255)
VERIFIED = Field(str, choices=("never_set_emails_as_verified", "always_set_emails_as_verified"))
COMMON: Fields = {
    "domain_aliases": Field(list, items=Field(str, pattern=DOMAIN, max_length=256), max_items=1000),
    "icon_url": Field(str, pattern=HTTPS, min_length=8, max_length=255),
    "set_user_root_attributes": Field(str, choices=("on_each_login", "on_first_login", "never_on_login")),
    "non_persistent_attrs": Field(list, items=Field(str, max_length=255), max_items=96),
    "upstream_params": Field(dict, nullable=True),
    "tenant_domain": TEXT,
}
OIDC: Fields = {
    **COMMON,
    "authorization_endpoint": URL,
    "client_id": Field(str, max_length=255),
    "client_secret": Field(str, max_length=700),
    "connection_settings": OBJECT,
    "discovery_url": URL,
    "issuer": URL,
    "jwks_uri": URL,
    "oidc_metadata": OBJECT,
    "scope": Field(str, min_length=6, max_length=255),
    "send_back_channel_nonce": FLAG,
    "token_endpoint": URL,
    "userinfo_endpoint": URL,
    "attribute_map": OBJECT,
    "type": Field(str, choices=("back_channel", "front_channel")),
}
SAML: Fields = {
    **COMMON,
    "domain_aliases": Field(list, items=Field(str, pattern=DOMAIN, max_length=256), max_items=50001),
    "entityId": Field(str, min_length=1, max_length=128),
    "protocolBinding": Field(
        str,
        choices=tuple(f"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{way}" for way in ("POST", "Redirect")),
    ),
    "signatureAlgorithm": Field(str, choices=("rsa-sha1", "rsa-sha256")),
    "digestAlgorithm": Field(str, choices=("sha1", "sha256")),
    "signInEndpoint": LONG_URL,
    "signOutEndpoint": LONG_URL,
    "metadataUrl": LONG_URL,
    "metadataXml": Field(str, min_length=1, max_length=102400),
    "signingCert": Field(str, min_length=1, max_length=10240),
    "signSAMLRequest": FLAG,
    "disableSignout": FLAG,
    "deflate": FLAG,
    "debug": FLAG,
    "idpinitiated": Field(dict, max_items=6),
    "fieldsMap": Field(dict, max_items=44),
    "user_id_attribute": Field(str, min_length=1, max_length=2396),
    "thumbprints": Field(list, items=str, max_items=1),
}
WAAD: Fields = {
    **COMMON,
    "domain_aliases": Field(list, items=Field(str, max_length=255), max_items=1000),
    "client_id": Field(str, pattern="^[a-zA-Z0-9-:./_~]+$", max_length=100),
    "client_secret": Field(str, max_length=10000),
    "should_trust_email_verified_connection": VERIFIED,
    "userid_attribute": Field(str, choices=("oid", "sub")),
    "waad_protocol": Field(str, choices=("ws-federation", "openid-connect")),
    "identity_api": Field(str, choices=("microsoft-identity-platform-v2.0", "azure-active-directory-v1.0")),
    **dict.fromkeys(("basic_profile", "ext_profile", "ext_groups", "ext_nested_groups", "use_wsfed"), FLAG),
}
GOOGLE_APPS: Fields = {
    **COMMON,
    "client_id": Field(str, min_length=1, max_length=128),
    "client_secret": Field(str, min_length=1, max_length=4096),
    "domain": Field(str, min_length=1, max_length=1024),
    "scope": STRINGS,
    "map_user_id_to_id": FLAG,
}
ADFS: Fields = {
    **COMMON,
    "adfs_server": Field(str, max_length=2048),
    "entityId": Field(str, min_length=1, max_length=128),
    "fedMetadataXml": Field(str, min_length=1, max_length=102400),
    "signInEndpoint": LONG_URL,
    "should_trust_email_verified_connection": VERIFIED,
    "user_id_attribute": Field(str, min_length=1, max_length=128),
}


@dataclass(frozen=True)
class Strategy:
    """An enterprise strategy's options, and what of them must be there: one set of `required` whole.

    `unless` are sets of which one whole set will do instead. Recorded is `options.domain` of Okta; the rest
    is what all recorded requests had.
    """

    options: Fields
    required: tuple[str, ...] = ()
    unless: tuple[tuple[str, ...], ...] = ()


ENDPOINTS = ("issuer", "authorization_endpoint", "jwks_uri")
OPTIONS = {
    "oidc": Strategy(OIDC, ("discovery_url",), (ENDPOINTS, ("oidc_metadata",))),
    "okta": Strategy({**OIDC, "domain": Field(str, min_length=4, max_length=255)}, ("domain",), (ENDPOINTS,)),
    "samlp": Strategy(SAML, ("signInEndpoint", "signingCert"), (("metadataXml",), ("metadataUrl",))),
    "waad": Strategy(WAAD),
    "google-apps": Strategy(GOOGLE_APPS),
    "adfs": Strategy(ADFS, ("adfs_server",), (("fedMetadataXml",), ("signInEndpoint",))),
}
WITH_CLIENT_ID = ("oidc", "okta", "waad")
"""Strategies whose `options.client_id` is required; Google's was recorded without one [OpenAPI; recorded]."""
