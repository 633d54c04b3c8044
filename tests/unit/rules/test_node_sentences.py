"""Every node of the language prints as a Chinese sentence, and every problem of a computed rule is found."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from pydantic import TypeAdapter

from console.place import CHECKOUT
from contracts.rule import (
    AmountRule,
    Eligibility,
    FactType,
    Instalments,
    ParameterType,
    Payees,
    Quota,
    Stacking,
)
from rules import check, sentence, sentences
from rules.text.instalments import instalments_sentence
from rules.text.phrases import Names
from rules.text.terms import payees_sentence, quotas_sentence, stacking_sentence
from tests.unit.rules.rule_writing import FACT_TYPES, item_rules

GUIDE = (CHECKOUT / "docs" / "rules.md").read_text()
EXAMPLES = re.findall(r"```json (\w+)\n(.*?)```", GUIDE, re.DOTALL)
TREES: dict[str, TypeAdapter[Any]] = {
    "eligibility": TypeAdapter(Eligibility),
    "amount": TypeAdapter(AmountRule),
    "value": TypeAdapter(AmountRule),
}
LPR = ParameterType(name="lpr_1y", label="一年期 LPR", unit="%")


@pytest.mark.parametrize(("kind", "text"), [each for each in EXAMPLES if each[0] in TREES])
def test_every_example_of_the_guide_is_said_in_chinese(kind: str, text: str):
    words = sentence(TREES[kind].validate_json(text))
    assert words.endswith("。")
    assert "node" not in words
    assert "None" not in words
    assert not re.search(r"(?<!\d\.) （", words)


FIGURES = {name: FactType(name=name, label=label, kind="number", unit="万元") for name, label in {
    "output": "产值", "rd_expense": "研发投入", "revenue": "营业收入", "rent_paid": "实缴租金", "loan": "贷款本金",
    "loan_increment": "贷款增量",
}.items()}  # fmt: skip
SAID = {
    "growth_bands": "本年度产值较上年度产值增速达到 30% 以上（含）的，增速 40% 以内的增量按 1%，其余增量按 1.2%计算；基期为零或负数的，按 0 元计。",
    "compound_growth": "本年度研发投入较3年前研发投入的 3 年复合增长率（基期为零或负数的，视为未达到）不低于",
    "compare": "本年度产值较上年度产值的增速（基期为零或负数的，按 0%计）不低于 15%。",
    "whole_steps": "按（本年度贷款增量每满 1 亿元计 1 份，不足的部分不计）计，标准为 10 万元/份。",
    "decided": "由市住建局核定，不低于 20 万元、最高不超过 100 万元。",
    "top_up": "1,000 万元，所列事项（FJ-010、FJ-010-LOWER）已获奖补的，只补足差额。",
    "n_of": "满足下列条件中的至少 2 项：1. ",
    "at_least": "本年度研发投入减去上年度研发投入，最低按 0 元计。",
    "unstated": "来源未载明（配套企业封顶值在摘录中被截断）。",
    "in_kind": "服务：优先推荐申报国家级专精特新“小巨人”企业。",
}


@pytest.mark.parametrize(("node", "words"), SAID.items())
def test_a_node_is_said_as_a_person_would(node: str, words: str):
    for kind, text in EXAMPLES:
        if kind in TREES and json.loads(text)["node"] == node:
            assert sentence(TREES[kind].validate_json(text), FIGURES).startswith(words)
            return
    wholes = [sentence(TREES[kind].validate_json(text), FIGURES) for kind, text in EXAMPLES if kind in TREES]
    assert words in wholes


def term(kind: str, index: int = 0) -> str:
    return [text for each, text in EXAMPLES if each == kind][index]


def test_terms_are_said_in_chinese():
    names = Names(FACT_TYPES)
    payees = TypeAdapter(Payees).validate_json(term("payees"))
    assert payees_sentence(payees, names).endswith(
        "从就业补助资金列支，兑付单位不代扣个人所得税；企业取得其余部分，从失业保险基金列支。"
    )
    by_sector = TypeAdapter(Instalments).validate_json(term("instalments", 1))
    assert instalments_sentence(by_sector, names) == (
        "按sector分期：\n1. service：分 3 期：第一年 5 万元；第二年 3 万元，首期申报次年起可申报；"
        "第三年 2 万元，首期申报后第 2 年起可申报；\n2. 其他：一次付清。"
    )
    stacking = tuple(TypeAdapter(Stacking).validate_json(term("stacking", index)) for index in range(4))
    assert stacking_sentence(stacking, names) == (
        "同一年度同一project_code与其他各项政策不重复享受，就高不就低，已兑付的只补足差额；"
        "可与事项 GZ-001、GZ-002 叠加享受；“科技创新类奖补”最多享受 2 项，就高不就低；"
        "同一certificate_no最多享受 1 次。"
    )
    quota = TypeAdapter(Quota).validate_json(term("quota"))
    assert quotas_sentence((quota,), names) == (
        "名额 100 个，总额 5,000 万元，依次按本年度研发投入由高到低排序，相同的先申报者优先，用完为止。"
    )
    assert sentences(item_rules(quotas=(quota,))).quotas.startswith("名额 100 个")


# -- what cannot be evaluated ----------------------------------------------------------------------------------

YUAN = {"node": "fixed", "value": "1", "unit": "元"}
SHARE = {"node": "fixed", "value": "1", "unit": "%"}
HEADS = {"node": "fact", "fact": "heads", "period": "Y"}
REVENUE = {"node": "fact", "fact": "revenue", "period": "Y"}
ZERO = {"node": "fixed", "value": "0", "unit": "%"}
AVERAGE = {"node": "parameter", "parameter": "average"}


def found(**parts: Any) -> list[tuple[str, str]]:
    for name, tree in (("amount", "amount"), ("eligibility", "eligibility")):
        if name in parts:
            parts[name] = TREES[tree].validate_python(parts[name])
    rules = item_rules(**parts)
    return [(problem.code, problem.where) for problem in check(rules.model_validate(rules.model_dump()))]


UNSOUND: dict[str, Any] = {
    "division_by_zero /amount/rate": {"node": "rate", "base": YUAN, "rate": {"node": "quotient", "of": REVENUE, "by": REVENUE}},
    "growth_without_base /amount/rate": {"node": "rate", "base": YUAN, "rate": {"node": "growth", "now": REVENUE, "before": REVENUE, "when_zero": SHARE}},
    "growth_without_base /amount": {"node": "growth_bands", "now": REVENUE, "before": REVENUE, "entry": SHARE, "steps": [{"rate": SHARE}]},
    "growth_base_said_twice /amount/rate/when_zero": {"node": "rate", "base": YUAN, "rate": {"node": "growth", "now": REVENUE, "before": REVENUE, "when_zero": SHARE, "when_not_positive": SHARE}},
    "units_differ /amount/rate/when_not_positive": {"node": "rate", "base": YUAN, "rate": {"node": "growth", "now": REVENUE, "before": REVENUE, "when_not_positive": YUAN}},
    "rate_not_a_share /amount/entry": {"node": "growth_bands", "now": REVENUE, "before": REVENUE, "entry": YUAN, "steps": [{"rate": SHARE}], "when_not_positive": YUAN},
    "growth_step_open /amount/steps/0": {"node": "growth_bands", "now": REVENUE, "before": REVENUE, "entry": SHARE, "steps": [{"rate": SHARE}, {"rate": SHARE}], "when_not_positive": YUAN},
    "growth_steps_overlap /amount/steps/1": {"node": "growth_bands", "now": REVENUE, "before": REVENUE, "entry": SHARE, "steps": [{"up_to": SHARE, "rate": SHARE}, {"up_to": SHARE, "rate": SHARE}], "when_not_positive": YUAN},
    "units_differ /amount/less": {"node": "difference", "of": YUAN, "less": SHARE},
    "unit_unfit /amount/unit": {"node": "rounded", "of": REVENUE, "to": "1", "unit": "人", "rounding": "down"},
    "step_not_positive /amount/to": {"node": "rounded", "of": REVENUE, "to": "0", "unit": "元", "rounding": "down"},
    "fact_not_codes /amount/quantity/fact": {"node": "per_unit", "quantity": {"node": "count_codes", "fact": "grade"}, "price": {"node": "fixed", "value": "1", "unit": "元/项"}},
    "fact_not_a_date /amount/quantity/since/fact": {"node": "per_unit", "quantity": {"node": "elapsed", "since": {"node": "date_fact", "fact": "grade"}, "until": {"node": "today"}, "unit": "月"}, "price": {"node": "fixed", "value": "1", "unit": "元/月"}},
    "term_not_time /amount/term": {"node": "interest", "principal": YUAN, "rate": SHARE, "term": HEADS},
    "principal_not_money /amount/principal": {"node": "interest", "principal": HEADS, "rate": SHARE, "term": {"node": "fixed", "value": "1", "unit": "月"}},
    "cap_without_key /amount/counted": {"node": "cap", "scope": "project", "of": YUAN, "limit": YUAN},
    "counted_unexpected /amount/counted": {"node": "cap", "scope": "payment", "of": YUAN, "limit": YUAN, "counted": {}},
    "key_not_a_code /amount/counted/key/fact": {"node": "top_up", "of": YUAN, "counted": {"key": {"fact": "revenue"}}},
    "history_not_money /amount/rate/limit": {"node": "rate", "base": YUAN, "rate": {"node": "cap", "scope": "year", "of": SHARE, "limit": SHARE}},
    "decision_repeated /amount/of/1/decision": {"node": "sum", "of": [{"node": "decided", "decision": "bonus", "by": "局", "max": YUAN}, {"node": "decided", "decision": "bonus", "by": "局", "max": REVENUE}]},
    "undeclared_parameter /amount/rate/parameter": {"node": "rate", "base": YUAN, "rate": {"node": "parameter", "parameter": "unknown"}},
    "parameter_key_unfit /amount/rate/key": {"node": "rate", "base": YUAN, "rate": AVERAGE},
    "key_given_twice /amount/rate/key": {"node": "rate", "base": YUAN, "rate": {**AVERAGE, "key": "C39", "key_fact": {"fact": "grade"}}},
    "day_and_period /amount/rate/period": {"node": "rate", "base": YUAN, "rate": {**AVERAGE, "key": "C39", "period": "Y", "on": {"node": "today"}}},
    "in_kind_in_arithmetic /amount": {"node": "rate", "base": {"node": "in_kind", "kind": "service", "gives": "服务"}, "rate": SHARE},
    "amount_not_money /amount": {"node": "quotient", "of": REVENUE, "by": HEADS, "when_zero": {"node": "fixed", "value": "0", "unit": "元/人"}},
}  # fmt: skip


@pytest.mark.parametrize(("expected", "amount"), UNSOUND.items())
def test_an_amount_that_cannot_be_computed_is_refused_at_its_place(expected: str, amount: Any):
    average = ParameterType(name="average", label="行业平均", unit="%", key_label="行业")
    code, where = expected.split(" ")
    assert (code, where) in found(amount=amount, parameters=(average,))


def test_conditions_on_computed_values_are_checked():
    uneven = {"node": "compare", "left": REVENUE, "operator": "ge", "right": SHARE}
    assert found(eligibility=uneven) == [("units_differ", "/eligibility/right")]
    parts = [{"node": "condition", "fact": "above_scale", "operator": "is_true", "period": "Y"}]
    assert found(eligibility={"node": "n_of", "least": 2, "of": parts}) == [("least_too_many", "/eligibility/least")]
    days = {
        "node": "compare_dates",
        "left": {"node": "today"},
        "operator": "gt",
        "right": {"node": "date_fact", "fact": "grade"},
    }
    assert found(eligibility=days) == [("fact_not_a_date", "/eligibility/right/fact")]
    growth = {
        "node": "compound_growth",
        "now": REVENUE,
        "before": REVENUE,
        "years": 3,
        "operator": "ge",
        "rate": HEADS,
    }
    unfit = ("rate_not_a_share", "/eligibility/rate")
    assert found(eligibility=growth) == [unfit, ("growth_without_base", "/eligibility")]
    assert found(eligibility={**growth, "when_not_positive": "not_met"}) == [unfit]


ALWAYS = {"node": "condition", "fact": "above_scale", "operator": "is_true"}
HALF = {"label": "第一期", "fraction": "1/2"}
TERMS: dict[str, dict[str, Any]] = {
    "payee_part_unclear /payees/parts/0": {"payees": {"parts": [{"who": "bank", "label": "银行", "fraction": "1/2"}]}},
    "payees_over_one /payees/parts": {"payees": {"parts": [{"who": "bank", "label": "银行", "fraction": "1"}, {"who": "employee", "label": "职工", "fraction": "1/2"}, {"who": "applicant", "label": "企业"}]}},
    "instalments_not_one /instalments/parts": {"instalments": {"node": "instalments", "parts": [HALF]}},
    "instalments_mixed /instalments/parts": {"instalments": {"node": "instalments", "parts": [HALF, {"label": "二", "amount": YUAN}]}},
    "instalments_not_whole /instalments/parts": {"instalments": {"node": "instalments", "parts": [{"label": "一", "amount": YUAN}]}},
    "exemption_without_recheck /instalments/parts/0/exemption": {"instalments": {"node": "instalments", "parts": [{"label": "一", "fraction": "1", "exemption": ALWAYS}]}},
    "failure_without_recheck /instalments/parts/0/if_failed": {"instalments": {"node": "instalments", "parts": [{"label": "一", "fraction": "1", "if_failed": "stop"}]}},
    "codes_not_covered /instalments/rows": {"instalments": {"node": "instalments_by", "fact": "grade", "rows": [{"codes": ["a"], "parts": [{"label": "一", "fraction": "1"}]}]}},
    "group_not_own /stacking/0/group": {"stacking": [{"node": "at_most_of", "group": "some", "label": "若干", "most": 1}]},
    "key_not_a_code /stacking/0/within/key/fact": {"stacking": [{"node": "once_per", "within": {"key": {"fact": "revenue"}}}]},
    "quota_empty /quotas/0": {"quotas": [{}]},
    "quota_part_unknown /quotas/0/part": {"quotas": [{"pot": "1", "part": "没有的部分"}]},
    "unit_unfit /quotas/0/pot_unit": {"quotas": [{"pot": "1", "pot_unit": "人"}]},
    "quota_negative /quotas/0/pot": {"quotas": [{"pot": "-1"}]},
    "pot_missing /quotas/0": {"quotas": [{"places": 1, "when_short": "pro_rata"}]},
    "parameter_declared_twice /parameters/1/name": {"parameters": [{"name": "average", "label": "平均", "unit": "%"}] * 2},
    "codes_not_covered /shares/rows": {"shares": {"node": "split_by", "fact": "grade", "rows": [{"codes": ["a"], "split": {"parts": [{"payer": "city", "fraction": "1"}], "remainder_to": "city"}}]}},
    "shares_not_one /shares/rows/0/split/parts": {"shares": {"node": "split_by", "fact": "grade", "rows": [{"codes": ["a", "b", "c"], "split": {"parts": [{"payer": "city", "fraction": "1/2"}], "remainder_to": "city"}}]}},
    "code_repeated /shares/rows/1/codes": {"shares": {"node": "split_by", "fact": "grade", "rows": [{"codes": ["a", "b", "c"], "split": {"parts": [{"payer": "city", "fraction": "1"}], "remainder_to": "city"}}] * 2}},
}  # fmt: skip


@pytest.mark.parametrize(("expected", "parts"), TERMS.items())
def test_terms_that_cannot_be_applied_are_refused_at_their_place(expected: str, parts: dict[str, Any]):
    code, where = expected.split(" ")
    sound = item_rules().model_dump()
    rules = type(item_rules()).model_validate({**sound, **parts})
    assert (code, where) in [(problem.code, problem.where) for problem in check(rules)]
