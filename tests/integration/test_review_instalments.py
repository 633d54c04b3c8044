"""Later instalments on a real database, over years: opened when due, rechecked by a person, paid once and never beyond the whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from review_database import Review, mapped, onboarded

from chassis.edge.frame import Frame
from chassis.time.clock import FixedClock
from console.place import CHECKOUT
from console.servers.provision import Dsns
from contracts.case_instalments import DecideRecheck, ListClaimInstalments
from contracts.enterprises import EnterpriseFactsChanged
from contracts.item import PolicyItemContent
from contracts.policies import PolicyPublished
from contracts.review import ApproveCase, CaseView, ConfirmMaterials, GetCase, ListCases, RejectCase
from contracts.rule import Fact, Level
from services.review.cases.answering import answer_of, settle, with_items
from services.review.cases.store import Cases
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import LEADER, OFFICER, application

FILED = datetime(2026, 3, 16, 2, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(FILED)


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Review:
    dsns = service_database("review")
    return Review(service_frame("review", dsns=dsns, clock=clock), dsns)


def sample(id: str, **plan: Any) -> PolicyItemContent:
    said = json.loads((CHECKOUT / "sample" / "items" / f"{id}.json").read_text())
    said["rules"]["plan"] |= plan
    return PolicyItemContent.model_validate(said)


def worked(id: str, case: int = 0) -> tuple[Fact, ...]:
    said = json.loads((CHECKOUT / "sample" / "cases" / f"{id}.json").read_text())
    return tuple(Fact.model_validate(each) for each in said[case]["facts"])


def filed(review: Review, id: str, known: tuple[Fact, ...] | None = None, **plan: Any) -> str:
    """The sample is published, a claim is filed under it, and its first instalment granted: → its case."""
    content = sample(id, **plan)
    review.hears(
        onboarded("ganzhou", None, Level.CITY, "3607"),
        onboarded("zhanggong", "ganzhou", Level.COUNTY, "360702"),
        PolicyPublished(item_id="item-1", tenant="zhanggong", item_version=1, content=content),
        *mapped(content.rules),
    )
    review.hears(application(at=review.frame.clock.now(), known=known or worked(id), estimated_fen=None))
    review.does_what_is_due()
    (case,) = cases_of(review)
    return str(case["case_id"])


def cases_of(review: Review) -> list[dict[str, Any]]:
    return sorted(review.asked(ListCases())["ok"]["items"], key=lambda each: each["instalment"])


def carried(review: Review, case_id: str, *, met: bool = True) -> str:
    """Every step of its plan is taken: → the case's state, or the first refusal."""
    for _step in range(9):
        case = review.asked(GetCase(case_id=case_id))["ok"]
        doing = [step["kind"] for step in case["steps"] if step["state"] == "open"]
        if case["state"] != "accepted" or not doing:
            break
        answer = _taken(review, case, doing[0], met=met)
        if "refused" in answer:
            return str(answer["refused"]["code"])
    review.does_what_is_due()
    return str(review.asked(GetCase(case_id=case_id))["ok"]["state"])


def _taken(review: Review, case: dict[str, Any], kind: str, *, met: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"case_id": case["case_id"], "expected_version": case["version"]}
    if kind == "material_check":
        materials = [{"code": code, "means": "original_seen"} for code in case["unconfirmed_materials"]]
        return review.ordered(ConfirmMaterials.model_validate({**said, "materials": materials}))
    if kind == "site_inspection":
        return {"ok": review.inspected(CaseView.model_validate(case))}
    if kind == "recheck":
        return review.ordered(DecideRecheck(**said, met=met, reason="" if met else "未达到条件"))
    if kind == "joint_check":
        return joint_check_passed(review, case["case_id"])
    if not met:
        return review.ordered(
            RejectCase(other_grounds=OWN_GROUNDS, **said, reason="复核未通过，本期不予兑付"), actor=LEADER
        )
    return review.ordered(ApproveCase(**said, amount_fen=case["amount_fen"], opinion="同意"), actor=LEADER)


def joint_check_passed(review: Review, case_id: str) -> dict[str, Any]:
    with review.frame.unit(["zhanggong"], action="test", actor=OFFICER) as uow:
        (handled,) = with_items([uow.of(Cases).get(case_id)], uow)
        for place in handled.standing.open:
            handled.case.answer(answer_of(handled, place, "passed", uow, by="tax-1"))
        settle([handled], uow)
    return {}


def on(review: Review, clock: FixedClock, year: int, month: int = 1, day: int = 1) -> None:
    clock.advance(datetime(year, month, day, 2, 0, tzinfo=UTC) - clock.now())
    review.does_what_is_due()


def told(review: Review, *facts: Fact) -> None:
    review.hears(EnterpriseFactsChanged(enterprise_id="enterprise-1", facts=facts))
    review.does_what_is_due()


def fact(name: str, kind: str, value: Any, on: date, period: str | None = None, unit: str | None = None) -> Fact:
    return Fact(name=name, kind=kind, value=value, unit=unit, period=period, source="主管部门核定（示例）", as_of=on)


def states(review: Review, case_id: str) -> list[tuple[int, str, int | None]]:
    found = review.asked(ListClaimInstalments(case_id=case_id))["ok"]
    return [(each["number"], each["state"], each["amount_fen"]) for each in found["items"]]


def approvals(review: Review) -> list[tuple[int, int]]:
    bodies = review.rows("SELECT body FROM outbox WHERE type = 'CaseApproved' ORDER BY position")
    said = [json.loads(body)["data"] for (body,) in bodies]
    # The city and the county each pay their part of the whole approval.
    return sorted({(each["instalment"], each["total_fen"]) for each in said})


def test_three_years_beds_are_paid_in_three_cases_that_come_to_the_whole(review: Review, clock: FixedClock) -> None:
    first = filed(review, "JS-001")
    assert carried(review, first) == "approved"
    assert states(review, first) == [(1, "paid", 18_000_000), (2, "scheduled", None), (3, "scheduled", None)]
    for year in (2027, 2028):
        on(review, clock, year)
        follow_up = cases_of(review)[-1]
        assert follow_up["first_case_id"] == first
        assert carried(review, follow_up["case_id"]) == "approved"
    assert approvals(review) == [(1, 18_000_000), (2, 13_500_000), (3, 13_500_000)]
    on(review, clock, 2029)
    assert len(cases_of(review)) == 3
    found = review.asked(ListClaimInstalments(case_id=first))["ok"]
    assert (found["paid_fen"], found["whole_fen"], found["next_number"]) == (45_000_000, 45_000_000, None)


def test_half_waits_for_production_and_is_opened_by_the_fact_that_tells_of_it(
    review: Review, clock: FixedClock
) -> None:
    first = filed(review, "AH-003")
    assert carried(review, first) == "approved"
    on(review, clock, 2027)
    assert len(cases_of(review)) == 1
    told(review, fact("in_full_production_above_scale", "flag", False, date(2027, 1, 1)))
    assert len(cases_of(review)) == 1
    told(review, fact("in_full_production_above_scale", "flag", True, date(2027, 1, 1)))
    assert carried(review, cases_of(review)[1]["case_id"]) == "approved"
    assert approvals(review) == [(1, 150_000_000), (2, 150_000_000)]


def test_milestones_are_paid_as_they_are_reached(review: Review, clock: FixedClock) -> None:
    clock.advance(datetime(2025, 3, 3, 2, 0, tzinfo=UTC) - clock.now())
    first = filed(review, "JL-002")
    assert carried(review, first) == "approved"
    for year, stages in ((2025, ("enclosed", "accepted")), (2026, ("enclosed", "accepted", "operating_six_months"))):
        told(review, fact("project_stage", "codes", stages, date(2026, 2, 1)))
        assert carried(review, cases_of(review)[-1]["case_id"]) == "approved", year
    assert approvals(review) == [(1, 24_000_000), (2, 24_000_000), (3, 32_000_000)]


def test_a_schedule_that_a_sector_chose_is_kept_over_the_years(review: Review, clock: FixedClock) -> None:
    clock.advance(datetime(2024, 3, 4, 2, 0, tzinfo=UTC) - clock.now())
    first = filed(review, "JL-007")
    assert carried(review, first) == "approved"
    told(review, fact("sector", "code", "trade", date(2024, 12, 1)))
    for year in (2025, 2026):
        on(review, clock, year)
        assert carried(review, cases_of(review)[-1]["case_id"]) == "approved"
    assert approvals(review) == [(1, 5_000_000), (2, 3_000_000), (3, 2_000_000)]


def certified(year: int, tax: str) -> list[Fact]:
    on = date(year, 1, 2)
    return [
        fact("tax_paid", "number", tax, on, str(year), "元"),
        fact("statutory_tax_exemption", "flag", False, on, str(year)),
    ]


def test_a_year_without_tax_is_skipped_with_its_reason_and_the_next_goes_on(review: Review, clock: FixedClock) -> None:
    known = tuple(each.model_copy(update={"period": "2026"} if each.period else {}) for each in worked("JX-008"))
    first = filed(review, "JX-008", known)
    assert carried(review, first) == "approved"
    on(review, clock, 2027, 2)
    second = cases_of(review)[1]
    # What the year is judged by has not been told yet: it waits, and nobody can pay it.
    assert carried(review, second["case_id"]) == "instalment_not_due"
    told(review, *certified(2027, "0"))
    assert carried(review, second["case_id"]) == "instalment_not_due"
    assert carried(review, second["case_id"], met=False) == "rejected"
    on(review, clock, 2028, 2)
    told(review, *certified(2028, "900"))
    third = cases_of(review)[-1]
    assert [step["kind"] for step in third["steps"]] == ["acceptance", "joint_check", "recheck", "approval"]
    assert carried(review, third["case_id"]) == "approved"
    assert states(review, first) == [(1, "paid", 10_000_000), (2, "skipped", None), (3, "paid", 5_000_000)]


def test_a_correction_after_the_recheck_takes_recheck_and_approval_back(review: Review, clock: FixedClock) -> None:
    known = tuple(each.model_copy(update={"period": "2026"} if each.period else {}) for each in worked("JX-008"))
    first = filed(review, "JX-008", known)
    assert carried(review, first) == "approved"
    on(review, clock, 2027, 2)
    told(review, *certified(2027, "900"))
    second = cases_of(review)[1]["case_id"]
    joint_check_passed(review, second)
    case = review.asked(GetCase(case_id=second))["ok"]
    assert "refused" not in _taken(review, case, "recheck", met=True)
    told(review, *(each.model_copy(update={"as_of": date(2027, 1, 20)}) for each in certified(2027, "0")))
    case = review.asked(GetCase(case_id=second))["ok"]
    assert [step["kind"] for step in case["steps"] if step["state"] == "open"] == ["recheck"]


def test_a_plan_that_lets_a_machine_recheck_pays_without_a_person(review: Review, clock: FixedClock) -> None:
    first = filed(review, "JS-001", automatic_rechecks=True)
    assert carried(review, first) == "approved"
    on(review, clock, 2027)
    on(review, clock, 2028)
    assert approvals(review) == [(1, 18_000_000), (2, 13_500_000), (3, 13_500_000)]


def test_a_claim_that_was_refused_has_no_later_instalments(review: Review, clock: FixedClock) -> None:
    first = filed(review, "JS-001")
    case = review.asked(GetCase(case_id=first))["ok"]
    review.ordered(
        RejectCase(other_grounds=OWN_GROUNDS, case_id=first, reason="不符合条件", expected_version=case["version"]),
        actor=LEADER,
    )
    on(review, clock, 2028)
    assert len(cases_of(review)) == 1 and states(review, first) == []


def test_who_refuses_an_instalment_says_why(review: Review, clock: FixedClock) -> None:
    first = filed(review, "JS-001")
    assert carried(review, first) == "approved"
    on(review, clock, 2027)
    second = cases_of(review)[1]
    order = DecideRecheck(case_id=second["case_id"], met=False, reason=" ", expected_version=second["version"])
    assert review.ordered(order)["refused"]["code"] == "recheck_reason_needed"
