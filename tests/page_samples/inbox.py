"""The staff's inbox: with what is new to them, and empty."""

from __future__ import annotations

from typing import Any

from staff_kit import colleague

from page_samples import PageSample

PEOPLE = {
    "inbox_reviewer": colleague("first_review", "policy_author"),
    "inbox_checker": colleague("payment_check", where="章贡区行政审批局", id="checker-1"),
}


def duty_message(n: int, kind: str, text: str, subjects: list[tuple[str, str, str]], **changed: Any) -> dict[str, Any]:
    return {
        "message_id": f"message-{n}",
        "kind": kind,
        "text": text,
        "department_id": "department-1",
        "duty": "first_review",
        "count": len(subjects),
        "subjects": [{"text": about, "subject_type": what, "subject_id": id} for about, what, id in subjects],
        "since": "2026-03-10T03:00:00Z",
        "latest": f"2026-03-10T03:{59 - n:02d}:00Z",
        "unread": n < 3,
        **changed,
    }


CASE = ("ZGQ-20260310-000001 企业研发投入后补助（赣州示例精工制造有限公司）", "case", "case-1")
MESSAGES = {
    "items": [
        duty_message(1, "review_overdue", "1 件办件超过审核时限", [CASE]),
        duty_message(2, "case_to_review", "12 件新办件待审核", [CASE, CASE], count=12),
        duty_message(
            3,
            "consultation_asked",
            "1 份政策草稿征求本部门意见",
            [("《章贡区支持首台套若干措施》，章贡区工业和信息化局征求，2026-03-20 前反馈", "draft", "draft-1")],
            duty="policy_author",
        ),
        duty_message(
            4,
            "item_expiring",
            "1 项政策事项的有效期即将届满",
            [("《首次入规奖励》，有效期至 2026-04-09", "item", "GZ-009")],
        ),
    ],
    "next_cursor": "next-page",
}
SAMPLES = [
    PageSample("/inbox", "/inbox", {"list_duty_messages": MESSAGES}, who="inbox_reviewer"),
    PageSample(
        "/inbox", "/inbox?x=none", {"list_duty_messages": {"items": [], "next_cursor": None}}, who="inbox_checker"
    ),
]
