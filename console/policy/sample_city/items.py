"""10,488 items: as many as a province carries, each a county's variant of a real item's shape.

A variant asks for the same facts with other thresholds, beside conditions that counties add: seat, sector, size,
standing, age, turnover. What it pays is scaled alike.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from console.place import CHECKOUT
from console.policy.sample_city.enterprises import COUNTIES, SECTION_CODES, SEED
from console.policy.sample_city.facts import GRADES, SIZES
from contracts.item import PolicyItemContent
from contracts.rule import ItemRules
from services.catalog.dictionary.facts import dictionary

PROVINCE = 10_488
SAMPLES = CHECKOUT / "sample" / "items"
FACTORS = ("0.1", "0.2", "0.25", "0.3", "0.5", "0.6", "0.8", "1", "1.2", "1.5", "2", "2.5", "3", "4", "5", "8")
Json = dict[str, Any]

_EVERYDAY = (
    "registered_county", "industry_section", "enterprise_size", "established_on", "employees", "tax_credit_grade",
    "abnormal_operation_listed", "serious_dishonest_listed", "revenue", "tax_paid", "rd_expense", "revenue_growth",
    "above_scale", "hi_tech_certified", "tech_sme_listed", "patents",
)  # fmt: skip
"""What conditions of counties ask for, as the dictionary says it."""

_TYPES = {name: dictionary()[name].typed(name) for name in _EVERYDAY}


def sample_items(count: int = PROVINCE, folder: Path = SAMPLES) -> Iterator[tuple[str, ItemRules]]:
    """`count` (code, rules), the same every time. Every fifth one stands on everyday facts alone."""
    shapes = [PolicyItemContent.model_validate_json(path.read_bytes()) for path in sorted(folder.glob("*.json"))]
    rng = random.Random(SEED)
    for number in range(count):
        shape = shapes[number % len(shapes)]
        yield f"{shape.code}-{number:05d}", _variant(shape.rules, rng, everyday=number % 5 == 0)


def _variant(rules: ItemRules, rng: random.Random, *, everyday: bool) -> ItemRules:
    conditions = _of_counties(rng, 3 if everyday else rng.choice((0, 1, 1, 2)))
    if not everyday:
        own = rules.eligibility.model_dump(mode="json", exclude_none=True)
        conditions = [_scaled(own, Fraction(rng.choice(FACTORS))), *conditions]
    declared = dict(rules.fact_types_by_name)
    for name in sorted({condition["fact"] for condition in _leaves(conditions)} - set(declared)):
        declared[name] = _TYPES[name]
    eligibility = {"node": "all", "of": conditions} if len(conditions) > 1 else conditions[0]
    # Parts that a variant leaves as they are have been checked already, and are shared.
    unchanged = {name: getattr(rules, name) for name in rules.model_fields_set}
    return ItemRules(**{**unchanged, "eligibility": eligibility, "fact_types": tuple(declared.values())})


def _scaled(node: Json, factor: Fraction) -> Json:
    """The same conditions with figures `factor` times as high."""
    if "unit" in node and isinstance(node.get("value"), str):
        return {**node, "value": _times(node["value"], factor)}
    parts = node.get("of")
    if isinstance(parts, list):
        return {**node, "of": [_scaled(part, factor) for part in parts]}
    return {**node, "of": _scaled(parts, factor)} if isinstance(parts, dict) else node


def _times(value: str, factor: Fraction) -> str:
    text = f"{float(Fraction(value) * factor):.4f}".rstrip("0").rstrip(".")
    return text if text not in ("", "-0") else "0"


def _leaves(conditions: Sequence[Json]) -> Iterator[Json]:
    for condition in conditions:
        parts = condition.get("of")
        if parts is None:
            if "fact" in condition:
                yield condition
        else:
            yield from _leaves(parts if isinstance(parts, list) else [parts])


def _of_counties(rng: random.Random, count: int) -> list[Json]:
    """Conditions that counties put beside those of a shape, at most one of a kind."""
    kinds = rng.sample((_seat, _sector, _size, _standing, _age, _turnover, _credit, _growth, _research, _title), count)
    return [kind(rng) for kind in kinds]


def _condition(fact: str, operator: str, value: object = None, **more: object) -> Json:
    given = {} if value is None else {"value": value}
    return {"node": "condition", "fact": fact, "operator": operator, **given, **more}


def _seat(rng: random.Random) -> Json:
    return _condition("registered_county", "in", sorted(rng.sample(list(COUNTIES), rng.choice((1, 1, 1, 3)))))


def _sector(rng: random.Random) -> Json:
    return _condition("industry_section", "in", sorted(rng.sample(SECTION_CODES, rng.choice((1, 2, 3)))))


def _size(rng: random.Random) -> Json:
    return _condition("enterprise_size", "in", list(rng.choice((SIZES[1:], SIZES[2:], SIZES[:2], SIZES[:3]))))


def _standing(rng: random.Random) -> Json:
    listed = [_condition(name, "is_true") for name in ("abnormal_operation_listed", "serious_dishonest_listed")]
    return {"node": "not", "of": {"node": "any", "of": listed} if rng.random() < 0.5 else listed[1]}


def _age(rng: random.Random) -> Json:
    day = f"{rng.choice(range(2010, 2026))}-{rng.choice(('01-01', '07-01'))}"
    return _condition("established_on", rng.choice(("before", "ge")), day)


def _turnover(rng: random.Random) -> Json:
    fact, figures = rng.choice(
        (("revenue", (500, 1000, 2000, 3000, 5000, 10_000, 20_000)), ("tax_paid", (5, 10, 50, 100, 300)))
    )
    return _condition(fact, rng.choice(("ge", "gt")), str(rng.choice(figures)), unit="万元", period="2025")


def _credit(rng: random.Random) -> Json:
    return _condition("tax_credit_grade", "in", list(GRADES[: rng.choice((1, 2, 3))]), period="2025")


def _growth(rng: random.Random) -> Json:
    return _condition("revenue_growth", "ge", str(rng.choice((5, 8, 10, 15, 20, 30))), unit="%", period="2025")


def _research(rng: random.Random) -> Json:
    figure = str(rng.choice((10, 50, 100, 200, 300, 500, 1000)))
    return _condition("rd_expense", "ge", figure, unit="万元", period=rng.choice(("2024", "2025")))


def _title(rng: random.Random) -> Json:
    flags = [_condition(name, "is_true") for name in ("hi_tech_certified", "tech_sme_listed")]
    patents = _condition("patents", "ge", str(rng.choice((1, 3, 5, 10))), unit="件")
    scale = _condition("above_scale", "is_true", period="2025")
    return {"node": "any", "of": [*rng.sample(flags, 2), rng.choice((patents, scale))]}
