from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.rule import (
    AllOf,
    AmountRule,
    Cap,
    FactType,
    ItemRules,
    Lookup,
    LookupRow,
    NamedFigure,
    NamedValue,
    Not,
    PerUnit,
    Rate,
    SharePart,
    Split,
    Sum,
    Table,
    When,
)
from rules.checking.items import check
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


def codes(**parts: Any) -> list[tuple[str, str]]:
    return [(problem.code, problem.where) for problem in check(item_rules(**parts))]


def test_sound_rules_have_no_problems():
    assert check(item_rules()) == []


@given(eligibilities(), amounts())
def test_everything_that_evaluates_passes_the_check(rule, amount_rule):
    assert check(item_rules(eligibility=rule, amount=amount_rule), FACT_TYPES) == []


@given(eligibilities(), amounts())
def test_rules_keep_their_meaning_as_json(rule, amount_rule):
    rules = item_rules(eligibility=rule, amount=amount_rule)
    assert ItemRules.model_validate_json(rules.model_dump_json()) == rules


@pytest.mark.parametrize(
    ("broken", "code", "where"),
    [
        (condition("nothing", "is_true"), "undeclared_fact", "/fact"),
        (condition("revenue", "is_true"), "operator_unfit", "/operator"),
        (condition("certified_on", "gt", "2024-01-01"), "operator_unfit", "/operator"),
        (condition("above_scale", "is_true", "yes"), "value_unexpected", "/value"),
        (condition("revenue", "ge", "many", "万元"), "value_malformed", "/value"),
        (condition("revenue", "ge", None, "万元"), "value_malformed", "/value"),
        (condition("revenue", "between", ("1",), "万元"), "value_malformed", "/value"),
        (condition("revenue", "between", ("9", "10.5", "11"), "万元"), "value_malformed", "/value"),
        (condition("grade", "in", ()), "value_malformed", "/value"),
        (condition("certified_on", "ge", "2024-02-30"), "value_malformed", "/value"),
        (condition("revenue", "between", ("10", "9"), "万元"), "range_reversed", "/value"),
        (condition("grade", "eq", "z"), "unknown_code", "/value"),
        (condition("revenue", "ge", "1"), "unit_missing", "/unit"),
        (condition("revenue", "ge", "1", "人"), "unit_unfit", "/unit"),
        (condition("revenue", "ge", "1", "元/"), "unknown_unit", "/unit"),
        (condition("grade", "eq", "a", "元"), "unit_unexpected", "/unit"),
    ],
)
def test_a_condition_that_cannot_be_evaluated_is_found_where_it_is(broken, code: str, where: str):
    assert codes(eligibility=broken) == [(code, f"/eligibility{where}")]
    nested = AllOf(of=[condition("above_scale", "is_true"), Not(of=broken)])
    assert codes(eligibility=nested) == [(code, f"/eligibility/of/1/of{where}")]
    when = When(condition=broken, then=fixed(1, "元"))
    assert codes(amount=when) == [(code, f"/amount/condition{where}")]


ONE = fixed(1, "元")


def table(*bands: Any, by: str = "revenue", unit: str = "亿元", basis: str = "whole") -> Table:
    return Table(by=quantity(by), unit=unit, basis=basis, bands=bands)


@pytest.mark.parametrize(
    ("broken", "code", "where"),
    [
        (fixed(5, "%"), "amount_not_money", ""),
        (fixed(5, "元/人"), "amount_not_money", ""),
        (fixed(5, "元//人"), "unknown_unit", "/unit"),
        (quantity("heads"), "amount_not_money", ""),
        (quantity("nothing"), "undeclared_fact", "/fact"),
        (quantity("grade"), "fact_not_a_number", "/fact"),
        (Rate(base=quantity("revenue"), rate=quantity("heads")), "rate_not_a_share", "/rate"),
        (PerUnit(quantity=quantity("heads"), price=fixed(5, "元/亩")), "amount_not_money", "/price"),
        (Cap(of=ONE, limit=fixed(1, "人")), "units_differ", "/limit"),
        (Sum(of=[ONE, fixed(1, "%")]), "units_differ", "/of/1"),
        (table(band(1, 5, ONE), unit="人"), "unit_unfit", "/unit"),
        (table(band(1, 5, ONE), band(4, None, ONE)), "bands_overlap", "/bands/1/low"),
        (table(band(5, 9, ONE), band(1, 5, ONE)), "bands_overlap", "/bands/1/low"),
        (table(band(1, 5, ONE, takes_high=True), band(5, None, ONE)), "bands_overlap", "/bands/1/low_inclusive"),
        (table(band(1, None, ONE), band(5, None, ONE)), "bands_overlap", "/bands/1"),
        (table(band(1, 5, ONE), band(6, None, ONE)), "bands_gap", "/bands/1/low"),
        (table(band(1, 5, ONE), band(5, None, ONE, takes_low=False)), "bands_gap", "/bands/1/low_inclusive"),
        (table(band(5, 1, ONE)), "band_empty", "/bands/0"),
        (table(band(5, 5, ONE)), "band_empty", "/bands/0"),
        (table(band(1, 5, ONE), band(5, None, fixed(1, "人"))), "units_differ", "/bands/1/then"),
        (table(band(-1, 5, fixed(1, "%")), basis="marginal"), "band_negative", "/bands/0"),
        (table(band(1, 5, ONE), basis="marginal"), "amount_not_money", "/bands/0/then"),
        (Lookup(fact="heads", rows=[LookupRow(codes=["a"], then=ONE)]), "fact_not_a_code", "/fact"),
        (Lookup(fact="grade", rows=[LookupRow(codes=["z"], then=ONE)]), "unknown_code", "/rows/0/codes/0"),
        (
            Lookup(fact="grade", rows=[LookupRow(codes=["a", "b"], then=ONE), LookupRow(codes=["b"], then=ONE)]),
            "code_repeated",
            "/rows/1/codes",
        ),
    ],
)
def test_an_amount_that_cannot_be_computed_is_found_where_it_is(broken: AmountRule, code: str, where: str):
    assert codes(amount=broken) == [(code, f"/amount{where}")]


def test_a_marginal_band_may_have_a_computed_rate():
    rate = Rate(base=fixed(100, "%"), rate=fixed(1, "%"))
    assert codes(amount=table(band(1, 5, rate), basis="marginal")) == []


@pytest.mark.parametrize(
    ("parts", "remainder_to", "mode", "code"),
    [
        ({"city": "1/2", "county": "1/3"}, "county", "direct", "shares_not_one"),
        ({"county": "3/2"}, "county", "direct", "shares_not_one"),
        ({"county": "1"}, "city", "direct", "remainder_without_share"),
        ({"city": "1"}, "city", "county_advances", "advance_without_county"),
    ],
)
def test_shares_that_do_not_come_out_are_found(parts, remainder_to: str, mode: str, code: str):
    shares = [SharePart(payer=payer, fraction=fraction) for payer, fraction in parts.items()]
    found = codes(shares=Split(mode=mode, parts=shares, remainder_to=remainder_to))
    assert [problem for problem, _ in found] == [code]


def test_a_payer_shares_once():
    halves = [SharePart(payer="county", fraction="1/2")] * 2
    assert codes(shares=Split(parts=halves, remainder_to="county")) == [("payer_repeated", "/shares/parts")]


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        ({"window": {"opens": "2026-02-01", "closes": "2026-01-01"}}, "window_reversed"),
        ({"review_limit": None}, "review_limit_missing"),
        ({"mode": "committed"}, "commitment_without_evaluation"),
        ({"mode": "no_application", "form_fields": [{"fact": "revenue"}]}, "form_without_application"),
        ({"form_fields": [{"fact": "nothing"}]}, "undeclared_fact"),
        ({"form_fields": [{"fact": "revenue"}, {"fact": "revenue"}]}, "field_repeated"),
        ({"materials": [{"code": "paper", "name": "材料"}] * 2}, "material_repeated"),
        ({"steps": [{"kind": "approval", "passes_when": 2}]}, "quorum_too_large"),
    ],
)
def test_a_plan_that_contradicts_itself_is_found(plan: dict[str, Any], code: str):
    assert [problem for problem, _ in codes(plan=plan)] == [code]


def test_all_reasons_come_at_once():
    found = codes(
        eligibility=AllOf(of=[condition("nothing", "is_true"), condition("revenue", "ge", "1")]),
        amount=Sum(of=[table(band(1, 5, ONE), band(6, None, ONE)), fixed(1, "%")]),
        shares=Split(parts=[SharePart(payer="city", fraction="1/2")], remainder_to="county"),
        plan={"review_limit": None},
    )
    assert [problem for problem, _ in found] == [
        "undeclared_fact",
        "unit_missing",
        "bands_gap",
        "units_differ",
        "shares_not_one",
        "remainder_without_share",
        "review_limit_missing",
    ]


def test_declarations_are_checked_alone_and_against_the_vocabulary():
    twice = (*FACT_TYPES.values(), FACT_TYPES["revenue"])
    assert codes(fact_types=twice) == [("fact_declared_twice", f"/fact_types/{len(FACT_TYPES)}/name")]
    odd = FactType(name="odd", label="怪", kind="number", unit="元·")
    assert codes(fact_types=(*FACT_TYPES.values(), odd))[0][0] == "unknown_unit"
    vocabulary = FACT_TYPES | {"revenue": FactType(name="revenue", label="收入", kind="number", unit="人")}
    del vocabulary["heads"]
    assert [problem.code for problem in check(item_rules(), vocabulary)] == [
        "fact_differs_from_vocabulary",
        "fact_not_in_vocabulary",
    ]


def test_a_step_outside_the_limit_cites_its_basis():
    step = {"kind": "panel", "counts_against_limit": False}
    with pytest.raises(ValidationError, match="须写明依据"):
        item_rules(plan={"steps": [step]})


def test_a_tree_too_deep_to_walk_is_refused_before_it_is_walked():
    rule = condition("above_scale", "is_true")
    for _ in range(60):
        rule = Not(of=rule)
    assert codes(eligibility=rule) == [("tree_too_deep", "/eligibility")]
    deep = '{"node":"sum","of":[' * 5000 + "]}" * 5000
    with pytest.raises(ValidationError):
        TypeAdapter(AmountRule).validate_json(deep)


def test_an_unknown_node_or_field_is_refused_and_not_ignored():
    sound = json.loads(item_rules().model_dump_json())
    for change in ({"amount": {"node": "guess"}}, {"eligibility": {"node": "all", "of": []}}, {"extra": 1}):
        with pytest.raises(ValidationError):
            ItemRules.model_validate(sound | change)
    with_cap = sound["amount"] | {"yearly_cap": "5"}
    with pytest.raises(ValidationError):
        ItemRules.model_validate(sound | {"amount": with_cap})


@pytest.mark.parametrize("text", ["1e9", "0x1", "NaN", "1_000", "01", "+1", ".5", "1.", "", "１", "9" * 19])
def test_numbers_are_plain_decimals_or_refused(text: str):
    with pytest.raises(ValidationError):
        fixed(text, "元")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=200)
@given(st.data())
def test_the_parser_refuses_what_is_no_rule_and_the_check_takes_what_it_lets_through(data: st.DataObject):
    tree: Any = json.loads(item_rules(amount=data.draw(amounts())).model_dump_json())
    place = tree
    while isinstance(place, dict | list) and place:
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(list(keys)))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(_JSON)
            break
        place = place[key]
    try:
        rules = ItemRules.model_validate(tree)
    except ValidationError:
        return
    assert isinstance(check(rules), list)


def test_a_value_is_not_called_as_a_fact_is():
    """The sentence read “投资额。其中：投资额＝1 万元”: nobody could tell which was meant."""
    label = FACT_TYPES["rd_expense"].label
    value = NamedValue(name="payable", label=label, of=fixed(1, "万元"))
    assert codes(values=(value,), amount=NamedFigure(value="payable")) == [("value_label_repeated", "/values/0/label")]
