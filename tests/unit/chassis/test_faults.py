"""Where a fault of a text stands: at the value itself, whatever kinds of nodes were gone through to it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from chassis.foundation.faults import faults_in
from chassis.foundation.reasons import reasons_for
from contracts.rule import FactType, ItemRules, Plan
from tests.unit.console.policy.test_rules import RULES

FIXED = {"node": "fixed", "value": "5", "unit": "元"}


def told(model: Any, data: Any, **more: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(data)
    return [(each.code, each.where, each.text) for each in faults_in(model, data, caught.value, **more)]


@pytest.mark.parametrize(
    ("amount", "where"),
    [
        ({"node": "fact", "fact": "Rent"}, "/amount/fact"),
        ({"node": "fact", "fact": "rent", "period": "2025-Q1"}, "/amount/period"),
        ({"node": "rate", "base": FIXED, "rate": {**FIXED, "value": "x"}}, "/amount/rate/value"),
        ({"node": "rate", "base": {**FIXED, "value": "x"}, "rate": FIXED}, "/amount/base/value"),
        ({"node": "value", "value": "Rent"}, "/amount/value"),
        ({"node": "sum", "of": [FIXED, {"node": "rate", "rate": FIXED}]}, "/amount/of/1/base"),
        ({"node": "cap", "of": FIXED, "limit": FIXED, "counted": {"key": {"fact": "X"}}}, "/amount/counted/key/fact"),
    ],
)
def test_a_field_that_is_called_like_its_node_is_not_passed_over(amount: Any, where: str) -> None:
    assert [place for _, place, _ in told(ItemRules, {**RULES, "amount": amount})] == [where]


def test_a_list_that_is_called_like_the_kind_of_its_fact_is_not_passed_over() -> None:
    declared = {"name": "honours", "label": "荣誉", "kind": "codes", "codes": [{"code": "a b", "label": "甲"}]}
    assert [where for _, where, _ in told(FactType, declared)] == ["/codes/0/code"]


def test_a_step_of_the_handling_is_no_part_of_the_place() -> None:
    plan = {**RULES["plan"], "steps": [{"kind": "panel", "counts_against_limit": False}]}
    ((code, where, text),) = told(Plan, plan)
    assert (code, where) == ("field_value_error", "/steps/0/exclusion_basis")
    assert "须写明依据" in text


def test_who_fills_a_form_is_not_told_of_quotes_and_brackets() -> None:
    broken = {**RULES, "amount": {**FIXED, "value": 5}, "eligibility": {"node": "all", "of": {}}}
    said = [text for _, _, text in told(ItemRules, broken, in_json=False)]
    assert said
    assert not any("引号" in text or "括号" in text for text in said)
    without = told(ItemRules, {**RULES, "amount": {"value": "5"}}, in_json=False)
    assert without[0][2].startswith("缺少 node，须写明是哪一种，可用的有：fixed、fact")
    period = {**RULES, "amount": {"node": "fact", "fact": "rent", "period": "去年"}}
    assert "期间应写 Y（本年度）" in told(ItemRules, period, in_json=False)[0][2]


def test_the_doors_name_the_field_in_which_two_things_do_not_fit() -> None:
    with pytest.raises(ValidationError) as caught:
        FactType.model_validate({"name": "rent", "label": "租金", "kind": "number"})
    (reason,) = reasons_for(caught.value.errors())
    assert (reason.code, reason.field) == ("field_value_error", "unit")
    assert "数值（number、numbers）须写单位" in reason.message
