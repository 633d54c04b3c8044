"""The department's cases (办件): its work list, one case with all that decides it, and the decisions."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from pydantic import Field
from starlette.responses import Response

from contracts.bulk_decisions import MOST_AT_ONCE, ApproveCases
from contracts.case_figures import SetFigure
from contracts.case_instalments import DecideRecheck, ListClaimInstalments
from contracts.case_materials import (
    MATERIAL_FINDINGS,
    MATERIAL_MEANS,
    MaterialConfirmation,
    MaterialFinding,
    MaterialMeans,
)
from contracts.case_notices import ListCaseNotices
from contracts.case_sheet import CaseSheet, GetCaseSheet
from contracts.deadlines import ListReviewDeadlineMoves
from contracts.integrity import OpenFinding
from contracts.item import BenefitKind
from contracts.joint_checks import JOINT_ANSWERS, JointAnswerView, ListJointAnswers
from contracts.message import Cursor, Id, Model
from contracts.message_previews import PreviewRejection
from contracts.naming_payees import NamePayees
from contracts.policy_guide import GuideView
from contracts.refusal import Invalid, StaleVersion
from contracts.reopening import ProposeReopening, UndoDecision
from contracts.review import (
    ApproveCase,
    CaseState,
    CaseView,
    ConfirmMaterials,
    CountCases,
    GetCaseNeighbours,
    ListCases,
    RecordInspection,
    RejectCase,
)
from contracts.rule import HeadlineState
from gateway.access import Only, Permitted
from gateway.door import Door
from gateway.notice_files import opened
from gateway.portal.department.cases import case_facts, refusal
from gateway.portal.department.cases.refusal import RefusalWords
from gateway.portal.platform.today import today
from gateway.portal.shell.allowed import may
from gateway.portal.shell.confirmation import asked_once_more
from gateway.portal.shell.pages import Pages, Shown, Values
from gateway.portal.shell.rendering import address
from gateway.portal.shell.seen import as_seen, changes_since
from gateway.portal.shell.time_left import time_left_until, times_left
from gateway.portal.staff.names import names_of

pages = Pages("cases")
READERS = Only("department", "bureau")
"""The bureau reads the cases that it pays for; a department its own, as review sees to."""

ROWS = 50


CLOSED_LISTS: Values = {
    "means": list(MATERIAL_MEANS.items()),
    "findings": list(MATERIAL_FINDINGS.items()),
    "joint_answer_names": JOINT_ANSWERS,
}


class WorkList(Model):
    """What stands in the address of the list and of every case opened from it. Without a state those that are open are
    meant; whoever looks for something looks everywhere."""

    state: CaseState | Literal["all"] | None = None
    item: Id | None = None
    overdue: bool = False
    about: str | None = Field(default=None, max_length=60)
    cursor: Cursor | None = None

    @property
    def shown_state(self) -> CaseState | Literal["all"]:
        return self.state or ("all" if self.about else "accepted")

    @property
    def filtered(self) -> dict[str, Any]:
        """The same as review knows it."""
        state = None if self.shown_state == "all" else self.shown_state
        return {"state": state, "item_id": self.item, "overdue": self.overdue, "about": self.about}

    @property
    def order(self) -> Literal["accepted", "due"]:
        """What is open by the time that it has left; what is over as it came in."""
        return "due" if self.shown_state in ("received", "accepted") or self.overdue else "accepted"

    @property
    def said(self) -> dict[str, Any]:
        """The same for links that keep it."""
        named = set(WorkList.model_fields)
        said = self.model_dump(mode="json", exclude_defaults=True, include=named)
        return {name: "yes" if value is True else value for name, value in said.items()}


class CaseInList(WorkList):
    case_id: Id


class CasePaper(Model):
    """One of the papers of a case."""

    case_id: Id
    notice_id: Id


class MaterialLine(Model):
    """A required material, and what was found of it; without a means or a finding nothing so far."""

    code: Id
    means: MaterialMeans | None = None
    finding: MaterialFinding | None = None
    until: date | None = None
    note: str = Field(default="", max_length=400)

    @property
    def said(self) -> MaterialConfirmation | None:
        """Whoever chooses how they know that it is there has found it good."""
        if self.finding is None and self.means is None:
            return None
        finding = self.finding or "good"
        means = self.means if finding == "good" else None
        return MaterialConfirmation(code=self.code, means=means, finding=finding, until=self.until, note=self.note)


class MaterialsForm(Model):
    """Those that need somebody to answer for them; each may be answered for at another time."""

    case_id: Id
    expected_version: int
    materials: tuple[MaterialLine, ...] = Field(max_length=60)


class NoMaterialChosen(Invalid):
    code = "no_material_chosen"
    sentence = "请至少为一份材料选择核对方式。"


@pages.show("/department/cases", WorkList, READERS, template="list.html", nav=("cases.nav", 3))
async def list_cases(door: Door, asked: WorkList) -> Values:
    """The work list: what has the least time left stands first, and the filter stands in the address."""
    listed, counts = await gather(
        door.told(ListCases(**asked.filtered, order=asked.order, cursor=asked.cursor, limit=ROWS)),
        door.told(CountCases(**asked.filtered)),
    )
    left = await times_left(door, [case.due_at for case in listed.items])
    return {
        "asked_for": asked,
        "listed": asked.said,
        "rows": list(zip(listed.items, left, strict=True)),
        "next_cursor": listed.next_cursor,
        "counts": counts,
        "most_at_once": MOST_AT_ONCE if asked.shown_state == "accepted" and may(door, ApproveCases) else 0,
        "across": "bureau" in door.principal.actor.roles,
    }


@pages.show("/department/cases/{case_id}", CaseInList, READERS, template="case.html")
async def show_case(door: Door, asked: CaseInList) -> Values:
    """One case, with all that its officer decides by, and what stands beside it in the list."""
    sheet = await door.told(GetCaseSheet(case_id=asked.case_id))
    case, guide = sheet.case, await refusal.guide_if_there(door, sheet)
    answers = await _joint_answers(door, case)
    beside, moves, left, names, papers = await gather(
        door.told(GetCaseNeighbours(case_id=asked.case_id, order=asked.order, **asked.filtered)),
        door.told(ListReviewDeadlineMoves(case_id=asked.case_id)),
        time_left_until(door, case.due_at),
        names_of(door, [*case_facts.people_in(sheet), *(each.answered_by for each in answers)]),
        door.told(ListCaseNotices(case_id=asked.case_id)),
    )
    snapshot = case_facts.snapshot(sheet)
    parts = sheet.instalment is not None and sheet.instalment.of > 1
    instalments = await door.told(ListClaimInstalments(case_id=asked.case_id)) if parts else None
    own_word = case_facts.own_word(sheet, door.principal.actor.id) if may(door, RejectCase, case.state) else []
    allowed = _allowed(door, sheet, own_word=bool(own_word))
    return {
        "sheet": sheet,
        "joint_answers": answers,
        "own_word": own_word,
        "case": case,
        "left": left,
        "beside": beside,
        "moves": moves.items,
        "names": names,
        "instalments": instalments,
        "papers": papers.items,
        "listed": asked.said,
        "conditions": case_facts.conditions(sheet, today(door)),
        "tasks": case_facts.tasks(sheet),
        "may": allowed,
        "in_kind": _is_in_kind(case, guide),
        "panel": any(step.kind == "panel" for step in case.steps),
        **CLOSED_LISTS,
        "grounds": await refusal.grounds_of(door, asked.case_id) if allowed["refuse"] else None,
        "snapshot": as_seen(snapshot),
        "changed": await changes_since(door, snapshot),
    }


def _allowed(door: Door, sheet: CaseSheet, *, own_word: bool) -> dict[str, bool]:
    """What whoever looks at the case could do now."""
    case = sheet.case
    return {
        "approve": may(door, ApproveCase, case.state) and not case.obstacles and not own_word,
        "refuse": may(door, RejectCase, case.state) and not own_word,
        "confirm": may(door, ConfirmMaterials, case.state) and bool(case.unconfirmed_materials),
        "name_payees": may(door, NamePayees, case.state) and case_facts.has_other_receivers(sheet),
        "undo": _may_undo(door, case),
        "reopen": may(door, ProposeReopening, case.state) and case.undo_until is None,
        "findings": may(door, OpenFinding),
        "inspect": may(door, RecordInspection, case.state) and case.inspection_required,
        "recheck": may(door, DecideRecheck, case.state) and any(each.task == "recheck" for each in sheet.tasks),
        "set": may(door, SetFigure, case.state),
    }


@pages.form("/department/cases/{case_id}/approve", ApproveCase, on=show_case, versioned=True)
async def approve_case(door: Door, command: ApproveCase) -> str:
    """Grant it (审核通过). The amount is the rule's."""
    case = await door.done(command)
    return _back_to(door, command.case_id, "approved" if case.undo_until is None else "decided")


@pages.form("/department/cases/{case_id}/recheck", DecideRecheck, on=show_case, versioned=True)
async def decide_recheck(door: Door, command: DecideRecheck) -> str:
    """Whether a later instalment may be paid (分期复核)."""
    await door.done(command)
    return _back_to(door, command.case_id, "rechecked")


@pages.form("/department/cases/{case_id}/refuse", RefusalWords, Permitted(RejectCase), on=show_case, versioned=True)
async def refuse_case(door: Door, said: RefusalWords) -> str | Response:
    """Refuse it (审核不通过), once the officer has seen what the enterprise will read, word for word."""
    sheet = await door.told(GetCaseSheet(case_id=said.case_id))
    if sheet.version != said.expected_version:
        raise StaleVersion()
    claim = sheet.case.claim
    words, whole = await refusal.issued(door, said, claim)
    previews = await door.told(PreviewRejection(claim=claim, **whole))
    if said.previewed == refusal.digest(previews):
        case = await door.done(RejectCase(case_id=said.case_id, expected_version=said.expected_version, **words))
        return _back_to(door, said.case_id, "refused" if case.undo_until is None else "decided")
    values = {"case": sheet.case, "said": said, "previews": previews.items}
    more = {"previewed": refusal.digest(previews), "edited": bool(said.previewed), "listed": _query(door)}
    snapshot = as_seen(case_facts.snapshot(sheet))
    return await asked_once_more(door, Shown({**values, **more, "snapshot": snapshot}, template="refusal.html"))


@pages.form("/department/cases/{case_id}/papers/{notice_id}", CasePaper, Permitted(ListCaseNotices), on=show_case)
async def open_paper(door: Door, said: CasePaper) -> Response:
    """The file of one of its papers (下载文书)."""
    return await opened(door, said.notice_id)


@pages.form("/department/cases/{case_id}/undo", UndoDecision, on=show_case, versioned=True)
async def undo_decision(door: Door, command: UndoDecision) -> str:
    """Take the decision back before anybody outside hears of it (撤回决定)."""
    await door.done(command)
    return _back_to(door, command.case_id, "undone")


@pages.form(
    "/department/cases/{case_id}/materials", MaterialsForm, Permitted(ConfirmMaterials), on=show_case, versioned=True
)
async def confirm_materials(door: Door, said: MaterialsForm) -> str:
    """Answer for required materials (材料核对): those for which a means is chosen."""
    chosen = tuple(each.said for each in said.materials if each.said is not None)
    if not chosen:
        raise NoMaterialChosen()
    command = ConfirmMaterials(case_id=said.case_id, materials=chosen, expected_version=said.expected_version)
    await door.done(command)
    return _back_to(door, said.case_id, "confirmed")


def _is_in_kind(case: CaseView, guide: GuideView | None) -> bool:
    """Whether what is granted is not money: then the approver gives the number of its certificate."""
    if case.headline is not None and case.headline.state is HeadlineState.IN_KIND:
        return True
    return guide is not None and guide.benefit_kind not in (BenefitKind.GRANT, BenefitKind.INTEREST)


async def _joint_answers(door: Door, case: CaseView) -> Sequence[JointAnswerView]:
    """What departments have answered, where the plan asks any."""
    if all(step.kind != "joint_check" for step in case.steps):
        return ()
    return (await door.told(ListJointAnswers(case_id=case.case_id))).items


def _may_undo(door: Door, case: CaseView) -> bool:
    """Whoever decided, or the leader, while the window is open."""
    actor = door.principal.actor
    mine = case.decided_by == actor.id or "leader" in actor.duties
    return case.undo_until is not None and mine and may(door, UndoDecision, case.state)


def _back_to(door: Door, case_id: str, done: str) -> str:
    return address(f"/department/cases/{case_id}", _query(door), done=done)


def _query(door: Door) -> dict[str, str]:
    """The list that the case was opened from, as the form's own address says it."""
    return {name: value for name, value in door.request.query_params.items() if name in WorkList.model_fields}
