"""The HTTP face of a seal office: signed papers in, sealed papers out, in signed answers (Standard Webhooks)."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Path, Query, Request, Response
from standardwebhooks import Webhook, WebhookVerificationError

from sandbox.connection import hold
from sandbox.misbehaviour import Fault
from sandbox.program import ProgramRefusal, answer, build_app
from sandbox.seal_office.papers import SealDesk
from sandbox.seal_office.seals import NotAPaper
from sandbox.seal_office.wire import DepartmentId, SealEntry, SealKept, SealOrder, SealPage, SealRule, said

PAGE_LIMIT = 500
NOT_A_PAPER = "不是可以盖章的 PDF 文件 / not a PDF that can be sealed"


def seal_app(desk: SealDesk, secret: str) -> FastAPI:
    """The office's application over its desk; both sides sign with `secret` (whsec_…, or any words)."""
    webhook = Webhook(secret if secret.startswith("whsec_") else secret.encode())
    return build_app("沙盒电子印章 / Sandbox seal office", desk, _seal_routes(desk, webhook), _control_routes(desk))


def _seal_routes(desk: SealDesk, webhook: Webhook) -> APIRouter:
    router = APIRouter(tags=["seals"])

    @router.post("/seals")
    async def seal(order: SealOrder, request: Request) -> Response:
        """Seal a paper once, whoever asks how often."""
        _of_whom_we_know(webhook, request, await request.body())
        try:
            presented = await desk.write(partial(desk.present, orders=[order]))
        except NotAPaper:
            raise ProgramRefusal(422, "not_a_paper", NOT_A_PAPER) from None
        rule = presented.fault
        if rule is not None and rule.behaviour == "silent":
            await hold(request, timedelta(days=1).total_seconds())

        def respond() -> Response:
            row = presented.rows[0]
            assert row is not None  # the id is made of the content: nobody else has it
            return _standing(webhook, row, order.pdf, rule)

        if rule is not None and rule.fault is Fault.FALSE_WORD:
            return respond()
        return await answer(request, presented, respond)

    return router


def _control_routes(desk: SealDesk) -> APIRouter:
    router = APIRouter(prefix="/control", tags=["control"])

    @router.put("/seals/{department_id}")
    async def keep(department_id: Annotated[DepartmentId, Path()], kept: SealKept) -> SealKept:
        """The name of a department's seal, and whether it may be used, from now on."""
        await desk.write(partial(desk.keep, department_id=department_id, kept=kept))
        return kept

    @router.get("/seals/{department_id}/certificate")
    async def certificate(department_id: Annotated[DepartmentId, Path()]) -> Response:
        """What its signatures can be verified with (DER)."""
        found = await desk.write(partial(desk.certificate, department_id=department_id))
        return Response(found, media_type="application/pkix-cert")

    @router.get("/seals")
    async def seals(
        after: Annotated[int, Query(ge=0)] = 0, limit: Annotated[int, Query(ge=1, le=PAGE_LIMIT)] = 100
    ) -> SealPage:
        """The book, page by page."""
        rows = await desk.read(partial(desk.page, where={}, after=after, limit=limit))
        return SealPage(seals=[SealEntry.of(row) for row in rows], next_after=rows[-1]["seq"] if rows else after)

    return router


def _of_whom_we_know(webhook: Webhook, request: Request, body: bytes) -> None:
    try:
        webhook.verify(body, dict(request.headers), json_parse=False)
    except WebhookVerificationError:
        raise ProgramRefusal(401, "signature_invalid", "签名不符 / the signature does not fit") from None


def _standing(webhook: Webhook, row: sqlite3.Row, sent: bytes, rule: SealRule | None) -> Response:
    if row["status"] == "failed":
        raise ProgramRefusal(422, row["reason_code"], row["reason"])
    if row["status"] == "pending":
        raise ProgramRefusal(425, "not_yet", "已收件，尚未盖章，请稍后再来 / taken, not sealed yet")
    lie = rule.behaviour if rule is not None and rule.fault is Fault.FALSE_WORD else ""
    pdf = {"other_paper": b"%PDF-1.7\n" + row["sealed"], "no_seal": sent}.get(lie, row["sealed"])
    return _signed(webhook, row["order_id"], said(row, pdf), lie)


def _signed(webhook: Webhook, message_id: str, words: dict[str, Any], lie: str) -> Response:
    at, body = datetime.now(UTC), json.dumps(words, ensure_ascii=False)
    if lie == "bad_json":
        body = body[:-1] + ",,"
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": webhook.sign(message_id, at, body if lie != "wrong_signature" else f"{body} "),
    }
    return Response(body, headers=headers, media_type="application/json")
