"""What is said of what went wrong fits what was asked: whoever only reads is sent to no request number."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from door_kit import ask, door_with, operations, request_for
from sqlalchemy.exc import OperationalError

from contracts.accounts import ListAccounts
from contracts.credentials import RevokeCredential
from gateway.bus import Bus, BusUnavailable, OutcomeUnknown, QuestionUnanswered
from gateway.door import said
from gateway.errors import Faulted, problem_of
from gateway.places import Urgency

NUMBER = "请求编号"
SILENT = object()
FAILED = {"fault": {"retryable": True}}

ASK_FIRST = {
    "/api/v1/my/agents",
    "/api/v1/mandates",
    "/api/v1/cases/{case_id}/file",
    "/api/v1/applications/{application_id}/withdraw",
    "/api/v1/applications/{application_id}/supplement/answer",
    "/api/v1/applications/{application_id}/electronic-service",
    "/api/v1/applications/{application_id}/electronic-service/withdraw",
    "/api/v1/findings/{finding_id}/defence",
    "/api/v1/findings/{finding_id}/repair-requests",
    "/api/v1/findings/{finding_id}/record-objections",
}
"""Orders that ask somebody else before they do anything: while that is not answered, nothing has been ordered."""


class Deaf:
    """A bus on which every call goes as it is told to."""

    def __init__(self, comes_of_it: Any) -> None:
        self._comes_of_it = comes_of_it

    async def call(self, *_: object, urgency: Urgency, **__: object) -> dict[str, Any]:
        if self._comes_of_it is SILENT:
            raise OutcomeUnknown("-") if urgency.orders else QuestionUnanswered("-")
        answer: dict[str, Any] = self._comes_of_it
        return answer


@pytest.mark.parametrize("comes_of_it", [SILENT, FAILED])
def test_every_operation_names_the_request_number_if_and_only_if_it_has_one(comes_of_it: Any) -> None:
    app = door_with(Deaf(comes_of_it), lambda *_, **__: dict(FAILED))
    document = app.openapi()
    wrong = []
    for method, path, operation in operations(document):
        answer = ask(app, request_for(document, method, path, operation))
        if answer.status_code not in (503, 504):
            continue
        orders = any(each.get("name") == "Idempotency-Key" for each in _parameters(operation, document))
        named = NUMBER in answer.json()["detail"]
        if named != orders and not (orders and path in ASK_FIRST):
            wrong.append((method, path, answer.json()["detail"]))
    assert wrong == []


def _parameters(operation: dict[str, Any], document: dict[str, Any]) -> list[dict[str, Any]]:
    known = document["components"].get("parameters", {})
    said: list[dict[str, Any]] = operation.get("parameters", [])
    return [known[each["$ref"].rpartition("/")[2]] if "$ref" in each else each for each in said]


def test_the_bus_tells_a_question_from_an_order() -> None:
    assert issubclass(QuestionUnanswered, Exception)
    assert not issubclass(QuestionUnanswered, OutcomeUnknown)
    bus = Bus("amqp://nowhere")
    bus._loop = asyncio.new_event_loop()
    with pytest.raises(BusUnavailable):
        bus._loop.run_until_complete(bus.call("catalog", "x", {}, timeout=1.0, urgency=Urgency.READING))
    bus._loop.close()


def test_pages_say_the_same() -> None:
    with pytest.raises(Faulted) as asked:
        said(FAILED, ListAccounts)
    with pytest.raises(Faulted) as ordered:
        said(FAILED, RevokeCredential)
    assert NUMBER not in problem_of(asked.value).detail
    assert NUMBER in problem_of(ordered.value).detail
    away = OperationalError("select", {}, Exception("connection refused"), connection_invalidated=True)
    assert NUMBER not in problem_of(away).detail
