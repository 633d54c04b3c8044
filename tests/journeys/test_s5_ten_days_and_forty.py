"""S5, 绵企通 of Mianyang: a simple item has ten working days and a complex one forty, and everybody sees what becomes of them."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from later_kit import LaterHouse, at, china_day, load, next_monday, next_year
from place_kit import APPROVER, Firm, Place, above_scale, days, item, opened

from chassis.testing.waiting import eventually
from console.demo.door import Json
from console.demo.people import ACCOUNTS, CHECKER, Office, leader_of, officer_of

INDUSTRY = "市县经信局"
FIELD = "智能制造"
SIMPLE, COMPLEX = 30_000, 500_000
APPROVAL = {"kind": "approval", "duties": [APPROVER]}
CRITERIA = [{"name": "技术水平", "most": 60}, {"name": "投资效益", "most": 40}]
WITH_ACCOUNT = Office("panel-expert-zero", "评审专家一", ("expert",))


@dataclass
class Mianyang:
    county: Place
    items: dict[str, str]
    filed_on: date
    simple: Json
    complex: Json
    firms: dict[str, Firm]

    def case(self, receipt: Json) -> Json:
        return self.county.case_of(receipt, leader_of(INDUSTRY))

    def goes_to_day(self, count: int, hour: int = 9, minute: int = 0) -> None:
        """The so manieth working day after the filing."""
        self.county.house.goes_to(at(next_year().after(self.filed_on, count), hour, minute))

    def steps(self, receipt: Json, words: str) -> list[str]:
        return [each["text"] for each in self.county.tracked(receipt)["steps"] if words in each["text"]]


def plan(limit: int, *steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "department": INDUSTRY,
        "steps": [*steps],
        "review_limit": days(limit),
        "payout_limit": days(1),
        "acceptance": {"by": "machine"},
        **more,
    }


@pytest.fixture(scope="module")
def mianyang(months: LaterHouse) -> Mianyang:
    """Two claims are filed on a Monday morning."""
    year = next_year()
    load(months, year)
    monday = next_monday(months, year)
    months.goes_to(at(monday, 9))
    county = opened(months, "my", {INDUSTRY: "policy"}).county
    panel = {"kind": "panel", "field": FIELD, "members": 5, "quorum": 3, "criteria": CRITERIA, "pass_score": "70"}
    notice = {"kind": "public_notice", "period": days(5), "first_day_counts": False}
    plans = {
        "simple": (SIMPLE, plan(10, APPROVAL, mode="instant")),
        "complex": (COMPLEX, plan(40, panel, notice, APPROVAL, mode="committed")),
    }
    items, firms, receipts = {}, {}, {}
    for name, (yuan, said) in plans.items():
        items[name] = county.publishes(
            item(f"MY-{name[:3].upper()}", f"{'简单' if name == 'simple' else '复杂'}事项奖补", yuan, said)
        )
        county.appropriates(INDUSTRY, items[name], 1_000_000)
        firms[name] = county.registers(f"{'简单' if name == 'simple' else '复杂'}企业（示例）", above_scale(monday))
        receipts[name] = county.applies(firms[name], items[name])
    return Mianyang(county, items, monday, receipts["simple"], receipts["complex"], firms)


def heard_of(county: Place, receipt: Json, kind: str) -> int:
    """How often whoever reviews was told so of the claim."""
    messages = county.all("/my/duty-messages", by=officer_of(INDUSTRY))
    return sum(
        receipt["receipt"] in subject["text"]
        for each in messages
        if each["kind"] == kind
        for subject in each["subjects"]
    )


def test_ten_working_days_and_forty_are_counted_by_the_offices_calendar(mianyang: Mianyang) -> None:
    year = next_year()
    for receipt, limit in ((mianyang.simple, 10), (mianyang.complex, 40)):
        case = mianyang.case(receipt)
        assert (case["state"], china_day(case["due_at"])) == ("accepted", year.after(mianyang.filed_on, limit))
    assert mianyang.county.idle_cases(INDUSTRY) == []


def draws_a_panel(mianyang: Mianyang) -> None:
    """Seven experts are registered, one with an account; five are drawn and score, and the mean passes."""
    county, officer = mianyang.county, officer_of(INDUSTRY)
    county.people.appoint(WITH_ACCOUNT)
    for number in range(7):
        expert = {"name": f"专家{'甲乙丙丁戊己庚'[number]}", "employer": f"示例大学{number}", "fields": [FIELD]}
        if number == 0:
            expert["person_id"] = WITH_ACCOUNT.actor_id
        county.order("/experts", expert, by=officer)
    case = mianyang.case(mianyang.complex)
    panel = county.order(f"/cases/{case['case_id']}/panels", {}, by=officer, version=case["version"])
    assert len(panel["seats"]) == 5
    assert panel["seed"]
    scan = county.uploads(b"%PDF-1.4\n% a signed sheet (example)\n%%EOF\n", "sheet.pdf", by=officer)
    points = {"scores": [{"criterion": "技术水平", "points": "50"}, {"criterion": "投资效益", "points": "32.5"}]}
    for seat in panel["seats"]:
        way = f"/panels/{panel['panel_id']}/experts/{seat['expert_id']}/scores"
        if seat["has_account"]:
            (mine,) = county.ask("/my/panels", by=WITH_ACCOUNT)["items"]
            county.order(way, points, by=WITH_ACCOUNT, version=mine["version"])
        else:
            now = county.ask(f"/cases/{case['case_id']}/panels", by=officer)["items"][0]
            county.order(way, {**points, "sheet_sha256": scan}, by=officer, version=now["version"])
    now = county.ask(f"/cases/{case['case_id']}/panels", by=officer)["items"][0]
    ended = {"minutes": "五名专家评分，平均 82.5 分，建议支持（示例）", "minutes_sha256": scan}
    done = county.order(f"/panels/{panel['panel_id']}/conclude", ended, by=officer, version=now["version"])
    assert (done["state"], done["mean"]) == ("passed", "82.5")


def shown(mianyang: Mianyang) -> list[Json]:
    """The claim's notices as everybody reads them now."""
    page = mianyang.county.ask(f"/public-notices/{mianyang.county.id}", by=leader_of(INDUSTRY))
    return [each for each in page["items"] if each["item_id"] == mianyang.items["complex"]]


def test_the_simple_one_is_reminded_of_at_50_and_80_percent_and_at_its_end_once_each(mianyang: Mianyang) -> None:
    county, receipt = mianyang.county, mianyang.simple
    for day, words, kind, count in (
        (5, "审核时限已用 50%", "review_due_soon", 1),
        (8, "审核时限已用 80%", "review_due_soon", 2),
        (10, "审核超过时限", "review_overdue", 1),
    ):
        mianyang.goes_to_day(day, 17)
        assert mianyang.steps(receipt, words) == []
        mianyang.goes_to_day(day, 17, 31)
        assert len(eventually(lambda words=words: mianyang.steps(receipt, words))) == 1
        assert eventually(lambda kind=kind: heard_of(county, receipt, kind)) == count
    assert [
        len(mianyang.steps(receipt, words)) for words in ("审核时限已用 50%", "审核时限已用 80%", "审核超过时限")
    ] == [1, 1, 1]
    (late,) = county.all("/cases", by=leader_of(INDUSTRY), overdue="true")
    assert late["claim"]["receipt"] == receipt["receipt"]

    county.approves(late["case_id"], INDUSTRY)
    county.releases(receipt["receipt"])
    assert county.told(mianyang.firms["simple"], receipt["receipt"], "disbursement_settled")


def test_the_complex_one_is_judged_by_a_panel_shown_to_everybody_and_granted_before_its_fortieth_day(
    mianyang: Mianyang,
) -> None:
    county, receipt = mianyang.county, mianyang.complex
    draws_a_panel(mianyang)
    (notice,) = eventually(lambda: shown(mianyang), every=0.2)
    assert (notice["name"], notice["amount_fen"]) == (mianyang.firms["complex"].name, COMPLEX * 100)
    assert date.fromisoformat(notice["last_day"]) == next_year().after(china_day(notice["published_at"]), 5)
    with county.house.client() as client:
        page = html.unescape(client.get(f"/notices?tenant={county.id}").text)
    assert mianyang.firms["complex"].name in page
    assert county.idle_cases(INDUSTRY) == []
    mianyang.goes_to_day(20, 17, 31)
    eventually(lambda: mianyang.steps(receipt, "审核时限已用 50%"))
    assert eventually(lambda: not shown(mianyang)), "it is down after its days"
    mianyang.goes_to_day(33, 10)
    assert len(eventually(lambda: mianyang.steps(receipt, "审核时限已用 80%"))) == 1
    assert mianyang.steps(receipt, "审核超过时限") == []
    case = mianyang.case(receipt)
    county.approves(case["case_id"], INDUSTRY)
    county.releases(receipt["receipt"])
    assert county.told(mianyang.firms["complex"], receipt["receipt"], "disbursement_settled")
    assert len(mianyang.steps(receipt, "审核时限已用 50%")) == 1


def test_the_list_of_award_funds_is_what_was_paid_and_each_firm_reads_its_own(mianyang: Mianyang) -> None:
    county = mianyang.county
    listed = {each["uscc"]: each for each in county.all("/awards", by=leader_of(INDUSTRY), state="reserved")}
    paid = {each.creditor_account: each.amount_fen for each in county.house.bank_book().credits}
    for firm in mianyang.firms.values():
        assert listed[firm.uscc]["amount_fen"] == paid[firm.account]
        (own,) = county.ask("/my/awards", by=firm.office)["items"]
        assert own["amount_fen"] == paid[firm.account]
    assert sum(each["amount_fen"] for each in listed.values()) == (SIMPLE + COMPLEX) * 100
    for receipt in (mianyang.simple, mianyang.complex):
        assert county.tracked(receipt)["state"] == "settled"
        assert len(county.all("/disbursements", by=CHECKER, about=receipt["receipt"])) == 1
        assert county.ask(f"/archive/{receipt['receipt']}", by=ACCOUNTS)["items"]


def test_at_the_end_the_books_and_the_banks_own_agree(months: LaterHouse, mianyang: Mianyang) -> None:
    assert mianyang.county.idle_cases(INDUSTRY) == []
    months.must_hold()
