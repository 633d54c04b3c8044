"""docs/rules.md, 十九: its plan is one that is published and runs as the chapter says; it lists every reason there is."""

from __future__ import annotations

import inspect
import re

from contracts.rule import ItemRules, Plan
from rules import check, unpublishable
from rules.checking import items, plan_clocks, plans
from rules.plan_run import SlotAnswer, SlotPlace, kept_apart, planned_steps, standing_of
from services.catalog.policies import publication
from tests.unit.rules.plan_writing import GUIDE, GUIDE_PLAN, PROJECT_AWARD, no, yes
from tests.unit.rules.rule_writing import item_rules

PLAN = Plan.model_validate(GUIDE_PLAN)
STEPS = planned_steps(PLAN)
NINE = ("信用", "统计", "公安", "生态环境", "应急管理", "税务", "自然资源", "住建", "人民银行")


def answered(up_to: int) -> list[SlotAnswer]:
    """Everybody of these steps agrees, each another person."""
    return [yes(step.number, slot, by=f"{step.number}{slot}") for step in STEPS[:up_to] for slot in step.slots]


def test_it_may_be_published() -> None:
    rules = ItemRules.model_validate(
        {**item_rules().model_dump(mode="json"), "amount": PROJECT_AWARD, "plan": GUIDE_PLAN}
    )
    assert [*check(rules), *unpublishable(rules)] == []


def test_papers_and_the_nine_departments_begin_together_and_the_city_comes_after_them() -> None:
    begun = standing_of(STEPS, ()).open
    assert begun == ((1, ""), *((2, department) for department in NINE))
    assert standing_of(STEPS, answered(1)).open == begun[1:]
    assert standing_of(STEPS, answered(2)).open == ((3, "市工信局"),)


def test_it_is_done_once_the_last_approvals_are_given_after_the_notice() -> None:
    waited_for = [standing_of(STEPS, answered(count)).open[0].step for count in range(len(STEPS))]
    assert waited_for == [1, 2, 3, 4, 5, 6, 7, 8]
    assert standing_of(STEPS, answered(7)).open == ((8, "分管领导"), (8, "财政审批岗"))
    assert standing_of(STEPS, answered(8)).passed


def test_the_notice_takes_nothing_of_the_review_limit() -> None:
    assert standing_of(STEPS, answered(6)).excluded_now
    assert not standing_of(STEPS, answered(7)).excluded_now


def test_a_department_that_bars_it_leaves_one_approval_to_refuse_it() -> None:
    barred = standing_of(STEPS, [*answered(1), no(2, "应急管理")])
    assert [place.step for place in barred.open] == [6]


def test_the_first_approver_is_kept_apart_from_all_steps_and_the_last_from_approvals() -> None:
    did_papers = [yes(1, by="甲")]
    assert kept_apart(STEPS, did_papers, SlotPlace(6, "业务科室审批岗"), "甲")
    assert not kept_apart(STEPS, did_papers, SlotPlace(8, "分管领导"), "甲")
    assert kept_apart(STEPS, [yes(8, "财政审批岗", by="甲")], SlotPlace(8, "分管领导"), "甲")


def test_every_reason_is_listed_and_no_other() -> None:
    chapter = GUIDE.partition("### 哪些方案不能发布")[2]
    listed = set(re.findall(r"\| `([a-z_]+)` (?=\|)", chapter))
    made = set()
    for module in (plans, plan_clocks):
        made |= set(re.findall(r'(?:_problem\(|code=)"([a-z_]+)"', inspect.getsource(module)))
    made |= {f"{field}_without_application" for field in ("acceptance", "supplement", "credit")}
    elsewhere = {"quorum_too_large": items, "review_limit_missing": items}
    elsewhere |= dict.fromkeys(("reference_date_after_validity", "reference_date_far"), publication)
    assert all(f'"{code}"' in inspect.getsource(module) for code, module in elsewhere.items())
    assert listed == made | set(elsewhere)
