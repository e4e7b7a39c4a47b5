"""What the OpenAPI document says of answers, held against what every operation really answers."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from guestlist.openapi import examples
from local.people import PLAIN
from local.stack import Stack
from tests.asked import OPERATIONS, declared
from tests.examples import Examples, captured

UNSEEN = {
    # DynamoDB leaves items of a batch out under load; moto never does.
    ("list_members", "busy"),
    ("list_invites", "busy"),
    ("list_organizations", "busy"),
}


@pytest.fixture(scope="module")
def run() -> Iterator[tuple[Examples, Examples, dict[str, Any]]]:
    """Return what all operations answered, what they refused with, and the document."""
    with Stack() as stack:
        good, refused = captured(stack)
        yield good, refused, httpx.get(f"{stack.api}/openapi.json", verify=PLAIN).json()


Run = tuple[Examples, Examples, dict[str, Any]]


def test_each_operation_answers_with_each_code_that_it_declares(run: Run) -> None:
    """No code more is declared than can be provoked, and no code less than was."""
    seen = {(operation, code) for operation, codes in run[1].items() for code in codes}
    told = {(operation, code) for operation in OPERATIONS for code in declared(operation)}
    assert told - seen == UNSEEN
    assert seen - told == set()


def test_the_examples_are_answers_of_now(run: Run) -> None:
    """`python -m tests.examples` would write the same, but for ids and times."""
    good, refused, _ = run
    problems = {code: problem for found in refused.values() for code, problem in found.items()}
    assert shape(examples()["operations"]) == shape(good)
    assert examples()["refusals"].keys() == problems.keys()
    for code, problem in problems.items():
        assert examples()["refusals"][code].keys() == problem.keys(), code


def test_real_answers_are_as_documented(run: Run) -> None:
    """Every answer, good or bad, is valid under the schema of its operation and status."""
    good, refused, document = run
    for item in document["paths"].values():
        for operation in item.values():
            name = operation["operationId"] if isinstance(operation, dict) else ""
            if name in good:
                status = min(operation["responses"])
                schema = operation["responses"][status]["content"]["application/json"]["schema"]
                valid(good[name]["answer"], schema, document)
                for problem in refused[name].values():
                    content = operation["responses"][str(problem["status"])]["content"]
                    valid(problem, content["application/problem+json"]["schema"], document)


def valid(value: object, schema: dict[str, Any], document: dict[str, Any]) -> None:
    Draft202012Validator({**schema, "components": document["components"]}).validate(value)


def shape(value: object) -> object:
    """Return names and types, without what differs from run to run."""
    if isinstance(value, dict):
        return {name: shape(found) for name, found in value.items()}
    if isinstance(value, list):
        return [shape(found) for found in value[:1]]
    return type(value).__name__
