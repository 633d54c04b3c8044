"""The HTTP face of a department's system: signed questions in, signed answers out (Standard Webhooks)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Path, Query, Request, Response
from standardwebhooks import Webhook, WebhookVerificationError

from sandbox.connection import hold
from sandbox.department_system.checks import CheckDesk
from sandbox.department_system.wire import CheckEntry, CheckId, CheckOrder, CheckPage, CheckRule, KnownFirm, Uscc, said
from sandbox.misbehaviour import Fault
from sandbox.program import ProgramRefusal, answer, build_app

PAGE_LIMIT = 500
JSON = "application/json"
DIFFERS = "同一核查编号的内容不一致，未受理 / this check id belongs to another question"
OTHER: dict[str, str] = {"clear": "no_record", "barred": "clear", "no_record": "clear", "not_ours": "clear"}


def department_app(desk: CheckDesk, secret: str) -> FastAPI:
    """The system's application over its desk; both sides sign with `secret` (whsec_…, or any words)."""
    webhook = Webhook(secret if secret.startswith("whsec_") else secret.encode())
    return build_app(
        "沙盒部门系统 / Sandbox department system", desk, _check_routes(desk, webhook), _control_routes(desk)
    )


def _check_routes(desk: CheckDesk, webhook: Webhook) -> APIRouter:
    router = APIRouter(tags=["checks"])

    @router.post("/checks")
    async def take(order: CheckOrder, request: Request) -> Response:
        """Take a check once, whoever asks how often."""
        _of_whom_we_know(webhook, request, await request.body())
        presented = await desk.write(partial(desk.present, orders=[order]))
        rule = presented.fault
        if rule is not None and rule.behaviour == "silent":
            await hold(request, timedelta(days=1).total_seconds())

        def respond() -> Response:
            row = presented.rows[0]
            if row is None:
                raise ProgramRefusal(409, "check_content_differs", DIFFERS)
            return _signed(webhook, said(row), rule)

        if rule is not None and rule.fault is Fault.FALSE_WORD:
            return respond()
        return await answer(request, presented, respond)

    @router.get("/checks/{check_id}")
    async def check(check_id: Annotated[CheckId, Path()], request: Request) -> Response:
        """How a check stands."""
        _of_whom_we_know(webhook, request, b"")
        found = await desk.write(partial(desk.ask, check_id=check_id))
        if found.row is None:
            raise ProgramRefusal(404, "check_not_found", "没有这件核查 / no such check")
        return _signed(webhook, said(found.row), found.rule)

    return router


def _control_routes(desk: CheckDesk) -> APIRouter:
    router = APIRouter(prefix="/control", tags=["control"])

    @router.put("/firms/{uscc}")
    async def know(uscc: Annotated[Uscc, Path()], firm: KnownFirm) -> KnownFirm:
        """What is answered of a firm from now on."""
        await desk.write(partial(desk.know, uscc=uscc, firm=firm))
        return firm

    @router.get("/checks")
    async def checks(
        after: Annotated[int, Query(ge=0)] = 0, limit: Annotated[int, Query(ge=1, le=PAGE_LIMIT)] = 100
    ) -> CheckPage:
        """The book, page by page."""
        rows = await desk.read(partial(desk.page, where={}, after=after, limit=limit))
        next_after = rows[-1]["seq"] if rows else after
        return CheckPage(checks=[CheckEntry.of(row) for row in rows], next_after=next_after)

    return router


def _of_whom_we_know(webhook: Webhook, request: Request, body: bytes) -> None:
    try:
        webhook.verify(body, dict(request.headers), json_parse=False)
    except WebhookVerificationError:
        raise ProgramRefusal(401, "signature_invalid", "签名不符 / the signature does not fit") from None


def _signed(webhook: Webhook, words: dict[str, Any], rule: CheckRule | None) -> Response:
    lie = rule.behaviour if rule is not None and rule.fault is Fault.FALSE_WORD else ""
    check_id, at = words["check_id"], datetime.now(UTC)
    body = json.dumps(_told(words, lie), ensure_ascii=False)
    if lie == "bad_json":
        body = body[:-1] + ",,"
    signature = webhook.sign(check_id, at, body if lie != "wrong_signature" else f"{body} ")
    headers = {
        "webhook-id": check_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
    status = 200 if words["state"] == "answered" else 202
    return Response(body, status_code=status, headers=headers, media_type=JSON)


def _told(words: dict[str, Any], lie: str) -> dict[str, Any]:
    """What is said in the place of what is in the book."""
    against = {"condition": "不符合", "basis": "《沙盒管理办法》第一条"}
    lies: dict[str, dict[str, Any]] = {
        "other_case": {"receipt": f"{words['receipt']}-1"},
        "unknown_word": {"answer": "probably_fine"},
        "unpublished_ground": {"answer": "barred", "ground": "本系统内部的名单", **against},
        "from_the_future": {"as_of": (datetime.now(UTC) + timedelta(days=2)).isoformat()},
        "other_answer": {
            "answer": OTHER.get(str(words.get("answer")), "clear"),
            **dict.fromkeys(("ground", "condition", "basis")),
        },
    }
    return words | lies.get(lie, {})
