"""What supervisors look at, with names and without; and where everybody begins."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from staff_kit import case, colleague, counts, listed, payment, renewed, summary, told

from page_samples import PageSample
from page_samples.money import HELD, READY

PEOPLE = {
    "watch_supervisor": colleague("supervision", where="章贡区督查室", name="赵督查", id="supervisor-1"),
    "watch_discipline": colleague("discipline", where="章贡区纪委监委", id="discipline-1"),
    "watch_lay": colleague("lay_supervisor", where="章贡区营商环境监督员", name="孙监督", id="lay-1"),
    "watch_window": colleague("window", where="惠企政策兑现专窗", name="周窗口", id="window-1"),
    "watch_reviewer": colleague("first_review"),
    "watch_checker": colleague("payment_check", where="章贡区行政审批局", name="陈复核", id="checker-1"),
    "watch_finance": colleague("finance", where="章贡区财政局", name="刘预算", id="finance-1"),
}
LATE = (case(2, due_in=timedelta(days=-9)), case(3, due_in=timedelta(days=-1)))
LATE_MONEY = (renewed(), payment(2, due_in=timedelta(days=-1), state="unknown", reason="银行未及时答复"))
WATCHED: dict[str, Any] = {
    "count_cases": told(counts()),
    "list_cases": listed(*LATE, cursor="next-page"),
    "summarise_disbursements": told(summary(*LATE_MONEY)),
    "list_disbursements": listed(*LATE_MONEY),
    "get_case": told(case(2, due_in=timedelta(days=-9), note="")),
}
SAMPLES = [
    PageSample("/supervisor", "/supervisor", WATCHED, who="watch_supervisor"),
    PageSample("/supervisor", "/supervisor?lay=yes", WATCHED, who="watch_lay"),
    PageSample("/supervisor/cases", "/supervisor/cases?state=accepted", WATCHED, who="watch_supervisor"),
    PageSample("/supervisor/payments", "/supervisor/payments", WATCHED, who="watch_supervisor"),
    PageSample("/supervisor/cases/{case_id}", "/supervisor/cases/case-2", WATCHED, who="watch_lay"),
    PageSample("/supervisor/cases/{case_id}", "/supervisor/cases/case-3", WATCHED, who="watch_discipline"),
    PageSample("/supervisor/cases/{case_id}/file", "/supervisor/cases/case-2/file", WATCHED, who="watch_discipline"),
    PageSample("/desk", "/desk", WATCHED, who="watch_reviewer"),
    PageSample("/desk", "/desk?as=checker", {"summarise_disbursements": told(summary(*READY))}, who="watch_checker"),
    PageSample("/desk", "/desk?as=finance", {"summarise_disbursements": told(summary(*HELD))}, who="watch_finance"),
    PageSample("/desk", "/desk?as=window", who="watch_window"),
    PageSample("/desk", "/desk?as=supervisor", {"count_cases": {"fault": {"retryable": True}}}, who="watch_supervisor"),
    PageSample("/desk/find", "/desk/find?about=虔矿", WATCHED, who="watch_checker"),
    PageSample(
        "/desk/find",
        "/desk/find?about=没有",
        {"list_cases": listed(), "list_disbursements": listed()},
        who="watch_checker",
    ),
    PageSample("/desk/find", "/desk/find", who="watch_reviewer"),
]
