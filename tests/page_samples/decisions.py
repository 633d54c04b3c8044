"""What a department looks at when it decides many cases at once, and when it takes a decision back."""

from __future__ import annotations

from datetime import timedelta

from staff_kit import LAKH, appointments, case, colleague, sheet, told

from chassis.testing.fakes import NOON
from contracts.bulk_decisions import BulkPreview, CaseInBulk
from contracts.case_steps import SlotView, StepView
from contracts.operations import LineResult, LineResultPage, OperationView
from contracts.refusal import Reason
from contracts.reopening import Reopenings, ReopeningView
from page_samples import PageSample
from page_samples.cases import BESIDE

PEOPLE = {"decisions_leader": colleague("leader", name="周主任", id="leader-1")}
NEW = "/department/bulk-decisions/new"
BULK = "/department/bulk-decisions/{operation_id}"
LIST = "/department/cases/{case_id}/reopenings"


def in_bulk(n: int, *against: str, amount_fen: int | None = LAKH) -> CaseInBulk:
    return CaseInBulk(
        case_id=f"case-{n}",
        version=1,
        receipt=f"ZG-2026-{n:06d}",
        enterprise_name=f"章贡示例企业{n:02d}",
        item_title="研发投入补助",
        amount_fen=amount_fen,
        due_at=NOON + timedelta(days=n),
        against=tuple(Reason(code="material_unconfirmed", message=each) for each in against),
    )


PREVIEW = BulkPreview(
    matching=1240,
    total_fen=LAKH * 3,
    largest=(in_bulk(1), in_bulk(2), in_bulk(3)),
    approvable=(in_bulk(1), in_bulk(2), in_bulk(3)),
    blocked=(in_bulk(4, "须先核对申报材料：营业执照。", "还有步骤没有办结：联合核验。", amount_fen=None),),
    undo_minutes=30,
)
RUN = OperationView(
    operation_id="operation-1",
    tenant="zhanggong",
    service="review",
    kind="approve_cases",
    title="批量批准办件",
    state="finished",
    total=3,
    done=3,
    accepted=2,
    refused=1,
    begun_by="leader-1",
    begun_at=NOON,
    ended_at=NOON,
    links={"refused_csv": "/api/v1/operations/review/operation-1/lines?outcome=refused&format=csv"},
    version=2,
)
REFUSED = LineResultPage(
    lines=(
        LineResult(line=3, outcome="refused", code="stale_version", message="办件已有变化。", subject_id="case-3"),
        LineResult(line=3, outcome="refused", code="plan_term_unmapped", message="用语尚未对应。", subject_id="case-3"),
    )
)
PROPOSED = ReopeningView(
    reopening_id="reopening-1",
    case_id="case-9",
    reason="审计发现研发投入数据有误",
    source="审计意见书〔2026〕7 号",
    steps=(1,),
    state="proposed",
    proposed_by="officer-1",
    proposed_at=NOON,
    case_version=3,
    version=1,
)
DECIDED = case(
    9,
    state="approved",
    decided_by="officer-1",
    decided_at=NOON,
    steps=(
        StepView(number=0, kind="acceptance", state="passed", slots=()),
        StepView(number=1, kind="material_check", state="passed", slots=(SlotView(slot="", state="passed"),)),
        StepView(number=2, kind="approval", state="passed", slots=(SlotView(slot="负责人", state="passed"),)),
    ),
)
HELD = DECIDED.model_copy(update={"undo_until": NOON + timedelta(minutes=30), "decided_by": "leader-1"})
WHO = {"list_appointments": appointments(), "get_case_sheet": told(sheet(DECIDED))}

SAMPLES = [
    PageSample(NEW, NEW, {"preview_bulk_decision": told(PREVIEW)}, who="decisions_leader"),
    PageSample(
        NEW,
        f"{NEW}?again=operation-1",
        {
            "list_operation_lines": told(REFUSED),
            "preview_bulk_decision": told(BulkPreview(matching=0, total_fen=0)),
        },
        who="decisions_leader",
    ),
    PageSample(
        BULK,
        "/department/bulk-decisions/operation-1",
        {
            "get_operation": told(RUN),
            "list_operation_lines": told(REFUSED),
            "preview_bulk_decision": told(PREVIEW),
        },
        who="decisions_leader",
    ),
    PageSample(
        LIST,
        "/department/cases/case-9/reopenings",
        WHO | {"list_reopenings": told(Reopenings(items=(PROPOSED.model_copy(update={"state": "declined"}),)))},
        who="decisions_leader",
    ),
    PageSample(
        LIST + "/{reopening_id}",
        "/department/cases/case-9/reopenings/reopening-1",
        WHO | {"list_reopenings": told(Reopenings(items=(PROPOSED,)))},
        who="decisions_leader",
    ),
    PageSample(
        "/department/cases/{case_id}",
        "/department/cases/case-9?state=approved&done=decided",
        BESIDE | {"get_case_sheet": told(sheet(HELD))},
        who="decisions_leader",
    ),
]
