"""/openapi.json: the document that machines read, held against the template and the API itself."""

from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from local.people import PLAIN, Api
from local.stack import ROOT, Stack
from local.template import Template
from tests.conftest import NewPerson

Document = dict[str, Any]
PARAMETERS = {
    "Auth0Url": "https://tenant.example",
    "Auth0Issuer": "https://tenant.example/",
    "ApiAudience": "https://api.example",
    "ClaimsNamespace": "https://guestlist.example/claims",
    "ApplicationName": "Portal",
    "ApplicationLoginUrl": "https://app.example/login",
    "ApplicationClientId": "app",
    "LinkOrigin": "https://join.example",
    "MailFrom": "clinics@guestlist.example",
}
UNDOCUMENTED = {"GET /openapi.json", "$default"}


@pytest.fixture(scope="module")
def document(stack: Stack) -> Document:
    """Return the document, for which nobody needs a token."""
    found: Document = httpx.get(f"{stack.api}/openapi.json", verify=PLAIN).raise_for_status().json()
    return found


def operations(document: Document) -> dict[str, Document]:
    return {
        f"{method.upper()} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def test_the_document_is_openapi(document: Document) -> None:
    """It is valid OpenAPI 3.1."""
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1")


def test_the_document_has_the_templates_routes(document: Document) -> None:
    """It names exactly the routes that the template leads to the API's function."""
    routes = Template.load(ROOT / "template.yaml", PARAMETERS).routes()
    of_api = {route.key for route in routes if route.function == "ApiFunction"}
    assert set(operations(document)) == of_api - UNDOCUMENTED


def test_each_operation_has_a_name_of_its_own(document: Document) -> None:
    """Operation ids are unique, plain words, which generators of clients turn into methods."""
    names = [operation["operationId"] for operation in operations(document).values()]
    assert len(set(names)) == len(names)
    assert {"provision", "invite", "revoke", "add_member", "deprovision"} <= set(names)
    assert all("organizations__" not in name for name in names)


def test_each_operation_says_what_it_answers(document: Document) -> None:
    """What creates answers 201, the rest 200; refusals are problem details, none of Powertools' own."""
    creating = {"provision", "invite", "invite_into_own", "add_member"}
    for operation in operations(document).values():
        good = "201" if operation["operationId"] in creating else "200"
        assert set(operation["responses"]) == {good, "401", "default"}
        assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_each_operation_names_its_headers(document: Document) -> None:
    """Creations take an Idempotency-Key, changes need If-Match, and members can be waited for."""
    headers = {
        operation["operationId"]: {
            found["name"] for found in operation["parameters"] if found["in"] == "header"
        }
        for operation in operations(document).values()
    }
    assert headers["invite"] == headers["provision"] == {"Idempotency-Key"}
    assert headers["add_member"] == {"Idempotency-Key", "Prefer"}
    assert headers["change_roles"] == {"If-Match", "Prefer"}
    assert headers["list_members"] == headers["revoke"] == set()


def test_answers_are_as_documented(
    document: Document, operator: Api, clinic: str, new_person: NewPerson
) -> None:
    """Real answers, good and bad, are valid under the schemas that the document gives them."""
    body = {"email": new_person().email, "roles": ["editor"]}
    member = operator.post(f"/organizations/{clinic}/members", json=body).json()
    invite = operator.post("/invites", json={"email": new_person().email, "organization": clinic}).json()
    shown = {
        "Member": member,
        "Invite": invite,
        "Organization": operator.get(f"/organizations/{clinic}").json(),
        "OrganizationList": operator.get("/organizations?limit=1").json(),
        "MemberList": operator.get(f"/organizations/{clinic}/members").json(),
        "User": operator.get(f"/users/{member['user']}").json(),
        "Problem": operator.post("/organizations", json={}).json(),
    }
    for name, answer in shown.items():
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        Draft202012Validator(schema).validate(answer)
