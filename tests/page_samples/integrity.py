"""Findings about claims: the department's list, one in each of its states, the export; and the firm's own pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from enterprise_records_kit import MATERIALS
from staff_kit import appointments, colleague, told

from contracts.integrity import FindingView
from contracts.integrity_records import FindingPlace, OwnFindingPlaces, OwnRecord, OwnRecords, RecordLine
from page_samples import PageSample
from page_samples.cases import sheet

PEOPLE = {
    "integrity_reviewer": colleague("first_review"),
    "integrity_leader": colleague("leader", name="李局长"),
    "integrity_inspector": colleague("audit", name="赵审计"),
}
CLAIM = {
    "application_id": "application-1",
    "receipt": "ZGQ-20260310-000123",
    "tenant": "zhanggong",
    "filed_in": "zhanggong",
    "enterprise_id": "enterprise-1",
    "enterprise_name": "示例企业01",
    "uscc": "91360702DEM000014H",
    "item_id": "item-1",
    "item_version": 1,
    "item_title": "研发投入补助",
    "mode": "instant",
    "department": "区科技局",
}
NOTICE = {
    "basis_zh": "《财政违法行为处罚处分条例》第十四条",
    "intended_zh": "认定为失信行为，形成失信记录（一般，6 个月），并追回已兑付资金",
    "days": 5,
    "notified_by": "reviewer-1",
    "notified_at": "2026-03-11T02:00:00Z",
    "due_at": "2026-03-18T09:30:00Z",
}
DEFENCE = {"text": "发票由经办人取得，本单位并不知情。", "given_by": "clerk-1", "given_at": "2026-03-12T02:00:00Z"}
DECISION = {
    "established": True,
    "ground": "false_materials",
    "gravity": "general",
    "number": "章科信决〔2026〕1号",
    "reasons_zh": "开票方书面确认未开具上述发票，申辩意见不予采纳。",
    "remedies": {
        "reconsideration_body": "章贡区人民政府",
        "court": "章贡区人民法院",
    },
    "decided_by": "leader-1",
    "decided_at": "2026-03-20T02:00:00Z",
}
RECORD = {"state": "in_force", "from_day": "2026-03-20", "until_day": "2026-09-20", "repairable_from": "2026-06-21"}
REPAIR = {
    "request_id": "request-1",
    "kind": "repair",
    "text": "资金已全部退回，并建立了票据核验制度。",
    "asked_by": "clerk-1",
    "asked_at": "2026-06-22T02:00:00Z",
    "due_at": "2026-07-06T09:30:00Z",
    "state": "open",
}
OBJECTION = REPAIR | {"request_id": "request-2", "kind": "objection", "text": "认定的事实与开票方的说明不符。"}
REFUSED = REPAIR | {
    "request_id": "request-0",
    "state": "refused",
    "decided_by": "leader-2",
    "decided_at": "2026-06-25T02:00:00Z",
    "reason": "尚有 3 万元未退回。",
}
RECOVERY = {
    "recovery_id": "recovery-1",
    "amount_fen": 5_000_000,
    "number": "章科追决〔2026〕1号",
    "basis_zh": "《财政违法行为处罚处分条例》第十四条",
    "state": "proposed",
    "proposed_by": "reviewer-1",
    "proposed_at": "2026-03-21T02:00:00Z",
    "version": 1,
}
CONFIRMED = RECOVERY | {
    "recovery_id": "recovery-0",
    "number": "章科追决〔2026〕2号",
    "state": "confirmed",
    "decided_by": "leader-2",
    "decided_at": "2026-03-22T02:00:00Z",
    "revision": 2,
}


def finding(state: str = "opened", **changed: Any) -> FindingView:
    words: dict[str, Any] = {
        "finding_id": "finding-1",
        "tenant": "zhanggong",
        "case_id": "case-1",
        "claim": CLAIM,
        "ground": "false_materials",
        "origin": "credit_check",
        "about": [{"kind": "material", "code": "invoices", "label": "设备发票"}],
        "facts_zh": "申报所附 3 张设备发票经开票方确认系伪造。",
        "state": state,
        "opened_by": "reviewer-1",
        "opened_at": "2026-03-10T04:00:00Z",
        "notice": None if state == "opened" else NOTICE,
        "version": 3,
    }
    return FindingView.model_validate(words | changed)


DECIDED = {"defence": DEFENCE, "decision": DECISION, "record": RECORD}
DISPUTED = {"record": RECORD | {"disputed": True}, "requests": [REFUSED, REPAIR, OBJECTION]}
ESTABLISHED = finding("established", **DECIDED, recoverable_fen=30_000_000)
ASKED = finding("established", **DECIDED | DISPUTED, recoveries=[RECOVERY, CONFIRMED], recoverable_fen=25_000_000)
NOT_ESTABLISHED = finding(
    "not_established", defence=DEFENCE, decision=DECISION | {"established": False, "gravity": None, "remedies": None}
)
LINE = RecordLine(
    subject_name="示例企业01",
    uscc="91360702DEM000014H",
    natural_person=False,
    conduct="提供虚假材料申报财政奖补资金",
    basis="《财政违法行为处罚处分条例》第十四条",
    number="章科信决〔2026〕1号",
    authority="区科技局",
    decided_on=date(2026, 3, 20),
    gravity="general",
    valid_until=date(2026, 9, 20),
    state="in_force",
    disputed=True,
    public=True,
)
PERSON = LINE.model_copy(
    update={"subject_name": "王**", "natural_person": True, "state": "repaired", "disputed": False}
)
WHO = {"list_appointments": appointments()}
LIST, ONE = "/department/integrity", "/department/integrity/{finding_id}"
DAYS = "first_day=2026-03-01&last_day=2026-03-31"
LINES = {"list_record_lines": {"items": [told(LINE), told(PERSON)], "next_cursor": None}}
OWN = OwnRecords(
    findings=(ASKED, finding("notified", finding_id="finding-2")),
    records=(
        OwnRecord(
            uscc="91360702DEM000014H",
            ground="false_materials",
            gravity="general",
            from_day=date(2026, 3, 20),
            until_day=date(2026, 9, 20),
            state="in_force",
            disputed=True,
        ),
    ),
)
PLACES = OwnFindingPlaces(items=(FindingPlace(finding_id="finding-1", tenant="ganzhou"),))
NOTHING = {"list_own_records": told(OwnRecords()), "list_own_finding_places": told(OwnFindingPlaces())}
FIRM = {"list_own_finding_places": told(PLACES), "list_materials": MATERIALS}


def one(view: FindingView, mark: str, who: str = "integrity_leader") -> PageSample:
    return PageSample(ONE, f"/department/integrity/finding-1?x={mark}", {"get_finding": told(view), **WHO}, who)


def own(view: FindingView, mark: str) -> PageSample:
    return PageSample(
        "/my/credit/{finding_id}", f"/my/credit/finding-1?{mark}", {"get_finding": told(view), **FIRM}, "owner"
    )


SAMPLES = [
    PageSample(
        LIST,
        LIST,
        {
            "list_findings": {
                "items": [told(finding()), told(finding("notified")), told(ASKED), told(NOT_ESTABLISHED)],
                "next_cursor": "next",
            }
        },
        "integrity_reviewer",
    ),
    PageSample(LIST, f"{LIST}?state=all", {"list_findings": {"items": []}}, "integrity_inspector"),
    one(finding(), "opened", "integrity_reviewer"),
    one(finding("notified"), "notified"),
    one(finding("defended", defence=DEFENCE), "defended"),
    one(finding("defended", defence=DEFENCE | {"text": "", "waived": True}), "waived", "integrity_inspector"),
    one(ESTABLISHED, "established"),
    one(ASKED, "asked"),
    one(NOT_ESTABLISHED, "not_established"),
    PageSample(
        "/department/cases/{case_id}/findings",
        "/department/cases/case-1/findings",
        {"get_case_sheet": told(sheet()), "list_findings": {"items": [told(NOT_ESTABLISHED)]}},
        "integrity_reviewer",
    ),
    PageSample(f"{LIST}/export", f"{LIST}/export", who="integrity_reviewer"),
    PageSample(f"{LIST}/export", f"{LIST}/export?{DAYS}", LINES, "integrity_inspector"),
    PageSample(
        "/my/credit", "/my/credit", {"list_own_records": told(OWN), "list_own_finding_places": told(PLACES)}, "owner"
    ),
    PageSample("/my/credit", "/my/credit?lang=en", NOTHING, "owner"),
    own(finding("notified"), "x=notified"),
    own(finding("notified"), "lang=en"),
    own(ESTABLISHED, "x=established"),
    own(ASKED, "x=asked&lang=en"),
    own(NOT_ESTABLISHED, "x=not"),
]
