"""What tests of connections that cannot be share: the requests, and that nothing is left of them."""

import json
from typing import Any

from local.people import Api
from local.stack import Stack
from tests.front_door import unique
from tests.local.tenant.certificates import certificate
from tests.refusals import MARK, refused, traces

PEM = certificate()
SIGN_ON = '<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{}"/>'
KEY = (
    '<KeyDescriptor><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{}'
    "</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"
)
BODY = "".join(PEM.splitlines()[1:-1])
GOOD = SIGN_ON.format(f"https://{MARK}.example/sso") + KEY.format(BODY)


def metadata(inner: str = GOOD, role: str = "IDPSSODescriptor", head: str = "") -> str:
    """Return a SAML document that describes an identity provider."""
    entity = f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{MARK}">'
    return f"{head}{entity}<{role}>{inner}</{role}></EntityDescriptor>"


def asked(**more: object) -> dict[str, Any]:
    """Return the request for an organization that nobody has."""
    return {"id": unique("refused"), "name": "Refused", **more}


def of_idp(**connection: object) -> dict[str, Any]:
    """Return the request for one with a connection of its own."""
    return asked(kind="enterprise", connections=[connection])


def held(stack: Stack, api: Api, body: dict[str, Any], status: int, code: str, *pointers: str) -> None:
    """Have a request refused; nothing is left of it, and its name is as free as before."""
    assert api.get(f"/organizations/{body['id']}").status_code == 404
    before = traces(stack)
    answer = api.post(
        "/organizations", content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    refused(answer, status, code, *pointers)
    assert traces(stack) == before
    assert api.get(f"/organizations/{body['id']}").status_code == 404
