"""Batches as a department sees them: one that was drawn up, one that waits for a second person, one that is fixed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from staff_kit import appointments, colleague, told

from chassis.testing.fakes import NOON
from contracts.quota_batches import BatchLine, BatchSummary, QuotaBatchList, QuotaBatchView
from contracts.review import CaseCounts
from contracts.rule import Quota
from page_samples import PageSample

PEOPLE = {
    "batches_officer": colleague("first_review"),
    "batches_leader": colleague("leader", name="李分管"),
}
LIST = "/department/batches"
ONE = LIST + "/{batch_id}"
RANKED = {"node": "ranked", "keys": [{"by": {"node": "fact", "fact": "rd_expense", "period": "Y"}}]}


def line(n: int, **changed: Any) -> BatchLine:
    said: dict[str, Any] = {
        "case_id": f"case-{n}",
        "receipt": f"ZGQ-2026-{n:06d}",
        "enterprise_name": f"示例企业{n:02d}",
        "filed_at": NOON - timedelta(days=n),
        "amount_fen": 30_000_000,
        "place": n,
        "outcome": "served",
        "allotted_fen": 30_000_000,
        "reason": f"第 {n} 位，全额兑付",
    }
    return BatchLine.model_validate(said | changed)


LINES = (
    line(1),
    line(2, outcome="reduced", allotted_fen=10_000_000, reason="第 2 位，余额不足，按余额兑付", tied_with=1),
    line(3, outcome="not_served", allotted_fen=0, reason="第 3 位，2 个名额已满", tied_with=1),
    line(4, outcome="undetermined", place=None, allotted_fen=0, reason="缺少“研发投入”，不能参加排序"),
    line(
        5,
        outcome="not_ready",
        place=None,
        amount_fen=None,
        allotted_fen=0,
        reason="未办到审批：还没有步骤办结：现场勘查。",
        not_ready_zh="还有步骤没有办结：现场勘查。",
    ),
)


def batch(**changed: Any) -> QuotaBatchView:
    said: dict[str, Any] = {
        "batch_id": "batch-1",
        "item_id": "item-1",
        "item_title": "研发投入补助",
        "department": "章贡区科学技术局",
        "number": 1,
        "name": "2026 年第一批",
        "until": date(2026, 3, 9),
        "state": "drawn",
        "quota": Quota.model_validate({"places": 2, "order": RANKED}),
        "quota_zh": "须经择优排序（名额 2 个）",
        "before_zh": "2 个名额",
        "claims": len(LINES),
        "served": 2,
        "allotted_fen": 40_000_000,
        "drawn_by": "officer-1",
        "drawn_at": NOON,
        "lines": LINES,
        "version": 1,
    }
    return QuotaBatchView.model_validate(said | changed)


PROPOSED = batch(state="proposed", proposed_by="officer-1", proposed_at=NOON, version=2)
FIXED = batch(
    state="fixed", proposed_by="officer-1", proposed_at=NOON, decided_by="officer-2", decided_at=NOON, version=3
)
DECLINED = batch(
    state="declined",
    proposed_by="officer-1",
    proposed_at=NOON,
    decided_by="officer-2",
    decided_at=NOON,
    answer="有办件已变化",
    version=3,
)
COUNTS = CaseCounts.model_validate(
    {
        "states": {"accepted": 5},
        "overdue": 0,
        "items": [{"item_id": "item-1", "item_title": "研发投入补助", "count": 5}],
    }
)
LISTED = QuotaBatchList(items=tuple(BatchSummary(**dict(each)) for each in (batch(), PROPOSED, FIXED, DECLINED)))


def page(*, of: QuotaBatchView) -> dict[str, Any]:
    return {"get_batch": told(of), "list_appointments": appointments()}


SAMPLES = [
    PageSample(LIST, LIST, {"list_batches": told(LISTED), "count_cases": told(COUNTS)}, who="batches_officer"),
    PageSample(
        LIST,
        f"{LIST}?item_id=item-1&state=fixed",
        {"list_batches": told(QuotaBatchList()), "count_cases": told(COUNTS)},
        who="batches_leader",
    ),
    PageSample(ONE, f"{LIST}/batch-1?done=drawn", page(of=batch()), who="batches_officer"),
    PageSample(ONE, f"{LIST}/batch-1", page(of=PROPOSED), who="batches_leader"),
    PageSample(ONE, f"{LIST}/batch-1?done=fixed", page(of=FIXED), who="batches_leader"),
    PageSample(ONE, f"{LIST}/batch-1", page(of=DECLINED), who="batches_officer"),
]
