"""URLs of identity providers that lead nowhere, or inside: refused, recorded and echoed nowhere."""

from typing import Any

import pytest

from local.people import Api
from local.stack import Stack
from tests.connections_setup import PEM, held, of_idp
from tests.refusals import MARK

URLS = {
    "http": f"http://{MARK}.example/metadata",
    "no scheme": f"{MARK}.example/metadata",
    "another scheme": f"file:///etc/{MARK}",
    "no host": f"https:///{MARK}",
    "one slash": f"https:/{MARK}.example",
    "this machine": f"https://localhost/{MARK}",
    "this machine, with a dot": f"https://localhost./{MARK}",
    "beneath this machine": f"https://{MARK}.localhost",
    "loopback": f"https://127.0.0.1/{MARK}",
    "loopback, short": f"https://127.1/{MARK}",
    "loopback, octal": f"https://0177.0.0.1/{MARK}",
    "loopback, hexadecimal": f"https://0x7f.0.0.1/{MARK}",
    "loopback, one hexadecimal number": f"https://0x7f000001/{MARK}",
    "loopback, one number": f"https://2130706433/{MARK}",
    "loopback, with a dot": f"https://127.0.0.1./{MARK}",
    "loopback, other digits": f"https://\u2460\u2461\u2466.0.0.1/{MARK}",
    "loopback, other dots": f"https://127\u30020\u30020\u30021/{MARK}",
    "loopback, percent": f"https://%31%32%37.0.0.1/{MARK}",
    "loopback of IPv6": f"https://[::1]/{MARK}",
    "loopback of IPv6, mapped": f"https://[::ffff:127.0.0.1]/{MARK}",
    "any address": f"https://0.0.0.0/{MARK}",
    "link-local": f"https://169.254.169.254/latest/{MARK}",
    "link-local of IPv6": f"https://[fe80::1%25{MARK}]/",
    "private": f"https://10.0.0.1/{MARK}",
    "private of IPv6": f"https://[fd00::1]/{MARK}",
    "no IPv6": f"https://[{MARK}]/",
    "a public address": f"https://192.0.2.7/{MARK}",
    "metadata of a cloud": f"https://metadata.google.internal/{MARK}",
    "in capitals": f"HTTPS://METADATA.GOOGLE.INTERNAL/{MARK}",
    "inside, other dots": f"https://{MARK}\u3002internal/",
    "inside, wide letters": f"https://{MARK}.\uff49\uff4e\uff54\uff45\uff52\uff4e\uff41\uff4c/",
    "of a local network": f"https://{MARK}.local",
    "at home": f"https://{MARK}.home.arpa",
    "one label": f"https://{MARK}/",
    "a user": f"https://{MARK}@id.example/",
    "a password": f"https://id.example:{MARK}@10.0.0.1/",
    "a port": f"https://{MARK}.example:8443/",
    "no port": f"https://id.example:{MARK}/",
    "a huge port": f"https://{MARK}.example:99999/",
    "a fragment": f"https://id.example/#{MARK}",
    "an empty fragment": f"https://{MARK}.example/#",
    "a backslash": f"https://id.example\\@{MARK}.example/",
    "a blank": f"https://id.example/ {MARK}",
    "a line break": f"https://id.example/\r\n{MARK}",
    "a control character first": f"\u0000https://{MARK}.example",
    "other dots": f"https://id\u3002{MARK}.example/",
    "other letters": f"https://id.\u0430{MARK}.example/",
    "normalised away": f"https://id.example\uff0f{MARK}.example",
    "long": f"https://id.example/{MARK * 100}",
    "no text": 7,
    "nothing": "",
    "null": None,
}
URL_FIELDS: dict[str, dict[str, Any]] = {
    "metadata_url": {"strategy": "samlp"},
    "issuer": {"strategy": "oidc", "client_id": "guestlist"},
    "sign_in_endpoint": {"strategy": "samlp", "certificate": PEM},
}


@pytest.mark.parametrize("field", URL_FIELDS)
@pytest.mark.parametrize("kind", URLS)
def test_what_leads_nowhere_or_inside_is_no_url(kind: str, field: str, operator: Api, stack: Stack) -> None:
    """Whatever is fetched, or sent people to, has a host of the internet, in one plain spelling."""
    body = of_idp(**URL_FIELDS[field], **{field: URLS[kind]})
    # What is empty counts as left out: then the rest does not suffice.
    place = "#/connections/0" + (f"/{field}" if URLS[kind] != "" else "")
    held(stack, operator, body, 422, "unacceptable", place)


def test_an_issuer_has_no_query(operator: Api, stack: Stack) -> None:
    """Its discovery document stands beneath it."""
    body = of_idp(strategy="oidc", client_id="guestlist", issuer=f"https://id.example/?{MARK}")
    held(stack, operator, body, 422, "unacceptable", "#/connections/0/issuer")
