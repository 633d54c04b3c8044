"""What the OpenAPI document says of a route is what the door does: asked over HTTP, of the application itself,
whose bus and database are stood in for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from door_kit import QUESTIONS_WITH_A_BODY, YesMan, ask, door_with, operations, registers, request_for
from fastapi import FastAPI

from gateway.access import ROLES
from gateway.limits import MAX_BODY, ROOMY, ROOMY_BODY
from gateway.openapi import ProblemDetails


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return door_with(YesMan(), registers)


def expect_problem(app: FastAPI, operation: dict[str, Any], request: Mapping[str, Any], status: int) -> ProblemDetails:
    """The door refuses with this status, which the document names, in a problem document as described."""
    answer = ask(app, request)
    assert answer.status_code == status, (request["url"], answer.text)
    assert str(status) in operation["responses"], f"{status} of {operation['operationId']} is not documented"
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == set(ProblemDetails.model_fields)
    return ProblemDetails.model_validate(answer.json())


def test_whoever_sends_all_that_is_asked_for_gets_the_answer_that_is_promised(app: FastAPI) -> None:
    document = app.openapi()
    for method, path, operation in operations(document):
        answer = ask(app, request_for(document, method, path, operation))
        assert str(answer.status_code) in operation["responses"], (path, answer.text)
        assert answer.is_success, (path, answer.text)


def test_every_header_that_is_asked_for_is_needed(app: FastAPI) -> None:
    document = app.openapi()
    tried = 0
    for method, path, operation in operations(document):
        request = request_for(document, method, path, operation)
        for name, status in (("Idempotency-Key", 422), ("If-Match", 428)):
            if name in request["headers"]:
                rest = {key: value for key, value in request["headers"].items() if key != name}
                expect_problem(app, operation, {**request, "headers": rest}, status)
                tried += 1
    assert tried >= 12


def test_whatever_changes_something_asks_for_a_key(app: FastAPI) -> None:
    document = app.openapi()
    for method, path, operation in operations(document):
        keyed = "Idempotency-Key" in request_for(document, method, path, operation)["headers"]
        assert keyed == (method != "GET" and path not in QUESTIONS_WITH_A_BODY), path


def test_the_documented_roles_are_let_in_and_nobody_else(app: FastAPI) -> None:
    document = app.openapi()
    for method, path, operation in operations(document):
        request = request_for(document, method, path, operation)
        allowed = {role for each in operation["security"] for role in each["bearer"]}
        for role in ROLES if allowed else ():
            asked = {**request, "headers": {**request["headers"], "Authorization": f"Bearer {role}"}}
            if role in allowed:
                assert ask(app, asked).is_success, (path, role)
            else:
                expect_problem(app, operation, asked, 403)
        if allowed:
            stranger = {**request, "headers": {**request["headers"], "Authorization": "Bearer nobody"}}
            expect_problem(app, operation, stranger, 401)


def test_bodies_that_are_no_json_or_have_unknown_fields_are_refused_as_documented(app: FastAPI) -> None:
    document = app.openapi()
    for method, path, operation in operations(document):
        request = request_for(document, method, path, operation)
        if (body := request.pop("json", None)) is not None:
            typed = {**request["headers"], "Content-Type": "application/json"}
            expect_problem(app, operation, {**request, "headers": typed, "content": b"{"}, 400)
            other = {**request["headers"], "Content-Type": "text/plain"}
            expect_problem(app, operation, {**request, "headers": other, "content": b"{}"}, 415)
            too_large = b" " * (1 + (ROOMY_BODY if path in ROOMY else MAX_BODY))
            expect_problem(app, operation, {**request, "headers": typed, "content": too_large}, 413)
            expect_problem(app, operation, {**request, "json": {**body, "unheard_of": 1}}, 422)


@pytest.mark.parametrize(
    ("header", "value"), [("Idempotency-Key", "k" * 7), ("Idempotency-Key", "k" * 201), ("If-Match", '"x"')]
)
def test_a_header_outside_its_documented_form_is_refused(app: FastAPI, header: str, value: str) -> None:
    document = app.openapi()
    operation = document["paths"]["/api/v1/cases/{case_id}/approve"]["post"]
    request = request_for(document, "POST", "/api/v1/cases/{case_id}/approve", operation)
    expect_problem(app, operation, {**request, "headers": {**request["headers"], header: value}}, 422)
