"""A fact that holds a code's name instead of the code tells nothing: the matcher answers as the plain evaluator does."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from contracts.rule import AllOf, AnyOf, Condition, Eligibility, Fact, FactSheet, FactType, Not, State
from rules import evaluate_eligibility
from services.catalog.matching.engine.matcher import Matcher
from tests.unit.rules.rule_writing import item_rules

TODAY = date(2026, 3, 16)
CITY = FactType(
    name="city",
    label="注册地",
    kind="code",
    codes=[{"code": "haining", "label": "海宁市"}, {"code": "tongxiang", "label": "桐乡市"}],
)
BARE = CITY.model_copy(update={"codes": ()})
TITLES = FactType(
    name="titles",
    label="荣誉",
    kind="codes",
    codes=[{"code": "luban", "label": "鲁班奖"}, {"code": "zhan", "label": "詹天佑奖"}],
)
VALUES = ("haining", "tongxiang", "海宁市", "桐乡市", "elsewhere", "海盐县")
LISTS = ((), ("luban",), ("鲁班奖",), ("zhan", "鲁班奖"), ("zhan", "other"))
RULES: tuple[Eligibility, ...] = (
    Condition(fact="city", operator="eq", value="haining"),
    Condition(fact="city", operator="ne", value="haining"),
    Condition(fact="city", operator="in", value=("haining", "tongxiang")),
    Not(of=Condition(fact="city", operator="in", value=("haining",))),
    Condition(fact="city", operator="not_in", value=("tongxiang",)),
    Condition(fact="city", operator="exists"),
    Condition(fact="titles", operator="contains", value="luban"),
    Condition(fact="titles", operator="exists"),
    AnyOf(
        of=[
            Condition(fact="city", operator="eq", value="haining"),
            AllOf(of=[Condition(fact="titles", operator="contains", value="luban")]),
        ]
    ),
)


def facts(city: str, titles: tuple[str, ...]) -> FactSheet:
    said = {"source": "试算", "as_of": "2026-01-01"}
    told = [
        Fact.model_validate({"name": "city", "kind": "code", "value": city, **said}),
        Fact.model_validate({"name": "titles", "kind": "codes", "value": titles, **said}),
    ]
    return FactSheet(facts=told, reference_year=2026)


@given(st.lists(st.tuples(st.sampled_from(VALUES), st.sampled_from(LISTS)), min_size=1, max_size=12))
def test_the_matcher_agrees_on_names_in_the_place_of_codes(firms: list[tuple[str, tuple[str, ...]]]) -> None:
    sheets = [facts(*firm) for firm in firms]
    matcher = Matcher(TODAY)
    matcher.admit(np.arange(len(sheets), dtype=np.int32))
    changes: dict[tuple[str, str | None], dict[int, Fact | None]] = {("city", None): {}, ("titles", None): {}}
    for row, sheet in enumerate(sheets):
        for each in sheet.facts:
            changes[each.name, None][row] = each
    matcher.put_facts(changes)
    for number, rule in enumerate(RULES):
        for listing, types in (("listed", (CITY, TITLES)), ("bare", (BARE, TITLES))):
            matcher.put_item(f"{number}-{listing}", item_rules(eligibility=rule, fact_types=types))
            plain = [evaluate_eligibility(rule, each, TODAY, {one.name: one for one in types}) for each in sheets]
            rows = [matcher.state(f"{number}-{listing}", row) for row in range(len(sheets))]
            assert rows == [each.state for each in plain]
            for row, verdict in enumerate(plain):
                told = matcher.with_reasons(row, verdict.state)[f"{number}-{listing}"]
                assert [tuple(each) for each in told] == [tuple(dict(each).values()) for each in verdict.reasons]


def test_one_changed_fact_is_looked_at_in_the_same_way() -> None:
    matcher = Matcher(TODAY)
    matcher.admit(np.arange(2, dtype=np.int32))
    matcher.put_item("not-here", item_rules(eligibility=RULES[1], fact_types=(CITY,)))
    for value, state in (("海宁市", State.UNDETERMINED), ("tongxiang", State.MET), ("haining", State.NOT_MET)):
        matcher.put_facts({("city", None): {0: facts(value, ()).facts[0]}})
        assert matcher.state("not-here", 0) is state
