"""Connections as the HTTP API takes them: what an identity provider is known by, and no secret of it."""

import re
import ssl
from base64 import b64decode, b64encode
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from guestlist.addresses import domain
from guestlist.body import ONCE, Body, Names
from guestlist.provisioning_records import Connection
from guestlist.saml import provider

NAME = r"^([a-zA-Z0-9](-[a-zA-Z0-9]|[a-zA-Z0-9])*)?$"
"""Auth0's own pattern of a connection's name, or nothing."""
CLIENT_ID = r"^[A-Za-z0-9_-]{1,128}$"
PRINTABLE = r"^[\x20-\x7e]*$"
"""What a client id of OAuth may hold (RFC 6749, appendix A.1)."""
MOST_DOMAINS = 50
"""Of all connections in one request: that none is another organization's is part of its transaction."""
INSIDE = (
    ".localhost",
    ".localdomain",
    ".local",
    ".internal",
    ".intranet",
    ".lan",
    ".home",
    ".home.arpa",
    ".private",
    ".corp",
    ".test",
    ".invalid",
)
"""Names that no server of the public has."""
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----(?P<body>[A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")


def public_https(text: str) -> str:
    """Return a URL that Auth0 may be told to fetch, or to send a browser to.

    Raises:
        ValueError: it is not https, or names an address, or something inside a network. Says nothing of it.
    """
    if not text.isascii() or re.search(r"[\x00-\x20\x7f\\]", text):
        raise ValueError("holds what no URL does; a host beyond ASCII is given by its A-label (xn--...)")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # whose words hold the URL
        raise ValueError("is no https URL") from None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme != "https" or not host:
        raise ValueError("is no https URL")
    if "@" in parts.netloc or "#" in text or port not in {None, 443}:
        raise ValueError("holds a user, a fragment or a port")
    try:
        known = domain(host)
    except ValueError:
        raise ValueError("names no host of the internet") from None
    if f".{known}".endswith(INSIDE):
        raise ValueError("points inside a network")
    return text


def _issuer(text: str) -> str:
    if "?" in public_https(text):
        raise ValueError("holds a query, which no issuer has (OpenID Connect Core, section 2)")
    return text


def _certificate(text: str) -> str:
    found = CERTIFICATE.fullmatch(text.strip())
    if found is None:
        raise ValueError("is no certificate in PEM")
    return _der("".join(found["body"].split()))


def _der(text: str) -> str:
    """Return a certificate in base64 if it is one.

    Raises:
        ValueError: OpenSSL reads none in it.
    """
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=b64decode(text, validate=True))
    except (ValueError, ssl.SSLError):
        raise ValueError("is no certificate (X.509)") from None
    return text


def _metadata(text: str) -> str:
    found = provider(text)
    public_https(found.endpoint)
    _der(found.certificate)
    return text


Url = Annotated[str, StringConstraints(max_length=500), AfterValidator(public_https)]
OptionalUrl = Annotated[
    str, StringConstraints(max_length=500), AfterValidator(lambda text: text and public_https(text))
]


class ConnectionRequest(Body):
    """An identity provider of an organization: one that Auth0 has already (`name`), or one to be made."""

    name: Annotated[str, StringConstraints(pattern=NAME, max_length=128)] = Field(
        "", description="A connection that Auth0 has already; it is used, and given back at the end."
    )
    strategy: Literal["", "oidc", "samlp"] = ""
    domains: Annotated[Names, Field(max_length=MOST_DOMAINS), ONCE] = Field(
        [], description="Whose addresses sign in by it.", examples=[["clinic-a.example"]]
    )
    issuer: Annotated[
        str, StringConstraints(max_length=500), AfterValidator(lambda text: text and _issuer(text))
    ] = Field("", description="Of OIDC.", examples=["https://id.clinic-a.example"])
    client_id: Annotated[str, StringConstraints(pattern=PRINTABLE, max_length=255)] = Field(
        "",
        description="Of OIDC: what the provider knows us by. Its answer comes by the front channel.",
    )
    sign_in_endpoint: OptionalUrl = Field("", description="Of SAML.")
    certificate: Annotated[str, AfterValidator(lambda text: text and _certificate(text))] = Field(
        "", description="Of SAML, in PEM: of the identity provider's signature."
    )
    metadata: Annotated[str, AfterValidator(lambda text: text and _metadata(text))] = Field(
        "", description="Of SAML: the identity provider's document, in place of the two."
    )
    metadata_url: OptionalUrl = Field("", description="Of SAML: where Auth0 finds that document.")
    self_service: bool = Field(
        default=False,
        description="True: the customer's IT sets it up at Auth0 by a link, and chooses what it is.",
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        given = {name for name in self.model_fields_set - {"domains"} if getattr(self, name)}
        if (self.strategy, frozenset(given)) not in WAYS:
            raise ValueError(
                "takes a name; or self_service; or the strategy oidc with issuer and client_id; or samlp "
                "with sign_in_endpoint and certificate, or with metadata, or with metadata_url"
            )
        return self

    def connection(self, name: str) -> Connection:
        """Return it as it is recorded; one that is to be made gets this name."""
        if self.name:
            return Connection(name=self.name, strategy="", domains=tuple(self.domains))
        if self.self_service:
            domains = tuple(self.domains)
            return Connection(name=name, strategy="", made=True, self_service=True, domains=domains)
        return Connection(
            name=name,
            strategy=self.strategy,
            made=True,
            domains=tuple(self.domains),
            options=self._oidc() if self.strategy == "oidc" else self._saml(),
        )

    def _oidc(self) -> dict[str, str]:
        return {
            "type": "front_channel",
            "issuer": self.issuer,
            "discovery_url": f"{self.issuer.rstrip('/')}/.well-known/openid-configuration",
            "client_id": self.client_id,
            "scope": "openid profile email",
        }

    def _saml(self) -> dict[str, str]:
        if self.metadata_url:
            return {"metadataUrl": self.metadata_url}
        found = provider(self.metadata) if self.metadata else (self.sign_in_endpoint, self.certificate)
        return {"signInEndpoint": found[0], "signingCert": _pem_in_base64(found[1])}


def distinct(connections: list[ConnectionRequest]) -> list[ConnectionRequest]:
    """Return connections of which no two are the same, and which have not too many domains.

    Raises:
        ValueError: two are, or they have.
    """
    if sum(len(connection.domains) for connection in connections) > MOST_DOMAINS:
        raise ValueError(f"has more than {MOST_DOMAINS} domains in all")
    names = [connection.name.lower() for connection in connections if connection.name]
    if len({*names}) < len(names):
        raise ValueError("names a connection twice")
    return connections


Connections = Annotated[list[ConnectionRequest], Field(max_length=10), AfterValidator(distinct)]
MaxSession = Annotated[
    int,
    Field(
        ge=3600,
        le=30 * 24 * 3600,
        description="Of the kind `enterprise`: seconds for which a sign-in at its identity providers counts. "
        "After that the door denies a refresh, and a login without a new sign-in there. Null: it counts for "
        "any time.",
    ),
]

WAYS = {
    ("", frozenset({"name"})),
    ("", frozenset({"self_service"})),
    ("oidc", frozenset({"strategy", "issuer", "client_id"})),
    ("samlp", frozenset({"strategy", "sign_in_endpoint", "certificate"})),
    ("samlp", frozenset({"strategy", "metadata"})),
    ("samlp", frozenset({"strategy", "metadata_url"})),
}


def _pem_in_base64(der: str) -> str:
    """Return a certificate as Auth0 takes it: the PEM, once more in base64 (Auth0, "SAML connections")."""
    lines = [der[start : start + 64] for start in range(0, len(der), 64)]
    pem = "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
    return b64encode(pem.encode()).decode()
