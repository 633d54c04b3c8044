"""A plan whose words mean nothing here holds its cases and skips no step; whose case it is goes by the register."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from review_database import Review, mapped, onboarded

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON, received
from chassis.time.clock import FixedClock
from chassis.time.jobs import claim as claim_jobs
from console.servers.provision import Dsns
from contracts.departments import (
    DatedName,
    DepartmentChanged,
    DepartmentRegistered,
    PlanTermMapped,
    ToDepartment,
    ToDuty,
)
from contracts.message import Actor
from contracts.review import ApproveCase, CaseView, GetCase, ListCases, RejectCase
from contracts.rule import ItemRules, JointCheck, Level
from copies.plan_terms import KnownPlanTerms
from rules.plan_terms import terms_of
from services.review.cases import held_lines
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import (
    AMOUNT,
    DEPARTMENT,
    DUTIES,
    OFFICER,
    STRANGER,
    application,
    facts,
    item_rules,
    line,
    nomination,
    published,
)

LEADER = PlanTermMapped(use="approver", term="复核岗", meaning=ToDuty(kind="leader"))
TODAY = date(2026, 3, 10)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Review:
    dsns = service_database("review")
    return Review(service_frame("review", dsns=dsns, clock=clock), dsns)


def without_meanings(review: Review, rules: ItemRules | None = None) -> Review:
    """Ganzhou and Zhanggong are onboarded and item 1 is published; nobody has said what its plan's words mean."""
    review.hears(
        onboarded("ganzhou", None, Level.CITY, "3607"),
        onboarded("zhanggong", "ganzhou", Level.COUNTY, "360702"),
        published(rules or item_rules()),
    )
    return review


def with_checks(*names: str) -> ItemRules:
    rules = item_rules()
    steps = (JointCheck(departments=names), *rules.plan.steps)
    return rules.model_copy(update={"plan": rules.plan.model_copy(update={"steps": steps})})


def registered(id: str, name: str, *, since: date = date(2020, 1, 1)) -> DepartmentRegistered:
    names = (DatedName(name=name, since=since),)
    return DepartmentRegistered(department_id=id, name=name, names=names, functions=frozenset({"policy"}))


def cases(review: Review, actor: Actor = OFFICER, **where: Any) -> list[CaseView]:
    found = review.asked(ListCases(**where), actor=actor)["ok"]["items"]
    return [CaseView.model_validate(each) for each in found]


def only(review: Review, actor: Actor = OFFICER) -> CaseView:
    (case,) = cases(review, actor)
    return case


def approves(review: Review, case: CaseView, actor: Actor = OFFICER) -> dict[str, Any]:
    order = ApproveCase(case_id=case.case_id, amount_fen=AMOUNT, expected_version=case.version)
    return review.ordered(order, actor=actor)


def codes(case: CaseView) -> list[str]:
    return [each.code for each in case.obstacles]


def does_held_lines(review: Review) -> int:
    jobs = claim_jobs(review.frame.frame_engine, held_lines.HELD_LINE, review.frame.clock.now(), 50)
    if jobs:
        with review.frame.event_unit([job.tenant for job in jobs], action=held_lines.HELD_LINE) as uow:
            held_lines.look_at_held_lines(jobs, uow)
    return len(jobs)


# -- applications ---------------------------------------------------------------------------------------------


def test_a_case_whose_approver_means_nothing_waits_and_goes_on_as_soon_as_somebody_has_said_it(review: Review) -> None:
    without_meanings(review).hears(application())
    case = only(review)
    assert codes(case) == ["plan_term_unmapped"]
    assert "审批岗“复核岗”" in case.obstacles[0].message
    assert review.asked(GetCase(case_id=case.case_id))["ok"]["obstacles"][0]["code"] == "plan_term_unmapped"
    refused = approves(review, case)["refused"]
    assert [each["code"] for each in refused["reasons"]] == ["plan_term_unmapped"]
    review.hears(LEADER)
    assert codes(only(review)) == []
    assert approves(review, case)["ok"]["state"] == "approved", "nothing has changed of the case itself"


def test_a_case_that_waits_may_still_be_refused(review: Review) -> None:
    without_meanings(review).hears(application())
    case = only(review)
    order = RejectCase(
        other_grounds=OWN_GROUNDS, case_id=case.case_id, reason="材料不实，不予批准", expected_version=case.version
    )
    answer = review.ordered(order)["ok"]
    assert (answer["state"], answer["obstacles"]) == ("rejected", [])


def test_all_that_stands_against_approval_is_told_at_once(review: Review) -> None:
    without_meanings(review, with_checks("税务部门")).hears(application(known=facts(above_scale=False)))
    case = only(review)
    assert codes(case) == ["not_eligible", "step_not_passed", "plan_term_unmapped"]
    assert "审批岗“复核岗”、核验来源“税务部门”" in case.obstacles[2].message


def test_a_county_inherits_what_its_city_has_said_and_nobody_elses(review: Review) -> None:
    without_meanings(review).hears(application())
    review.hears(LEADER, tenant="xingguo")
    assert codes(only(review)) == ["plan_term_unmapped"]
    review.hears(LEADER, tenant="ganzhou")
    assert codes(only(review)) == []


def test_a_tenants_own_meaning_goes_before_that_of_the_level_above_and_the_later_before_the_earlier(
    review: Review,
) -> None:
    without_meanings(review)
    mine = LEADER.model_copy(update={"meaning": ToDuty(kind="review_check")})
    later = LEADER.model_copy(update={"meaning": ToDuty(kind="first_review")})
    review.hears(LEADER, tenant="ganzhou")
    review.applies([received(later, subject="term", sequence=1)])
    review.applies([received(mine, subject="term", sequence=2)])
    review.does("DELETE FROM position WHERE aggregate_id = 'term'")
    review.applies([received(later, subject="term", sequence=1)])
    kept = review.rows("SELECT meaning ->> 'kind' FROM known_plan_term WHERE tenant = 'zhanggong'")
    assert kept == [("review_check",)], "what is heard again replaces nothing newer"
    with review.frame.event_unit(["zhanggong"], action="test") as uow:
        terms = terms_of(item_rules().plan)
        (meaning,) = uow.of(KnownPlanTerms).meanings("zhanggong", terms).values()
    assert meaning == ToDuty(kind="review_check")


def test_a_check_that_is_called_as_a_department_is_needs_no_other_meaning(review: Review) -> None:
    without_meanings(review, with_checks("章贡区税务局")).hears(LEADER, application())
    waiting = ["step_not_passed", "plan_term_unmapped"]
    assert codes(only(review)) == waiting
    review.hears(registered("tax", "赣州市税务局"), tenant="ganzhou")
    assert codes(only(review)) == waiting
    renamed = DepartmentChanged(
        department_id="tax-2",
        name="章贡区税务局",
        names=(DatedName(name="章贡区地税局", since=date(2010, 1, 1)), DatedName(name="章贡区税务局", since=TODAY)),
        functions=frozenset({"taxation"}),
    )
    tomorrow = DatedName(name="章贡区税务局", since=TODAY + timedelta(days=1))
    review.hears(renamed.model_copy(update={"names": (renamed.names[0], tomorrow)}))
    assert codes(only(review)) == waiting, "it is not called so yet"
    review.hears(renamed.model_copy(update={"department_id": "tax-3", "closed_on": TODAY}))
    assert codes(only(review)) == waiting, "it acts no more"
    review.hears(renamed.model_copy(update={"department_id": "tax-4"}))
    assert codes(only(review)) == ["step_not_passed"], "it is asked, and has to answer"


# -- lists ----------------------------------------------------------------------------------------------------


def test_a_list_waits_for_the_meaning_of_a_word_and_is_then_decided_as_it_was_pushed(
    review: Review, clock: FixedClock
) -> None:
    without_meanings(review, item_rules(mode="no_application", limit=None))
    poor = line(uscc="poor", known=facts(above_scale=False))
    review.hears(nomination(*[line(uscc=f"enterprise-{number}") for number in range(3)], poor))
    assert {case.state for case in cases(review)} == {"accepted"}
    assert sorted(map(codes, cases(review))) == [["not_eligible", "plan_term_unmapped"], *[["plan_term_unmapped"]] * 3]
    clock.advance(timedelta(hours=5))
    review.hears(LEADER)
    assert does_held_lines(review) == 3
    approved = cases(review, state="approved")
    assert [(each.decided_by, each.decided_at) for each in approved] == [(OFFICER.id, clock.now())] * 3
    (left,) = cases(review, state="accepted")
    assert (left.claim.uscc, codes(left)) == ("poor", ["not_eligible"])
    assert [each.code for each in left.remarks] == ["not_eligible"]
    assert [name for name, _ in review.told()].count("CaseApproved") == 3
    clock.advance(timedelta(days=1))
    assert does_held_lines(review) == 0, "nothing is looked at that waits for nothing"


def test_a_line_that_was_awarded_meanwhile_is_left_to_the_department(review: Review) -> None:
    without_meanings(review, item_rules(mode="no_application", limit=None))
    review.hears(nomination(line()), nomination(line()))
    review.hears(LEADER)
    does_held_lines(review)
    assert sorted(each.state for each in cases(review)) == ["accepted", "approved"]
    (left,) = cases(review, state="accepted")
    assert [each.code for each in left.remarks] == ["already_awarded"]


def test_a_county_whose_city_says_the_meaning_need_not_do_anything(review: Review, clock: FixedClock) -> None:
    without_meanings(review, item_rules(mode="no_application", limit=None)).hears(nomination(line()))
    clock.advance(held_lines.LOOK_AGAIN)
    assert does_held_lines(review) == 1
    assert only(review).state == "accepted"
    review.hears(LEADER, tenant="ganzhou")
    clock.advance(held_lines.LOOK_AGAIN)
    assert does_held_lines(review) == 1
    assert only(review).state == "approved"


def test_nobody_is_asked_about_a_list_that_is_decided_at_once(review: Review) -> None:
    review.prepared(item_rules(mode="no_application", limit=None))
    review.hears(nomination(line(uscc="sound"), line(uscc="poor", known=facts(above_scale=False))))
    asked = review.rows(
        "SELECT type, body::jsonb #>> '{data,claim,uscc}', body::jsonb #> '{data,attention}' FROM outbox"
        " WHERE type IN ('CaseAccepted', 'TaskAssigned') ORDER BY 2, position"
    )
    approvers = {"tenant": "zhanggong", "department_id": None, "duty": "leader"}
    assert asked == [
        ("CaseAccepted", "poor", None),
        ("TaskAssigned", "poor", approvers),
        ("CaseAccepted", "sound", None),
    ]


# -- whose case it is -----------------------------------------------------------------------------------------

OWN = Actor(
    id="officer-3", roles=frozenset({"department"}), department="区科技和工信局", department_id="dep-1", duties=DUTIES
)
NAMESAKE = Actor(
    id="officer-4", roles=frozenset({"department"}), department=DEPARTMENT, department_id="dep-2", duties=DUTIES
)


def test_a_case_is_its_departments_by_the_register_whatever_it_is_called_now(review: Review) -> None:
    review.prepared().hears(application(department_id="dep-1"))
    case = only(review, OWN)
    assert cases(review, NAMESAKE) == []
    assert approves(review, case, NAMESAKE)["refused"]["code"] == "not_your_department"
    assert review.asked(GetCase(case_id=case.case_id), actor=NAMESAKE)["refused"]["code"] == "not_your_department"
    assert approves(review, case, OWN)["ok"]["state"] == "approved"


def test_a_case_that_names_its_department_only_is_decided_by_whoever_is_or_was_called_so(review: Review) -> None:
    review.prepared().hears(application())
    assert cases(review, OWN) == []
    renamed = DepartmentChanged(
        department_id="dep-1",
        name="区科技和工信局",
        names=(DatedName(name=DEPARTMENT, since=date(2020, 1, 1)), DatedName(name="区科技和工信局", since=TODAY)),
        functions=frozenset({"policy"}),
    )
    review.hears(renamed)
    case = only(review, OWN)
    assert review.asked(GetCase(case_id=case.case_id), actor=OWN)["ok"]["case_id"] == case.case_id
    assert approves(review, case, STRANGER)["refused"]["code"] == "not_your_department"
    assert approves(review, case, OWN)["ok"]["state"] == "approved"


def test_a_case_that_names_its_department_by_other_words_is_decided_by_whoever_is_meant(review: Review) -> None:
    review.prepared().hears(application(department="区科技主管部门（来源未载明）"))
    assert cases(review, OWN) == []
    words = PlanTermMapped(
        use="department", term="区科技主管部门（来源未载明）", meaning=ToDepartment(department_id="dep-1")
    )
    review.hears(words)
    assert approves(review, only(review, OWN), OWN)["ok"]["state"] == "approved"


def test_what_is_mapped_holds_nothing(review: Review) -> None:
    rules = with_checks("税务部门", "社保")
    review.prepared(rules).hears(application())
    assert len(mapped(rules)) == 3
    assert codes(only(review)) == ["step_not_passed"], "those who are meant have to answer"
