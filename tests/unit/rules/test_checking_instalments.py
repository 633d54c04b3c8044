"""What keeps a schedule from being applied is refused at its place, and a new one says from when its parts are due."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from contracts.rule import FactType, Instalments
from rules import check, check_publication
from tests.unit.rules.rule_writing import FACT_TYPES, fixed, item_rules
from tests.unit.rules.sample_files import ITEMS
from tests.unit.rules.test_rule_guide import EXAMPLES

ALWAYS = {"node": "condition", "fact": "above_scale", "operator": "is_true", "period": "Y"}
UNDECLARED = {"node": "condition", "fact": "unheard_of", "operator": "is_true"}
HALF = {"label": "一", "fraction": "1/2"}
DUE = {**HALF, "due_year": 1}


def plan(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"node": "instalments", "parts": list(parts), **more}


def checked(**more: Any) -> dict[str, Any]:
    """One part that is paid at once on this recheck."""
    return plan({"label": "一", "fraction": "1", "rechecks": [{"condition": ALWAYS, **more}]})


def found(schedules: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    rules = item_rules(instalments=TypeAdapter(Instalments).validate_python(schedules), **more)
    return [(each.code, each.where) for each in check(rules)]


DAY = {"node": "day", "day": "2026-07-01"}
EARLIER = {"node": "day", "day": "2026-06-30"}
PLACE = "/instalments/parts"
FAULTS: dict[str, dict[str, Any]] = {
    f"due_said_twice {PLACE}/1/due_on": plan(HALF, {**DUE, "due_on": DAY}),
    f"due_not_in_order {PLACE}/1/due_year": plan({**HALF, "due_year": 2}, DUE),
    f"due_not_in_order {PLACE}/1/due_on": plan({**HALF, "due_on": DAY}, {**HALF, "due_on": EARLIER}),
    f"undeclared_fact {PLACE}/1/due_on/fact": plan(HALF, {**HALF, "due_on": {"node": "date_fact", "fact": "unheard_of"}}),
    f"fact_not_a_date {PLACE}/1/due_on/fact": plan(HALF, {**HALF, "due_on": {"node": "date_fact", "fact": "grade"}}),
    f"rechecks_in_two_places {PLACE}/1/rechecks": plan(HALF, {**DUE, "recheck": ALWAYS, "rechecks": [{"condition": ALWAYS}]}),
    f"undeclared_fact {PLACE}/0/rechecks/0/condition/fact": plan({"label": "一", "fraction": "1", "rechecks": [{"condition": UNDECLARED}]}),
    f"undeclared_fact {PLACE}/0/rechecks/0/exemption/fact": checked(exemption=UNDECLARED),
    f"reduced_to_missing {PLACE}/0/rechecks/0/reduced_to": checked(if_failed="reduce"),
    f"reduced_to_unexpected {PLACE}/0/rechecks/0/reduced_to": checked(if_failed="stop", reduced_to="1/2"),
    f"recomputed_without_fractions {PLACE}": plan({"label": "一", "amount": {"node": "fixed", "value": "5", "unit": "万元"}}, whole="recomputed"),
    "undeclared_fact /instalments/rows/0/condition/fact": {"node": "instalments_when", "rows": [{"condition": UNDECLARED, "parts": [{"label": "一", "fraction": "1"}]}], "otherwise": [HALF, DUE]},
    "instalments_not_one /instalments/rows/0/parts": {"node": "instalments_when", "rows": [{"condition": ALWAYS, "parts": [HALF]}], "otherwise": [HALF, DUE]},
    "instalments_not_one /instalments/otherwise": {"node": "instalments_when", "rows": [{"condition": ALWAYS, "parts": [HALF, DUE]}], "otherwise": [HALF]},
}  # fmt: skip


@pytest.mark.parametrize(("expected", "schedules"), FAULTS.items())
def test_a_schedule_that_cannot_be_applied_is_refused_at_its_place(expected: str, schedules: dict[str, Any]):
    code, where = expected.split(" ")
    assert found(schedules) == [(code, where)]


@pytest.mark.parametrize("left", ["0", "1", "3/2", "2/2"])
def test_what_is_reduced_to_is_a_part_and_not_all_or_nothing(left: str):
    where = f"{PLACE}/0/rechecks/0/reduced_to"
    assert found(checked(if_failed="reduce", reduced_to=left)) == [("reduced_to_not_a_part", where)]


def test_sound_schedules_are_not_complained_of():
    assert found(checked(if_failed="reduce", reduced_to="1/2", exemption=ALWAYS)) == []
    same_year = plan({**HALF, "due_year": 0}, {**HALF, "due_year": 0}, together=True, whole="recomputed")
    assert found(same_year) == []
    same_day = plan({**HALF, "due_on": DAY}, {**HALF, "due_on": DAY})
    assert found(same_day) == []
    by_size = {
        "node": "instalments_when",
        "rows": [{"condition": ALWAYS, "parts": [HALF, DUE]}],
        "otherwise": [HALF, DUE],
    }
    assert found(by_size) == []


def test_an_item_for_one_fixed_year_says_the_days_of_its_parts():
    """Its year never changes, so that a part of a later year would never be due."""
    assert found(plan(HALF, DUE), reference_year=2024) == [("due_year_of_fixed_year", f"{PLACE}/1/due_year")]
    assert found(plan(HALF, {**HALF, "due_on": DAY}), reference_year=2024) == []


WAITS = {**HALF, "rechecks": [{"condition": ALWAYS, "if_failed": "wait"}]}


@pytest.mark.parametrize(
    ("second", "undated"),
    [
        (HALF, True),
        ({**HALF, "recheck": ALWAYS, "if_failed": "stop"}, True),
        ({**HALF, "rechecks": [{"condition": ALWAYS, "if_failed": "stop"}]}, True),
        (DUE, False),
        ({**HALF, "due_year": 0}, False),
        ({**HALF, "due_on": DAY}, False),
        (WAITS, False),
        ({**HALF, "recheck": ALWAYS, "if_failed": "wait"}, False),
    ],
)
def test_a_later_part_of_a_new_publication_says_when_it_is_due(second: dict[str, Any], undated: bool):
    """Versions that are published already keep being evaluated: `check` alone does not ask for it."""
    assert found(plan(HALF, second)) == []
    item = next(iter(ITEMS.values()))
    schedules = TypeAdapter(Instalments).validate_python(plan(HALF, second))
    rules = item_rules(instalments=schedules)
    problems = check_publication(item.model_copy(update={"rules": rules}))
    asked = ("instalment_without_due", "/rules/instalments/parts/1")
    assert [(each.code, each.where) for each in problems] == ([asked] if undated else [])


def test_every_schedule_of_a_new_publication_is_looked_at():
    item = next(iter(ITEMS.values()))
    schedules = {
        "node": "instalments_when",
        "rows": [{"condition": ALWAYS, "parts": [HALF, HALF]}],
        "otherwise": [HALF, HALF],
    }
    rules = item_rules(instalments=TypeAdapter(Instalments).validate_python(schedules))
    problems = check_publication(item.model_copy(update={"rules": rules}))
    assert [each.where for each in problems] == ["/rules/instalments/rows/0/parts/1", "/rules/instalments/otherwise/1"]
    assert all("due_year" in each.text_zh and "due_on" in each.text_zh for each in problems)


GUIDE_FACTS = [
    {"name": "tax_paid", "label": "实缴税额", "kind": "number", "unit": "元"},
    {"name": "investment", "label": "投资额", "kind": "number", "unit": "万元"},
    {"name": "tax_exempt", "label": "政策性免税", "kind": "flag"},
    {"name": "moved_away", "label": "已迁出", "kind": "flag"},
    {"name": "sector", "label": "行业", "kind": "code"},
    {"name": "project_stage", "label": "项目进度", "kind": "codes"},
]


@pytest.mark.parametrize("text", [text for kind, text in EXAMPLES if kind == "instalments"])
def test_an_example_of_the_guide_may_be_published(text: str):
    schedules = TypeAdapter(Instalments).validate_json(text)
    types = (*FACT_TYPES.values(), *(FactType.model_validate(each) for each in GUIDE_FACTS))
    rules = item_rules(amount=fixed(10, "万元"), instalments=schedules, fact_types=types)
    problems = check_publication(next(iter(ITEMS.values())).model_copy(update={"rules": rules}))
    assert [each.text_zh for each in problems] == []
