"""A case's panel, as the department keeps it: drawn, scored from sheets, concluded; and the register of experts."""

from __future__ import annotations

import re
from asyncio import gather
from collections.abc import Sequence

from pydantic import Field

from contracts.case_sheet import GetCaseSheet
from contracts.experts import ListExperts, RegisterExpert, RetireExpert
from contracts.message import Cursor, Id, Model, Why
from contracts.panels import (
    ConcludePanel,
    CriterionScore,
    DrawPanel,
    ListPanels,
    PanelFigure,
    PanelView,
    RecuseExpert,
    ScorePanel,
)
from contracts.refusal import Invalid
from contracts.review import CaseView
from contracts.uploads import Sha256
from gateway.access import Only, Permitted
from gateway.door import Door
from gateway.pictures import PICTURES
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.sent_files import MIB, FilesTaken, sent_files
from gateway.portal.staff.names import names_of

pages = Pages("steps")
READERS = Only("department", "bureau")
SCAN_TAKEN = FilesTaken(
    name="scan",
    types=frozenset({"application/pdf", *PICTURES}),
    kinds="PDF 或 JPEG、PNG 扫描件",
    accept="application/pdf,image/jpeg,image/png",
    most=1,
    largest=20 * MIB,
    together=21 * MIB,
    otherwise="不是扫描件（可用 PDF、JPEG、PNG），请重新选择",
)


class OfPanel(Model):
    case_id: Id


class SeatForm(Model):
    case_id: Id
    panel_id: Id
    expert_id: Id
    expected_version: int


class RecusalForm(SeatForm):
    reason: Why


class SheetForm(SeatForm):
    scores: tuple[CriterionScore, ...] = Field(min_length=1, max_length=30)
    scan: tuple[str, ...] = Field(default=(), max_length=2)


class ConclusionForm(Model):
    case_id: Id
    panel_id: Id
    expected_version: int
    minutes: str = Field(min_length=10, max_length=4000)
    scan: tuple[str, ...] = Field(default=(), max_length=2)
    figure: PanelFigure | None = None


class ScanMissing(Invalid):
    code = "panel_scan_missing"
    sentence = "请选择{paper}的扫描件。"


class ExpertForm(Model):
    """An expert as people write it down: lists with their commas."""

    name: str = Field(min_length=2, max_length=60)
    employer: str = Field(min_length=2, max_length=120)
    fields: str = Field(min_length=1, max_length=600)
    person_id: Id | None = None
    conflicts: str = Field(default="", max_length=2000)


class OfRegister(Model):
    cursor: Cursor | None = None


@pages.show("/department/cases/{case_id}/panel", OfPanel, READERS, template="panel.html")
async def show_panel(door: Door, asked: OfPanel) -> Values:
    """How the panel was drawn, who has scored what, and what is to be done."""
    sheet, panels = await gather(
        door.told(GetCaseSheet(case_id=asked.case_id)), door.told(ListPanels(case_id=asked.case_id))
    )
    return {
        "case": sheet.case,
        "panels": panels.items,
        "scan_taken": SCAN_TAKEN,
        "draws": may(door, DrawPanel, sheet.case.state) and _to_be_drawn(sheet.case, panels.items),
        "keeps": may(door, DrawPanel, sheet.case.state),
        "names": await names_of(
            door, [person for each in panels.items for person in (each.drawn_by, each.concluded_by)]
        ),
    }


def _to_be_drawn(case: CaseView, panels: Sequence[PanelView]) -> bool:
    """Whether the step waits for a panel, and none stands that can still reach its quorum."""
    waits = any(slot.state == "open" for step in case.steps if step.kind == "panel" for slot in step.slots)
    return waits and not any(each.state == "scoring" and _can_score(each) for each in panels)


def _can_score(panel: PanelView) -> bool:
    return sum(not seat.recused_why for seat in panel.seats) + panel.reserve >= panel.quorum


@pages.form("/department/cases/{case_id}/panels", DrawPanel, on=show_panel, versioned=True)
async def draw_panel(door: Door, command: DrawPanel) -> str:
    """Draw the experts (抽取专家)."""
    await door.done(command)
    return f"/department/cases/{command.case_id}/panel?done=panel_drawn"


@pages.form(
    "/department/cases/{case_id}/panels/{panel_id}/experts/{expert_id}/recuse",
    RecusalForm,
    Permitted(DrawPanel),
    on=show_panel,
    versioned=True,
)
async def recuse_expert(door: Door, said: RecusalForm) -> str:
    """Take an expert off (回避)."""
    await door.done(RecuseExpert(**said.model_dump(exclude={"case_id"})))
    return f"/department/cases/{said.case_id}/panel?done=expert_recused"


@pages.form(
    "/department/cases/{case_id}/panels/{panel_id}/experts/{expert_id}/scores",
    SheetForm,
    Permitted(DrawPanel),
    on=show_panel,
    versioned=True,
    files=SCAN_TAKEN,
)
async def score_panel(door: Door, said: SheetForm) -> str:
    """Enter the points of a signed sheet (代录评分). Raises ScanMissing, FilesRefused."""
    scan = await _scan(door, said.scan, "签字评分表")
    await door.done(ScorePanel(**said.model_dump(exclude={"case_id", "scan"}), sheet_sha256=scan))
    return f"/department/cases/{said.case_id}/panel?done=panel_scored"


@pages.form(
    "/department/cases/{case_id}/panels/{panel_id}/conclude",
    ConclusionForm,
    Permitted(ConcludePanel),
    on=show_panel,
    versioned=True,
    files=SCAN_TAKEN,
)
async def conclude_panel(door: Door, said: ConclusionForm) -> str:
    """End the panel with its minutes (评审结论). Raises ScanMissing, FilesRefused."""
    scan = await _scan(door, said.scan, "评审纪要")
    await door.done(ConcludePanel(**said.model_dump(exclude={"case_id", "scan"}), minutes_sha256=scan))
    return f"/department/cases/{said.case_id}/panel?done=panel_concluded"


@pages.show(
    "/department/experts", OfRegister, Permitted(ListExperts), template="experts.html", nav=("steps.experts.nav", 5)
)
async def list_experts(door: Door, asked: OfRegister) -> Values:
    """The register of experts."""
    page = await door.told(ListExperts(cursor=asked.cursor, retired=True))
    return {"experts": page.items, "next_cursor": page.next_cursor}


@pages.form("/department/experts", ExpertForm, Permitted(RegisterExpert), on=list_experts)
async def register_expert(door: Door, said: ExpertForm) -> str:
    """Put an expert into the register (登记专家)."""
    lists = {"fields": _parts(said.fields), "conflicts": _parts(said.conflicts)}
    await door.done(RegisterExpert(name=said.name, employer=said.employer, person_id=said.person_id, **lists))
    return "/department/experts?done=expert_registered"


@pages.form("/department/experts/{expert_id}/retire", RetireExpert, on=list_experts, versioned=True)
async def retire_expert(door: Door, command: RetireExpert) -> str:
    """Draw an expert no more (退出专家库)."""
    await door.done(command)
    return "/department/experts?done=expert_retired"


async def _scan(door: Door, texts: tuple[str, ...], paper: str) -> Sha256:
    """The scan that was sent, the last where there are two. Raises ScanMissing, FilesRefused."""
    if not texts:
        raise ScanMissing(paper=paper, field="scan")
    sha256 = sent_files(texts, "scan")[-1].sha256
    if not await door.objects.has(door.principal.tenant, sha256):
        raise ScanMissing(paper=paper, field="scan")
    return sha256


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[、，,;；\s]+", text) if part.strip())
