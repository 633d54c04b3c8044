"""Importing a workbook as long work: each item becomes a draft, or the next text of the draft that there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from chassis.files import tabular, workbooks
from chassis.files.objects import Objects
from chassis.operations.domain import Operation
from chassis.operations.runs import view_of
from chassis.operations.work import Chunk
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.drafting import DraftPolicyItem, EditDraft
from contracts.item import PolicyItemContent
from contracts.item_imports import ImportItems
from contracts.operations import LineOutcome, LineResult, OperationView
from contracts.refusal import Refused
from services.catalog.drafts import use_cases as drafting
from services.catalog.drafts.domain import MAY_BE_OPEN, Draft
from services.catalog.drafts.store import Drafts
from services.catalog.policies.domain import refuse_other_department
from services.catalog.policies.plan_words import department_meant
from services.catalog.policies.store import PolicyItems
from services.catalog.policies.texts import examine
from services.catalog.workbooks.cells import WorkbookItem, read_sheets
from services.catalog.workbooks.places import place_of
from services.catalog.workbooks.reading import read_items

KIND = "import_items"
CHUNK_ITEMS = 20
OPEN = ("draft", "consultation", "consulted")


def import_items(cmd: ImportItems, uow: UnitOfWork) -> OperationView:
    """Begin it. Raises ItemOfOtherDepartment for somebody who acts for no department."""
    refuse_other_department(uow.actor, uow.actor.department or "政策主管部门")
    run = uow.begin_operation(
        KIND, title="批量导入政策事项（Excel）", parameters=cmd.model_dump(mode="json", exclude_none=True)
    )
    return view_of(run, "catalog")


class ItemImport:
    """The work itself; one line is one item with all its rows."""

    def __init__(self, objects: Callable[[], Objects]) -> None:
        self._objects = objects

    def chunks(self, run: Operation) -> Iterator[Chunk[WorkbookItem]]:
        """Raises WorkbookUnreadable, TableTooLarge or WorkbookRefused."""
        objects = self._objects()
        sha256 = run.parameters["sha256"]
        table = workbooks.as_csv(
            objects.local_file(run.tenant, sha256), objects.spool, f"{run.tenant}/{sha256}", every_sheet=True
        )
        rows = ((row.cells[0], int(row.cells[1]), row.cells[2:]) for row in tabular.rows(table, "utf-8") if row.cells)
        items = read_items(read_sheets(rows))
        done = run.checkpoint["items"] if run.checkpoint else 0
        for start in range(done, len(items), CHUNK_ITEMS):
            part = items[start : start + CHUNK_ITEMS]
            yield Chunk(part, {"items": start + len(part)}, len(items))

    def take(self, lines: Sequence[WorkbookItem], run: Operation, uow: UnitOfWork) -> list[LineResult]:
        return [result for item in lines for result in _taken(item, uow)]

    def key(self, line: WorkbookItem) -> str:
        return line.code


def _taken(item: WorkbookItem, uow: UnitOfWork) -> list[LineResult]:
    if item.content is None:
        return [_result(item, "refused", each.code, each.message, each.field) for each in item.reasons]
    today = uow.now.astimezone(CHINA).date()
    try:
        refuse_other_department(uow.actor, item.department, department_meant(item.department, uow))
        problems, content = examine(item.content, uow, uow.tenant, today)
        against = [each for each in problems if each.code not in MAY_BE_OPEN]
        if against or content is None:
            return [_result(item, "refused", each.code, f"{each.text}。", _place(each.where, item)) for each in against]
        return [_drafted(item, content, uow)]
    except Refused as refusal:
        return [_result(item, "refused", each.code, each.message, each.field) for each in refusal.reasons]


def _drafted(item: WorkbookItem, content: PolicyItemContent, uow: UnitOfWork) -> LineResult:
    """Raises what drafting raises, e.g. for a draft that others are being asked about."""
    text = content.model_dump(mode="json", exclude_none=True)
    columns = Drafts.table.c
    drafts: list[Draft] = uow.of(Drafts).where(
        columns.tenant == uow.tenant, columns.code == item.code, columns.stage.in_(OPEN)
    )
    published = uow.of(PolicyItems).by_code(item.code)
    if drafts:
        (draft,) = drafts
        refuse_other_department(uow.actor, draft.department, draft.department_id)
        if draft.content == text:
            return _result(item, "unchanged", "draft_unchanged", "草稿内容没有变化。", subject=draft.id)
        edit = EditDraft(draft_id=draft.id, expected_version=draft.version, content=text, reason="批量导入")
        return _result(
            item, "accepted", "draft_edited", "已修改草稿。", subject=drafting.edit_draft(edit, uow).draft_id
        )
    if published is not None and published.content == content:
        return _result(item, "unchanged", "item_unchanged", "已发布的内容没有变化。", subject=published.id)
    command = DraftPolicyItem(content=text, item_id=published.id if published is not None else None)
    return _result(
        item, "accepted", "drafted", "已生成草稿。", subject=drafting.draft_policy_item(command, uow).draft_id
    )


def _result(
    item: WorkbookItem,
    outcome: LineOutcome,
    code: str,
    message: str,
    column: str | None = None,
    *,
    subject: str | None = None,
) -> LineResult:
    return LineResult(line=item.line, column=column, outcome=outcome, code=code, message=message, subject_id=subject)


def _place(where: str, item: WorkbookItem) -> str:
    """The cell that a problem of the item's text was read from."""
    return place_of(where, item.rows) if item.rows is not None else where
