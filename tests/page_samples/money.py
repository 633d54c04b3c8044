"""What the approval bureau and the finance bureau look at: payments, one payment, several under one signature, lines, books."""

from __future__ import annotations

from typing import Any

from staff_kit import (
    LAKH,
    appointments,
    case,
    claim,
    colleague,
    line,
    listed,
    payment,
    renewed,
    returned,
    sheet,
    summary,
    told,
    totals,
    unheard,
)

from page_samples import PageSample

PEOPLE = {
    "money_checker": colleague("payment_check", where="章贡区行政审批局", name="陈复核", id="checker-1"),
    "money_maker": colleague("payment_maker", where="章贡区行政审批局", name="王经办", id="maker-1"),
    "money_finance": colleague("finance", where="章贡区财政局", name="刘预算", id="finance-1"),
}
READY = (renewed(), payment(1), payment(2), payment(3, due_in=None, awaits_year=2027))
HELD = (
    payment(
        5,
        state="held",
        line_id=None,
        reason="预算余额不足：需 200,000.00 元，可用 35,000.00 元，待追加预算后按批准先后兑付。",
    ),
)
DEPARTMENTS: dict[str, Any] = {
    "items": [
        {
            "department_id": f"department-{n}",
            "tenant": "zhanggong",
            "name": name,
            "names": [{"name": name, "since": "2026-01-01"}],
            "functions": ["policy"],
            "version": 1,
        }
        for n, name in enumerate(("章贡区科学技术局", "章贡区工业和信息化局", "章贡区商务局"))
    ],
    "next_cursor": None,
}
OFFERED = {
    "items": [
        {
            "item_id": code,
            "tenant": "zhanggong",
            "version": 1,
            "code": code,
            "title": title,
            "mode": "instant",
            "department": "章贡区科学技术局",
            "sample": True,
        }
        for code, title in (("NM-002", "企业研发投入后补助"), ("GZ-009", "首次入规奖励"))
    ],
    "next_cursor": None,
}
EXPECTED: dict[str, Any] = {
    "items": [
        {
            "year": 2026,
            "department": "章贡区科学技术局",
            "item_id": "NM-002",
            "item_title": "企业研发投入后补助",
            "cases": 12,
            "amount_fen": 12 * LAKH,
            "available_fen": 27 * LAKH,
        }
    ],
    "total_fen": 12 * LAKH,
}
RECOVERY: dict[str, Any] = {
    "recovery_id": "recovery-1",
    "case_id": "case-4",
    "claim": claim(4).model_dump(mode="json"),
    "part": 1,
    "instalment": 1,
    "revision": 2,
    "amount_fen": LAKH,
    "state": "open",
    "reason": "第 2 次批准应付 100,000.00 元，少于已付金额",
    "payee_name": "章贡区示例科技有限公司",
    "due_since": "2026-03-09T04:00:00Z",
    "version": 1,
}
NOTHING_DUE: dict[str, Any] = {"items": [], "next_cursor": None}
BUDGETS: dict[str, Any] = {
    "get_forecast": EXPECTED,
    "list_budget_lines": listed(line(0), line(1), line(2, swept_fen=LAKH // 4), cursor="next-page"),
    "get_budget_totals": told(totals()),
    "summarise_disbursements": told(summary(*HELD)),
    "list_departments": DEPARTMENTS,
    "list_policies": OFFERED,
}
ONE: dict[str, Any] = {
    "get_disbursement": lambda query: told(returned() if query["disbursement_id"] == "payment-40" else renewed()),
    "list_recoveries": NOTHING_DUE,
    "get_case_sheet": told(sheet(case(4, state="approved", decided_by="officer-1", note="同意"))),
    "list_budget_lines": listed(line(1)),
    "list_appointments": appointments(),
}
ABROAD = payment(
    6, claim=claim(6, tenant="ganzhou", department="赣州市工业和信息化局"), state="settled", bank_reference="B-1"
)
TO_A_PERSON = payment(
    10,
    state="held",
    reason="约定由兑付单位代扣个人所得税，待登记代扣税额后按税后金额落实资金",
    part=2,
    parts=2,
    payee_holder={"kind": "person", "holder_id": "holder-1", "name": "示例工程师", "code_masked": "3607***********1"},
    payee_label="高层次人才",
    fund="人才专项资金",
    income_tax="withheld",
    approved_fen=2 * LAKH,
    payout_limit={"limit": 24, "unit": "hours"},
    budget_line="2050899",
    borne=[{"payer": "zhanggong", "amount_fen": LAKH // 2}, {"payer": "ganzhou", "amount_fen": LAKH // 2}],
    share_mode="county_advances",
    family="GZ-009",
    decided_at="2026-03-09T03:00:00Z",
)
PATH = "/bureau/payments/{disbursement_id}"
SAMPLES = [
    PageSample(
        "/bureau/payments",
        "/bureau/payments?select=page",
        {"list_disbursements": listed(*READY, cursor="next-page"), "summarise_disbursements": told(summary(*READY))},
        who="money_checker",
    ),
    PageSample(
        "/bureau/payments",
        "/bureau/payments?state=held",
        {"list_disbursements": listed(*HELD), "summarise_disbursements": told(summary(*HELD))},
        who="money_maker",
    ),
    PageSample(
        "/bureau/payments",
        "/bureau/payments?about=没有这家",
        {"list_disbursements": listed(), "summarise_disbursements": told(summary())},
        who="money_maker",
    ),
    PageSample(
        "/bureau/payments/review",
        "/bureau/payments/review?id=payment-1&id=payment-2&id=payment-4",
        {
            "list_disbursements": listed(*READY[:3], payment(7, state="sent")),
            "summarise_disbursements": told(summary(*READY[:3])),
        },
        who="money_checker",
    ),
    PageSample("/bureau/payments/review", "/bureau/payments/review", who="money_checker"),
    PageSample(PATH, "/bureau/payments/payment-4", ONE, who="money_checker"),
    PageSample(
        PATH,
        "/bureau/payments/payment-8",
        ONE
        | {
            "get_disbursement": lambda query: told(
                returned() if query["disbursement_id"] == "payment-40" else unheard()
            )
        },
        who="money_checker",
    ),
    PageSample(
        PATH,
        "/bureau/payments/payment-9",
        ONE | {"get_disbursement": told(payment(9, state="settled", return_listed_at="2026-03-09T04:00:00Z"))},
        who="money_maker",
    ),
    PageSample(
        PATH,
        "/bureau/payments/payment-6?state=settled",
        {
            "list_recoveries": {"items": [RECOVERY], "next_cursor": None},
            "get_disbursement": told(ABROAD),
            "list_budget_lines": listed(line(1)),
            "list_appointments": listed(),
        },
        who="money_finance",
    ),
    PageSample(
        PATH,
        "/bureau/payments/payment-10",
        ONE | {"get_disbursement": told(TO_A_PERSON), "list_recoveries": {"items": [RECOVERY], "next_cursor": None}},
        who="money_maker",
    ),
    PageSample(
        "/bureau/recoveries",
        "/bureau/recoveries",
        {"list_recoveries": {"items": [RECOVERY], "next_cursor": None}},
        who="money_maker",
    ),
    PageSample(
        "/bureau/recoveries", "/bureau/recoveries?state=void", {"list_recoveries": NOTHING_DUE}, who="money_maker"
    ),
    PageSample("/finance/budgets", "/finance/budgets", BUDGETS, who="money_finance"),
    PageSample(
        "/finance/budgets",
        "/finance/budgets?year=2025",
        BUDGETS
        | {
            "list_budget_lines": listed(),
            "summarise_disbursements": told(summary()),
            "list_departments": {"fault": {"retryable": True}},
        },
        who="money_finance",
    ),
    PageSample(
        "/finance/held",
        "/finance/held",
        {"list_disbursements": listed(*HELD), "summarise_disbursements": told(summary(*HELD))},
        who="money_finance",
    ),
    PageSample(
        "/finance/ledger",
        "/finance/ledger",
        {
            "get_ledger_totals": {
                "accounts": {
                    "appropriation": -150 * LAKH,
                    "available": 81 * LAKH,
                    "reserved": 9 * LAKH,
                    "paid": 60 * LAKH,
                },
                "settled_count": 315,
                "settled_fen": 60 * LAKH,
                "returned_count": 3,
                "returned_fen": 3 * LAKH,
            }
        },
        who="money_finance",
    ),
]
