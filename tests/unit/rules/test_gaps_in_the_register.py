"""An award that does not say for what it was granted is never taken for one for something else."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from contracts.money import Money
from contracts.rule import (
    AmountRule,
    Assessment,
    AtMostOf,
    Award,
    AwardHistory,
    AwardKey,
    Candidate,
    Cap,
    Counted,
    Exclusive,
    ItemRules,
    OncePer,
    SameChoice,
    TopUp,
    Within,
)
from rules import assess, settle_stacking
from rules.earlier import families_passed_by
from tests.unit.rules.rule_writing import TODAY, fact, fixed, item_rules, sheet

MET = fact("above_scale", "flag", True)
PROJECT = fact("grade", "code", "a")
KEY = {"fact": "grade", "period": "Y"}
OF_A_PROJECT = Counted(key=KEY)


def award(wan: int, project: str | None = "a", year: int = 2025, family: str = "A", **more: object) -> Award:
    keys = (AwardKey(fact="grade", value=project),) if project else ()
    said = {"family": family, "level": "city", "year": year, "granted_on": date(year, 6, 1), "keys": keys}
    return Award(**said | more, money=Money.from_yuan(wan * 10_000))


def tried(rules: ItemRules, *awards: Award, facts: tuple[object, ...] = (PROJECT,)) -> Assessment:
    return assess(rules, sheet(MET, *facts), TODAY, awards=AwardHistory(family="A", awards=awards))


def wan(found: Assessment) -> int | None:
    return None if found.amount.money is None else found.amount.money.fen // 1_000_000


CAP = Cap(scope="project", of=fixed(90, "万元"), limit=fixed(100, "万元"), counted=OF_A_PROJECT)
TOPPED = TopUp(of=fixed(90, "万元"), counted=OF_A_PROJECT)


@pytest.mark.parametrize(("rule", "left"), [(CAP, 60), (TOPPED, 50)])
def test_an_award_without_its_key_leaves_the_amount_open(rule: AmountRule, left: int):
    rules = item_rules(amount=rule)
    assert wan(tried(rules, award(40))) == left
    assert wan(tried(rules, award(40, "b"))) == 90
    found = tried(rules, award(40, None), award(10, "b")).amount
    assert [(each.kind, each.name, each.label) for each in found.missing] == [
        ("award", "grade", "2025 年度本事项的奖补 400,000.00 元是为哪个“级别”发放的")
    ]
    assert (found.lowest, found.highest) == (Money.from_yuan(left * 10_000), Money.from_yuan(900_000))
    assert wan(tried(rules, award(40, None, family="B"))) == 90


def test_awards_for_other_projects_hide_none_that_counts_whatever_their_order():
    for awards in ([award(30, "b"), award(40)], [award(40), award(30, "b")]):
        assert wan(tried(item_rules(amount=CAP), *awards)) == 60


def test_a_claim_without_its_key_leaves_it_open_as_well():
    found = tried(item_rules(amount=CAP), award(40), award(30, "b"), facts=()).amount
    assert [(each.kind, each.name) for each in found.missing] == [("fact", "grade")]
    assert (found.lowest, found.highest) == (Money.from_yuan(300_000), Money.from_yuan(900_000))


def test_an_award_that_would_not_count_anyway_needs_no_key():
    yearly = Cap(
        scope="project", of=fixed(90, "万元"), limit=fixed(100, "万元"), counted=Counted(key=KEY, scope="year")
    )
    assert wan(tried(item_rules(amount=yearly), award(40, None, 2024))) == 90
    assert wan(tried(item_rules(amount=yearly), award(40, None, 2025))) is None
    levels = Cap(
        scope="project", of=fixed(90, "万元"), limit=fixed(100, "万元"), counted=Counted(key=KEY, levels=["county"])
    )
    assert wan(tried(item_rules(amount=levels), award(40, None))) == 90
    three = Cap(scope="project", of=fixed(90, "万元"), limit=fixed(100, "万元"), counted=Counted(key=KEY, years=3))
    assert [wan(tried(item_rules(amount=three), award(40, None, year))) for year in (2022, 2023, 2025, 2026)] == [
        90, None, None, 90,
    ]  # fmt: skip


def objections(rules: ItemRules, *awards: Award, facts: tuple[object, ...] = (PROJECT,)) -> list[str]:
    found = tried(rules, *awards, facts=facts)
    assert bool(found.shares) is not bool(found.objections)
    return [each.code for each in found.objections]


def test_what_serves_once_is_not_served_again_by_an_award_without_its_key():
    rules = item_rules(stacking=(OncePer(within=Within(key=KEY)),))
    assert objections(rules, award(1, None)) == ["key_unknown"]
    assert objections(rules, award(1, None), award(1, "a")) == ["used_up"]
    assert objections(rules, award(1, None, family="B")) == []
    twice = item_rules(stacking=(OncePer(within=Within(key=KEY), most=2),))
    assert objections(twice, award(1, None)) == []
    assert objections(twice, award(1, None), award(1)) == ["key_unknown"]
    assert objections(twice, award(1), award(1)) == ["used_up"]
    assert tried(rules, award(1, None)).objections[0].text_zh == (
        "2025 年度本事项的奖补 10,000.00 元没有记明“级别”，无法核对是否已经享受"
    )


def test_several_awards_of_one_claim_are_one_time():
    rules = item_rules(stacking=(OncePer(most=2),))
    assert objections(rules, award(1, claim="K1"), award(2, claim="K1")) == []
    assert objections(rules, award(1, claim="K1"), award(2, claim="K2")) == ["used_up"]
    assert objections(rules, award(1), award(2)) == ["used_up"]


def test_a_claim_of_which_one_award_tells_its_key_and_another_does_not_may_be_for_either():
    rules = item_rules(stacking=(OncePer(within=Within(key=KEY)),))
    mixed = (award(1, "b", claim="K1"), award(2, None, claim="K1"))
    assert objections(rules, *mixed) == ["key_unknown"]
    assert tried(rules, *mixed).objections[0].text_zh == (
        "2025 年度本事项的奖补 20,000.00 元没有记明“级别”，无法核对是否已经享受"
    )
    assert objections(rules, award(1, "b", claim="K1"), award(1, "b", claim="K1")) == []


def test_a_claim_was_had_in_the_year_of_its_first_instalment():
    yearly = item_rules(stacking=(OncePer(within=Within(scope="year")),))
    first, second = award(1, year=2024, instalment=1, claim="K1"), award(1, year=2025, instalment=2, claim="K1")
    assert objections(yearly, first, second) == []
    assert objections(yearly, second) == ["used_up"]
    recent = item_rules(stacking=(OncePer(within=Within(years=2)),))
    assert objections(recent, award(1, year=2023, instalment=1, claim="K1"), second) == []
    assert objections(recent, first, second) == ["used_up"]


def test_later_instalments_of_another_item_are_of_the_claim_whose_first_is_there():
    rules = item_rules(stacking=(OncePer(families=("B",), most=2),))
    parts = [award(1, family="B", year=2023 + number, instalment=number) for number in (1, 2, 3)]
    assert objections(rules, *parts) == []
    assert objections(rules, *parts[1:], award(1)) == ["used_up"]
    assert objections(rules, *parts, award(1, family="B", instalment=1)) == ["used_up"]


def test_a_choice_that_an_award_does_not_tell_is_not_taken_for_the_same():
    rules = item_rules(stacking=(SameChoice(key=KEY),))
    assert objections(rules, award(1, None)) == ["key_unknown"]
    assert objections(rules, award(1), award(1, None)) == ["key_unknown"]
    assert objections(rules, award(1, "b"), award(1, None)) == ["choice_changed"]
    assert objections(rules, award(1, None, family="B")) == []


def test_nothing_is_had_beside_an_award_that_may_be_for_the_same_project():
    for granted in ("refuse", "top_up"):
        rule = Exclusive(families=["B"], granted=granted, within=Within(key=KEY))
        rules = item_rules(stacking=(rule,))
        assert objections(rules, award(1, None, family="B")) == ["key_unknown"]
        assert objections(rules, award(1, "b", family="B")) == []
        assert objections(rules, award(1, "a", family="B"), facts=()) == ["key_unknown"]
        assert objections(rules, award(1, None, family="C")) == []
    of_the_year = item_rules(stacking=(Exclusive(families=["B"], within=Within(scope="year", key=KEY)),))
    assert objections(of_the_year, award(1, None, 2024, family="B")) == []


def candidate(family: str, wan: int, *stacking: object, project: str | None = None, **more: object) -> Candidate:
    keys = (AwardKey(fact="grade", value=project),) if project else ()
    said = {"family": family, "title": family, "year": 2025, "keys": keys, "stacking": stacking}
    asked = datetime(2026, 3, 1, 9, tzinfo=UTC)
    return Candidate(**said | more, money=Money.from_yuan(wan * 10_000), asked_at=asked)


def test_of_two_that_may_be_for_the_same_project_one_gives_way_and_hears_why():
    rule = Exclusive(families=["B"], within=Within(key=KEY))
    lower, higher = candidate("A", 5, rule), candidate("B", 8, project="a")
    for several in ([lower, higher], [higher, lower]):
        found = {each.family: each for each in settle_stacking(several)}
        assert (found["A"].outcome, found["B"].outcome) == ("gives_way", "stands")
        assert found["A"].because[0].code == "key_unknown"
    dearer = candidate("A", 9, rule)
    found = {each.family: each for each in settle_stacking([dearer, higher])}
    assert found["B"].because[0].code == "key_unknown"
    assert found["A"].outcome == "stands"


def test_a_rule_that_surely_holds_goes_before_one_of_which_nobody_can_tell():
    perhaps = Exclusive(families=["B"], within=Within(key=KEY))
    surely = Exclusive(families=["B"])
    found = settle_stacking([candidate("A", 5, perhaps, surely), candidate("B", 8)])
    assert found[0].because[0].code == "excluded"


def test_a_group_has_no_room_beside_awards_that_may_be_for_the_same_project():
    rule = AtMostOf(group="some", label="若干", most=2, within=Within(key=KEY))
    rules = item_rules(stacking=(rule,), groups=("some",))

    def other(project: str | None, family: str) -> Award:
        return award(1, project, family=family, groups=("some",))

    assert objections(rules, other("a", "B"), other("b", "C")) == []
    assert objections(rules, other("a", "B"), other(None, "C")) == ["key_unknown"]
    assert objections(rules, other("a", "B"), other("a", "C")) == ["group_full"]
    assert objections(rules, other("a", "B"), other("a", "C"), other(None, "D")) == ["group_full"]


def test_the_parts_of_one_claim_of_another_item_are_one_award():
    group = AtMostOf(group="some", label="若干", most=2)
    rules = item_rules(stacking=(group,), groups=("some",))
    parts = [award(1, family="B", groups=("some",), claim="K1", part=part) for part in ("甲", "乙")]
    assert objections(rules, *parts) == []
    assert objections(rules, parts[0], parts[1].model_copy(update={"claim": "K2"})) == ["group_full"]
    lower = item_rules(amount=fixed(3, "万元"), stacking=(Exclusive(families=["B"], granted="top_up"),))
    assert wan(tried(lower, *parts)) == 1
    assert tried(lower, *parts).amount.working[-1].text_zh.startswith("已获“B”20,000.00 元")


PAYMENT = Cap(of=fixed(1, "万元"), limit=fixed(2, "万元"))
YEARLY = Cap(scope="year", of=fixed(1, "万元"), limit=fixed(2, "万元"))


@pytest.mark.parametrize(
    ("more", "passed_by"),
    [
        ({}, "ABC"),
        ({"amount": PAYMENT}, "ABC"),
        ({"amount": YEARLY}, "BC"),
        ({"amount": YEARLY.model_copy(update={"counted": Counted(families=["B"])})}, "AC"),
        ({"amount": TopUp(of=fixed(1, "万元"), counted=Counted(families="any"))}, ""),
        ({"stacking": (OncePer(families=("B",)),)}, "C"),
        ({"stacking": (SameChoice(key=KEY),)}, "BC"),
        ({"stacking": (Exclusive(families=["C"]),)}, "AB"),
        ({"stacking": (Exclusive(families="any"), OncePer())}, ""),
        ({"stacking": (AtMostOf(group="some", label="若干", most=2),)}, "AC"),
    ],
)
def test_awards_of_which_no_rule_takes_notice_are_told(more: dict[str, object], passed_by: str):
    had = tuple(award(1, family=family, groups=("some",) if family == "B" else ()) for family in "ABC")
    rules = item_rules(groups=("some",), **more)
    assert families_passed_by(rules, AwardHistory(family="A", awards=had)) == set(passed_by)
    assert families_passed_by(rules, None) == set()
