"""/openapi.json: the document that machines read, held against the template and the API itself."""

import json
import re
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from guestlist.acceptance import Page
from local.people import PLAIN
from local.stack import ROOT, Stack
from local.template import Template
from tests.asked import OPERATIONS
from tests.openapi_lint import complaints

Document = dict[str, Any]
PARAMETERS = {
    "Auth0Url": "https://tenant.example",
    "Auth0Issuer": "https://tenant.example/",
    "ApiAudience": "https://api.example",
    "ClaimsNamespace": "https://guestlist.example/claims",
    "ApplicationName": "Portal",
    "ApplicationLoginUrl": "https://app.example/login",
    "ApplicationClientId": "app",
    "SelfServiceProfile": "ssp_any",
    "LinkOrigin": "https://join.example",
    "MailFrom": "clinics@guestlist.example",
}


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
        if method != "parameters"
    }


def test_the_document_is_openapi(document: Document) -> None:
    """It is valid OpenAPI 3.1, and a linter has nothing to say."""
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1")
    assert complaints(document) == []


def test_the_linter_complains(document: Document) -> None:
    """What the linter passes is held against a document that breaks its rules."""
    broken = json.loads(json.dumps(document))
    read = broken["paths"]["/users/{user}"]["get"]
    read |= {"operationId": "invite", "tags": ["nobody"], "parameters": [], "description": ""}
    read["responses"]["200"]["content"]["application/json"]["example"] = {}
    found = " ".join(complaints(broken))
    for rule in ("operationId-unique", "tag-defined", "tag-unused", "path-params", "operation-description"):
        assert rule in found
    assert "oas3-valid-media-example" in found


def test_the_document_has_the_templates_routes(document: Document) -> None:
    """It names exactly the routes of the template, pages and all."""
    routes = Template.load(ROOT / "template.yaml", PARAMETERS).routes()
    assert set(operations(document)) == {route.key for route in routes} - {"$default"}


def test_each_operation_has_a_name_of_its_own(document: Document) -> None:
    """Operation ids are plain words, which generators of clients turn into methods."""
    names = {operation["operationId"] for operation in operations(document).values()}
    assert {"provision", "invite", "revoke", "add_member", "deprovision", "press_button"} <= names
    assert all("organizations__" not in name for name in names)


def test_each_operation_says_what_it_answers(document: Document) -> None:
    """201 what creates, 202 what goes on, 200 the rest; refusals are problem details of our own."""
    going_on = {"look_for_drift", "move", "call_off_move", "offboard", "deprovision"}
    going_on |= {"add_connection", "drop_connection"}
    creating = {"provision", "invite", "invite_into_own", "add_member", "claim_domain", "make_setup_link"}
    for name, operation in of_api(document).items():
        good, *refused = operation["responses"]
        of_tokens = {"401", "403"} if operation["security"] else set()
        assert good == ("201" if name in creating else "202" if name in going_on else "200")
        assert {"400", "413", "500", "default"} | of_tokens <= set(refused)
        refusing = [status for status in refused if status not in {"200", "default"}]
        problems = [operation["responses"][status]["content"] for status in refusing]
        assert all("application/problem+json" in content for content in problems)
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_page_is_told(document: Document) -> None:
    """The page's statuses are those that an invite's page and button can have, and the redirect."""
    path = document["paths"]["/accept/{token}"]
    assert set(path["post"]["responses"]) == {*(str(page.status) for page in Page), "303"}
    assert set(path["get"]["responses"]) == set(path["head"]["responses"])
    assert set(path["get"]["responses"]) == set(path["post"]["responses"]) - {"303", "400", "409", "503"}


def test_each_operation_names_its_headers(document: Document) -> None:
    """Creations take an Idempotency-Key, changes need If-Match, and members can be waited for."""
    headers = {
        name: {found["name"] for found in operation["parameters"] if found["in"] == "header"}
        for name, operation in of_api(document).items()
    }
    assert headers["invite"] == headers["provision"] == {"Idempotency-Key"}
    assert headers["add_member"] == {"Idempotency-Key", "Prefer"}
    assert headers["change_roles"] == {"If-Match", "Prefer"}
    assert headers["list_members"] == headers["revoke"] == set()


def test_each_operation_names_the_headers_of_its_answers(document: Document) -> None:
    """Where it stands, its version, that was waited, and when to come again."""
    responses = {name: operation["responses"] for name, operation in of_api(document).items()}
    assert set(responses["add_member"]["201"]["headers"]) == {"Location", "ETag", "Preference-Applied"}
    assert set(responses["provision"]["201"]["headers"]) == {"Location", "ETag"}
    assert set(responses["read_invite"]["200"]["headers"]) == {"ETag"}
    assert responses["list_members"]["200"]["headers"] == {}
    for status in ("429", "503"):
        assert set(responses["invite"][status]["headers"]) == {"Retry-After"}


def test_the_button_names_the_headers_of_its_answers(document: Document) -> None:
    """Where it leads to, and when to press again: no page does that by itself."""
    answers = operations(document)["POST /accept/{token}"]["responses"]
    headers = {status: set(answer["headers"]) for status, answer in answers.items() if answer.get("headers")}
    assert headers == {"303": {"Location"}, "503": {"Retry-After"}}
    assert "button" in answers["503"]["description"]


def of_api(document: Document) -> dict[str, Document]:
    """Return the operations of the API proper, by name."""
    named = {operation["operationId"]: operation for operation in operations(document).values()}
    return {name: named[name] for name in OPERATIONS}


def test_the_readme_has_the_documents_routes(document: Document) -> None:
    """The table of routes leads to each one, written out or by its end, and to none that is not there."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = readme.partition("| route | does |")[2].partition("\n\n")[0]
    found = set[str]()
    for methods, path in re.findall(r"((?:`?[A-Z]+`?,? )+)`?([./][^`, ]*)`", told):
        for method in re.findall("[A-Z]+", methods):
            whole = [
                route
                for route in operations(document)
                if route == f"{method} {path}" or (path.startswith("...") and route.endswith(path[3:]))
            ]
            found |= {route for route in whole if route.startswith(f"{method} ")}
            assert whole, f"{method} {path}"
    assert found == set(operations(document))
