"""Which words of a plan name somebody: each once, in the order of the plan."""

from __future__ import annotations

from contracts.plan_terms import TermInPlan
from contracts.rule import Approval, JointCheck, MaterialCheck
from rules.plan_terms import terms_of
from tests.unit.review.review_kit import DEPARTMENT, item_rules
from tests.unit.rules.sample_files import ITEMS


def test_department_approvers_and_checks_are_found_each_once() -> None:
    steps = (
        MaterialCheck(),
        JointCheck(departments=("税务", "社保")),
        Approval(duties=("初审岗", "终审岗")),
        JointCheck(departments=("税务",)),
        Approval(duties=("终审岗",)),
    )
    plan = item_rules().plan.model_copy(update={"steps": steps})
    assert terms_of(plan) == (
        TermInPlan(use="department", term=DEPARTMENT),
        TermInPlan(use="check", term="税务"),
        TermInPlan(use="check", term="社保"),
        TermInPlan(use="approver", term="初审岗"),
        TermInPlan(use="approver", term="终审岗"),
    )


def test_the_department_of_a_step_is_found_unless_it_is_another_levels() -> None:
    steps = (MaterialCheck(department="市场监管所"), MaterialCheck(department="市工信局", level="city"), Approval())
    plan = item_rules().plan.model_copy(update={"steps": steps})
    assert [each.term for each in terms_of(plan) if each.use == "department"] == [DEPARTMENT, "市场监管所"]


def test_an_approval_that_names_nobody_is_the_checkers() -> None:
    plan = item_rules().plan.model_copy(update={"steps": (Approval(),)})
    assert [each.term for each in terms_of(plan) if each.use == "approver"] == ["复核岗"]


def test_every_sample_names_its_department_first() -> None:
    assert len(ITEMS) > 90
    for content in ITEMS.values():
        first, *others = terms_of(content.rules.plan)
        assert (first.use, first.term) == ("department", content.rules.plan.department)
        assert {each.use for each in others} <= {"approver", "check"}
