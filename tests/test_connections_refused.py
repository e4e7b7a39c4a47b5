"""Connections, callbacks and applications that cannot be: refused by place, recorded and echoed nowhere."""

from typing import Any

import pytest

from local.people import Api
from local.stack import CONNECTION, Stack
from tests.connections_setup import asked, held, metadata, of_idp
from tests.front_door import provision
from tests.kinds_setup import connection_of, provisioned
from tests.refusals import MARK

OIDC = {"strategy": "oidc", "issuer": f"https://{MARK}.example", "client_id": MARK}
WAYS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "nothing but domains": {"domains": ["c.example"]},
    "a strategy alone": {"strategy": "oidc"},
    "no client id": {**OIDC, "client_id": ""},
    "no issuer": {"strategy": "oidc", "client_id": MARK},
    "a name and more": {**OIDC, "name": MARK},
    "of the other strategy": {**OIDC, "strategy": "samlp"},
    "of both": {**OIDC, "metadata_url": f"https://{MARK}.example"},
    "of its IT, and a name": {"self_service": True, "name": MARK},
    "of its IT, and another's": {**OIDC, "self_service": True},
    "not of its IT": {"self_service": False},
    "two documents": {"strategy": "samlp", "metadata": metadata(), "metadata_url": f"https://{MARK}.example"},
    "an empty document": {"strategy": "samlp", "metadata": ""},
    "no certificate": {"strategy": "samlp", "sign_in_endpoint": f"https://{MARK}.example", "certificate": ""},
}


@pytest.mark.parametrize("kind", WAYS)
def test_a_connection_is_given_in_one_way(kind: str, operator: Api, stack: Stack) -> None:
    """By its name, or by what its strategy needs: neither less nor more."""
    held(stack, operator, of_idp(**WAYS[kind]), 422, "unacceptable", "#/connections/0")


def named(name: str) -> dict[str, str]:
    """Return a connection that Auth0 has, by its name."""
    return {"name": name}


APP = "https://app.example"
FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "a client secret": (of_idp(**OIDC, client_secret=MARK), "/connections/0/client_secret"),
    "of its IT, in a word": (of_idp(self_service=MARK), "/connections/0/self_service"),
    "an unknown strategy": (of_idp(strategy=MARK), "/connections/0/strategy"),
    "our own strategy": (of_idp(strategy="auth0"), "/connections/0/strategy"),
    "a client id with a line break": (
        of_idp(**{**OIDC, "client_id": f"{MARK}\n"}),
        "/connections/0/client_id",
    ),
    "a name with a blank": (of_idp(name=f"{MARK} x"), "/connections/0/name"),
    "a name with two hyphens": (of_idp(name=f"{MARK}--x"), "/connections/0/name"),
    "a name with a line break": (of_idp(name=f"{MARK}\n"), "/connections/0/name"),
    "a long name": (of_idp(name=MARK * 20), "/connections/0/name"),
    "no domain": (of_idp(name=MARK, domains=["c.example", f"{MARK} x"]), "/connections/0/domains/1"),
    "eleven": (
        asked(kind="enterprise", connections=[named(f"{MARK}{n}") for n in range(11)]),
        "/connections",
    ),
    "one twice": (
        asked(kind="enterprise", connections=[named(MARK), named(MARK.title())]),
        "/connections",
    ),
    "none": (asked(kind="enterprise"), ""),
    "none given": (asked(kind="enterprise", connections=[]), ""),
    "of a shared one": (asked(connections=[named(MARK)]), ""),
    "of an isolated one": (asked(kind="isolated", connections=[OIDC]), ""),
    "an unknown kind": (asked(kind=MARK), "/kind"),
    "kind in capitals": (asked(kind="SHARED"), "/kind"),
    "a wildcard": (asked(callbacks=[f"{APP}/a", f"https://*.{MARK}.example/"]), "/callbacks/1"),
    "a wildcard in the path": (asked(callbacks=[f"{APP}/{MARK}/*"]), "/callbacks/0"),
    "a callback by http": (asked(callbacks=[f"http://{MARK}.example/"]), "/callbacks/0"),
    "a callback with a fragment": (asked(callbacks=[f"{APP}/#{MARK}"]), "/callbacks/0"),
    "a callback of this machine": (asked(callbacks=[f"https://localhost/{MARK}"]), "/callbacks/0"),
    "a callback of an app": (asked(callbacks=[f"com.{MARK}://callback"]), "/callbacks/0"),
    "a script": (asked(callbacks=[f"javascript:alert('{MARK}')"]), "/callbacks/0"),
    "many callbacks": (asked(callbacks=[f"{APP}/{n}" for n in range(11)]), "/callbacks"),
    "an origin by http": (asked(web_origins=[f"http://{MARK}.example"]), "/web_origins/0"),
    "an origin with a slash": (asked(web_origins=[APP, f"https://{MARK}.example/"]), "/web_origins/1"),
    "an origin with a path": (asked(web_origins=[f"{APP}/{MARK}"]), "/web_origins/0"),
    "an origin with a wildcard": (asked(web_origins=[f"https://*.{MARK}.example"]), "/web_origins/0"),
    "an origin with a placeholder": (asked(web_origins=[f"https://{{x}}.{MARK}.example"]), "/web_origins/0"),
    "an origin in capitals": (asked(web_origins=[f"https://{MARK.upper()}.example"]), "/web_origins/0"),
    "an origin with a user": (asked(web_origins=[f"https://{MARK}@app.example"]), "/web_origins/0"),
    "an origin's port that a browser leaves out": (
        asked(web_origins=[f"https://{MARK}.example:443"]),
        "/web_origins/0",
    ),
    "an origin's port that is none": (asked(web_origins=[f"https://{MARK}.example:65536"]), "/web_origins/0"),
    "an origin of this machine": (asked(web_origins=["https://localhost:3000"]), "/web_origins/0"),
    "an origin by its address": (asked(web_origins=["https://10.0.0.1:8443"]), "/web_origins/0"),
    "an origin inside a network": (asked(web_origins=[f"https://{MARK}.internal"]), "/web_origins/0"),
    "many origins": (asked(web_origins=[f"{APP}:{n}" for n in range(8000, 8011)]), "/web_origins"),
    "an application with a slash": (asked(applications=["app", f"{MARK}/x"]), "/applications/1"),
    "an application that is empty": (asked(applications=[""]), "/applications/0"),
    "a long application": (asked(applications=[MARK * 20]), "/applications/0"),
    "many applications": (asked(applications=[f"{MARK}{n}" for n in range(51)]), "/applications"),
    "no administrator": (asked(admin={"email": MARK}), "/admin/email"),
    "an administrator of another domain": (
        asked(admin={"email": f"{MARK}@c.example"}, allowed_domains=["d.example"]),
        "/admin/email",
    ),
    "an administrator by another connection": (
        of_idp(name=MARK) | {"admin": {"email": "ann@c.example", "connection": "other"}},
        "/admin/connection",
    ),
}


@pytest.mark.parametrize("kind", FIELDS)
def test_an_organization_of_any_kind_is_asked_for_as_it_can_be(
    kind: str, operator: Api, stack: Stack
) -> None:
    """What is wrong is told by its place."""
    body, place = FIELDS[kind]
    held(stack, operator, body, 422, "unacceptable", f"#{place}")


def test_a_connection_of_another_is_taken(operator: Api, stack: Stack) -> None:
    """Nor is the one that all share anybody's own, however its name is spelt."""
    other = connection_of(stack, provisioned(stack, operator, kind="isolated"))["name"]
    shared = CONNECTION
    for name in (other, other.upper(), shared, shared.lower()):
        held(stack, operator, of_idp(name=name), 409, "connection_taken")
    both = asked(kind="enterprise", connections=[OIDC, named(other)])
    held(stack, operator, both, 409, "connection_taken")


def test_an_id_in_other_case_is_taken(operator: Api, stack: Stack) -> None:
    """With whatever connections."""
    clinic = provision(operator)
    body = of_idp(**OIDC) | {"id": clinic.upper()}
    held(stack, operator, body, 409, "organization_exists")
