"""Checks of what was granted on credit (双随机抽查): what is to be drawn, a draw with its checks, and what was found."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Iterable

from pydantic import Field

from contracts.credit_checks import (
    CheckOutcome,
    ConfirmCreditCheck,
    CreditCheckView,
    DrawCreditChecks,
    Findings,
    GetCreditDraw,
    ListCreditDraws,
    ListMyCreditChecks,
    RecordCreditCheck,
    RecuseChecker,
)
from contracts.message import Cursor, Id, Model, Why
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address
from gateway.portal.shell.time_left import times_left
from gateway.portal.staff.names import names_of

pages = Pages("credit_checks")
LIST = "/department/credit-checks"
ROWS = 20


class DrawList(Model):
    """What stands in the address."""

    cursor: Cursor | None = None


@pages.show(LIST, DrawList, Permitted(ListCreditDraws), template="draws.html", nav=("credit_checks.nav", 7))
async def list_draws(door: Door, asked: DrawList) -> Values:
    """What the reader has to check first, then what waits for a draw, then the draws."""
    drawn = await door.told(ListCreditDraws(cursor=asked.cursor, limit=ROWS))
    mine = (await door.told(ListMyCreditChecks())).items if may(door, RecordCreditCheck) else ()
    return {
        "mine": list(zip(mine, await times_left(door, [each.due_at for each in mine]), strict=True)),
        "waiting": drawn.waiting,
        "rows": drawn.items,
        "next_cursor": drawn.next_cursor,
        "asked_for": asked,
        "may_draw": may(door, DrawCreditChecks),
    }


@pages.form(LIST, DrawCreditChecks, on=list_draws)
async def draw_checks(door: Door, command: DrawCreditChecks) -> str:
    """Draw (抽取)."""
    draw = await door.done(command)
    return address(f"{LIST}/{draw.draw_id}", done="drawn")


@pages.show(LIST + "/{draw_id}", GetCreditDraw, Permitted(GetCreditDraw), template="draw.html")
async def show_draw(door: Door, query: GetCreditDraw) -> Values:
    """One draw: each check with what the reader can do in it now."""
    draw = await door.told(query)
    names, left = await gather(
        names_of(door, [draw.drawn_by, *_people(draw.checks)]),
        times_left(door, [None if each.state == "done" else each.due_at for each in draw.checks]),
    )
    actor = door.principal.actor
    return {
        "draw": draw,
        "checks": [(each, one, _turn(each, actor.id)) for each, one in zip(draw.checks, left, strict=True)],
        "names": names,
        "me": actor.id,
        "leads": "leader" in actor.duties and may(door, RecuseChecker),
    }


def _people(checks: Iterable[CreditCheckView]) -> list[Id]:
    return [person.person_id for each in checks for person in each.checkers]


def _turn(check: CreditCheckView, me: Id) -> str:
    """What the reader can do in it: record, confirm, or nothing."""
    if me not in {each.person_id for each in check.checkers if each.recused_why is None}:
        return ""
    if check.state == "to_check":
        return "record"
    return "confirm" if check.state == "to_confirm" and check.recorded_by != me else ""


class OfCheck(Model):
    draw_id: Id
    check_id: Id
    expected_version: int


class RecordForm(OfCheck):
    outcome: CheckOutcome
    findings: Findings


class CheckConfirmForm(OfCheck):
    agrees: bool
    note: str = Field(default="", max_length=1000)


class CheckerRecusalForm(OfCheck):
    person_id: Id
    reason: Why


@pages.form(
    LIST + "/{draw_id}/{check_id}/record", RecordForm, Permitted(RecordCreditCheck), on=show_draw, versioned=True
)
async def record_check(door: Door, said: RecordForm) -> str:
    """Enter what was found (登记核查结果)."""
    await door.done(RecordCreditCheck(**said.model_dump(exclude={"draw_id"})))
    return address(f"{LIST}/{said.draw_id}", done="recorded")


@pages.form(
    LIST + "/{draw_id}/{check_id}/confirm",
    CheckConfirmForm,
    Permitted(ConfirmCreditCheck),
    on=show_draw,
    versioned=True,
)
async def confirm_check(door: Door, said: CheckConfirmForm) -> str:
    """Confirm it, or say what is otherwise (确认核查结果)."""
    await door.done(ConfirmCreditCheck(**said.model_dump(exclude={"draw_id"})))
    return address(f"{LIST}/{said.draw_id}", done="confirmed" if said.agrees else "disputed")


@pages.form(
    LIST + "/{draw_id}/{check_id}/recuse", CheckerRecusalForm, Permitted(RecuseChecker), on=show_draw, versioned=True
)
async def recuse_checker(door: Door, said: CheckerRecusalForm) -> str:
    """A checker withdraws, or is taken off (回避)."""
    await door.done(RecuseChecker(**said.model_dump(exclude={"draw_id"})))
    return address(f"{LIST}/{said.draw_id}", done="recused")
