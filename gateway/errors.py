"""Refusals and faults as HTTP: RFC 9457 problem+json, in one place."""

from __future__ import annotations

from collections.abc import Sequence
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
from gateway.bus import BusFault, BusUnavailable, OutcomeUnknown, ServiceUnavailable

log = get_logger(__name__)

STATUS_OF_KIND = {"not_found": 404, "conflict": 409, "forbidden": 403, "invalid": 422}
STATUS_OF_CODE = {"stale_version": 412}
"""The only place where a kind of refusal becomes a status."""

HTTP_SENTENCES = {
    401: ("unauthenticated", "请先登录，或凭证已失效。"),
    404: ("not_found", "没有找到所请求的内容。"),
    405: ("method_not_allowed", "不支持该请求方法。"),
    413: ("body_too_large", "请求内容过大。"),
    415: ("unsupported_media_type", "请以 application/json 格式提交。"),
    428: ("precondition_required", "请携带 If-Match 请求头（当前版本号）。"),
}


class Faulted(Exception):
    """A service answered that it failed; `retryable` says whether trying again may help."""

    def __init__(self, retryable: bool) -> None:
        super().__init__("the service failed")
        self.retryable = retryable


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    reasons: Sequence[Reason] = (),
    retryable: bool = False,
    headers: dict[str, str] | None = None,
) -> Response:
    """One problem document: `errors` lists every reason, `trace_id` is what support asks for."""
    traceparent = current_traceparent()
    body: dict[str, Any] = {
        "type": f"urn:zhida:problem:{code}",
        "title": code,
        "status": status,
        "detail": detail,
        "code": code,
        "retryable": retryable,
        "trace_id": traceparent[3:35] if traceparent else None,
        "errors": [reason.model_dump(exclude_none=True) for reason in reasons],
    }
    return Response(orjson.dumps(body), status, headers, media_type="application/problem+json")


def refusal_response(refusal: Refusal) -> Response:
    """What a rule's "no" looks like over HTTP."""
    status = STATUS_OF_CODE.get(refusal.code, STATUS_OF_KIND[refusal.kind])
    return problem(status, refusal.code, refusal.message, reasons=refusal.reasons, retryable=refusal.retryable)


def install(app: FastAPI) -> None:
    """Register the handlers of everything that may go wrong."""

    @app.exception_handler(Refused)
    async def refused(_request: Request, error: Refused) -> Response:
        return refusal_response(error.refusal())

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> Response:
        errors = error.errors()
        if any(each["type"] == "json_invalid" for each in errors):
            return problem(400, "malformed_json", "请求内容不是有效的 JSON。", reasons=reasons_for(errors))
        return problem(422, "invalid", "提交的内容有误，请按提示修改。", reasons=reasons_for(errors))

    @app.exception_handler(HTTPException)
    async def http(_request: Request, error: HTTPException) -> Response:
        code, sentence = HTTP_SENTENCES.get(error.status_code, ("http_error", str(error.detail)))
        return problem(error.status_code, code, sentence, headers=dict(error.headers or {}))

    @app.exception_handler(OutcomeUnknown)
    async def unknown(_request: Request, _error: OutcomeUnknown) -> Response:
        return problem(504, "outcome_unknown", "处理结果暂未确认，请用同一请求编号重试。", retryable=True)

    @app.exception_handler(BusUnavailable)
    async def busy(_request: Request, error: BusUnavailable) -> Response:
        return problem(
            503, "busy", "系统繁忙，请稍后重试。", retryable=True, headers={"Retry-After": str(error.retry_after)}
        )

    @app.exception_handler(ServiceUnavailable)
    async def missing(_request: Request, _error: ServiceUnavailable) -> Response:
        return problem(
            503, "service_unavailable", "该服务暂不可用，请稍后重试。", retryable=True, headers={"Retry-After": "2"}
        )

    @app.exception_handler(BusFault)
    async def bus_fault(_request: Request, error: BusFault) -> Response:
        log.error("the bus answered with a fault", error=str(error)[:300])
        return problem(500, "fault", "系统内部错误，已记录。")

    @app.exception_handler(Faulted)
    async def faulted(_request: Request, error: Faulted) -> Response:
        return _fault(error.retryable)

    @app.exception_handler(SQLAlchemyError)
    async def database(_request: Request, error: SQLAlchemyError) -> Response:
        retryable = is_infrastructure_fault(error)
        log.error("request failed at the database", error=str(error)[:300], retryable=retryable, exc_info=error)
        return _fault(retryable)

    @app.exception_handler(Exception)
    async def anything(_request: Request, error: Exception) -> Response:
        log.exception("request failed", error=str(error)[:300])
        return problem(500, "fault", "系统内部错误，已记录。")


def _fault(retryable: bool) -> Response:
    if not retryable:
        return problem(500, "fault", "系统内部错误，已记录。")
    sentence = "系统暂不可用，请用同一请求编号重试。"
    return problem(503, "temporarily_unavailable", sentence, retryable=True, headers={"Retry-After": "1"})
