"""S2, 亲清家园 of Quanzhou: credit in place of the check, three working days to the approval, the money within 24 hours, and what was
pledged is verified afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from later_kit import LaterHouse, at, china_day, load, next_monday, next_year
from place_kit import APPROVER, Firm, Place, above_scale, days, item, opened

from chassis.testing.waiting import eventually
from console.demo.door import Json
from console.demo.people import CHECKER, Office, leader_of, officer_of, second_officer_of

HELP = "区经济发展局"
GRANT = 500_000
PLEDGE = "承诺所填数据真实，不实的退回奖补并记入诚信档案"
SKIPPED = "以信用代审核"
OFFICER, SECOND, LEADER = officer_of(HELP), second_officer_of(HELP), leader_of(HELP)


@dataclass
class Quanzhou:
    zone: Place
    first: str
    second: str
    monday: date
    honest: Firm
    dishonest: Firm
    receipts: dict[str, Json] = field(default_factory=dict)

    def both(self) -> tuple[Firm, Firm]:
        return self.honest, self.dishonest

    def case(self, firm: Firm) -> Json:
        return self.zone.case_of(self.receipts[firm.id], LEADER)

    def finding(self) -> Json:
        (found,) = self.zone.all("/findings", by=LEADER)
        return self.zone.ask(f"/findings/{found['finding_id']}", by=LEADER)


def on_credit(title: str) -> dict[str, Any]:
    plan = {
        "mode": "instant",
        "department": HELP,
        "steps": [{"kind": "material_check"}, {"kind": "approval", "duties": [APPROVER]}],
        "review_limit": days(3),
        "payout_limit": {"limit": 24, "unit": "hours"},
        "acceptance": {"by": "machine"},
        "credit": {"commitment": PLEDGE, "sample_percent": 100},
        "materials": [{"code": "audit_report", "name": "审计报告"}],
    }
    return item("QZ-XY", title, GRANT, plan)


@pytest.fixture(scope="module")
def quanzhou(months: LaterHouse) -> Quanzhou:
    """Monday morning; two firms are known."""
    year = next_year()
    load(months, year)
    monday = next_monday(months, year)
    months.goes_to(at(monday, 9))
    zone = opened(months, "qz", {HELP: "policy"}).county
    items = [zone.publishes(on_credit(title)) for title in ("稳产奖补", "扩产奖补")]
    for each in items:
        zone.appropriates(HELP, each, 5_000_000)
    firms = [zone.registers(f"{name}（示例）", above_scale(monday)) for name in ("守信企业", "失信企业")]
    return Quanzhou(zone, items[0], items[1], monday, firms[0], firms[1])


def material_check(case: Json) -> Json:
    (step,) = (each for each in case["steps"] if each["kind"] == "material_check")
    found: Json = step
    return found


def test_a_signed_pledge_and_a_good_record_stand_for_the_check_and_the_money_comes_within_a_day(
    months: LaterHouse, quanzhou: Quanzhou
) -> None:
    zone, year = quanzhou.zone, next_year()
    for firm in quanzhou.both():
        receipt = quanzhou.receipts[firm.id] = zone.applies(firm, quanzhou.first, credit_commitment=True)
        case = zone.case_of(receipt, LEADER)
        assert china_day(case["due_at"]) == year.after(quanzhou.monday, 3)
        check = eventually(lambda firm=firm: material_check(quanzhou.case(firm)))
        assert check["state"] == "passed"
        assert SKIPPED in check["slots"][0]["reason"]
    assert zone.idle_cases(HELP) == []
    months.goes_to(at(year.after(quanzhou.monday, 1), 16))
    for firm in quanzhou.both():
        zone.approves(quanzhou.case(firm)["case_id"], HELP)
        number = quanzhou.receipts[firm.id]["receipt"]
        ready = zone.payment_of(number, "ready")
        limit = datetime.fromisoformat(ready["due_at"]) - datetime.fromisoformat(ready["approved_at"])
        assert limit == timedelta(hours=24)
        paid = zone.releases(number)
        assert datetime.fromisoformat(paid["settled_at"]) < datetime.fromisoformat(ready["due_at"])
        assert zone.told(firm, number, "disbursement_settled")


def test_chance_draws_what_two_verify_and_one_is_not_as_it_was_pledged(months: LaterHouse, quanzhou: Quanzhou) -> None:
    zone, year = quanzhou.zone, next_year()
    months.goes_to(at(year.after(quanzhou.monday, 3), 9))
    period = {"decided_from": str(quanzhou.monday), "decided_to": str(year.after(quanzhou.monday, 2))}
    draw = zone.order("/credit-draws", {"item_id": quanzhou.first, **period}, by=OFFICER)
    assert (draw["percent"], len(draw["checks"])) == (100, 2)
    assert draw["seed"]
    by_id: dict[str, Office] = {each.actor_id: each for each in (OFFICER, SECOND)}
    for check in draw["checks"]:
        one, other = (by_id[each["person_id"]] for each in check["checkers"])
        failed = check["uscc"] == quanzhou.dishonest.uscc
        found = {
            "outcome": "not_as_pledged" if failed else "as_pledged",
            "findings": "审计报告载明的营业收入低于申报数（示例）" if failed else "实地核对账簿，与承诺一致（示例）",
        }
        recorded = zone.order(f"/credit-checks/{check['check_id']}/record", found, by=one, version=check["version"])
        (now,) = (each for each in recorded["checks"] if each["check_id"] == check["check_id"])
        zone.order(f"/credit-checks/{check['check_id']}/confirm", {"agrees": True}, by=other, version=now["version"])
    (shown,) = zone.ask(f"/public-credit-checks/{zone.id}", by=LEADER)["items"]
    assert (shown["draw_id"], shown["seed"]) == (draw["draw_id"], draw["seed"])
    assert {each["name"]: each["outcome"] for each in shown["results"]} == {
        quanzhou.honest.name: "as_pledged",
        quanzhou.dishonest.name: "not_as_pledged",
    }


def test_the_firm_is_told_and_heard_before_a_record_is_made_of_it(quanzhou: Quanzhou) -> None:
    zone, firm = quanzhou.zone, quanzhou.dishonest
    finding = quanzhou.finding()
    assert (finding["state"], finding["origin"], finding["claim"]["uscc"]) == ("opened", "credit_check", firm.uscc)
    way = f"/findings/{finding['finding_id']}"
    notice = {"basis_zh": "国办发〔2020〕42号", "intended_zh": "认定为失信并追回奖补"}
    decision = {
        "established": True,
        "ground": finding["ground"],
        "gravity": "general",
        "months": 6,
        "number": "泉台经决〔示例〕1号",
        "reasons_zh": "营业收入与承诺不符，企业没有提出相反的证据",
    }
    early = zone.refused(f"{way}/decide", decision, by=LEADER, version=finding["version"])
    assert early.reasons
    told = zone.order(f"{way}/notify", notice, by=OFFICER, version=finding["version"])
    assert told["state"] == "notified"
    heard = eventually(lambda: zone.order(f"{way}/defence", {"text": "系财务人员误填，愿意退回"}, by=firm.office))
    assert heard["state"] == "defended"
    alone = zone.refused(f"{way}/decide", decision, by=OFFICER, version=heard["version"])
    assert alone.reasons
    done = zone.order(f"{way}/decide", decision, by=LEADER, version=heard["version"])
    assert (done["state"], done["record"]["state"]) == ("established", "in_force")
    assert china_day(done["decision"]["decided_at"]) == date.fromisoformat(done["record"]["from_day"])
    (own,) = zone.ask("/my/records", by=firm.office)["records"]
    assert (own["uscc"], own["gravity"]) == (firm.uscc, "general")
    assert eventually(
        lambda: [each for each in zone.all("/my/messages", by=firm.office) if decision["number"] in each["text"]]
    )


def test_its_next_claim_is_looked_at_by_a_person_and_the_honest_ones_is_not(quanzhou: Quanzhou) -> None:
    zone = quanzhou.zone
    states = {}
    for firm in quanzhou.both():
        receipt = zone.applies(firm, quanzhou.second, credit_commitment=True)
        states[firm.id] = material_check(zone.case_of(receipt, LEADER))["state"]
    assert states == {quanzhou.honest.id: "passed", quanzhou.dishonest.id: "open"}
    assert zone.idle_cases(HELP) == []


def test_what_it_was_paid_has_to_come_back(quanzhou: Quanzhou) -> None:
    zone, finding = quanzhou.zone, quanzhou.finding()
    assert finding["recoverable_fen"] == GRANT * 100
    asked = {"amount_fen": GRANT * 100, "number": "泉台经追〔示例〕1号", "basis_zh": "信用承诺：不实的退回奖补"}
    proposed = zone.order(f"/findings/{finding['finding_id']}/recoveries", asked, by=SECOND, version=finding["version"])
    (recovery,) = proposed["recoveries"]
    way = f"/recovery-decisions/{recovery['recovery_id']}/confirm"
    assert zone.refused(way, {}, by=SECOND, version=recovery["version"]).reasons, "nobody agrees with themselves"
    zone.order(way, {}, by=LEADER, version=recovery["version"])
    (owed,) = eventually(lambda: zone.all("/recoveries", by=CHECKER), every=0.2)
    assert (owed["claim"]["uscc"], owed["amount_fen"]) == (quanzhou.dishonest.uscc, GRANT * 100)


def test_at_the_end_the_books_and_the_banks_own_agree(months: LaterHouse, quanzhou: Quanzhou) -> None:
    assert quanzhou.zone.idle_cases(HELP) == []
    months.must_hold()
