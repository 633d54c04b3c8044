"""S3, Xingguo's plan 线上一网 线下一窗: one county, three modes, nine joint checks, and each level pays its share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from later_kit import LaterHouse, at, china_day, first_friday, load, next_year
from place_kit import APPROVER, Firm, Place, Region, above_scale, days, item, opened

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
    friday = first_friday(year.year)
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


def test_what_is_pushed_is_checked_by_nine_before_it_is_sent_to_pay_and_paid_within_a_working_day(
    months: LaterHouse, xingguo: Xingguo
) -> None:
    county, city = xingguo.county, xingguo.region.city
    firm = xingguo.firm("入规企业")
    system_knows(months, firm)
    months.goes_to(max(months.now(), at(xingguo.friday, 16)))
    line = {"enterprise_id": firm.id, "amount_fen": PUSHED * 100}
    order = {"item_id": xingguo.items["pushed"], "lines": [line]}
    (receipt,) = county.ordered("/nominations", order, by=officer_of(INDUSTRY))["receipts"]
    case = county.case_of(receipt, officer_of(INDUSTRY))
    for department in set(CHECKS) - {BEHIND}:
        assert county.all("/disbursements", by=CHECKER, about=receipt["receipt"]) == []
        assert county.idle_cases(INDUSTRY) == []
        county.answers_check(receipt["receipt"], department)

    share, citys = county.payment_of(receipt["receipt"], "ready"), city.payment_of(receipt["receipt"], "ready")
    assert (share["amount_fen"], citys["amount_fen"]) == (PUSHED * 60, PUSHED * 40)
    assert china_day(share["due_at"]) == china_day(citys["due_at"]) == xingguo.friday + timedelta(days=1)
    answered = county.ask(f"/cases/{case['case_id']}/joint-answers", by=officer_of(INDUSTRY))["items"]
    assert {each["department"] for each in answered} == set(CHECKS)
    assert [each["department"] for each in answered if each["by_system"]] == [BEHIND]
    county.releases(receipt["receipt"])
    city.releases(receipt["receipt"])
    assert county.told(firm, receipt["receipt"], "disbursement_settled")
    assert months.bank_book() is not None
    archived = county.ask(f"/archive/{receipt['receipt']}", by=ACCOUNTS)
    assert archived["items"]
