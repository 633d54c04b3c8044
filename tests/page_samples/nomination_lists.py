"""A no-application list: the page that takes the table, and what became of its lines."""

from __future__ import annotations

from staff_kit import colleague, told

from chassis.testing.fakes import NOON
from contracts.authoring import AuthoredItemPage, AuthoredItemSummary
from contracts.operations import LineResultPage, OperationView
from page_samples import PageSample
from page_samples.award_imports import CSV, run, wrong

PEOPLE = {"lists_officer": colleague("first_review", name="孙科员", id="officer-9")}
NEW = "/department/lists/new"
ONE = "/department/lists/{operation_id}"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ITEM = AuthoredItemSummary(
    item_id="item-1",
    code="GZ-009",
    title="首次入库科技型中小企业奖励",
    department="章贡区科技局",
    sample=True,
    state="published",
    state_reason="",
    version=1,
    item_version=1,
    published_at=NOON,
)
ITEMS = {"list_authored_items": told(AuthoredItemPage(items=(ITEM,)))}


def pushed(**changed: object) -> OperationView:
    return run(service="intake", kind="import_nominations", title="推送免申即享名单（Excel）", **changed)


WRONG = LineResultPage(
    lines=(
        wrong(965, "enterprise_unknown", "本地区及下辖县区没有该企业的档案。"),
        wrong(
            966,
            "uscc_invalid",
            "B966：不是有效的统一社会信用代码（18 位，含校验位），请核对是否抄错。",
            "统一社会信用代码",
        ),
        wrong(966, "value_invalid", "D966：应为大于 0 的金额，至多到分。", "金额（元）"),
        wrong(971, "payee_account_missing", "“示例企业07”还没有经复核确认的收款账户。"),
    )
)
ENDED = {"get_operation": told(pushed()), "list_operation_lines": told(WRONG)}
RUNNING = {
    "get_operation": told(pushed(state="running", total=10_000, done=3_500, accepted=3_500, refused=0, ended_at=None)),
    "list_operation_lines": told(LineResultPage()),
}
AGAIN = {
    "get_operation": told(pushed(accepted=0, unchanged=1000, refused=0)),
    "list_operation_lines": told(LineResultPage()),
}
SAMPLES = [
    PageSample(NEW, f"{NEW}?item=item-1", ITEMS, who="lists_officer"),
    PageSample(NEW, NEW, {"list_authored_items": told(AuthoredItemPage(items=()))}, who="lists_officer"),
    PageSample(f"{NEW}/table.csv", f"{NEW}/table.csv", who="lists_officer", gives=CSV),
    PageSample(ONE, "/department/lists/operation-1", ENDED, who="lists_officer"),
    PageSample(ONE, "/department/lists/operation-2", RUNNING, who="lists_officer"),
    PageSample(ONE, "/department/lists/operation-3", AGAIN, who="lists_officer"),
    PageSample(
        "/desk/operations/{service}/{operation_id}/lines.xlsx",
        "/desk/operations/intake/operation-1/lines.xlsx?outcome=refused",
        {"list_operation_lines": told(WRONG)},
        who="lists_officer",
        gives=XLSX,
    ),
]
