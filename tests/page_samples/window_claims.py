"""The counter in a claim: one found by a credit code, one to be mended, one of the city above, and its notices."""

from __future__ import annotations

from typing import Any

from enterprise_kit import RECEIPT, application, supplement
from enterprise_records_kit import OWN

from page_samples import PageSample
from page_samples.public import AWAY, tracked
from page_samples.window import FOUND, UNKNOWN

LIST, ONE = "/window/claims", "/window/claims/{application_id}"
TO_MEND = tracked(
    "supplementing",
    steps=[
        {
            "code": "SupplementRequested",
            "text": "请补正：营业执照副本看不清。",
            "at": "2026-03-11T02:00:00Z",
            "by": "政策主管部门",
        }
    ],
)
NONE_ASKED = {"refused": {"kind": "not_found", "code": "supplement_not_found", "message": "没有补正告知。"}}
NONE_FILED = {"refused": {"kind": "not_found", "code": "application_unknown", "message": "没有找到该申请。"}}
(FILED,) = application()["items"]
THERE = {**FILED, "claim": {**FILED["claim"], "tenant": "ganzhou"}}
CLAIM: dict[str, Any] = {"get_application": FILED, "track_case": TO_MEND, "get_supplement": supplement()}

SAMPLES = [
    PageSample(LIST, LIST, {}, "counter_clerk"),
    PageSample(
        LIST, f"{LIST}?uscc={OWN.uscc}", {"find_enterprise": FOUND, "list_applications": application()}, "counter_clerk"
    ),
    PageSample(LIST, f"{LIST}?uscc=91360702DEM000022A", {"find_enterprise": UNKNOWN}, "counter_clerk"),
    PageSample(
        LIST,
        f"{LIST}?receipt=https%3A%2F%2Fhq.example.gov.cn%2Ftrack%3Freceipt%3D{RECEIPT}",
        {"find_application": FILED},
        "counter_clerk",
        leads_to=f"{LIST}/app-1",
    ),
    PageSample(LIST, f"{LIST}?receipt={RECEIPT}&x=elsewhere", {"find_application": NONE_FILED}, "counter_clerk"),
    PageSample(LIST, f"{LIST}?receipt=扫不出", {}, "counter_clerk", status=422),
    PageSample(ONE, f"{LIST}/app-1", CLAIM, "counter_clerk"),
    PageSample(
        ONE, f"{LIST}/app-1?x=answered", {**CLAIM, "get_supplement": supplement(state="answered")}, "counter_clerk"
    ),
    PageSample(
        ONE,
        f"{LIST}/app-1?x=away",
        {"get_application": FILED, "track_case": AWAY, "get_supplement": NONE_ASKED},
        "counter_clerk",
    ),
    PageSample(
        ONE, f"{LIST}/app-1?x=city", {"get_application": THERE, "track_case": tracked("accepted")}, "counter_clerk"
    ),
    PageSample(f"{ONE}/receipt", f"{LIST}/app-1/receipt", CLAIM, "counter_clerk", gives="application/pdf"),
    PageSample(
        f"{ONE}/notices", f"{LIST}/app-1/notices", {"get_application": FILED, "track_case": TO_MEND}, "counter_clerk"
    ),
]
