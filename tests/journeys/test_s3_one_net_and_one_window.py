"""S3, Xingguo's plan 线上一网 线下一窗: one county, three modes, nine joint checks, and each level pays its share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from later_kit import LaterHouse, at, china_day, load, next_friday, next_year
from place_kit import APPROVER, BODY, COURT, Firm, Place, Region, above_scale, days, item, opened

from chassis.testing.waiting import eventually
from console.cluster.roster import department_secret
from console.demo.people import ACCOUNTS, CHECKER, leader_of, officer_of
from console.machine.ports import LOOPBACK, Ports

INDUSTRY = "县工信局"
CHECKS = {
    "县信用办": ("信用", "credit"),
    "县统计局": ("统计", "statistics"),
    "县公安局": ("公安", "public_security"),
    "县生态环境局": ("生态环境", "ecology"),
    "县应急管理局": ("应急管理", "emergency"),
    "县税务局": ("税务", "taxation"),
    "县自然资源局": ("自然资源", "natural_resources"),
    "县住建局": ("住建", "housing"),
    "县人民银行": ("人民银行", "central_bank"),
}
"""Who answers joint checks, by the word of the plan and what they are there for."""
BEHIND = "县应急管理局"
"""Its own system answers: the shop in front, the factory behind (前店后厂)."""
TAX = "县税务局"
NO_DEBT, NO_ACCIDENT = "未欠缴税款", "近三年未发生较大以上生产安全事故"
PUSHED, INSTANT, COMMITTED = 60_000, 20_000, 100_000
"""Yuan of the three items."""


@dataclass
class Xingguo:
    region: Region
    items: dict[str, str]
    friday: date
    paid: list[str] = field(default_factory=list)

    @property
    def county(self) -> Place:
        return self.region.county

    def firm(self, name: str) -> Firm:
        return self.county.registers(f"{name}（示例）", above_scale(self.friday))


def plan(mode: str, *steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"mode": mode, "department": INDUSTRY, "steps": list(steps), "payout_limit": days(1), **more}


def nine_checks() -> dict[str, Any]:
    words = [word for word, _function in CHECKS.values()]
    return {"kind": "joint_check", "departments": words, "grounds": [NO_DEBT, NO_ACCIDENT], "clock": days(3)}


APPROVAL = {"kind": "approval", "duties": [APPROVER]}
PAPER = {"code": "audit_report", "name": "审计报告", "commitment": "承诺审计报告真实，可随时提供"}


@pytest.fixture(scope="module")
def xingguo(months: LaterHouse) -> Xingguo:
    """It is Friday afternoon; tomorrow is a Saturday on which offices work."""
    year = next_year()
    friday = next_friday(months, year)
    load(months, year)
    months.goes_to(at(friday, 9))
    functions = {name: function for name, (_word, function) in CHECKS.items()}
    region = opened(months, "xg", {INDUSTRY: "policy", **functions}, {"市工信局": "policy"})
    county, city = region.county, region.city
    city.means("department", INDUSTRY, {"to": "department", "department_id": city.people.department("市工信局")})
    contents = {
        "pushed": item("XG-MSJX", "入规奖励", PUSHED, plan("no_application", nine_checks()), city="2/5"),
        "instant": item(
            "XG-JSJX", "达标奖励", INSTANT,
            plan("instant", {"kind": "material_check"}, APPROVAL, review_limit=days(5), materials=[PAPER],
                 acceptance={"by": "machine"}),
        ),
        "committed": item(
            "XG-CNDX", "技改补助", COMMITTED,
            plan("committed", nine_checks(), {"kind": "site_inspection", "officers": 2, "clock": days(5)}, APPROVAL,
                 review_limit=days(20), acceptance={"by": "machine"}),
            city="2/5",
        ),
    }  # fmt: skip
    items = {name: county.publishes(content) for name, content in contents.items()}
    for id in items.values():
        county.appropriates(INDUSTRY, id, 500_000)
    for name in ("pushed", "committed"):
        city.appropriates("市工信局", items[name], 500_000)
    secret = department_secret(months.cluster.home)
    port = Ports(months.cluster.home).known("department_system")
    system = {
        "tenant": county.id,
        "department_id": county.people.department(BEHIND),
        "name": "安全生产业务系统",
        "address": f"http://{LOOPBACK}:{port}",
        "secret": secret,
    }
    county.platform("/department-systems", system)
    return Xingguo(region, items, friday)


def system_knows(house: LaterHouse, firm: Firm, answer: str = "clear") -> None:
    port = Ports(house.cluster.home).known("department_system")
    address = f"http://{LOOPBACK}:{port}/control/firms/{firm.uscc}"
    assert httpx.put(address, json={"answer": answer}, trust_env=False).is_success


def everybody_says_clear(county: Place, receipt: str, but: str = "") -> None:
    """All people who are asked; the system answers by itself."""
    for department in CHECKS:
        if department not in (BEHIND, but):
            county.answers_check(receipt, department)


def must_be_paid_by_both(xingguo: Xingguo, firm: Firm, receipt: str, yuan: int, by: date) -> None:
    """Each level releases its own share within the working day; the firm is told."""
    county, city = xingguo.county, xingguo.region.city
    shares = [place.payment_of(receipt, "ready") for place in (county, city)]
    assert [share["amount_fen"] for share in shares] == [yuan * 60, yuan * 40]
    assert [china_day(share["due_at"]) for share in shares] == [by, by]
    for place in (county, city):
        paid = place.releases(receipt)
        assert china_day(paid["settled_at"]) <= by
    assert len(county.told(firm, receipt, "disbursement_settled")) >= 2
    assert credited(county.house, firm) == {"county": yuan * 60, "city": yuan * 40}
    xingguo.paid.append(receipt)


def archived(county: Place, receipt: str) -> set[str]:
    """At which stages the claim was frozen."""
    return {each["stage"] for each in county.ask(f"/archive/{receipt}", by=ACCOUNTS)["items"]}


def credited(house: LaterHouse, firm: Firm) -> dict[str, int]:
    """What the bank has on the firm's account, by who has paid (the lesser part is the city's)."""
    fens = sorted(each.amount_fen for each in house.bank_book().credits if each.creditor_account == firm.account)
    return dict(zip(("city", "county"), fens, strict=True))


def test_what_is_pushed_is_checked_by_nine_before_it_goes_to_pay_and_is_paid_on_the_saturday_that_is_worked(
    months: LaterHouse, xingguo: Xingguo
) -> None:
    county, officer = xingguo.county, officer_of(INDUSTRY)
    firm = xingguo.firm("入规企业")
    system_knows(months, firm)
    months.goes_to(at(xingguo.friday, 16))
    order = {
        "item_id": xingguo.items["pushed"],
        "lines": [{"enterprise_id": firm.id, "amount_fen": PUSHED * 100}],
    }
    ((receipt,),) = (county.ordered("/nominations", order, by=officer)["receipts"],)
    number = receipt["receipt"]
    case = county.case_of(receipt, officer)
    everybody_says_clear(county, number, but=TAX)
    assert county.all("/disbursements", by=CHECKER, about=number) == []
    assert county.idle_cases(INDUSTRY) == []
    assert county.tracked(receipt)["paid_at"] is None
    county.answers_check(number, TAX)

    must_be_paid_by_both(xingguo, firm, number, PUSHED, by=xingguo.friday + timedelta(days=1))
    answers = county.ask(f"/cases/{case['case_id']}/joint-answers", by=officer)["items"]
    assert {each["department"] for each in answers} == set(CHECKS)
    assert [each["department"] for each in answers if each["by_system"]] == [BEHIND]
    (dispatch,) = county.ask(f"/cases/{case['case_id']}/dispatches", by=officer)["items"]
    assert dispatch["state"] == "answered"


def test_an_instant_claim_is_reviewed_within_five_working_days_and_paid_one_later(
    months: LaterHouse, xingguo: Xingguo
) -> None:
    county, year, saturday = xingguo.county, next_year(), xingguo.friday + timedelta(days=1)
    firm = xingguo.firm("达标企业")
    months.goes_to(max(months.now(), at(xingguo.friday, 17)))
    receipt = county.applies(firm, xingguo.items["instant"], "audit_report")
    case = county.case_of(receipt, officer_of(INDUSTRY))
    assert (case["state"], china_day(case["due_at"])) == ("accepted", year.after(xingguo.friday, 5))
    assert county.idle_cases(INDUSTRY) == []
    months.goes_to(at(saturday, 10))
    assert county.approves(case["case_id"], INDUSTRY)["state"] == "approved"
    share = county.payment_of(receipt["receipt"], "ready")
    monday = saturday + timedelta(days=2)
    assert (share["amount_fen"], china_day(share["due_at"])) == (INSTANT * 100, monday)
    county.releases(receipt["receipt"])
    assert county.told(firm, receipt["receipt"], "disbursement_settled")
    assert xingguo.region.city.all("/disbursements", by=CHECKER, about=receipt["receipt"]) == []


def test_a_committed_claim_is_inspected_by_two_and_paid_by_both_levels(months: LaterHouse, xingguo: Xingguo) -> None:
    county, year, saturday = xingguo.county, next_year(), xingguo.friday + timedelta(days=1)
    firm = xingguo.firm("技改企业")
    system_knows(months, firm)
    months.goes_to(max(months.now(), at(saturday, 11)))
    receipt = county.applies(firm, xingguo.items["committed"])
    case = county.case_of(receipt, officer_of(INDUSTRY))
    assert china_day(case["due_at"]) == year.after(saturday, 20)
    everybody_says_clear(county, receipt["receipt"])
    assert county.idle_cases(INDUSTRY) == []
    monday = saturday + timedelta(days=2)
    months.goes_to(at(monday, 9))
    county.inspects(case["case_id"], INDUSTRY)
    assert county.approves(case["case_id"], INDUSTRY)["state"] == "approved"
    must_be_paid_by_both(xingguo, firm, receipt["receipt"], COMMITTED, by=monday + timedelta(days=1))


def test_whoever_one_of_nine_bars_is_refused_with_the_reason_and_the_policy_explained(
    months: LaterHouse, xingguo: Xingguo
) -> None:
    county, leader = xingguo.county, leader_of(INDUSTRY)
    firm = xingguo.firm("欠税企业")
    system_knows(months, firm)
    receipt = county.applies(firm, xingguo.items["committed"])
    case = county.case_of(receipt, officer_of(INDUSTRY))
    everybody_says_clear(county, receipt["receipt"], but=TAX)
    barred = {
        "answer": "barred",
        "ground": NO_DEBT,
        "condition": "上年度有欠税",
        "basis": "《税收征收管理法》",
        "remark": "",
    }
    county.answers_check(receipt["receipt"], TAX, **barred)
    opinion = {"amount_fen": COMMITTED * 100, "opinion": "同意"}
    stands = county.refused(f"/cases/{case['case_id']}/approve", opinion, by=leader,
                            version=county.case(case["case_id"], leader)["version"])  # fmt: skip
    assert stands.reasons
    assert county.idle_cases(INDUSTRY) == []
    refusal = {
        "reason": "县税务局核查：上年度有欠税，不符合“未欠缴税款”的条件",
        "cites": ["《技改补助》：规模以上企业，且未欠缴税款"],
    }
    assert county.on(case["case_id"], "reject", refusal, by=leader)["state"] == "rejected"
    told = county.told(firm, receipt["receipt"], "case_rejected")
    whole = next(each["text"] for each in told if each["channel"] == "inbox")
    assert refusal["reason"] in whole
    assert refusal["cites"][0] in whole
    for words in (NO_DEBT, "上年度有欠税", BODY, COURT):
        assert words in whole, whole
    assert county.all("/disbursements", by=CHECKER, about=receipt["receipt"]) == []


def test_what_was_paid_is_archived_with_its_decision_and_its_vouchers(months: LaterHouse, xingguo: Xingguo) -> None:
    assert len(xingguo.paid) == 2
    months.goes_to(months.now() + timedelta(minutes=4))  # papers are made some minutes after they were issued
    eventually(
        lambda: all(archived(xingguo.county, each) >= {"decision", "settlement"} for each in xingguo.paid),
        within=60,
        every=0.3,
    )


def test_at_the_end_the_books_and_the_banks_own_agree(months: LaterHouse, xingguo: Xingguo) -> None:
    assert xingguo.county.idle_cases(INDUSTRY) == []
    months.must_hold()
