"""Every operation shows a request and an answer, and both are what they say: held against the schema and the contract."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator

from gateway.document.examples import Examples, NoExample, problem_example
from gateway.document.words import lineage, table
from gateway.errors import HTTP_SENTENCES
from gateway.openapi import PROBLEMS, ProblemDetails
from gateway.routes import RouteDeclaration
from tests.contract.visible import gateway_document, shown

Json = dict[str, Any]
JSON = "application/json"


def validator(schema: Json) -> Validator:
    document, _operations = gateway_document()
    return Draft202012Validator({**schema, "components": document["components"]})


def faults(schema: Json, example: Any) -> list[str]:
    return [f"{list(each.absolute_path)}: {each.message}" for each in validator(schema).iter_errors(example)]


def said_in(declared: RouteDeclaration, operation: Json) -> Json:
    """The contract's fields as the examples of parameters and body say them."""
    said = {each["name"]: each["example"] for each in operation.get("parameters", ()) if "example" in each}
    body = operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("example", {})
    assert declared.form is not None
    of = body if declared.form.in_body else said
    fields = {field: of[name] for name, field in declared.form.named.items() if name in of}
    return fields | {name: said[name] for name in declared.form.in_path}


def test_every_operation_shows_what_is_sent_and_what_comes_back() -> None:
    _document, operations = gateway_document()
    for declared, operation in operations:
        sent = operation.get("requestBody", {}).get("content", {}).get(JSON)
        assert sent is None or "example" in sent, declared.name
        needed = [each for each in operation.get("parameters", ()) if each.get("required") and "example" not in each]
        assert needed == [], declared.name
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                assert all("example" in content for content in response["content"].values()), declared.name


def test_every_example_fits_its_schema() -> None:
    _document, operations = gateway_document()
    for declared, operation in operations:
        shown_here = [each for each in operation.get("parameters", ()) if "example" in each]
        shown_here += [
            content
            for part in (operation.get("requestBody", {}), *operation["responses"].values())
            for content in part.get("content", {}).values()
            if "example" in content
        ]
        for each in shown_here:
            assert faults(each["schema"], each["example"]) == [], declared.name


def test_every_request_that_is_shown_is_one_that_the_contract_takes() -> None:
    _document, operations = gateway_document()
    for declared, operation in operations:
        if declared.form is not None:
            fields = said_in(declared, operation)
            fields |= {"expected_version": 3} if declared.versioned else {}
            fields |= {"enterprise_id": "ent-0001"} if declared.form.own_enterprise else {}
            declared.contract.model_validate(fields, extra="forbid")


def test_every_answer_that_is_shown_is_one_that_is_given() -> None:
    _document, operations = gateway_document()
    for declared, operation in operations:
        (status,) = [each for each in operation["responses"] if each.startswith("2")]
        content = operation["responses"][status]["content"].get(JSON)
        if content is not None:
            declared.answer.model_validate(content["example"], extra="forbid")


def test_what_a_command_answers_shows_what_has_become_of_the_thing() -> None:
    answered = {
        declared.name: response["content"][JSON]["example"]
        for declared, operation in gateway_document()[1]
        for status, response in operation["responses"].items()
        if status.startswith("2") and JSON in response["content"]
    }
    assert answered["approve_case"]["state"] == "approved"
    assert answered["reject_case"]["state"] == "rejected"
    assert answered["issue_credential"]["token"] and not answered["list_credentials"]["items"][0]["token"]


def test_every_problem_is_shown_as_it_is_written() -> None:
    for status in PROBLEMS:
        problem = ProblemDetails.model_validate(problem_example(status))
        assert problem.status == status and problem.type.endswith(problem.code)
        if status in HTTP_SENTENCES and status not in (400, 404):
            assert (problem.code, problem.detail) == HTTP_SENTENCES[status]


def test_a_field_of_which_no_value_is_known_is_named() -> None:
    schemas = {"Strange": {"type": "object", "properties": {"shape": {"type": "string", "pattern": "^[0-9]{7}$"}}}}
    with pytest.raises(NoExample, match=r"Strange\.shape"):
        Examples(schemas).of_class("Strange")


def test_no_value_is_left_over() -> None:
    types, fields = table("examples")["types"], table("examples")["fields"]
    pairs = {(name, each.name) for each in shown() for name in lineage(each.owner)}
    assert {(owner, name) for owner, chosen in types.items() for name in chosen} - pairs == set()
    assert set(fields) - {each.name for each in shown()} == set()
    answers = {declared.name: declared.answer.model_fields for declared, _operation in gateway_document()[1]}
    for operation, changed in table("examples")["answers"].items():
        assert set(changed) <= set(answers[operation]), operation
