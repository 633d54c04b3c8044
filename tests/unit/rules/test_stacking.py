"""What may be had together: the higher stands, what was granted stays, a group has room for so many."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contracts.money import ZERO, Money
from contracts.rule import (
    Additive,
    AtMostOf,
    Award,
    AwardHistory,
    AwardKey,
    Candidate,
    Exclusive,
    OncePer,
    SameChoice,
    Standing,
    Within,
)
from rules import assess, check, sentences, settle_stacking
from rules.facts import reader_of
from rules.stacking import candidate_keys
from tests.unit.rules.rule_writing import TODAY, fact, fixed, item_rules, sheet

MORNING = datetime(2026, 3, 1, 9, tzinfo=UTC)


def candidate(family: str, wan: int, *stacking: object, minutes: int = 0, **more: object) -> Candidate:
    said = {"family": family, "title": f"事项{family}", "year": 2025, "money": Money.from_yuan(wan * 10_000)}
    return Candidate(**{**said, "asked_at": MORNING + timedelta(minutes=minutes), "stacking": stacking, **more})


def outcomes(*candidates: Candidate) -> dict[str, str]:
    return {each.family: each.outcome for each in settle_stacking(candidates)}


def wan(standing: Standing) -> int:
    return int(standing.money.yuan) // 10_000


def test_of_two_that_exclude_each_other_the_higher_stands_and_says_why():
    lower, higher = candidate("A", 5, Exclusive(families=["B"])), candidate("B", 8)
    assert outcomes(lower, higher) == {"A": "gives_way", "B": "stands"}
    assert outcomes(higher, lower) == {"A": "gives_way", "B": "stands"}
    assert settle_stacking([lower, higher])[0].because[0].text_zh == "与“事项B”（80,000.00 元）不重复享受，本项不再享受"


def test_the_first_asked_for_or_the_other_may_be_kept_instead():
    first = candidate("A", 5, Exclusive(families=["B"], keep="first"))
    assert outcomes(first, candidate("B", 8, minutes=1)) == {"A": "stands", "B": "gives_way"}
    modest = candidate("A", 9, Exclusive(families=["B"], keep="other"))
    assert outcomes(modest, candidate("B", 1)) == {"A": "gives_way", "B": "stands"}


def test_an_exclusion_of_everything_spares_what_may_be_added():
    """GZ-010: not with the county's other awards, but beside the city's."""
    county = candidate("GZ-010", 3, Exclusive(families="any"), Additive(families=["GZ-001"]))
    assert outcomes(county, candidate("GZ-001", 9), candidate("RJ-002", 1)) == {
        "GZ-010": "stands", "GZ-001": "stands", "RJ-002": "gives_way",
    }  # fmt: skip


def test_an_exclusion_is_about_the_same_project_or_year_where_the_rule_says_so():
    rule = Exclusive(families=["B"], within=Within(scope="year", key={"fact": "project_code"}))
    keys = {"keys": (AwardKey(fact="project_code", value="P1"),)}
    same = candidate("B", 8, **keys)
    assert outcomes(candidate("A", 5, rule, **keys), same)["A"] == "gives_way"
    other = {"keys": (AwardKey(fact="project_code", value="P2"),)}
    assert outcomes(candidate("A", 5, rule, **other), same)["A"] == "stands"
    assert outcomes(candidate("A", 5, rule, **keys, year=2024), same)["A"] == "stands"


def test_whoever_asks_alone_stands():
    assert outcomes(candidate("A", 5, Exclusive(families="any"))) == {"A": "stands"}


def test_every_group_that_is_full_is_told():
    keyed = AtMostOf(group="one", label="甲类", most=1, within=Within(key={"fact": "project_code"}))
    plain = AtMostOf(group="two", label="乙类", most=1)
    asked = candidate("A", 9, keyed, plain, groups=("one", "two"))
    earlier = (candidate("B", 1, groups=("one",), granted=True), candidate("C", 1, groups=("two",), granted=True))
    (standing, *_) = settle_stacking([asked, *earlier])
    assert [each.code for each in standing.because] == ["key_unknown", "group_full"]


def test_every_rule_of_an_item_is_looked_at_whichever_comes_first():
    rules = (Additive(families=["C"]), Exclusive(families=["D"]), Exclusive(families=["B"]))
    assert outcomes(candidate("A", 5, *rules), candidate("B", 8)) == {"A": "gives_way", "B": "stands"}


def test_whoever_gave_way_returns_when_its_rival_has_to_go():
    """B beats A, C beats B: A is no longer in anybody's way."""
    a = candidate("A", 1, Exclusive(families=["B"], keep="other"))
    b = candidate("B", 9, Exclusive(families=["C"], keep="other"))
    assert outcomes(a, b, candidate("C", 2)) == {"A": "stands", "B": "gives_way", "C": "stands"}


def test_what_was_granted_stands_and_the_higher_is_topped_up_or_refused():
    granted = candidate("B", 3, granted=True)
    topped = candidate("A", 10, Exclusive(families=["B"], granted="top_up"))
    answer = settle_stacking([topped, granted])
    assert [(each.outcome, wan(each)) for each in answer] == [("reduced", 7), ("stands", 3)]
    refused = candidate("A", 10, Exclusive(families=["B"]))
    assert outcomes(refused, granted) == {"A": "gives_way", "B": "stands"}
    lower = candidate("A", 3, Exclusive(families=["B"], granted="top_up"))
    assert outcomes(lower, granted) == {"A": "gives_way", "B": "stands"}


def test_at_most_so_many_of_a_group_are_had():
    rule = AtMostOf(group="innovation", label="科技创新类", most=2)
    found = outcomes(
        *(
            candidate(family, money, rule, groups=("innovation",))
            for family, money in zip("ABC", (5, 1, 3), strict=True)
        )
    )
    assert found == {"A": "stands", "B": "gives_way", "C": "stands"}
    first = AtMostOf(group="innovation", label="科技创新类", most=1, keep="first")
    late = candidate("A", 9, first, groups=("innovation",), minutes=5)
    assert outcomes(late, candidate("B", 1, groups=("innovation",))) == {"A": "gives_way", "B": "stands"}


def test_in_a_full_group_the_latest_that_was_asked_for_makes_room():
    rule = AtMostOf(group="some", label="若干", most=2, keep="first")

    def member(family: str, money: int, minutes: int, **more: object) -> Candidate:
        return candidate(family, money, rule, groups=("some",), minutes=minutes, **more)

    assert outcomes(member("A", 9, 3), member("B", 8, 2), member("C", 1, 1)) == {
        "A": "gives_way", "B": "stands", "C": "stands",
    }  # fmt: skip
    assert outcomes(member("A", 9, 2), member("B", 8, 3), member("C", 1, 1))["B"] == "gives_way"
    assert outcomes(member("A", 9, 3, granted=True), member("B", 8, 4, granted=True), member("C", 1, 1)) == {
        "A": "stands", "B": "stands", "C": "gives_way",
    }  # fmt: skip
    assert outcomes(member("A", 9, 1), member("B", 8, 1), member("C", 1, 1))["C"] == "gives_way"


def stacking_rules() -> st.SearchStrategy[tuple[object, ...]]:
    families = st.lists(st.sampled_from("ABCDEF"), min_size=1, max_size=3, unique=True)
    keep = st.sampled_from(["higher", "first", "other"])
    rules = st.one_of(
        st.builds(
            Exclusive,
            families=st.just("any") | families,
            keep=keep,
            granted=st.sampled_from(["top_up", "refuse"]),
        ),
        st.builds(Additive, families=families),
        st.just(AtMostOf(group="some", label="若干", most=2)),
    )
    return st.lists(rules, max_size=2).map(tuple)


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    families = draw(st.lists(st.sampled_from("ABCDEF"), min_size=1, max_size=5, unique=True))
    return [
        candidate(
            family,
            draw(st.integers(0, 9)),
            *draw(stacking_rules()),
            minutes=draw(st.integers(0, 3)),
            granted=draw(st.booleans()),
            groups=draw(st.sampled_from([(), ("some",)])),
        )
        for family in families
    ]


@given(candidates(), st.randoms())
def test_the_answer_does_not_depend_on_the_order_and_nobody_gives_way_without_a_reason(found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    one = {each.family: each for each in settle_stacking(found)}
    assert one == {each.family: each for each in settle_stacking(shuffled)}
    for each in found:
        standing = one[each.family]
        assert standing.money <= each.money
        assert standing.outcome != "gives_way" or (standing.because and standing.money == ZERO)
        assert not each.granted or standing.outcome == "stands"


@given(candidates())
def test_no_two_that_stand_exclude_each_other(found):
    stands = {each.family for each in settle_stacking(found) if each.outcome == "stands"}
    asked = [each for each in found if each.family in stands and not each.granted]
    for one in asked:
        added = {family for rule in one.stacking if isinstance(rule, Additive) for family in rule.families}
        for other in asked:
            also = any(isinstance(rule, Additive) and one.family in rule.families for rule in other.stacking)
            for rule in one.stacking:
                if one is not other and isinstance(rule, Exclusive):
                    named = (
                        other.family in rule.families if rule.families != "any" else not (other.family in added or also)
                    )
                    assert not named


# -- what served once ----------------------------------------------------------------------------------------


def history(*awards: Award) -> AwardHistory:
    return AwardHistory(family="A", awards=awards)


def award(
    year: int = 2025, family: str = "A", instalment: int | None = None, claim: str | None = None, **keys: str
) -> Award:
    told = tuple(AwardKey(fact=name, value=value) for name, value in keys.items())
    said = {"family": family, "level": "city", "year": year, "money": Money.from_yuan(10_000)}
    return Award(**said, granted_on=date(year, 6, 1), keys=told, instalment=instalment, claim=claim)


def objections(rules: object, *awards: Award, facts: tuple[object, ...] = ()) -> list[str]:
    found = assess(rules, sheet(fact("above_scale", "flag", True), *facts), TODAY, awards=history(*awards))
    assert bool(found.shares) is not bool(found.objections)
    return [each.code for each in found.objections]


def test_a_claim_may_be_had_so_many_times():
    """GZ-003: the same agency claims at most twice."""
    rules = item_rules(stacking=(OncePer(most=2),))
    assert objections(rules, award(2023)) == []
    assert objections(rules, award(2023), award(2024)) == ["used_up"]
    one = (award(2023, instalment=1, claim="K1"), award(2024, instalment=2, claim="K1"))
    assert objections(rules, *one) == []
    assert objections(rules, *one, award(2024, instalment=2, claim="K2")) == ["used_up"]


def test_a_graduate_serves_once_whoever_asks():
    """ZJ-011: one of several graduates has served already, and is named."""
    rules = item_rules(stacking=(OncePer(within=Within(key={"fact": "penalties", "period": "Y"})),))
    three = (fact("penalties", "codes", ("g1", "g2", "g3")),)
    assert objections(rules, award(2024, penalties="g2"), facts=three) == ["used_up"]
    assert objections(rules, award(2024, penalties="g9"), facts=three) == []
    assert objections(rules, award(2024, penalties="g9")) == ["key_unknown"]


def test_what_may_be_had_once_in_three_years_may_be_had_again_in_the_fourth():
    rules = item_rules(stacking=(OncePer(within=Within(years=3)),))
    assert objections(rules, award(2023)) == ["used_up"]
    assert objections(rules, award(2022)) == []
    assert sentences(rules).stacking == "3 年内最多享受 1 次。"
    others = item_rules(stacking=(Exclusive(families=["B"], within=Within(years=3)),))
    assert objections(others, award(2023, "B")) == ["excluded"]
    assert objections(others, award(2022, "B")) == []
    wrong = item_rules(stacking=(OncePer(within=Within(scope="year", years=3)),))
    assert [each.code for each in check(wrong)] == ["years_in_a_year"]


def test_what_was_chosen_once_is_not_chosen_anew():
    rule = item_rules(stacking=(SameChoice(key={"fact": "grade"}, families=("B",)),))
    chosen = (fact("grade", "code", "a", None),)
    assert objections(rule, facts=chosen) == []
    assert objections(rule, award(2024), facts=chosen) == ["key_unknown"]
    assert objections(rule, award(2024, grade="a"), facts=chosen) == []
    assert objections(rule, award(2024, grade="b"), facts=chosen) == ["choice_changed"]
    assert objections(rule, award(2024, "B", grade="b"), facts=chosen) == ["choice_changed"]
    assert objections(rule, award(2024, "C", grade="b"), facts=chosen) == []
    assert objections(rule, award(2024, grade="b")) == ["key_unknown"]


def test_a_choice_is_kept_with_the_award_and_said_in_words():
    rules = item_rules(stacking=(SameChoice(key={"fact": "grade"}),))
    facts = sheet(fact("grade", "code", "a", None))
    assert [(key.fact, key.value) for key in candidate_keys(rules, reader_of(rules, facts, TODAY))] == [("grade", "a")]
    assert sentences(rules).stacking == "级别一经选定不得变更。"
    wrong = item_rules(stacking=(SameChoice(key={"fact": "revenue"}),))
    assert [each.code for each in check(wrong)] == ["key_not_a_code"]


def test_what_was_granted_under_another_item_reduces_the_amount():
    rules = item_rules(amount=fixed(10, "万元"), stacking=(Exclusive(families=["B"], granted="top_up"),))
    facts = sheet(fact("above_scale", "flag", True))
    found = assess(rules, facts, TODAY, awards=history(award(family="B")))
    assert found.amount.money == Money.from_yuan(90_000)
    assert Money.total(line.value for line in found.amount.working) == found.amount.money
    assert assess(rules, facts, TODAY).amount.money == Money.from_yuan(100_000)


def test_what_another_item_took_back_raises_nothing():
    """A difference to less than nothing was more than the item itself gives."""
    rules = item_rules(amount=fixed(5, "万元"), stacking=(Exclusive(families="any", keep="higher", granted="top_up"),))
    back = award(family="B").model_copy(update={"money": Money.from_yuan(-30_000)})
    found = assess(rules, sheet(fact("above_scale", "flag", True)), TODAY, awards=history(back))
    assert found.amount.money == Money.from_yuan(50_000)
