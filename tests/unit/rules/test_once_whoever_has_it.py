"""A certificate or a person that serves once for all firms: what others had counts for that, and for nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.money import Money
from contracts.rule import (
    Assessment,
    Award,
    AwardHistory,
    AwardKey,
    Fact,
    FactSheet,
    FactType,
    Fixed,
    ItemRules,
    KeyRef,
    Level,
    OncePer,
    Within,
)
from rules import assess, check
from rules.text.phrases import Names
from rules.text.terms import stacking_sentence
from tests.unit.review.review_kit import item_rules

DAY = date(2026, 3, 10)
CERTIFICATE = KeyRef(fact="certificate_no")
GRADUATE = KeyRef(fact="graduate_ids")


def rules(*once: OncePer) -> ItemRules:
    base = item_rules(amount=Fixed(value="5", unit="万元"))
    types = (
        *base.fact_types,
        FactType(name="certificate_no", label="证书编号", kind="code"),
        FactType(name="graduate_ids", label="毕业生", kind="codes"),
    )
    return base.model_copy(update={"fact_types": types, "stacking": once})


def once(key: KeyRef | None = CERTIFICATE, *, across_enterprises: bool = True, **more: Any) -> OncePer:
    return OncePer(within=Within(key=key), across_enterprises=across_enterprises, **more)


def had(*keys: tuple[str, str], family: str = "A-1", claim: str = "of-others-1") -> Award:
    told = tuple(AwardKey(fact=fact, value=value) for fact, value in keys)
    return Award(
        family=family,
        level=Level.CITY,
        year=2024,
        money=Money(0),
        granted_on=date(2024, 12, 31),
        keys=told,
        claim=claim,
    )


def assessed(rule: OncePer, *others: Award, graduates: tuple[str, ...] = ("G-1",)) -> Assessment:
    said: dict[str, Any] = {"source": "教育局", "as_of": date(2026, 1, 10)}
    facts = (
        Fact(name="above_scale", kind="flag", value=True, period="2025", **said),
        Fact(name="certificate_no", kind="code", value="C-1", **said),
        Fact(name="graduate_ids", kind="codes", value=graduates, **said),
    )
    history = AwardHistory(family="A-1", of_others=others)
    return assess(rules(rule), FactSheet(facts=facts, reference_year=2025), DAY, awards=history)


def due(assessment: Assessment) -> int | None:
    return assessment.amount.money.fen if assessment.amount.money is not None else None


def test_a_certificate_that_another_firm_has_used_serves_no_more() -> None:
    found = assessed(once(), had(("certificate_no", "C-1")))
    assert due(found) == 0
    assert [each.text_zh for each in found.objections] == ["证书编号 C-1 已享受过（不论由哪家单位），最多 1 次"]


@pytest.mark.parametrize(
    ("rule", "others"),
    [
        (once(across_enterprises=False), [had(("certificate_no", "C-1"))]),
        (once(), [had(("certificate_no", "C-1"), family="B-1")]),
        (once(), [had(("graduate_ids", "G-1"))]),
        (once(most=2), [had(("certificate_no", "C-1"))]),
        (once(GRADUATE), [had(("graduate_ids", "G-9"))]),
        (OncePer(within=Within(years=3)), [had(("certificate_no", "C-1"))]),
    ],
    ids=["not for all firms", "another item", "for another key", "twice is allowed", "another graduate", "no key"],
)
def test_what_others_had_counts_for_nothing_else(rule: OncePer, others: list[Award]) -> None:
    assert due(assessed(rule, *others)) == 5_000_000


def test_items_that_are_counted_together_use_it_up_for_each_other() -> None:
    found = assessed(once(families=("B-1",)), had(("certificate_no", "C-1"), family="B-1"))
    assert [each.code for each in found.objections] == ["used_up"] and due(found) == 0


def test_of_several_graduates_the_one_that_another_employer_was_paid_for_is_named() -> None:
    found = assessed(once(GRADUATE), had(("graduate_ids", "G-2")), graduates=("G-1", "G-2"))
    assert [each.text_zh for each in found.objections] == ["毕业生 G-2 已享受过（不论由哪家单位），最多 1 次"]


def test_the_sentence_says_that_it_is_once_for_all() -> None:
    of = rules(once())
    assert stacking_sentence(of.stacking, Names(of.fact_types_by_name)) == (
        "同一证书编号最多享受 1 次（不论由哪家单位享受）。"
    )


def test_once_for_all_firms_without_a_key_is_not_published() -> None:
    codes = {each.code for each in check(rules(OncePer(across_enterprises=True)))}
    assert "across_without_key" in codes
    assert "across_without_key" not in {each.code for each in check(rules(once()))}
