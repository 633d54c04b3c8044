"""以信用代审核 on a real database: credit stands for the check, chance verifies it, what has failed opens a finding."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from review_database import Review
from test_review_cases import approval, at_once

from chassis.edge.frame import Frame
from chassis.foundation.ids import new_id
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.case_materials import MaterialConfirmation
from contracts.credit_checks import (
    ConfirmCreditCheck,
    CreditDrawPage,
    CreditDrawView,
    DrawCreditChecks,
    GetCreditDraw,
    ListCreditDraws,
    ListMyCreditChecks,
    ListPublishedDraws,
    PublishedDraws,
    RecordCreditCheck,
    RecuseChecker,
)
from contracts.message import Actor
from contracts.people import DutyAssigned
from contracts.review import CaseView, ConfirmMaterials, GetCase, ListCases
from contracts.rule import Fact, ItemRules
from contracts.rule.plan import CreditTerms, Material
from services.review.credit_checks.drawing import chosen
from tests.unit.review.review_kit import LEADER, OFFICER, SECOND, application, facts, item_rules

PLEDGE = "承诺所填内容真实，愿接受核查，不符的退回资金"
OF_DEPARTMENT = {"department_id": "dep-1"}
FOURTH = OFFICER.model_copy(update={"id": "officer-4"})
CHECKERS = {each.id: each.model_copy(update=OF_DEPARTMENT) for each in (OFFICER, SECOND, FOURTH)}
APPROVER = LEADER.model_copy(update=OF_DEPARTMENT)


def on_credit(**changes: Any) -> ItemRules:
    """The item with a material, and a pledge that may stand for checking it; four of ten are verified."""
    rules = item_rules()
    materials = (Material(code="audit_report", name="审计报告"),)
    credit = CreditTerms(commitment=PLEDGE, sample_percent=40)
    return rules.model_copy(
        update={"plan": rules.plan.model_copy(update={"materials": materials, "credit": credit} | changes)}
    )


def filed(number: int, *, credit: bool = True, known: tuple[Fact, ...] | None = None) -> Any:
    said = {"enterprise_id": f"enterprise-{number}", "uscc": f"9136070200000000{number:02d}", **OF_DEPARTMENT}
    found = application(known=known, enterprise_name=f"示例企业{number:02d}", **said)
    return found.model_copy(update={"credit_commitment": credit})


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Review:
    dsns = service_database("review")
    return Review(service_frame("review", dsns=dsns, clock=clock), dsns).prepared(on_credit())


def appointed(review: Review, *people: str) -> None:
    review.hears(
        *(
            DutyAssigned(
                appointment_id=new_id(),
                person_id=person,
                person_name="示例人员",
                department_id="dep-1",
                duty_id="duty-1",
                kind="first_review",
                since=NOON.date(),
            )
            for person in people
        )
    )


def cases_of(review: Review) -> list[CaseView]:
    page = review.asked(ListCases(limit=50), actor=APPROVER)["ok"]["items"]
    return sorted((CaseView.model_validate(each) for each in page), key=lambda each: each.claim.uscc)


def approved(review: Review) -> list[CaseView]:
    for case in cases_of(review):
        assert "ok" in review.ordered(approval(case), actor=APPROVER)
    return cases_of(review)


def drawn(review: Review, clock: FixedClock, filings: int = 5) -> CreditDrawView:
    """So many claims granted on credit, and a draw from them on the next day."""
    review.hears(*(filed(number) for number in range(1, filings + 1)))
    appointed(review, *CHECKERS)
    approved(review)
    clock.advance(timedelta(days=1))
    answer = review.ordered(order_of(clock), actor=CHECKERS["officer-1"])
    return CreditDrawView.model_validate(answer["ok"])


def order_of(clock: FixedClock) -> DrawCreditChecks:
    day = (clock.now() - timedelta(days=1)).date()
    return DrawCreditChecks(item_id="item-1", decided_from=day, decided_to=day)


def test_a_good_record_and_a_pledge_stand_for_the_check_and_nothing_else_does(review: Review) -> None:
    listed = Fact(name="serious_dishonest_listed", kind="flag", value=True, source="信用平台", as_of=date(2026, 1, 9))
    review.hears(filed(1), filed(2, credit=False), filed(3, known=(*facts(), listed)))
    good, unsigned, bad = cases_of(review)
    assert [step.state for step in good.steps if step.kind == "material_check"] == ["passed"]
    for case in (unsigned, bad):
        assert [step.state for step in case.steps if step.kind == "material_check"] == ["open"]
        assert "ok" not in review.ordered(approval(case), actor=APPROVER)
    assert "ok" in review.ordered(approval(good), actor=APPROVER)


def test_whose_record_turns_bad_before_the_decision_has_its_materials_looked_at(review: Review) -> None:
    review.hears(filed(1))
    (case,) = cases_of(review)
    review.does(
        "CREATE OR REPLACE FUNCTION dishonesty_of(codes text[]) RETURNS TABLE (uscc text, ground text, gravity text,"
        " from_day date, until_day date, state text) LANGUAGE sql STABLE AS $$ SELECT unnest(codes), 'false_materials',"
        " 'serious', DATE '2026-01-01', DATE '2028-01-01', 'in_force' $$"
    )
    answer = review.ordered(approval(case), actor=APPROVER)
    case = CaseView.model_validate(review.asked(GetCase(case_id=case.case_id), actor=APPROVER)["ok"])
    assert (case.state, [step.state for step in case.steps if step.kind == "material_check"]) == (
        "accepted",
        ["open"],
    ), answer
    said = MaterialConfirmation(code="audit_report", means="original_seen")
    order = ConfirmMaterials(case_id=case.case_id, materials=(said,), expected_version=case.version)
    case = CaseView.model_validate(review.ordered(order, actor=CHECKERS["officer-1"])["ok"])
    granted = review.ordered(approval(case), actor=APPROVER)
    assert granted["ok"]["state"] == "approved"


def test_cases_and_checkers_are_drawn_and_anybody_can_draw_again(review: Review, clock: FixedClock) -> None:
    draw = drawn(review, clock)
    assert (len(draw.drawn_from), draw.percent, draw.checked) == (5, 40, 2)
    assert {each.case_id for each in draw.checks} == set(chosen(draw.drawn_from, percent=40, seed=draw.seed))
    for each in draw.checks:
        assert len(each.checkers) == 2 and LEADER.id not in {person.person_id for person in each.checkers}
        assert each.due_at is not None and each.due_at > clock.now() + timedelta(days=20)
    again = review.ordered(order_of(clock), actor=CHECKERS["officer-1"])
    assert again["refused"]["code"] == "nothing_to_draw"
    assert ("CreditChecksDrawn", "zhanggong") in review.told()


def test_two_who_draw_at_once_draw_once(review: Review, clock: FixedClock) -> None:
    review.hears(*(filed(number) for number in range(1, 6)))
    appointed(review, *CHECKERS)
    approved(review)
    clock.advance(timedelta(days=1))
    answers = at_once(*[lambda: review.ordered(order_of(clock), actor=CHECKERS["officer-1"])] * 2)
    assert sorted("ok" in each for each in answers) == [False, True]
    assert review.rows("SELECT count(*), count(DISTINCT case_id) FROM credit_check") == [(2, 2)]


def test_a_draw_is_refused_with_what_is_in_its_way(review: Review, clock: FixedClock) -> None:
    review.hears(filed(1))
    approved(review)
    officer = CHECKERS["officer-1"]
    today = DrawCreditChecks(item_id="item-1", decided_from=clock.now().date(), decided_to=clock.now().date())
    assert review.ordered(today, actor=officer)["refused"]["code"] == "period_not_over"
    clock.advance(timedelta(days=1))
    backwards = order_of(clock).model_copy(update={"decided_from": clock.now().date()})
    assert review.ordered(backwards, actor=officer)["refused"]["code"] == "period_backwards"
    assert review.ordered(order_of(clock), actor=officer)["refused"]["code"] == "not_enough_checkers"
    stranger = officer.model_copy(update={"department_id": "dep-2", "department": "区商务局"})
    assert review.ordered(order_of(clock), actor=stranger)["refused"]["code"] == "not_your_department"
    waiting = CreditDrawPage.model_validate(review.asked(ListCreditDraws(), actor=officer)["ok"]).waiting
    assert [(each.item_id, each.cases) for each in waiting] == [("item-1", 1)]
    assert review.rows("SELECT count(*) FROM credit_draw") == [(0,)], "nothing of it is kept"


def test_what_two_have_found_is_published_and_what_has_failed_opens_a_finding(
    review: Review, clock: FixedClock
) -> None:
    draw = drawn(review, clock)
    bad, good = draw.checks
    for check, outcome in ((bad, "not_as_pledged"), (good, "as_pledged")):
        assert PublishedDraws.model_validate(review.asked(ListPublishedDraws(tenant="zhanggong"))["ok"]).items == ()
        first, second = (CHECKERS[each.person_id] for each in check.checkers)
        words = {"outcome": outcome, "findings": "实地查看设备和审计报告原件", "expected_version": check.version}
        recorded = review.ordered(RecordCreditCheck(check_id=check.check_id, **words), actor=first)
        version = next(each["version"] for each in recorded["ok"]["checks"] if each["check_id"] == check.check_id)
        order = ConfirmCreditCheck(check_id=check.check_id, agrees=True, expected_version=version)
        assert review.ordered(order, actor=first)["refused"]["code"] == "credit_check_confirms_itself"
        assert "ok" in review.ordered(order, actor=second)
    found = review.rows("SELECT case_id, origin, ground, state FROM integrity_finding")
    assert found == [(bad.case_id, "credit_check", "broken_commitment", "opened")]
    (public,) = PublishedDraws.model_validate(review.asked(ListPublishedDraws(tenant="zhanggong"))["ok"]).items
    assert sorted(each.outcome for each in public.results) == ["as_pledged", "not_as_pledged"]
    assert {each.name for each in public.results} == {bad.enterprise_name, good.enterprise_name}
    assert [type for type, _to in review.told() if type == "CreditChecksPublished"] == ["CreditChecksPublished"]


def test_a_checker_who_recuses_is_followed_by_the_next_and_only_checkers_see_it_as_theirs(
    review: Review, clock: FixedClock
) -> None:
    draw = drawn(review, clock)
    check = draw.checks[0]
    first, second = (each.person_id for each in check.checkers)
    third = next(each for each in CHECKERS if each not in (first, second))
    order = RecuseChecker(
        check_id=check.check_id, person_id=first, reason="与企业法定代表人是亲属", expected_version=check.version
    )
    other = CHECKERS[second].model_copy(update={"duties": frozenset({"first_review"})})
    assert review.ordered(order, actor=other)["refused"]["code"] == "not_your_check"
    after = CreditDrawView.model_validate(review.ordered(order, actor=CHECKERS[first])["ok"])
    now = next(each for each in after.checks if each.check_id == check.check_id)
    assert [(each.person_id, each.recused_why is not None) for each in now.checkers if each.recused_why is None] == [
        (second, False),
        (third, False),
    ]
    mine = review.asked(ListMyCreditChecks(), actor=CHECKERS[third])["ok"]["items"]
    gone = review.asked(ListMyCreditChecks(), actor=CHECKERS[first])["ok"]["items"]
    assert check.check_id in {each["check_id"] for each in mine}
    assert check.check_id not in {each["check_id"] for each in gone}
    stranger = Actor(id="x", roles=frozenset({"department"}), department="区商务局", department_id="dep-2")
    assert review.asked(GetCreditDraw(draw_id=draw.draw_id), actor=stranger)["refused"]["code"] == "credit_draw_unknown"
