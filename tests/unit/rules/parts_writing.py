"""Short ways to write amounts of named parts and what was granted for them, and to try them."""

from __future__ import annotations

from datetime import date

from contracts.money import Money
from contracts.rule import AmountRule, Assessment, Award, AwardHistory, Cap, Counted, ItemRules, Sum
from rules import assess, check
from tests.unit.rules.rule_writing import TODAY, fact, fixed, sheet

MET = fact("above_scale", "flag", True)
PROJECT = fact("grade", "code", "a")


def wan(value: object, name: str | None = None) -> AmountRule:
    return fixed(value, "万元").model_copy(update={"name": name})


def award(
    money: int, part: str | None = None, year: int = 2024, family: str = "A", claim: str | None = None, **more: object
) -> Award:
    said = {"family": family, "level": "city", "year": year, "granted_on": date(year, 6, 1)}
    return Award(**said | more, money=Money.from_yuan(money * 10_000), part=part, claim=claim)


def tried(rules: ItemRules, *awards: Award, facts: tuple[object, ...] = ()) -> Assessment:
    assert check(rules) == []
    found = assess(rules, sheet(MET, *facts), TODAY, awards=AwardHistory(family="A", awards=awards))
    amount = found.amount
    if amount.money is not None:
        assert Money.total(line.value for line in amount.working) == amount.money
        assert not amount.parts or Money.total(each.money for each in amount.parts) == amount.money
    return found


def parts(found: Assessment) -> dict[str | None, int]:
    return {each.part: each.money.fen // 1_000_000 for each in found.amount.parts}


def paid(found: Assessment) -> int:
    return Money.total(line.money for line in found.shares).fen // 1_000_000


def codes(rules: ItemRules) -> list[str]:
    return [each.code for each in check(rules)]


BOTH = Sum(of=[wan(10, "设备"), wan(30, "厂房")])


def own(part: str, limit: int, of: AmountRule) -> Cap:
    return Cap(name=part, scope="lifetime", of=of, limit=wan(limit), counted=Counted(parts=(part,)))
