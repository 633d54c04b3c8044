"""The OpenAPI document is sound in form."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from console.contracts.program import unconnected_gateway
from console.contracts.schemas import contract_types
from contracts.entitlements import CostedPreview
from contracts.message import Command, answer_of
from tests.contract.references import dangling, references

FILES = {"application/octet-stream", "application/x-ndjson", "text/csv"}
METHODS = {"get", "put", "post", "delete", "patch"}
COMPOSED = {CostedPreview}
"""What the gateway puts together itself, from several owners' answers."""
ANSWERED = {*(answer_of(contract) for contract in contract_types()), *COMPOSED}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return unconnected_gateway().openapi()


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    }


def test_it_validates_against_the_published_schema(document: dict[str, Any]) -> None:
    validator = pytest.importorskip("openapi_spec_validator")
    validator.validate(document, cls=validator.OpenAPIV31SpecValidator)


def test_it_is_openapi_3_1_and_refers_to_nothing_outside(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert dangling(document) == []
    broken = copy.deepcopy(document)
    del broken["components"]["schemas"]["ProblemDetails"]
    assert dangling(broken) == ["#/components/schemas/ProblemDetails"]


def test_every_schema_in_it_is_a_json_schema(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_nothing_is_described_that_no_route_uses(document: dict[str, Any]) -> None:
    used = set(references(document))
    for family in ("schemas", "parameters", "responses"):
        assert {f"#/components/{family}/{name}" for name in document["components"][family]} <= used


def test_operations_have_names_of_their_own(operations: dict[str, dict[str, Any]]) -> None:
    names = [operation["operationId"] for operation in operations.values()]
    assert len(names) == len(set(names))


def test_every_parameter_in_a_path_is_described(operations: dict[str, dict[str, Any]]) -> None:
    for where, operation in operations.items():
        described = {each["name"] for each in operation.get("parameters", ()) if each.get("in") == "path"}
        assert described == {part[1:-1] for part in where.split("/") if part.startswith("{")}, where


def test_every_route_says_who_may_call_it_what_it_answers_and_how_it_refuses(
    operations: dict[str, dict[str, Any]],
) -> None:
    for where, operation in operations.items():
        assert "security" in operation, where
        good = [status for status in operation["responses"] if status.startswith("2")]
        assert len(good) == 1, where
        ((media_type, said),) = operation["responses"][good[0]]["content"].items()
        if media_type == "application/json":
            assert said["schema"]["$ref"].rpartition("/")[2] in {each.__name__ for each in ANSWERED}, where
        else:
            assert media_type in FILES, where
        bad = [answer["$ref"] for status, answer in operation["responses"].items() if status[0] in "45"]
        assert bad, where
        assert ("#/components/responses/Unauthenticated" in bad) == bool(operation["security"]), where


def test_every_problem_is_a_problem_document(document: dict[str, Any]) -> None:
    for response in document["components"]["responses"].values():
        assert list(response["content"]) == ["application/problem+json"]


def test_every_command_and_query_can_be_given_over_http(operations: dict[str, dict[str, Any]]) -> None:
    """Route names are the contracts' names: what the bus takes, the door takes."""
    by_name = {operation["operationId"]: where for where, operation in operations.items()}
    for contract in contract_types():
        name = "".join(f"_{c.lower()}" if c.isupper() else c for c in contract.__name__).lstrip("_")
        assert name in by_name, contract
        ways = ("post ", "put ") if issubclass(contract, Command) else ("get ", "post ")
        assert by_name[name].startswith(ways), contract
