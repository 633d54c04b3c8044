"""What a clerk at the counter looks at: an enterprise found, not found, and one with its accounts and people."""

from __future__ import annotations

from typing import Any

from enterprise_records_kit import ACCOUNTS, HOLDER_SHEET, HOLDERS, OWN, mandates
from paper_answers import another, paper, paper_answers
from staff_kit import appointments, colleague

from contracts.refusal import Refusal
from page_samples import PageSample

PEOPLE = {
    "counter_clerk": colleague("window", where="章贡区政务服务中心", name="周窗口", id="clerk-1"),
    "counter_bureau": colleague("bureau_intake", where="章贡区行政审批局", name="陈受理", id="intake-1"),
}
UNKNOWN = {
    "refused": Refusal(
        kind="not_found", code="enterprise_unknown", message="没有登记过这个统一社会信用代码的企业。"
    ).model_dump(mode="json")
}
WRONG_CODE = {
    "refused": Refusal(
        kind="invalid", code="uscc_invalid", message="统一社会信用代码有误，请核对第 18 位校验码。"
    ).model_dump(mode="json")
}
FOUND = {"enterprise_id": "ent-1", "uscc": OWN.uscc, "name": OWN.name}
ONE: dict[str, Any] = {
    "get_enterprise": OWN.model_dump(mode="json"),
    "list_payee_accounts": ACCOUNTS,
    "list_mandates": mandates,
    "list_appointments": appointments("李账户"),
    "list_name_changes": {"items": [], "next_cursor": None},
}
RENAMING = {
    "change_id": "change-1",
    "enterprise_id": "ent-1",
    "uscc": OWN.uscc,
    "former_name": OWN.name,
    "name": "示例企业改名（集团）有限公司",
    "effective_on": "2026-03-02",
    "notice": "（赣章）登字〔2026〕第 12 号",
    "notice_on": "2026-03-02",
    "state": "proposed",
    "proposed_by": "clerk-1",
    "proposed_at": "2026-03-03T02:00:00Z",
    "version": 1,
}
RENAMED = {**ONE, "list_name_changes": {"items": [RENAMING], "next_cursor": None}}
NEW = {**ONE, "list_payee_accounts": {"items": []}, "list_mandates": {"items": [], "next_cursor": None}}
EVIDENCE = {"document": "营业执照", "number": "3607020001", "issuer": "章贡区市场监督管理局", "issued_on": "2024-05-06"}
ASKED = {
    "admission_id": "adm-1",
    "uscc": "N2360702MF000001X0",
    "name": "章贡区沙河镇样例村股份经济合作社",
    "wrong": "校验码不符，请核对是否抄错",
    "evidence": EVIDENCE,
    "reason": "登记证原件上的代码就是这样，已向发证机关核实",
    "state": "asked",
    "asked_by": "clerk-1",
    "asked_at": "2026-03-02T02:00:00Z",
    "version": 1,
}
DECIDED = {"decided_by": "intake-1", "decided_at": "2026-03-03T02:00:00Z", "version": 2}
CODES: dict[str, Any] = {
    "list_code_admissions": {
        "items": [
            ASKED,
            {**ASKED, **DECIDED, "admission_id": "adm-2", "state": "admitted"},
            {**ASKED, **DECIDED, "admission_id": "adm-3", "state": "declined", "answer": "第 9 位抄错"},
        ],
        "next_cursor": "abc",
    },
    "list_appointments": appointments("李账户"),
}
NO_CODES: dict[str, Any] = {"list_code_admissions": {"items": [], "next_cursor": None}}
ADMISSIONS = "/window/code-admissions"
RECEIVERS, RECEIVER = "/window/receivers", "/window/receivers/{holder_id}"
HOLDING: dict[str, Any] = {
    "list_payee_holders": HOLDERS,
    "get_payee_holder": HOLDER_SHEET,
    "list_appointments": appointments("李账户"),
}
NOBODY: dict[str, Any] = {
    "list_payee_holders": {"items": [], "next_cursor": None},
    "get_payee_holder": {**HOLDER_SHEET, "accounts": []},
    "list_appointments": appointments("李账户"),
}
PAPERS = "/window/notices"
LIST, ENTERPRISE = "/window/enterprises", "/window/enterprises/{enterprise_id}"
SAMPLES = [
    PageSample(LIST, LIST, {}, "counter_clerk"),
    PageSample(LIST, f"{LIST}?uscc={OWN.uscc}", {"find_enterprise": FOUND}, "counter_clerk"),
    PageSample(LIST, f"{LIST}?uscc=91360702DEM000022A", {"find_enterprise": UNKNOWN}, "counter_bureau"),
    PageSample(LIST, f"{LIST}?uscc=123", {"find_enterprise": WRONG_CODE}, "counter_clerk", 422),
    PageSample(ADMISSIONS, ADMISSIONS, CODES, "counter_clerk"),
    PageSample(ADMISSIONS, ADMISSIONS, CODES, "counter_bureau"),
    PageSample(ADMISSIONS, f"{ADMISSIONS}?uscc=91360702DEM000022A", NO_CODES, "counter_clerk"),
    PageSample(RECEIVERS, RECEIVERS, HOLDING, "counter_clerk"),
    PageSample(RECEIVERS, f"{RECEIVERS}?account_waits=true", NOBODY, "counter_bureau"),
    PageSample(RECEIVER, f"{RECEIVERS}/holder-1", HOLDING, "counter_clerk"),
    PageSample(RECEIVER, f"{RECEIVERS}/holder-1", HOLDING, "counter_bureau"),
    PageSample(RECEIVER, f"{RECEIVERS}/holder-1?x=none", NOBODY, "counter_clerk"),
    PageSample(PAPERS, PAPERS, paper_answers(paper(), another("paper-2", opened_at=None)), "counter_clerk"),
    PageSample(PAPERS, f"{PAPERS}?about=ZGQ", paper_answers(), "counter_bureau"),
    PageSample(ENTERPRISE, "/window/enterprises/ent-1", ONE, "counter_clerk"),
    PageSample(ENTERPRISE, "/window/enterprises/ent-1?x=new", NEW, "counter_clerk"),
    PageSample(ENTERPRISE, "/window/enterprises/ent-1", ONE, "counter_bureau"),
    PageSample(ENTERPRISE, "/window/enterprises/ent-1?x=renamed", RENAMED, "counter_bureau"),
    PageSample(ENTERPRISE, "/window/enterprises/ent-1?x=renamed", RENAMED, "counter_clerk"),
]
