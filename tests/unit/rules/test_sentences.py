from __future__ import annotations

import pytest
from hypothesis import given

from contracts.rule import (
    AllOf,
    AnyOf,
    Cap,
    Counted,
    Highest,
    Lookup,
    LookupRow,
    Lowest,
    Not,
    PerUnit,
    Plan,
    Quota,
    Rate,
    RoundingRule,
    SharePart,
    Split,
    Sum,
    Table,
    When,
)
from rules.text.items import sentence, sentences
from rules.text.phrases import period_text
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


def said(part: object, year: int | None = None) -> str:
    return sentence(part, FACT_TYPES, year)


@pytest.mark.parametrize(
    ("operator", "value", "words"),
    [
        ("ge", "2000", "本年度营业收入在 2,000 万元以上（含）。"),
        ("gt", "2000", "本年度营业收入超过 2,000 万元。"),
        ("le", "2000", "本年度营业收入在 2,000 万元以下（含）。"),
        ("lt", "2000", "本年度营业收入不满 2,000 万元。"),
        ("between", ("100", "500"), "本年度营业收入在 100 万元至 500 万元之间（含两端）。"),
    ],
)
def test_a_condition_says_whether_the_number_is_included(operator: str, value: object, words: str):
    assert said(condition("revenue", operator, value, "万元")) == words


def test_conditions_of_every_kind_read_as_chinese():
    rule = AllOf(
        of=[
            condition("above_scale", "is_true"),
            condition("above_scale", "is_false", period="Y-1"),
            AnyOf(of=[condition("grade", "in", ("a", "b")), condition("certified_on", "before", "2024-01-01")]),
            Not(of=condition("penalties", "exists")),
            Not(of=AnyOf(of=[condition("penalties", "contains", "tax"), condition("grade", "eq", "c")])),
        ]
    )
    assert said(rule) == (
        "同时满足：\n1. 本年度规模以上企业；\n2. 上年度规模以上企业：否；\n"
        "3. 满足下列条件之一：①本年度级别属于A、B之一；②本年度认定日期早于2024-01-01；\n"
        "4. 本年度行政处罚：无记录；\n"
        "5. 不得有下列任一情形：①本年度行政处罚包括tax；②本年度级别为C。"
    )


def test_a_note_of_the_document_is_kept():
    rule = condition("rd_ratio", "ge", "3", "%").model_copy(update={"note": "以研发专项审计为准"})
    assert said(rule) == "本年度研发投入占比在 3%以上（含）（以研发专项审计为准）。"


def test_amounts_of_every_kind_read_as_chinese():
    capped = Cap(of=Rate(base=quantity("rd_expense"), rate=fixed(1, "%")), limit=fixed(50, "万元"))
    assert said(capped, 2025) == "2025年度研发投入的 1%，最高不超过 50 万元。"
    table = Table(
        by=quantity("revenue", "Y-1"),
        unit="亿元",
        bands=[band(1, 5, fixed(10, "万元")), band(5, None, fixed(50, "万元"), takes_low=False)],
    )
    assert said(table) == (
        "按上年度营业收入所在档次确定：1 亿元以上（含）、不满 5 亿元的，10 万元；超过 5 亿元的，50 万元。"
    )
    lookup = Lookup(
        fact="grade", period="Y", rows=[LookupRow(codes=["a", "b"], then=capped)], otherwise=fixed(1, "万元")
    )
    assert said(lookup) == "按本年度级别确定：A、B的，本年度研发投入的 1%，最高不超过 50 万元；其他 1 万元。"
    when = When(condition=condition("above_scale", "is_true"), then=fixed(5, "万元"), otherwise=fixed(1, "万元"))
    per_head = PerUnit(name="吸纳就业", quantity=quantity("heads"), price=fixed(1500, "元/人"))
    assert said(Sum(of=[when, per_head])) == (
        "下列各项之和：\n1. 本年度规模以上企业的，5 万元；否则，1 万元；\n"
        "2. 吸纳就业：按本年度人数计，标准为 1,500 元/人。"
    )
    assert said(Highest(of=[fixed(1, "万元"), quantity("revenue")])).startswith("下列各项中取最高的一项：1. 1 万元")


def test_shares_rounding_and_plan_read_as_chinese():
    parts = [SharePart(payer="city", fraction="2/10"), SharePart(payer="county", fraction="8/10")]
    assert sentence(Split(parts=parts, remainder_to="county")) == (
        "资金市级承担 20%，县级承担 80%，不足一分的尾差由县级承担。"
    )
    thirds = [SharePart(payer="city", fraction="1/3"), SharePart(payer="county", fraction="2/3")]
    assert sentence(Split(mode="county_advances", parts=thirds, remainder_to="city")) == (
        "资金市级承担 1/3，县级承担 2/3，不足一分的尾差由市级承担；由县级先行全额兑付，再与其他级次结算。"
    )
    assert sentence(RoundingRule(mode="down", to="百元")) == "金额舍去尾数到百元。"


def test_a_plan_says_who_does_what_and_by_when():
    plan = item_rules(
        plan={
            "mode": "committed",
            "steps": [
                {"kind": "joint_check", "departments": ["税务局", "生态环境局"], "passes_when": "any"},
                {"kind": "site_inspection", "clock": {"limit": 48, "unit": "hours"}},
                {
                    "kind": "public_notice",
                    "period": {"limit": 7, "unit": "calendar_days"},
                    "first_day_counts": True,
                    "counts_against_limit": False,
                    "exclusion_basis": "实施细则第八条",
                },
            ],
            "form_fields": [{"fact": "rd_expense", "period": "Y-1"}],
            "materials": [{"code": "audit", "name": "审计报告", "commitment": "承诺数据真实"}],
            "window": {"closes": "2026-12-31"},
        }
    ).plan
    assert isinstance(plan, Plan)
    assert said(plan) == (
        "承诺兑现，由科技局负责；步骤：联合审核（税务局、生态环境局；任一通过即可）、现场勘查（限 48 小时）、"
        "公示（7 个自然日，公示首日计算在内；不计入审核时限，依据实施细则第八条）；收件后 5 个工作日内受理，补正限 10 个工作日；审核时限 5 个工作日；"
        "审核通过后 1 个工作日内兑付到账；申报时填写：上年度研发投入；材料：审计报告（可承诺代替）；"
        "一次性兑付；受理时间至 2026-12-31 止（含当日）。"
    )


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (None, ""),
        ("Y", "本年度"),
        ("Y-2", "前年度"),
        ("Y-3", "3年前"),
        ("2025Q3", "2025年第三季度"),
        ("Y-1M07", "上年7月"),
    ],
)
def test_periods_read_as_chinese(period: str | None, words: str):
    assert period_text(period) == words


def test_an_items_sentences_say_the_year_that_it_fixes_and_an_unusual_rounding():
    rules = item_rules(reference_year=2025, rounding=RoundingRule(mode="down", to="元"))
    found = sentences(rules)
    assert found.eligibility == "2025年度规模以上企业。"
    assert found.amount == "5 万元。金额舍去尾数到元。"
    assert found.shares == "资金由县级承担。"


@given(eligibilities(), amounts())
def test_every_rule_has_a_sentence_without_a_trace_of_code(rule, amount_rule):
    for words in (said(rule), said(amount_rule)):
        assert words.endswith("。")
        assert not any(name in words for name in FACT_TYPES)


def test_a_cap_behind_a_list_says_that_it_is_about_all_of_it():
    bonus = Cap(of=Rate(base=quantity("rd_expense"), rate=fixed(1, "%")), limit=fixed(50, "万元"))
    both = Sum(of=[fixed(5, "万元"), bonus])
    assert said(Cap(of=both, limit=fixed(60, "万元"))) == (
        "下列各项之和：\n1. 5 万元；\n2. 本年度研发投入的 1%，最高不超过 50 万元；\n以上合计最高不超过 60 万元。"
    )
    bands = Table(by=quantity("revenue"), unit="亿元", bands=[band(1, None, bonus)])
    assert said(Cap(of=bands, limit=quantity("rd_expense"), scope="year")) == (
        "按本年度营业收入所在档次确定：\n1. 1 亿元以上（含）的，本年度研发投入的 1%，最高不超过 50 万元；\n"
        "以上年度最高不超过本年度研发投入。"
    )


def test_a_list_in_a_list_stands_in_its_line():
    inner = Lowest(of=[fixed(1, "万元"), quantity("revenue")], name="配套奖")
    assert said(Sum(of=[inner, fixed(2, "万元")])) == (
        "下列各项之和：\n1. 配套奖：下列各项中取最低的一项：① 1 万元；②本年度营业收入；\n2. 2 万元。"
    )
    lookup = Lookup(fact="grade", period="Y", rows=[LookupRow(codes=["a"], then=inner)])
    assert said(lookup) == ("按本年度级别确定：\n1. A的，配套奖：下列各项中取最低的一项：① 1 万元；②本年度营业收入。")


def test_a_cap_for_the_same_thing_names_the_thing():
    per_quarter = Cap(
        scope="project",
        of=quantity("revenue"),
        limit=fixed(5, "万元"),
        counted=Counted(key={"fact": "grade", "period": "Y"}),
    )
    assert (
        said(per_quarter) == "本年度营业收入，同一级别最高不超过 5 万元（与本企业已享受的同一级别的本事项合并计算）。"
    )


def test_a_pot_that_is_cut_for_all_is_not_first_come():
    rules = item_rules(quotas=(Quota(pot="100", pot_unit="万元", when_short="pro_rata"),))
    assert sentences(rules).quotas == "总额 100 万元，不足时同比例折算。"
    placed = item_rules(quotas=(Quota(pot="100", pot_unit="万元", places=3, when_short="pro_rata"),))
    assert sentences(placed).quotas == "名额 3 个，总额 100 万元，先到先得，不足时同比例折算。"
