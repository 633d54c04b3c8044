"""Refusals and faults as HTTP: RFC 9457 problem+json, or a page for whoever reads pages; in one place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chassis.foundation.database import is_infrastructure_fault
from chassis.foundation.reasons import reasons_for
from chassis.observability.telemetry import current_traceparent, get_logger
from contracts.refusal import Reason, Refusal, Refused
from gateway.bus import BusFault, BusUnavailable, OutcomeUnknown, QuestionUnanswered, ServiceUnavailable
from gateway.headers import headers_of
from gateway.places import NoPlace
from gateway.strict import MALFORMED

log = get_logger(__name__)

STATUS_OF_KIND = {"not_found": 404, "conflict": 409, "forbidden": 403, "invalid": 422}
STATUS_OF_CODE = {"stale_version": 412, "too_many_attempts": 429, "notice_over": 410}
"""The only place where a kind of refusal becomes a status."""

LATER = "5"
"""Seconds after which a refusal that rests on a copy is worth another try."""

HTTP_SENTENCES = {
    400: ("malformed", "提交的内容无法识别，请检查后重新提交。"),
    401: ("unauthenticated", "请先登录，或凭证已失效。"),
    404: ("not_found", "没有找到所请求的内容。"),
    408: ("request_timeout", "内容传输过慢，已中断，请检查网络后重试。"),
    405: ("method_not_allowed", "不支持该请求方法。"),
    413: ("body_too_large", "请求内容过大。"),
    414: ("address_too_long", "地址过长，请减少条件后重试。"),
    415: ("unsupported_media_type", "请以 application/json 格式提交。"),
    429: ("too_many_requests", "请求过于频繁，请稍后重试。"),
    428: ("precondition_required", "请携带 If-Match 请求头（当前版本号）。"),
}


class Faulted(Exception):
    """A service answered that it failed; `retryable` says whether trying again may help, `code` why, where it is known.

    `ordered`: it was told to do something, and may have done it. A question changes nothing.
    """

    def __init__(self, retryable: bool, code: str | None = None, *, ordered: bool = False) -> None:
        super().__init__("the service failed")
        self.retryable = retryable
        self.code = code
        self.ordered = ordered

    @classmethod
    def by(cls, wire: dict[str, Any], *, ordered: bool) -> Faulted:
        """What an answer {"fault": …} says."""
        fault = wire.get("fault") or {}
        return cls(bool(fault.get("retryable")), fault.get("code"), ordered=ordered)


@dataclass(frozen=True)
class DoorProblem:
    """What went wrong, before it is known who reads it. `reasons` lists everything; `detail` is a Chinese sentence."""

    status: int
    code: str
    detail: str
    reasons: Sequence[Reason] = ()
    retryable: bool = False
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def trace_id(self) -> str | None:
        """What support asks for."""
        traceparent = current_traceparent()
        return traceparent[3:35] if traceparent else None

    def document(self) -> Response:
        """The problem document for programs (RFC 9457)."""
        body: dict[str, Any] = {
            "type": f"urn:zhida:problem:{self.code}",
            "title": self.code,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "retryable": self.retryable,
            "trace_id": self.trace_id,
            "errors": [reason.model_dump(exclude_none=True) for reason in self.reasons],
        }
        return Response(orjson.dumps(body), self.status, self.headers, media_type="application/problem+json")


FAULT = DoorProblem(500, "fault", "系统内部错误，已记录。")

FAULTS = {
    "took_too_long": DoorProblem(
        504, "took_too_long", "查询耗时过长，已停止。请缩小查询范围，或稍后重试。", retryable=True
    ),
    "too_many_questions": DoorProblem(
        503, "busy", "查询较多，请稍后重试。", retryable=True, headers={"Retry-After": "1"}
    ),
}
"""Faults that say by their code what to do."""

ShowProblem = Callable[[Request, DoorProblem], Awaitable[Response | None]]
"""Answers with a page where a person reads pages, with None where a program reads JSON."""


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    reasons: Sequence[Reason] = (),
    retryable: bool = False,
    headers: dict[str, str] | None = None,
) -> Response:
    """One problem document."""
    return DoorProblem(status, code, detail, reasons, retryable, headers or {}).document()


def refusal_response(refusal: Refusal) -> Response:
    """What a rule's "no" looks like over HTTP."""
    return problem_of_refusal(refusal).document()


def problem_of_refusal(refusal: Refusal) -> DoorProblem:
    status = STATUS_OF_CODE.get(refusal.code, STATUS_OF_KIND[refusal.kind])
    if refusal.rests_on:
        # We have waited for what may be on its way; it may still come.
        return DoorProblem(status, refusal.code, refusal.message, refusal.reasons, True, {"Retry-After": LATER})
    return DoorProblem(status, refusal.code, refusal.message, refusal.reasons, refusal.retryable)


@singledispatch
def problem_of(error: Exception) -> DoorProblem:
    """What is told of an exception; what is our own fault is logged here, and nothing of it is told."""
    log.error("request failed", error=str(error)[:300], exc_info=error)
    return FAULT


@problem_of.register
def _refused(error: Refused) -> DoorProblem:
    return problem_of_refusal(error.refusal())


@problem_of.register
def _invalid(error: RequestValidationError) -> DoorProblem:
    wrong = error.errors()
    kinds = {each["type"] for each in wrong}
    if kinds & MALFORMED:
        return DoorProblem(400, "malformed_json", "请求内容不是有效的 JSON。", reasons_for(wrong))
    if kinds & {"unknown_parameter", "given_twice"}:
        return DoorProblem(400, "unknown_parameter", "地址中的参数有误，请按提示修改。", reasons_for(wrong))
    return DoorProblem(422, "invalid", "提交的内容有误，请按提示修改。", reasons_for(wrong))


@problem_of.register
def _http(error: HTTPException) -> DoorProblem:
    code, sentence = HTTP_SENTENCES.get(error.status_code, ("http_error", str(error.detail)))
    return DoorProblem(error.status_code, code, sentence, headers=dict(error.headers or {}))


@problem_of.register
def _unknown(_error: OutcomeUnknown) -> DoorProblem:
    return DoorProblem(504, "outcome_unknown", "处理结果暂未确认，请用同一请求编号重试。", retryable=True)


@problem_of.register
def _unanswered(_error: QuestionUnanswered) -> DoorProblem:
    after = {"Retry-After": "2"}
    return DoorProblem(504, "no_answer", "查询暂未得到答复，请稍后重试。", retryable=True, headers=after)


@problem_of.register
def _busy(error: BusUnavailable) -> DoorProblem:
    after = {"Retry-After": str(error.retry_after)}
    return DoorProblem(503, "busy", "系统繁忙，请稍后重试。", retryable=True, headers=after)


@problem_of.register
def _no_place(error: NoPlace) -> DoorProblem:
    return _busy(BusUnavailable(str(error), error.retry_after))


@problem_of.register
def _missing(_error: ServiceUnavailable) -> DoorProblem:
    sentence = "该服务暂不可用，请稍后重试。"
    return DoorProblem(503, "service_unavailable", sentence, retryable=True, headers={"Retry-After": "2"})


@problem_of.register
def _bus_fault(error: BusFault) -> DoorProblem:
    log.error("the bus answered with a fault", error=str(error)[:300])
    return FAULT


@problem_of.register
def _faulted(error: Faulted) -> DoorProblem:
    return FAULTS.get(error.code or "") or _fault(error.retryable, ordered=error.ordered)


@problem_of.register
def _database(error: SQLAlchemyError) -> DoorProblem:
    retryable = is_infrastructure_fault(error)
    log.error("request failed at the database", error=str(error)[:300], retryable=retryable, exc_info=error)
    return _fault(retryable)


def _fault(retryable: bool, *, ordered: bool = False) -> DoorProblem:
    if not retryable:
        return FAULT
    sentence = "系统暂不可用，请用同一请求编号重试。" if ordered else "系统暂不可用，请稍后重试。"
    return DoorProblem(503, "temporarily_unavailable", sentence, retryable=True, headers={"Retry-After": "1"})


def install(app: FastAPI, pages: ShowProblem | None = None) -> None:
    """Answer everything that may go wrong: with a page where `pages` gives one, else with a problem document."""

    async def answer(request: Request, error: Exception) -> Response:
        told = problem_of(error)
        page = None if pages is None else await pages(request, told)
        response = told.document() if page is None else page
        response.headers.update(headers_of(request.url.path))  # a fault is answered outside of all middleware
        return response

    for kind in problem_of.registry:
        app.add_exception_handler(Exception if kind is object else kind, answer)
