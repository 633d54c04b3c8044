"""Whatever a firm is shown of a rule: short lines, brackets that close and never nest, no word of a program."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings

from contracts.rule import AllOf, AnyOf, Cap, Lookup, LookupRow, Not, Payees, Rate, Sum, Table, When
from rules.text.guides import LONGEST, guide_sentences, says_the_same
from rules.text.items import sentence, sentences
from rules.text.layout import chinese, condition_in_brackets, deepest, in_brackets, in_one_line, laid_out, numbered
from rules.text.phrases import Names
from rules.text.terms import payees_sentence
from tests.unit.rules.rule_writing import (
    FACT_TYPES,
    amounts,
    band,
    condition,
    eligibilities,
    fixed,
    item_rules,
    quantity,
)
from tests.unit.rules.sample_files import ITEMS

IDENTIFIER = re.compile(r"[a-z_]{3,}")
MARKS = re.compile("[\ue000-\uf8ff]")


def faults(text: str) -> list[str]:
    """What no line may have."""
    found = []
    for line in text.split("\n"):
        if deepest(line) > 1 or "（（" in line:
            found.append(f"brackets in brackets: {line}")
        if line.count("（") != line.count("）") or line.count("“") != line.count("”"):
            found.append(f"a bracket is open: {line}")
        if MARKS.search(line):
            found.append(f"a mark is left: {line!r}")
        if re.search(r"：[：，；]|，，|；；|的，：|不得不|（）", line):
            found.append(f"signs behind one another: {line}")
    return found


@pytest.mark.parametrize("code", ITEMS)
def test_no_line_of_a_sample_nests_brackets_or_shows_a_code(code: str):
    for text in sentences(ITEMS[code].rules).model_dump().values():
        assert faults(text) == []
        assert IDENTIFIER.findall(text) == []


@given(eligibilities(), amounts())
@settings(max_examples=300)
def test_no_rule_whatever_nests_brackets(rule, amount_rule):
    for text in (sentence(rule, FACT_TYPES), sentence(amount_rule, FACT_TYPES), sentence(Not(of=rule), FACT_TYPES)):
        assert faults(text) == []
        assert text.endswith("。")


@given(eligibilities())
def test_in_one_line_it_says_the_same(rule):
    from rules.text.trees import eligibility_sentence

    marked = eligibility_sentence(rule, Names(FACT_TYPES))
    line = in_one_line(marked)
    assert "\n" not in line
    assert faults(line) == []
    assert says_the_same(line, laid_out(marked))


def test_groups_in_groups_are_numbered_by_their_depth():
    both = AllOf(of=[condition("above_scale", "is_true"), condition("grade", "eq", "a")])
    many = AllOf(of=[*both.of, *both.of])
    rule = AllOf(of=[condition("above_scale", "is_true"), AnyOf(of=[both, many])])
    assert sentence(rule, FACT_TYPES) == (
        "同时满足：\n"
        "一、本年度规模以上企业；\n"
        "二、满足下列条件之一：\n"
        "　（一）同时满足：①本年度规模以上企业；②本年度级别为A；\n"
        "　（二）同时满足：①本年度规模以上企业；②本年度级别为A；③本年度规模以上企业；④本年度级别为A。"
    )


def test_what_words_follow_is_named_and_said_below():
    by_grade = Lookup(
        fact="grade", period="Y", rows=[LookupRow(codes=["a"], then=fixed(10, "%"))], otherwise=fixed(5, "%")
    )
    capped = Cap(of=Rate(base=quantity("revenue"), rate=by_grade), limit=fixed(50, "万元"))
    assert sentence(capped, FACT_TYPES) == (
        "本年度营业收入 × 甲，最高不超过 50 万元。\n其中，甲：按本年度级别确定：\n1. A 10%；\n2. 其他 5%。"
    )


def test_what_is_said_twice_is_said_once_below():
    bands = Table(by=quantity("revenue"), unit="亿元", bands=[band(1, None, fixed(5, "万元"))])
    named = bands.model_copy(update={"name": "基本奖"})
    rule = Lookup(
        fact="grade",
        period="Y",
        rows=[
            LookupRow(codes=["a"], then=named),
            LookupRow(codes=["b"], then=Rate(base=named, rate=fixed(2, "倍"))),
        ],
    )
    assert sentence(rule, FACT_TYPES) == (
        "按本年度级别确定：\n1. A的，“基本奖”；\n2. B的，“基本奖”的 2 倍。\n"
        "其中，“基本奖”：按本年度营业收入所在档次确定：\n1. 1 亿元以上（含）的，5 万元。"
    )


def test_a_condition_in_the_middle_of_a_sentence_is_short_or_said_below():
    short = AllOf(of=[condition("above_scale", "is_true"), condition("grade", "eq", "a")])
    assert (
        sentence(When(condition=short, then=fixed(5, "万元")), FACT_TYPES)
        == "本年度规模以上企业，且本年度级别为A的，5 万元。"
    )
    nested = AllOf(of=[condition("above_scale", "is_true"), AnyOf(of=[*short.of])])
    assert sentence(When(condition=nested, then=fixed(5, "万元")), FACT_TYPES) == (
        "符合条件甲的，5 万元。\n其中，条件甲：同时满足：\n1. 本年度规模以上企业；\n"
        "2. 满足下列条件之一：①本年度规模以上企业；②本年度级别为A。"
    )


def test_what_stands_behind_a_list_has_its_own_line():
    marked = f"下列各项之和：{numbered(['甲奖', '乙奖'])}，以上合计最高不超过 5 万元"
    assert laid_out(marked) == "下列各项之和：\n1. 甲奖；\n2. 乙奖；\n以上合计最高不超过 5 万元。"


def test_a_bracket_is_kept_where_it_holds_no_other():
    assert laid_out(f"{in_brackets('甲减去乙')}的 5%") == "（甲减去乙）的 5%。"
    assert laid_out(f"{in_brackets('甲（元）减去乙')}的 5%") == "甲的 5%。\n其中，甲：甲（元）减去乙。"
    assert (
        in_one_line(f"{condition_in_brackets('有（两）项')}的，5 万元")
        == "符合条件甲的，5 万元；其中，条件甲：有（两）项"
    )


@pytest.mark.parametrize(("count", "word"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九")])
def test_lines_are_counted_in_chinese(count: int, word: str):
    assert chinese(count) == word


NO = (
    (condition("grade", "ne", "a"), "本年度级别为A。"),
    (condition("grade", "not_in", ("a", "b")), "本年度级别属于A、B之一。"),
    (condition("revenue", "lt", "5", "万元"), "本年度营业收入在 5 万元以上（含）。"),
    (condition("certified_on", "le", "2024-01-01"), "本年度认定日期晚于2024-01-01。"),
    (condition("revenue", "ge", "5", "万元"), "本年度营业收入不得在 5 万元以上（含）。"),
)


@pytest.mark.parametrize(("rule", "words"), NO)
def test_what_must_not_not_be_is_what_must_be(rule, words: str):
    assert sentence(Not(of=rule), FACT_TYPES) == words
    assert sentence(Not(of=Not(of=rule)), FACT_TYPES) == sentence(rule, FACT_TYPES)


def test_a_single_payee_gets_all_of_it():
    alone = Payees.model_validate({"parts": [{"who": "bank", "label": "经办银行"}]})
    assert payees_sentence(alone, Names(FACT_TYPES)) == "经办银行取得全部。"


def test_no_level_bears_a_bare_nought():
    rules = item_rules(
        shares={
            "node": "split",
            "parts": [{"payer": "city", "fraction": "1"}, {"payer": "county", "fraction": "0"}],
            "remainder_to": "city",
        }
    )
    assert sentences(rules.model_validate(rules.model_dump())).shares == "资金由市级全部承担。"


def test_a_guide_that_is_too_long_ends_with_a_whole_entry():
    parts = [fixed(n, "万元").model_copy(update={"name": f"第{chinese(n)}项奖励" * 7}) for n in range(1, 51)]
    said = guide_sentences(item_rules(amount=Sum(of=parts)))["standard"]
    assert isinstance(said, str)
    assert len(said) <= LONGEST
    assert said.endswith(("；……", "\n……"))


FORMER = (
    "按2021年度科技企业身份确定：国家高新技术企业 “取档：按2021年度研发费用所在档次确定：不满 1,000 万元的，10 万元；1,000 万元以上（含）的，30 万元”；"
    "其他 “取档：按2021年度研发费用所在档次确定：不满 1,000 万元的，10 万元；1,000 万元以上（含）的，30 万元”的 1.5 倍，最高不超过 300 万元。"
)
NOW = (
    "按2021年度科技企业身份确定：\n1. 国家高新技术企业的，“取档”；\n2. 其他的，“取档”的 1.5 倍，最高不超过 300 万元。\n"
    "其中，“取档”：按2021年度研发费用所在档次确定：\n1. 不满 1,000 万元的，10 万元；\n2. 1,000 万元以上（含）的，30 万元。"
)


def test_a_guide_in_the_former_layout_says_the_same_and_another_figure_does_not():
    assert says_the_same(FORMER, NOW)
    assert not says_the_same(FORMER.replace("300 万元", "400 万元"), NOW)
    assert not says_the_same(FORMER.replace("不满", "超过"), NOW)
