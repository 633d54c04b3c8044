"""What a policy department looks at: its work list, and a case to be approved, one to be refused, one that is decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from award_samples import award
from enterprise_kit import supplement
from enterprise_records_kit import HOLDER_SHEET, HOLDERS
from paper_answers import paper, paper_answers
from refusal_answers import refusal_answers
from staff_kit import (
    LAKH,
    appointments,
    case,
    colleague,
    counts,
    finding,
    inspected_sheet,
    listed,
    neighbours,
    received_sheet,
    refused_sheet,
    sheet,
    told,
)

from chassis.testing.fakes import NOON
from contracts.given_materials import CaseMaterial, CaseMaterialList
from page_samples import PageSample
from page_samples.public import guide

PEOPLE = {
    "cases_leader": colleague("leader", name="周主任", id="leader-1"),
    "cases_reviewer": colleague("first_review"),
    "cases_author": colleague("policy_author"),
    "cases_bureau": colleague("payment_maker", where="章贡区行政审批局", name="王经办"),
}
LIST = listed(
    case(2, due_in=timedelta(days=-5), verdict="not_met", inspection_required=True),
    case(3, due_in=timedelta(hours=5), verdict="undetermined", amount_fen=None),
    case(1),
    case(4, due_in=timedelta(days=9), amount_fen=LAKH * 37 + 1234, inspection_required=True, inspection_passed=True),
    case(5, due_in=None, awaits_year=2027),
    case(6, due_in=None),
    cursor="next-page",
)
BESIDE: dict[str, Any] = {
    **paper_answers(paper()),
    "get_case_neighbours": told(neighbours()),
    "list_review_deadline_moves": {"items": []},
    "list_appointments": appointments(),
    "get_guide": lambda query: guide(query["item_id"]),
}
MOVED = {
    "items": [
        {
            "was": "2026-03-11T09:30:00Z",
            "due_at": "2026-03-12T09:30:00Z",
            "reason": "国务院办公厅 2026 年节假日安排（国办发明电〔2025〕7 号）",
            "moved_at": "2026-03-09T04:00:00Z",
        }
    ]
}
ACCEPTANCE: dict[str, Any] = {
    **refusal_answers("case-1"),
    "list_supplements": {
        "items": [supplement(state="answered", answered_by="clerk-1", answered_at=datetime(2026, 3, 9, 4, tzinfo=UTC))],
        "askable": [
            {"about": "material", "code": "licence", "label": "营业执照"},
            {"about": "field", "code": "rd_expense/2025", "label": "2025年度研发投入"},
        ],
    },
    "get_guide": lambda query: guide(query["item_id"]),
}
REJECTED = case(
    9,
    state="rejected",
    decided_by="officer-1",
    decided_at="2026-03-09T04:00:00Z",
    note="上年度研发投入 80 万元，低于要求的 100 万元",
    cites=("《章贡区科技创新若干措施》（章府发〔2026〕3 号）", "上年度研发投入不低于 100 万元（现有数据：80 万元）"),
    how_to_object="可向章贡区科学技术局（0797-0000000）提出",
)
RECEIVERS = (
    {
        "number": 1,
        "part": 1,
        "who": "graduate",
        "label": "毕业生本人",
        "kind": "person",
        "holder_id": "holder-1",
        "holder_name": "示例毕业生甲",
        "amount_fen": LAKH,
        "account_masked": "6222…0001",
        "fund": "就业补助资金",
        "income_tax": "not_withheld",
    },
    {"number": 2, "part": 2, "who": "bank", "label": "经办银行", "kind": "organisation", "amount_fen": LAKH},
    {
        "number": 3,
        "part": 3,
        "who": "applicant",
        "label": "招用企业",
        "amount_fen": LAKH,
        "account_masked": "6222…1234",
    },
)
PATH = "/department/cases/{case_id}"
FINDING = "/department/findings/{finding_id}"
COUNTS = told(counts())

IMPORTED = {
    "case_id": None,
    "source": "imported",
    "title": "",
    "part": "设备",
    "keys": [{"fact": "project_code", "value": "P-1"}],
}
FREED = {
    "state": "freed",
    "freed_ground": "imported_wrongly",
    "freed_by": "officer-1",
    "freed_at": "2026-03-09T04:00:00Z",
    "freed_evidence": "企业录错",
}

NAMING = {
    "get_case_sheet": told(sheet(case(7, payees=RECEIVERS))),
    "list_payee_holders": HOLDERS | {"next_cursor": None},
    "get_payee_holder": HOLDER_SHEET,
}

GIVEN = CaseMaterialList(
    items=(
        CaseMaterial(material_id="material-1", code="invoices", name="设备发票", size=348_160, given_at=NOON),
        CaseMaterial(material_id="material-2", code="contract", name="设备采购合同", round=1, given_at=NOON),
    )
)

SAMPLES = [
    PageSample(
        "/department/awards",
        "/department/awards",
        {"list_awards": listed(award(), award(2, **IMPORTED), award(3, what="ahead"), cursor="next-page")},
        who="cases_leader",
    ),
    PageSample(
        "/department/awards",
        "/department/awards?uscc=91360702DEM000014H&state=freed",
        {"list_awards": listed()},
        who="cases_bureau",
    ),
    PageSample(
        "/department/awards/{award_id}",
        "/department/awards/award-2",
        {"get_award": told(award(2, **IMPORTED)), "list_appointments": appointments()},
        who="cases_leader",
    ),
    PageSample(
        "/department/awards/{award_id}",
        "/department/awards/award-3",
        {"get_award": told(award(3, instalment=2, **IMPORTED | FREED)), "list_appointments": appointments()},
        who="cases_bureau",
    ),
    PageSample(
        "/department/findings", "/department/findings", {"list_award_findings": listed(finding())}, who="cases_leader"
    ),
    PageSample(
        "/department/findings",
        "/department/findings?state=closed",
        {"list_award_findings": listed()},
        who="cases_bureau",
    ),
    PageSample(
        FINDING,
        "/department/findings/finding-1",
        {"get_award_finding": told(finding()), "list_appointments": appointments()},
        who="cases_leader",
    ),
    PageSample(
        FINDING,
        "/department/findings/finding-2",
        {
            "get_award_finding": told(
                finding(
                    state="closed",
                    closed_by="officer-1",
                    closed_at="2026-03-09T04:00:00Z",
                    conclusion="第二笔已于 3 月 9 日由企业退回国库。",
                )
            ),
            "list_appointments": appointments(),
        },
        who="cases_bureau",
    ),
    PageSample(
        "/department/cases",
        "/department/cases",
        {"list_cases": LIST, "count_cases": COUNTS},
        who="cases_reviewer",
    ),
    PageSample(
        "/department/cases",
        "/department/cases?about=虔矿&overdue=yes&cursor=second",
        {"list_cases": listed(), "count_cases": told(counts(states={}, overdue=0, items=()))},
        who="cases_bureau",
    ),
    PageSample(PATH, "/department/cases/case-1", BESIDE | {"get_case_sheet": told(sheet())}, who="cases_reviewer"),
    PageSample(
        PATH,
        "/department/cases/case-2?overdue=yes",
        BESIDE | {"get_case_sheet": told(refused_sheet()), "list_review_deadline_moves": MOVED},
        who="cases_reviewer",
    ),
    PageSample(
        PATH, "/department/cases/case-3", BESIDE | {"get_case_sheet": told(inspected_sheet())}, who="cases_author"
    ),
    PageSample(
        PATH,
        "/department/cases/case-7",
        BESIDE | {"get_case_sheet": told(sheet(case(7, payees=RECEIVERS)))},
        who="cases_leader",
    ),
    PageSample(f"{PATH}/payees", "/department/cases/case-7/payees?about=示例", NAMING, who="cases_leader"),
    PageSample(
        f"{PATH}/payees",
        "/department/cases/case-7/payees?part=1&rows=1:holder-1&rows=1:holder-2",
        NAMING | {"list_payee_holders": listed()},
        who="cases_reviewer",
    ),
    PageSample(
        PATH,
        "/department/cases/case-9?state=rejected&done=refused",
        BESIDE | {"get_case_sheet": told(sheet(REJECTED, met=False))},
        who="cases_bureau",
    ),
    PageSample(
        f"{PATH}/given-materials",
        "/department/cases/case-1/given-materials",
        {"list_case_materials": told(GIVEN)},
        who="cases_reviewer",
    ),
    PageSample(
        f"{PATH}/acceptance",
        "/department/cases/case-1/acceptance",
        ACCEPTANCE | {"get_case_sheet": told(received_sheet())},
        who="cases_reviewer",
    ),
    PageSample(
        f"{PATH}/acceptance",
        "/department/cases/case-3/acceptance?done=asked",
        ACCEPTANCE | {"get_case_sheet": told(inspected_sheet()), "list_supplements": {"items": [supplement()]}},
        who="cases_reviewer",
    ),
]
