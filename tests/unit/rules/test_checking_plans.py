"""A plan that review cannot run, or that would pay on what nobody has looked at, is not published: with every reason."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from contracts.rule import Decided, InstalmentPlan, ItemRules, Payees, Plan
from contracts.rule.plan import AcceptanceTerms, SupplementTerms
from rules import check, check_publication, unpublishable
from rules.plan_run import planned_steps, standing_of
from tests.unit.rules.plan_writing import (
    APPROVAL,
    NOTICE,
    PAPERS,
    approved_by,
    beside,
    checks,
    plans,
    yes,
)
from tests.unit.rules.rule_writing import fixed, item_rules
from tests.unit.rules.sample_files import ITEMS

PANEL = {"kind": "panel", "field": "智能制造"}
VISIT = {"kind": "site_inspection"}
FIGURE = Decided(decision="subsidy", by="科技局", max=fixed(5, "万元"))
LATER = InstalmentPlan(parts=[{"label": "一", "fraction": "1/2"}, {"label": "二", "fraction": "1/2", "due_year": 1}])


def days(limit: int, unit: str = "working_days") -> dict[str, Any]:
    return {"limit": limit, "unit": unit}


def clock(step: dict[str, Any], limit: int, unit: str = "working_days") -> dict[str, Any]:
    return {**step, "clock": days(limit, unit)}


def against(*steps: dict[str, Any], plan: dict[str, Any] | None = None, **more: Any) -> list[str]:
    rules = item_rules(plan={"steps": steps or (PAPERS, APPROVAL), **(plan or {})}, **more)
    assert check(rules) == [], "it can be evaluated, and a draft of it saved"
    found = unpublishable(rules)
    assert all("请" in each.text_zh or "可写：" in each.text_zh for each in found), "each says what to do"
    return [f"{each.code} {each.where}" for each in found]


STEPS: dict[str, tuple[dict[str, Any], ...]] = {
    "step_beside_nothing /plan/steps/0/beside_previous": (beside(PAPERS), APPROVAL),
    "plan_without_approval /plan/steps": (PAPERS, checks("信用")),
    "approval_beside_check /plan/steps/1": (checks("信用"), beside(APPROVAL)),
    "approval_beside_check /plan/steps/2": (PAPERS, NOTICE, beside(APPROVAL)),
    "approval_beside_check /plan/steps/0": (APPROVAL, beside(VISIT), APPROVAL),
    "notice_beside_check /plan/steps/2": (PAPERS, checks("信用"), beside(NOTICE), APPROVAL),
    "notice_before_checks /plan/steps/0": (NOTICE, PAPERS, APPROVAL),
    "check_after_approval /plan/steps/2": (PAPERS, APPROVAL, checks("信用")),
    "named_twice /plan/steps/0/departments/2": (checks("信用", "税务", "信 用"), APPROVAL),
    "named_twice /plan/steps/0/grounds/1": (checks("信用", grounds=["未失信", "未失信"]), APPROVAL),
    "named_twice /plan/steps/1/duties/1": (PAPERS, approved_by("复核岗", "复核岗")),
    "name_says_nothing /plan/steps/0/departments/1": (checks("信用", "暂无"), APPROVAL),
    "department_of_joint_check /plan/steps/0/department": (checks("信用", department="税务局"), APPROVAL),
    "level_without_department /plan/steps/0/level": ({**PAPERS, "level": "city"}, APPROVAL),
    "too_few_officers /plan/steps/0/officers": ({**VISIT, "officers": 1}, APPROVAL),
    "panel_quorum_too_large /plan/steps/0/quorum": ({**PANEL, "members": 5, "quorum": 6}, APPROVAL),
    "pass_score_too_high /plan/steps/0/pass_score": ({**PANEL, "pass_score": "100.5"}, APPROVAL),
    "pass_score_negative /plan/steps/0/pass_score": ({**PANEL, "pass_score": "-1"}, APPROVAL),
    "named_twice /plan/steps/0/criteria/1": ({**PANEL, "criteria": [{"name": "技术", "most": 60}] * 2}, APPROVAL),
    "panel_sets_unknown /plan/steps/0/sets": ({**PANEL, "sets": "bonus"}, APPROVAL),
    "notice_in_hours /plan/steps/1/period/unit": (PAPERS, {**NOTICE, "period": days(72, "hours")}, APPROVAL),
    "notice_over_clock /plan/steps/1/clock": (PAPERS, clock(NOTICE, 4), APPROVAL),
    "step_over_limit /plan/steps/0/clock": (clock(PAPERS, 6), APPROVAL),
    "step_over_limit /plan/steps/1/period": (PAPERS, {**NOTICE, "period": days(6)}, APPROVAL),
    "steps_over_limit /plan/steps": (clock(PAPERS, 3), clock(APPROVAL, 3)),
    "exclusion_says_nothing /plan/steps/1/exclusion_basis": (
        PAPERS, {**NOTICE, "counts_against_limit": False, "exclusion_basis": "暂无"}, APPROVAL,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("expected", "steps"), STEPS.items())
def test_steps_that_review_cannot_run_are_refused_at_their_place(expected: str, steps: tuple[dict[str, Any], ...]):
    assert against(*steps) == [expected]


@pytest.mark.parametrize(
    "steps",
    [
        (PAPERS, beside(checks("信用", "税务", passes_when=2)), beside(VISIT), APPROVAL),
        (PAPERS, checks("信用"), NOTICE, approved_by("初审岗"), beside(approved_by("分管领导"))),
        (PAPERS, APPROVAL, NOTICE),
        (PAPERS, {**VISIT, "department": "市工信局", "level": "city"}, APPROVAL),
        (checks("信用", level="city"), {**APPROVAL, "level": "city"}),
        ({**PANEL, "criteria": [{"name": "技术", "most": 60}, {"name": "效益", "most": 60}], "pass_score": "120"}, APPROVAL),
        (clock(PAPERS, 2), beside(clock(checks("信用"), 3)), clock(APPROVAL, 2)),
        (checks("信用"), APPROVAL, checks("信用"), approved_by("分管领导")),
    ],
)  # fmt: skip
def test_a_plan_that_review_can_run_is_published(steps: tuple[dict[str, Any], ...]):
    assert against(*steps) == []


TERMS: dict[str, dict[str, Any]] = {
    "credit_without_material_check /plan/credit": {
        "plan": {"steps": [checks("信用"), APPROVAL], "credit": {"commitment": "承诺所填数据真实"}}
    },
    "credit_commitment_says_nothing /plan/credit/commitment": {"plan": {"credit": {"commitment": "————"}}},
    "rechecks_without_instalments /plan/automatic_rechecks": {"plan": {"automatic_rechecks": True}},
    "reference_date_after_window /plan/reference_date": {
        "plan": {"reference_date": "2026-07-01", "window": {"closes": "2026-06-30"}}
    },
    "acceptance_without_application /plan/acceptance": {
        "plan": {"mode": "no_application", "acceptance": {"by": "person"}}
    },
    "supplement_without_application /plan/supplement": {
        "plan": {"mode": "no_application", "supplement": {"rounds": 2}}
    },
    "credit_without_application /plan/credit": {
        "plan": {"mode": "no_application", "credit": {"commitment": "承诺所填数据真实"}}
    },
}


@pytest.mark.parametrize(("expected", "parts"), TERMS.items())
def test_terms_that_nobody_could_keep_are_refused(expected: str, parts: dict[str, Any]):
    assert against(**parts) == [expected]


def test_terms_that_were_written_out_as_they_are_anyway_are_no_problem():
    usual = {"acceptance": AcceptanceTerms().model_dump(), "supplement": SupplementTerms().model_dump()}
    assert against(plan={"mode": "no_application", **usual}) == []
    assert against(plan={"reference_date": "2026-06-30", "window": {"closes": "2026-06-30"}}) == []


def test_a_list_may_be_shown_before_anything_is_checked():
    assert against(NOTICE, APPROVAL, plan={"mode": "no_application"}) == []


def test_a_list_needs_no_approval_unless_it_is_paid_in_instalments():
    unasked = {"mode": "no_application", "steps": [checks("信用")]}
    assert against(plan=unasked) == []
    assert against(plan=unasked, instalments=LATER) == ["plan_without_approval /plan/steps"]


def test_automatic_rechecks_need_later_instalments_whose_amount_nobody_sets():
    assert against(plan={"automatic_rechecks": True}, instalments=LATER) == []
    alone = InstalmentPlan(parts=[{"label": "一次", "fraction": "1"}])
    assert against(plan={"automatic_rechecks": True}, instalments=alone) == [
        "rechecks_without_instalments /plan/automatic_rechecks"
    ]
    set_later = InstalmentPlan(
        parts=[{"label": "一", "amount": fixed(1, "万元")}, {"label": "二", "amount": FIGURE, "due_year": 1}]
    )
    assert against(plan={"automatic_rechecks": True}, instalments=set_later) == [
        "rechecks_of_decided_figures /plan/automatic_rechecks"
    ]


# -- figures that are set ------------------------------------------------------------------------------------


def test_a_panel_or_an_approval_sets_what_is_decided():
    sets = {**PANEL, "sets": "subsidy"}
    assert against(sets, APPROVAL, amount=FIGURE) == []
    assert against(PAPERS, APPROVAL, amount=FIGURE) == []
    unasked = {"mode": "no_application", "review_limit": None}
    assert against(sets, plan=unasked, amount=FIGURE) == []
    assert against(checks("信用"), plan=unasked, amount=FIGURE) == ["figure_never_set /plan/steps"]


def test_a_figure_is_set_once_and_before_it_is_shown():
    sets = {**PANEL, "sets": "subsidy"}
    assert against(sets, sets, APPROVAL, amount=FIGURE) == ["figure_set_twice /plan/steps/1/sets"]
    assert against(PAPERS, NOTICE, sets, APPROVAL, amount=FIGURE) == ["figure_set_after_notice /plan/steps/2/sets"]


def test_a_panel_that_sets_a_figure_of_another_name_is_told_which_there_are():
    rules = item_rules(plan={"steps": [{**PANEL, "sets": "bonus"}, APPROVAL]}, amount=FIGURE)
    (problem,) = unpublishable(rules)
    assert problem.text_zh == "金额中没有名为“bonus”的核定数值；可写：subsidy"


# -- clocks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "unit", "review", "is_longer"),
    [
        (5, "working_days", days(5), False),
        (7, "calendar_days", days(5), False),
        (20, "calendar_days", days(5), False),
        (21, "calendar_days", days(5), True),
        (8, "working_days", days(7, "calendar_days"), True),
        (7, "working_days", days(7, "calendar_days"), False),
        (120, "hours", days(5, "calendar_days"), False),
        (121, "hours", days(5, "calendar_days"), True),
        (2, "working_days", days(24, "hours"), True),
    ],
)
def test_a_step_may_not_take_clearly_longer_than_the_whole(limit: int, unit: str, review: Any, is_longer: bool):
    found = against(clock(PAPERS, limit, unit), APPROVAL, plan={"review_limit": review})
    assert found == (["step_over_limit /plan/steps/0/clock"] if is_longer else [])


def test_what_is_excluded_or_has_no_limit_takes_nothing_of_it():
    excluded = {**clock(VISIT, 30), "counts_against_limit": False, "exclusion_basis": "实施细则第八条"}
    assert against(PAPERS, excluded, APPROVAL) == []
    assert against(clock(PAPERS, 30), APPROVAL, plan={"mode": "no_application", "review_limit": None}) == []


def test_a_step_side_by_side_takes_no_time_of_its_own():
    assert against(clock(PAPERS, 4), beside(clock(VISIT, 4)), APPROVAL) == []
    assert against(clock(PAPERS, 4), clock(VISIT, 4), APPROVAL) == ["steps_over_limit /plan/steps"]


# -- who is paid ---------------------------------------------------------------------------------------------


def paid(*parts: dict[str, Any]) -> list[str]:
    return against(payees=Payees(parts=parts))


@pytest.mark.parametrize("who", ["graduate", "employee", "management_team"])
def test_of_what_persons_get_the_plan_says_whether_tax_is_withheld(who: str):
    part = {"who": who, "label": "本人"}
    assert paid(part) == ["income_tax_missing /payees/parts/0/income_tax"]
    assert paid({**part, "income_tax": "withheld"}) == paid({**part, "income_tax": "not_withheld"}) == []


@pytest.mark.parametrize("who", ["applicant", "bank"])
def test_of_what_no_person_gets_nobody_withholds_income_tax(who: str):
    assert paid({"who": who, "label": "企业", "income_tax": "withheld"}) == [
        "income_tax_of_no_person /payees/parts/0/income_tax"
    ]


@pytest.mark.parametrize("who", ["investor", "landlord", "event_host", "other"])
def test_who_may_be_a_person_may_say_so(who: str):
    part = {"who": who, "label": "收款人"}
    assert paid(part) == paid({**part, "income_tax": "withheld"}) == []


# -- all at once ---------------------------------------------------------------------------------------------


def test_all_reasons_come_at_once_each_with_what_to_do():
    rules = item_rules(
        plan={
            "steps": [
                beside(checks("信用", "信用")),
                {**PANEL, "members": 3, "quorum": 4, "pass_score": "200", "sets": "bonus"},
                beside(APPROVAL),
                clock(PAPERS, 9),
            ],
            "automatic_rechecks": True,
        },
        payees=Payees(parts=[{"who": "employee", "label": "职工"}]),
    )
    found = unpublishable(rules)
    assert [each.code for each in found] == [
        "step_beside_nothing", "approval_beside_check", "check_after_approval", "named_twice", "panel_quorum_too_large",
        "pass_score_too_high", "panel_sets_unknown", "step_over_limit", "rechecks_without_instalments",
        "income_tax_missing",
    ]  # fmt: skip


def test_a_place_in_an_item_begins_with_its_rules():
    item = next(iter(ITEMS.values()))
    plan = item.rules.plan.model_copy(update={"automatic_rechecks": True})
    found = check_publication(item.model_copy(update={"rules": item.rules.model_copy(update={"plan": plan})}))
    assert [each.where for each in found] == ["/rules/plan/automatic_rechecks"]


@given(plans)
def test_a_plan_that_may_be_published_is_done_once_everybody_who_is_asked_agrees(plan: Plan):
    rules: ItemRules = item_rules().model_copy(update={"plan": plan})
    sound = not unpublishable(rules)
    for instalment in (1, 2):
        steps = planned_steps(plan, instalment)
        answers, asked_in_order = [], []
        while asked := standing_of(steps, answers).open:
            answers += [yes(*place, by=f"{place}") for place in asked]
            asked_in_order.append({step.kind for step in steps if step.number in {place.step for place in asked}})
        assert standing_of(steps, answers).passed
        if sound:
            assert not any("approval" in kinds and len(kinds) > 1 for kinds in asked_in_order)
