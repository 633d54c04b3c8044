"""Public notices: the list of a place, one, one that is over, what the department reads and answers."""

from __future__ import annotations

from typing import Any

from staff_kit import appointments, colleague, told

from contracts.public_notices import CaseNotice, CaseNotices, ObjectionStanding, ObjectionView, PublicNoticeView
from contracts.refusal import Refusal
from page_samples import PageSample

PEOPLE = {"notices_reviewer": colleague("first_review"), "notices_bureau": colleague("payment_maker", name="王经办")}


def notice(number: int = 1, **changed: Any) -> PublicNoticeView:
    words: dict[str, Any] = {
        "notice_id": f"notice-{number}",
        "tenant": "zhanggong",
        "item_id": "GZ-009",
        "item_title": "研发投入补助",
        "department": "区科技局",
        "contacts": [{"name": "区科技局", "phone": "0797-0000000"}],
        "name": f"示例企业{number:02}",
        "amount_fen": 30_000_000,
        "period": {"limit": 5, "unit": "working_days"},
        "first_day_counts": False,
        "published_at": "2026-03-10T04:00:00Z",
        "first_day": "2026-03-10",
        "last_day": "2026-03-17",
        "ends_at": "2026-03-17T16:00:00Z",
    }
    return PublicNoticeView.model_validate(words | changed)


def objection(number: int = 1, **changed: Any) -> ObjectionView:
    words: dict[str, Any] = {
        "objection_id": f"objection-{number}",
        "notice_id": "notice-1",
        "case_id": "case-1",
        "receipt": "ZGQ-20260310-000123",
        "number": f"YY-ABCD234{number}",
        "item_title": "研发投入补助",
        "enterprise_name": "示例企业01",
        "name_masked": "赵**",
        "contact_masked": "138****1234",
        "text": "该企业上年度并未在本区缴纳税款，请核查。",
        "state": "open",
        "raised_at": "2026-03-11T04:00:00Z",
        "case_due_at": "2026-03-25T09:30:00Z",
        "version": 1,
    }
    return ObjectionView.model_validate(words | changed)


UNTIL_KNOWN = {"last_day": None, "ends_at": None, "awaits_year": 2027, "amount_fen": None}
ANSWERED = objection(
    2, state="not_upheld", answer="经核查，纳税情况属实", answered_by="reviewer-1", answered_at="2026-03-12T04:00:00Z"
)


def of_case(*notices: CaseNotice) -> CaseNotices:
    return CaseNotices(
        case_id="case-1", receipt="ZGQ-20260310-000123", enterprise_name="示例企业01", notices=notices, version=7
    )


RUNNING = CaseNotice(notice=notice(), state="running", objections=(objection(), ANSWERED))
ENDED = CaseNotice(
    notice=notice(2, anew="公示期间拟兑现金额由 1,000.00 元变为 300,000.00 元，重新公示"),
    state="objected",
    ended_at="2026-03-12T04:00:00Z",
    ended_why="异议成立：经核查，异议属实",
    objections=(ANSWERED,),
)
OVER = Refusal(
    kind="not_found", code="notice_over", message="该公示已经结束，内容不再公开。如有意见，请与区科技局联系。"
)
NOT_FITTING = Refusal(kind="not_found", code="objection_untraceable", message="异议编号或查询码不正确。")
STANDING = ObjectionStanding(
    number="YY-ABCD2342",
    item_title="研发投入补助",
    department="区科技局",
    state="not_upheld",
    raised_at="2026-03-11T04:00:00Z",
    answer="经核查，纳税情况属实",
    answered_at="2026-03-12T04:00:00Z",
)
UP = {"items": [told(notice(1)), told(notice(2, **UNTIL_KNOWN)), told(notice(3, name="王**"))], "next_cursor": "next"}
WHO = {"list_appointments": appointments()}
ONE, CASE = "/notices/{tenant}/{notice_id}", "/department/cases/{case_id}/notices"
HOURS = {"period": {"limit": 48, "unit": "hours"}, "anew": "公示期间收款对象有变动，重新公示"}
RECEIPT = "/notice-objections?tenant=zhanggong&number=yy-abcd2342&code=abcd2345"

SAMPLES = [
    PageSample("/notices", "/notices"),
    PageSample("/notices", "/notices?tenant=zhanggong", {"list_public_notices": UP}),
    PageSample("/notices", "/notices?tenant=zhanggong&about=研发&lang=en", {"list_public_notices": UP}),
    PageSample("/notices", "/notices?tenant=zhanggong&about=没有", {"list_public_notices": {"items": []}}),
    PageSample("/notices", "/notices?tenant=?", status=422),
    PageSample(ONE, "/notices/zhanggong/notice-1", {"get_public_notice": told(notice())}),
    PageSample(ONE, "/notices/zhanggong/notice-2?lang=en", {"get_public_notice": told(notice(2, **UNTIL_KNOWN))}),
    PageSample(ONE, "/notices/zhanggong/notice-3", {"get_public_notice": told(notice(3, **HOURS))}),
    PageSample(
        ONE, "/notices/zhanggong/notice-9", {"get_public_notice": {"refused": OVER.model_dump(mode="json")}}, status=410
    ),
    PageSample("/notice-objections", "/notice-objections?tenant=zhanggong"),
    PageSample("/notice-objections", "/notice-objections?number=?&lang=en", status=422),
    PageSample("/notice-objections", RECEIPT, {"check_objection": told(STANDING)}),
    PageSample(
        "/notice-objections",
        f"{RECEIPT}&lang=en",
        {"check_objection": {"refused": NOT_FITTING.model_dump(mode="json")}},
        status=404,
    ),
    PageSample(
        "/department/objections",
        "/department/objections",
        {"list_objections": {"items": [told(objection()), told(objection(3, case_due_at=None))]}},
        who="notices_reviewer",
    ),
    PageSample(
        "/department/objections",
        "/department/objections?x=1",
        {"list_objections": {"items": []}},
        who="notices_reviewer",
    ),
    PageSample(
        CASE,
        "/department/cases/case-1/notices",
        {"get_case_notices": told(of_case(RUNNING)), **WHO},
        who="notices_reviewer",
    ),
    PageSample(
        CASE,
        "/department/cases/case-1/notices?x=ended",
        {"get_case_notices": told(of_case(ENDED)), **WHO},
        who="notices_reviewer",
    ),
    PageSample(
        CASE,
        "/department/cases/case-1/notices?x=none",
        {"get_case_notices": told(of_case()), "preview_notice": told(notice(notice_id="preview")), **WHO},
        who="notices_reviewer",
    ),
    PageSample(
        CASE,
        "/department/cases/case-1/notices?x=bureau",
        {"get_case_notices": told(of_case()), **WHO},
        who="notices_bureau",
    ),
]
