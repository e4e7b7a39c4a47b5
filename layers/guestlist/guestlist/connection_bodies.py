"""Connections as the HTTP API takes them: what an identity provider is known by, and no secret of it."""

import re
from base64 import b64decode, b64encode
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from guestlist.addresses import domain
from guestlist.body import Body, Domains
from guestlist.provisioning_records import Connection
from guestlist.saml import provider

NAME = r"^[a-zA-Z0-9](-[a-zA-Z0-9]|[a-zA-Z0-9])*$"
"""Auth0's own pattern of a connection's name."""
CLIENT_ID = r"^[A-Za-z0-9_-]{1,128}$"
INSIDE = (
    ".localhost",
    ".local",
    ".internal",
    ".intranet",
    ".lan",
    ".home.arpa",
    ".corp",
    ".test",
    ".invalid",
)
"""Names that no server of the public has."""
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----(?P<body>[A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")


def public_https(text: str) -> str:
    """Return a URL that Auth0 may be told to fetch, or to send a browser to.

    Raises:
        ValueError: it is not https, or names an address, or something inside a network.
    """
    if re.search(r"[\s\\]", text):
        raise ValueError("holds a blank or a backslash")
    parts = urlsplit(text)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme != "https" or not host:
        raise ValueError("is no https URL")
    if "@" in parts.netloc or parts.fragment or parts.port not in {None, 443}:
        raise ValueError("holds a user, a fragment or a port")
    try:
        known = domain(host)
    except ValueError:
        raise ValueError("names no host of the internet") from None
    if f".{known}".endswith(INSIDE):
        raise ValueError("points inside a network")
    return text


def _certificate(text: str) -> str:
    found = CERTIFICATE.fullmatch(text.strip())
    if found is None:
        raise ValueError("is no certificate in PEM")
    return _der("".join(found["body"].split()))


def _der(text: str) -> str:
    try:
        b64decode(text, validate=True)
    except ValueError:
        raise ValueError("is no base64") from None
    return text


def _metadata(text: str) -> str:
    public_https(provider(text).endpoint)
    return text


Url = Annotated[str, StringConstraints(max_length=500), AfterValidator(public_https)]


class ConnectionRequest(Body):
    """An identity provider of an organization: one that Auth0 has already (`name`), or one to be made."""

    name: Annotated[str, StringConstraints(pattern=NAME, max_length=128)] = Field(
        "", description="A connection that Auth0 has already; it is used, and given back at the end."
    )
    strategy: Literal["", "oidc", "samlp"] = ""
    domains: Domains = Field([], description="Whose addresses sign in by it.")
    issuer: Url | Literal[""] = Field("", description="Of OIDC.", examples=["https://id.clinic-a.example"])
    client_id: Annotated[str, StringConstraints(max_length=255)] = Field(
        "",
        description="Of OIDC: what the provider knows us by. Its answer comes by the front channel.",
    )
    sign_in_endpoint: Url | Literal[""] = Field("", description="Of SAML.")
    certificate: Annotated[str, AfterValidator(lambda text: text and _certificate(text))] = Field(
        "", description="Of SAML, in PEM: of the identity provider's signature."
    )
    metadata: Annotated[str, AfterValidator(lambda text: text and _metadata(text))] = Field(
        "", description="Of SAML: the identity provider's document, in place of the two."
    )
    metadata_url: Url | Literal[""] = Field("", description="Of SAML: where Auth0 finds that document.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.strategy, frozenset(self.model_fields_set - {"domains"})) not in WAYS:
            raise ValueError(
                "takes a name; or the strategy oidc with issuer and client_id; or samlp with "
                "sign_in_endpoint and certificate, or with metadata, or with metadata_url"
            )
        return self

    def connection(self, name: str) -> Connection:
        """Return it as it is recorded; one that is to be made gets this name."""
        if self.name:
            return Connection(name=self.name, strategy="", domains=tuple(self.domains))
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


WAYS = {
    ("", frozenset({"name"})),
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
