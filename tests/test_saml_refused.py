"""SAML documents and certificates that are none: refused by their place, recorded and echoed nowhere."""

import pytest

from local.people import Api
from local.stack import Stack
from tests.connections_setup import BODY, GOOD, KEY, PEM, SIGN_ON, held, metadata, of_idp
from tests.kinds_setup import provisioned
from tests.refusals import MARK

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOCUMENTS = {
    "no XML": MARK,
    "JSON": f'{{"sso": "{MARK}"}}',
    "cut": metadata()[:-9],
    "two roots": metadata() * 2,
    "no bound prefix": metadata("<x:y/>" + GOOD),
    "a page": f"<html>{MARK}</html>",
    "a document type": metadata(head="<!DOCTYPE EntityDescriptor>"),
    "an external document type": metadata(head=f'<!DOCTYPE a SYSTEM "https://{MARK}.example/a.dtd">'),
    "a file": metadata("&x;" + GOOD, head='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "billion laughs": metadata("&l9;" + GOOD, head=f'<!DOCTYPE a [<!ENTITY l0 "{MARK}">{LAUGHS}]>'),
    "an unknown entity": metadata("&nbsp;" + GOOD),
    "half a surrogate": metadata(GOOD + "\ud800"),
    "a service provider": metadata(role="SPSSODescriptor"),
    "no endpoint": metadata(KEY.format(BODY)),
    "no certificate": metadata(SIGN_ON.format("https://id.example/sso")),
    "a certificate that is none": metadata(SIGN_ON.format("https://id.example/sso") + KEY.format(MARK * 4)),
    "a key to encrypt by": metadata(GOOD.replace("<KeyDescriptor", '<KeyDescriptor use="encryption"')),
    "an endpoint inside": metadata(SIGN_ON.format("https://10.0.0.1/sso") + KEY.format(BODY)),
    "an endpoint that is no URL": metadata(SIGN_ON.format("javascript:alert(1)") + KEY.format(BODY)),
    "deep": metadata("<a>" * 9_000 + "</a>" * 9_000),
}


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_what_describes_no_identity_provider_is_refused(kind: str, operator: Api, stack: Stack) -> None:
    """No entity is expanded, nothing is fetched, and a bomb takes no time."""
    body = of_idp(strategy="samlp", metadata=DOCUMENTS[kind])
    held(stack, operator, body, 422, "unacceptable", "#/connections/0/metadata")


def test_a_document_may_name_an_encoding(operator: Api, stack: Stack) -> None:
    """It came as text: what it says of its own bytes is passed over."""
    document = metadata(head='<?xml version="1.0" encoding="x-no-such"?>')
    provisioned(stack, operator, kind="enterprise", connections=[{"strategy": "samlp", "metadata": document}])


def test_a_document_over_the_limit_is_not_looked_at(operator: Api, stack: Stack) -> None:
    """64 KB are the most of any body."""
    body = of_idp(strategy="samlp", metadata=metadata(GOOD + " " * 64 * 1024))
    held(stack, operator, body, 413, "too_large")


CERTIFICATES = {
    "no PEM": MARK,
    "a name": PEM.replace("CERTIFICATE", "PUBLIC KEY"),
    "no base64": f"-----BEGIN CERTIFICATE-----\n{MARK}\n-----END CERTIFICATE-----",
    "nothing within": "-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----",
    "something else": f"-----BEGIN CERTIFICATE-----\n{MARK}A\n-----END CERTIFICATE-----",
    "cut": PEM.replace(PEM.splitlines()[-2], ""),
    "two": PEM + PEM,
    "a number": 7,
}


@pytest.mark.parametrize("kind", CERTIFICATES)
def test_a_certificate_is_one(kind: str, operator: Api, stack: Stack) -> None:
    """OpenSSL has to read it."""
    endpoint = f"https://{MARK}.example/sso"
    body = of_idp(strategy="samlp", sign_in_endpoint=endpoint, certificate=CERTIFICATES[kind])
    held(stack, operator, body, 422, "unacceptable", "#/connections/0/certificate")
