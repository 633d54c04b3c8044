"""Checks of what was granted on credit: for the department that draws and makes them, and their results for everybody."""

from __future__ import annotations

from starlette.responses import Response

from contracts.credit_checks import (
    ConfirmCreditCheck,
    DrawCreditChecks,
    GetCreditDraw,
    ListCreditDraws,
    ListMyCreditChecks,
    ListPublishedDraws,
    RecordCreditCheck,
    RecuseChecker,
)
from gateway.api.enterprise_records import must_all_be_there
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("信用核查 credit checks")


@routes.ask("/credit-draws", ListCreditDraws)
async def list_credit_draws(door: Door, query: ListCreditDraws) -> Response:
    """Draws of the department, and items whose claims wait for one."""
    return await door.ask(query)


@routes.order("/credit-draws", DrawCreditChecks, status=201)
async def draw_credit_checks(door: Door, command: DrawCreditChecks) -> Response:
    """Draw claims and their checkers at random (双随机抽查). The seed is kept."""
    return await door.order(command)


@routes.ask("/credit-draws/{draw_id}", GetCreditDraw)
async def get_credit_draw(door: Door, query: GetCreditDraw) -> Response:
    """One draw with all its checks, and what it was drawn from."""
    return await door.ask(query)


@routes.ask("/credit-checks", ListMyCreditChecks)
async def list_my_credit_checks(door: Door, query: ListMyCreditChecks) -> Response:
    """What whoever asks was drawn to check and is not done."""
    return await door.ask(query)


@routes.order("/credit-checks/{check_id}/recuse", RecuseChecker, versioned=True)
async def recuse_checker(door: Door, command: RecuseChecker) -> Response:
    """A checker withdraws or is taken off (回避); the next of the draw comes in."""
    return await door.order(command)


@routes.order("/credit-checks/{check_id}/record", RecordCreditCheck, versioned=True)
async def record_credit_check(door: Door, command: RecordCreditCheck) -> Response:
    """What was found, by one of the two (登记核查结果). If-Match: the check's version."""
    await must_all_be_there(door, command.evidence, "evidence")
    return await door.order(command)


@routes.order("/credit-checks/{check_id}/confirm", ConfirmCreditCheck, versioned=True)
async def confirm_credit_check(door: Door, command: ConfirmCreditCheck) -> Response:
    """The other confirms it, or says what is otherwise (确认核查结果)."""
    return await door.order(command)


@routes.ask("/public-credit-checks/{tenant}", ListPublishedDraws)
async def list_published_draws(door: Door, query: ListPublishedDraws) -> Response:
    """The results of a place's checks (抽查结果公开). Public."""
    return await door.ask(query)
