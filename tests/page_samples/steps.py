"""A case's steps: an inspection on a phone, a figure that somebody sets, a panel, the register of experts, an expert's own."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from staff_kit import appointments, case, colleague, sheet, told

from chassis.testing.fakes import NOON
from contracts.case_figures import CaseFigures, FigureAsked, FigureSetting
from contracts.case_sheet import SheetFact
from contracts.experts import ExpertPage, ExpertView
from contracts.inspection_evidence import EnterpriseSignature, InspectionPhotograph
from contracts.inspections import (
    InspectionAnswer,
    InspectionOfficer,
    InspectionOfficers,
    Inspections,
    RecordedInspection,
)
from contracts.panels import CasePanels, CriterionScore, PanelClaim, PanelCriterion, PanelSeat, PanelView
from contracts.review import CaseView
from contracts.rule import Headline, HeadlineState
from page_samples import PageSample

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAIAAABxZ0isAAAAY0lEQVR42g3JIQEAQQhFQZrgKbEp0FvjuR8FT4ktgafK3dgxM9w4"
    "xjVklPGMNcwCD05wAwUVvGDjj8STk9xESSUv2fxDuDjiCokST6z+aLw5zW3UVPOa7T8GH85wBw01vGGHD+HmPzdieboCAAAAAElF"
    "TkSuQmCC"
)
PHOTOGRAPH = hashlib.sha256(PICTURE).hexdigest()
"""A picture, and the hash under which an object store keeps it."""

EXPERT = colleague("panel_expert", where="评审专家", name="示例专家甲", id="person-1")
PEOPLE = {
    "steps_reviewer": colleague("first_review"),
    "steps_second": colleague("first_review", name="李科员", id="officer-2"),
    "steps_expert": EXPERT,
}

PANEL = PanelView(
    panel_id="panel-1",
    case_id="case-2",
    receipt="ZGQ-20260310-000002",
    item_title="企业研发投入后补助",
    enterprise_name="章贡区示例科技有限公司",
    state="scoring",
    field="智能制造",
    members=2,
    quorum=2,
    criteria=(PanelCriterion(name="技术", most=60), PanelCriterion(name="效益", most=40)),
    pass_score="60",
    sets="support",
    seed="00112233445566778899aabbccddeeff",
    register_hash="c" * 64,
    drawn_from=("expert-1", "expert-2", "expert-3"),
    left_out=1,
    reserve=0,
    seats=(
        PanelSeat(expert_id="expert-1", name="示例专家甲", employer="示例大学", has_account=True),
        PanelSeat(
            expert_id="expert-2",
            name="示例专家乙",
            employer="示例研究院",
            has_account=False,
            scores=(CriterionScore(criterion="技术", points="50"), CriterionScore(criterion="效益", points="30.5")),
            total="80.5",
            scored_at=NOON,
            sheet_sha256="a" * 64,
        ),
        PanelSeat(
            expert_id="expert-3",
            name="示例专家丙",
            employer="示例大学",
            has_account=False,
            recused_why="与企业有合作",
        ),
    ),
    drawn_by="officer-1",
    drawn_at=NOON,
    version=3,
)
CLAIM = PanelClaim(
    eligibility="规模以上企业，且2025年度研发投入不低于 100 万元",
    amount="研发投入的 10%，最高 100 万元",
    facts=(
        SheetFact(
            name="rd_expense", label="研发投入", period="2025", value="300 万元", source="统计局", as_of=NOON.date()
        ),
    ),
    materials=("审计报告", "研发费用专项报告"),
)
SEATED = PANEL.model_copy(
    update={"seats": PANEL.seats[:1], "seed": "", "register_hash": "", "drawn_from": (), "drawn_by": None}
)


def inspections() -> Inspections:
    """One that waits for another officer, and one whose officer was not there."""
    said: dict[str, Any] = {"case_id": "case-2", "findings": "设备在用", "place": "厂区", "inspected_at": NOON}
    said |= {"recorded_at": NOON, "recorded_by": "officer-1", "officers": ("officer-2",)}
    waiting = RecordedInspection(
        inspection_id="inspection-1",
        state="waiting",
        passed=True,
        photographs=(InspectionPhotograph(sha256=PHOTOGRAPH, taken_at=NOON),),
        signature=EnterpriseSignature(state="refused", note="负责人不在"),
        **said,
    )
    answers = (InspectionAnswer(person_id="officer-2", was_there=False, note="当日请假", at=NOON),)
    declined = RecordedInspection(inspection_id="inspection-0", state="declined", passed=False, answers=answers, **said)
    return Inspections(items=(waiting, declined), officers_needed=2)


def officers() -> InspectionOfficers:
    return InspectionOfficers(items=(InspectionOfficer(person_id="officer-2", name="李科员"),))


def figures() -> CaseFigures:
    asked = FigureAsked(name="support", title="支持金额", by="区科技局", unit="万元", by_panel=False, value="60 万元")
    panels = FigureAsked(name="rate", title="支持比例", by="评审小组", unit="%", by_panel=True)
    history = FigureSetting(
        name="support",
        title="支持金额",
        value="60",
        unit="万元",
        reason="按评估报告核定",
        set_by="officer-1",
        set_at=NOON,
    )
    return CaseFigures(asked=(asked, panels), history=(history,))


def experts() -> ExpertPage:
    said: dict[str, Any] = {"employer": "示例大学", "fields": ("智能制造",), "version": 1}
    gone = ExpertView(expert_id="expert-2", name="示例专家乙", retired_at=NOON, retired_why="本人申请", **said)
    return ExpertPage(items=(ExpertView(expert_id="expert-1", name="示例专家甲", conflicts=("9136",), **said), gone))


def case_of_kind() -> CaseView:
    """A case whose benefit is not money."""
    given = Headline(state=HeadlineState.IN_KIND, text_zh="符合条件，给予：提供六个月免租厂房。")
    return case(2, amount_fen=0, asked_fen=0, headline=given)


CASE = {"get_case_sheet": told(sheet(case(2, inspection_required=True))), "list_appointments": appointments()}
OF_CASE = "/department/cases/{case_id}"

SAMPLES = [
    PageSample(
        f"{OF_CASE}/inspection",
        "/department/cases/case-2/inspection",
        CASE | {"list_inspections": told(inspections()), "list_inspection_officers": told(officers())},
        who="steps_reviewer",
    ),
    PageSample(
        f"{OF_CASE}/inspection",
        "/department/cases/case-2/inspection",
        CASE | {"list_inspections": told(inspections()), "list_inspection_officers": told(officers())},
        who="steps_second",
    ),
    PageSample(
        f"{OF_CASE}/photographs/{{sha256}}",
        f"/department/cases/case-2/photographs/{'0' * 64}",
        {"list_inspections": told(inspections())},
        who="steps_reviewer",
        status=404,
    ),
    PageSample(
        f"{OF_CASE}/figures",
        "/department/cases/case-2/figures",
        CASE | {"list_figures": told(figures())},
        who="steps_reviewer",
    ),
    PageSample(
        f"{OF_CASE}/panel",
        "/department/cases/case-2/panel",
        CASE | {"list_panels": told(CasePanels(items=(PANEL,)))},
        who="steps_reviewer",
    ),
    PageSample("/department/experts", "/department/experts", {"list_experts": told(experts())}, who="steps_reviewer"),
    PageSample(
        "/expert/panels", "/expert/panels", {"list_my_panels": told(CasePanels(items=(SEATED,)))}, who="steps_expert"
    ),
    PageSample(
        "/expert/panels/{panel_id}",
        "/expert/panels/panel-1",
        {"get_my_panel": told(SEATED.model_copy(update={"claim": CLAIM}))},
        who="steps_expert",
    ),
]
