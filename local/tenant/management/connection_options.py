"""The options of an enterprise connection: checked, and completed with what it has unasked (recorded)."""

import base64
import binascii
import hashlib
import re

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from local.tenant.documents import milliseconds
from local.tenant.errors import invalid_body
from local.tenant.management.strategies import DATABASE, OPTIONS, WITH_CLIENT_ID
from local.tenant.schema import check
from local.tenant.state import Document

DISCOVERY = "/.well-known/openid-configuration"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
WITH_TICKET = ("samlp", "waad", "google-apps", "adfs", "ad", "pingfederate")
"""Strategies whose connections show a `provisioning_ticket_url` (recorded)."""
WITH_DISPLAY_NAME = ("oidc", "okta", "waad")
"""Strategies that are displayed by their name where they have no `display_name` (recorded)."""
WAAD_DEFAULTS = {
    "identity_api": "microsoft-identity-platform-v2.0",
    "useCommonEndpoint": False,
    "should_trust_email_verified_connection": "never_set_emails_as_verified",
    "waad_common_endpoint": False,
    "use_wsfed": False,
    "waad_protocol": "openid-connect",
}
GOOGLE_DEFAULTS = {
    "map_user_id_to_id": False,
    "email": True,
    "profile": True,
    "scope": ["email", "profile"],
    "handle_login_from_social": True,
}
ADFS_DEFAULTS = {
    "thumbprints": [],
    "should_trust_email_verified_connection": "always_set_emails_as_verified",
}


def completed(strategy: str, options: Document) -> Document:
    """Return the options that an enterprise connection will have; those of other strategies as they are.

    Raises:
        ManagementError: 400 `invalid_body`, for one that is wrong or missing.
    """
    if strategy not in OPTIONS:
        return options
    _check(strategy, options)
    return COMPLETIONS[strategy](options)


def _check(strategy: str, options: Document) -> None:
    wanted = OPTIONS[strategy]
    check(options, wanted.options, open_ended=True, within="options.")
    given = {name for name, value in options.items() if value is not None and value != ""}
    missing = [name for name in wanted.required if name not in given]
    if missing and not any(set(one) <= given for one in wanted.unless):
        raise invalid_body(f"options.{missing[0]} is required")
    if strategy in WITH_CLIENT_ID and "client_id" not in given:
        raise invalid_body("options.client_id is required")
    if options.get("type") == "back_channel" and not options.get("client_secret"):
        raise invalid_body("options.client_secret is required")


def _oidc(options: Document) -> Document:
    issuer = str(options.get("issuer") or str(options.get("discovery_url") or "").removesuffix(DISCOVERY))
    endpoints = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer.rstrip('/')}/authorize",
        "token_endpoint": f"{issuer.rstrip('/')}/oauth/token",
        "userinfo_endpoint": f"{issuer.rstrip('/')}/userinfo",
        "jwks_uri": f"{issuer.rstrip('/')}/.well-known/jwks.json",
    }
    return _discovered(options, endpoints, {"type": "front_channel", "attribute_map": "bind_all"})


def _okta(options: Document) -> Document:
    server = f"https://{options['domain']}" if options.get("domain") else str(options["issuer"])
    endpoints = {
        "issuer": server,
        "authorization_endpoint": f"{server}/oauth2/v1/authorize",
        "token_endpoint": f"{server}/oauth2/v1/token",
        "userinfo_endpoint": f"{server}/oauth2/v1/userinfo",
        "jwks_uri": f"{server}/oauth2/v1/keys",
    }
    return _discovered(options, endpoints, {"type": "back_channel", "attribute_map": "basic_profile"})


def _discovered(options: Document, endpoints: Document, kind: Document) -> Document:
    """Return an OpenID provider's options. Assumed: where its endpoints are, for nothing is fetched here."""
    given = {name: value for name, value in options.items() if value is not None and name != "schema_version"}
    metadata = {**endpoints, "id_token_signing_alg_values_supported": ["RS256"]}
    return {
        "schema_version": "oidc-V4",
        "type": kind["type"],
        "attribute_map": {"mapping_mode": kind["attribute_map"]},
        "connection_settings": {"pkce": "auto"},
        **endpoints,
        **given,
        "oidc_metadata": {**metadata, **(given.get("oidc_metadata") or {})},
    }


def _samlp(options: Document) -> Document:
    given = {name: value for name, value in options.items() if name != "metadataXml"}
    given = {**_from_metadata(str(options.get("metadataXml") or "")), **given}
    return {**given, **_of_certificate(given["signingCert"])} if given.get("signingCert") else given


def _from_metadata(xml: str) -> Document:
    """Return what metadata says of where to sign in and out, and with which certificate (recorded)."""
    if not xml:
        return {}
    found: Document = {"bindingMethod": REDIRECT}
    for name, element in (
        ("signInEndpoint", "SingleSignOnService"),
        ("signOutEndpoint", "SingleLogoutService"),
    ):
        place = re.search(rf'<(?:\w+:)?{element}\b[^>]*\bLocation="([^"]+)"', xml)
        found |= {name: place[1]} if place else {}
    certificate = re.search(r"<(?:\w+:)?X509Certificate>([^<]+)<", xml)
    if certificate is None or "signInEndpoint" not in found:
        raise invalid_body("The SAML metadata is not valid.")
    body = "".join(certificate[1].split())
    return {**found, "signingCert": f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"}


def _of_certificate(told: str) -> Document:
    """Return what a connection shows of its certificate: PEM, or the base64 of it."""
    try:
        pem = told.encode() if "-----BEGIN" in told else base64.b64decode(told, validate=True)
        certificate = x509.load_pem_x509_certificate(pem)
    except (ValueError, binascii.Error) as error:
        raise invalid_body("The signing certificate is not valid.") from error
    return {
        "cert": pem.decode(),
        "expires": milliseconds(certificate.not_valid_after_utc.timestamp()),
        "thumbprints": [
            hashlib.sha1(certificate.public_bytes(Encoding.DER), usedforsecurity=False).hexdigest()
        ],
    }


def _adfs(options: Document) -> Document:
    xml = str(options.get("fedMetadataXml") or "")
    place = re.search(r"PassiveRequestorEndpoint>.*?<(?:\w+:)?Address[^>]*>([^<]+)<", xml, re.DOTALL)
    return {**ADFS_DEFAULTS, **({"signInEndpoint": place[1].strip()} if place else {}), **options}


COMPLETIONS = {
    "oidc": _oidc,
    "okta": _okta,
    "samlp": _samlp,
    "waad": lambda options: {**WAAD_DEFAULTS, **options},
    "google-apps": lambda options: {**GOOGLE_DEFAULTS, **options},
    "adfs": _adfs,
}


def shown_beside(strategy: str, name: str, ticket_url: str) -> Document:
    """Return what a new connection that is no database shows beside its options (recorded)."""
    if strategy == DATABASE:
        return {}
    ticket = {"provisioning_ticket_url": ticket_url} if strategy in WITH_TICKET else {}
    display = {"display_name": name} if strategy in WITH_DISPLAY_NAME else {}
    return {**ticket, **display, "show_as_button": False}
