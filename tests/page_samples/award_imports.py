"""Earlier awards from a table: the page that takes it, and what became of its lines."""

from __future__ import annotations

from typing import Any

from staff_kit import colleague, told

from chassis.testing.fakes import NOON
from contracts.operations import LineResult, LineResultPage, OperationView
from page_samples import PageSample

PEOPLE = {"awards_leader": colleague("leader", name="周主任", id="leader-1")}
NEW = "/department/awards/import"
ONE = "/department/awards/imports/{operation_id}"


def run(**changed: Any) -> OperationView:
    known = OperationView(
        operation_id="operation-1",
        tenant="zhanggong",
        service="review",
        kind="import_awards",
        title="批量导入历次奖补（Excel）",
        state="finished",
        total=1000,
        done=1000,
        accepted=963,
        refused=37,
        begun_by="leader-1",
        begun_at=NOON,
        ended_at=NOON,
        version=2,
    )
    return known.model_copy(update=changed)


def wrong(line: int, code: str, message: str, column: str | None = None) -> LineResult:
    return LineResult(line=line, column=column, outcome="refused", code=code, message=message)


WRONG = LineResultPage(
    lines=(
        wrong(4, "uscc_invalid", "“91360702DEM00001”不是统一社会信用代码，应为 18 位", "统一社会信用代码"),
        wrong(4, "value_invalid", "“二十万”不是金额，如 200000.00", "金额(元)"),
        wrong(17, "award_in_register", "本系统已有本地区同一事项、同一年度的批准"),
    ),
    next_cursor="next-page",
)
ENDED = {"get_operation": told(run()), "list_operation_lines": told(WRONG)}
RUNNING = {
    "get_operation": told(run(state="running", total=None, done=300, accepted=300, refused=0, ended_at=None)),
    "list_operation_lines": told(LineResultPage()),
}
CLEAN = {
    "get_operation": told(run(accepted=990, unchanged=10, refused=0)),
    "list_operation_lines": told(LineResultPage()),
}
CSV = "text/csv; charset=utf-8"

SAMPLES = [
    PageSample(NEW, NEW, who="awards_leader"),
    PageSample(f"{NEW}/table.csv", f"{NEW}/table.csv", who="awards_leader", gives=CSV),
    PageSample(ONE, "/department/awards/imports/operation-1", ENDED, who="awards_leader"),
    PageSample(ONE, "/department/awards/imports/operation-2", RUNNING, who="awards_leader"),
    PageSample(ONE, "/department/awards/imports/operation-3", CLEAN, who="awards_leader"),
    PageSample(
        "/desk/operations/{service}/{operation_id}/lines.csv",
        "/desk/operations/review/operation-1/lines.csv?outcome=refused",
        {"list_operation_lines": told(WRONG.model_copy(update={"next_cursor": None}))},
        who="awards_leader",
        gives=CSV,
    ),
]
