"""Many cases decided at once (批量审批): the page that is looked over before, what became of each case, and taking it back."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from contracts.bulk_decisions import (
    MOST_AT_ONCE,
    ApproveCases,
    CaseInBulk,
    LookedAt,
    PreviewBulkDecision,
    RefusedCase,
    RejectCases,
    UndoBulk,
)
from contracts.message import Id, Model
from contracts.operations import GetOperation, LineResult, ListOperationLines
from contracts.refusal import Invalid, Reason
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address

pages = Pages("cases")
NEW = "/department/bulk-decisions/new"
BULK = "/department/bulk-decisions/{operation_id}"
LINES = 1000
SHORTEST_REASON = 4


class BulkAsked(Model):
    """The filter of the list from which the bulk is begun, or the bulk of which what was refused is taken up again."""

    item: Id | None = None
    overdue: bool = False
    about: str | None = Field(default=None, max_length=60)
    again: Id | None = None


class BulkAskedOne(Model):
    operation_id: Id


class LineSaid(Model):
    """A case on the page as it was looked at, whether it is chosen, and why it is refused, if it is."""

    case_id: Id
    version: int
    chosen: bool = False
    reason: str = Field(default="", max_length=1000)


class BulkForm(Model):
    """What a person says of the cases on the page."""

    verb: Literal["approve", "reject"]
    opinion: str = Field(default="", max_length=500)
    lines: tuple[LineSaid, ...] = Field(default=(), max_length=MOST_AT_ONCE)


class NoCaseChosen(Invalid):
    code = "no_case_chosen"
    sentence = "请至少选择一个办件。"


class ReasonMissing(Invalid):
    code = "bulk_reason_missing"
    sentence = "不予批准的，须逐件写明理由。"


@pages.show(NEW, BulkAsked, Permitted(PreviewBulkDecision), template="bulk.html")
async def new_bulk(door: Door, asked: BulkAsked) -> Values:
    """How many, how much, the three largest, and what cannot be approved with why: before anything is decided."""
    if asked.again is not None:
        query = PreviewBulkDecision(case_ids=tuple(dict.fromkeys(_subjects(await _refused(door, asked.again)))))
    else:
        query = PreviewBulkDecision(item_id=asked.item, overdue=asked.overdue, about=asked.about)
    return {"preview": await door.told(query), "listed": _listed(asked)}


@pages.form(NEW, BulkForm, Permitted(ApproveCases), on=new_bulk)
async def begin_bulk(door: Door, said: BulkForm) -> str:
    """Approve or refuse those that are chosen (批量审批)."""
    chosen = [each for each in said.lines if each.chosen]
    if not chosen:
        raise NoCaseChosen()
    if said.verb == "approve":
        lines = tuple(LookedAt(case_id=each.case_id, expected_version=each.version) for each in chosen)
        begun = await door.done(ApproveCases(lines=lines, opinion=said.opinion))
    else:
        begun = await door.done(RejectCases(lines=tuple(map(_refused_line, _with_reasons(said, chosen)))))
    return address(f"/department/bulk-decisions/{begun.operation_id}", done="bulk_begun")


@pages.show(BULK, BulkAskedOne, Permitted(UndoBulk), template="bulk_one.html")
async def show_bulk(door: Door, asked: BulkAskedOne) -> Values:
    """How far it is, and what could not be decided with why."""
    run = await door.told(GetOperation(operation_id=asked.operation_id), of="review")
    lines = await _refused(door, asked.operation_id)
    by_case: dict[str, list[LineResult]] = {}
    for each in lines:
        by_case.setdefault(each.subject_id or str(each.line), []).append(each)
    cases = await _cases_of(door, lines)
    refused = [(case_id, cases.get(case_id), found) for case_id, found in by_case.items()]
    return {"run": run, "refused": refused, "again": address(NEW, again=asked.operation_id)}


@pages.form(BULK + "/undo", UndoBulk, on=show_bulk)
async def undo_bulk(door: Door, command: UndoBulk) -> str:
    """Take back all of it whose window is open (整批撤回)."""
    undone = await door.done(command)
    done = "bulk_undone" if not undone.kept else "bulk_undone_in_part"
    return address(f"/department/bulk-decisions/{command.operation_id}", done=done)


async def _refused(door: Door, operation_id: Id) -> tuple[LineResult, ...]:
    query = ListOperationLines(operation_id=operation_id, outcome="refused", limit=LINES)
    return (await door.told(query, of="review")).lines


async def _cases_of(door: Door, lines: tuple[LineResult, ...]) -> dict[Id, CaseInBulk]:
    """Which cases the lines are about, of those that are still open: nobody knows a case by the number of its line."""
    case_ids = tuple(dict.fromkeys(_subjects(lines)))
    if not case_ids:
        return {}
    preview = await door.told(PreviewBulkDecision(case_ids=case_ids))
    return {each.case_id: each for each in (*preview.approvable, *preview.blocked)}


def _subjects(lines: tuple[LineResult, ...]) -> list[Id]:
    return [each.subject_id for each in lines if each.subject_id is not None][:MOST_AT_ONCE]


def _with_reasons(said: BulkForm, chosen: list[LineSaid]) -> list[LineSaid]:
    """Those chosen, each with a reason. Raises ReasonMissing for every one without."""
    places = {each.case_id: place for place, each in enumerate(said.lines)}
    missing = [
        Reason(code=ReasonMissing.code, message=ReasonMissing.sentence, field=f"lines.{places[each.case_id]}.reason")
        for each in chosen
        if len(each.reason.strip()) < SHORTEST_REASON
    ]
    if missing:
        raise ReasonMissing(*missing)
    return chosen


def _refused_line(said: LineSaid) -> RefusedCase:
    return RefusedCase(case_id=said.case_id, expected_version=said.version, reason=said.reason.strip())


def _listed(asked: BulkAsked) -> dict[str, Any]:
    said = asked.model_dump(mode="json", exclude_defaults=True, exclude={"again"})
    return {name: "yes" if value is True else value for name, value in said.items()}
