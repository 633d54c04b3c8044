"""Parts of an amount that were had before, or are not had together with others: dropped, refused, topped up."""

from __future__ import annotations

from contracts.money import Money
from contracts.rule import AmountRule, Cap, CapInOrder, Counted, Exclusive, ItemRules, OncePer, Sum, Within
from rules import sentences
from tests.unit.rules.parts_writing import BOTH, PROJECT, award, codes, own, paid, parts, tried, wan
from tests.unit.rules.rule_writing import item_rules

# -- once only, by part -------------------------------------------------------------------------------------


def once(**more: object) -> ItemRules:
    return item_rules(amount=BOTH, stacking=(OncePer(**{"parts": ("设备", "厂房"), "used_up": "drop_part"} | more),))


def test_the_part_that_was_had_is_dropped_and_the_rest_is_paid():
    found = tried(once(), award(10, "设备"))
    assert (paid(found), parts(found)) == (30, {"设备": 0, "厂房": 30})
    assert [(each.code, each.part) for each in found.objections] == [("used_up", "设备")]
    assert [(each.kind, each.part, each.money) for each in found.amount.reductions] == [
        ("once_only", "设备", Money.from_yuan(100_000))
    ]
    assert found.amount.working[1].text_zh == "“设备”已享受 1 次，最多 1 次，这一部分不再计入"
    assert sentences(once()).stacking == "每家企业“设备”、“厂房”部分各最多享受 1 次，已享受的部分不再计入。"


def test_a_part_that_comes_to_nothing_is_not_had_again_and_nothing_is_said_of_it():
    nothing = item_rules(amount=Sum(of=[wan(0, "设备"), wan(30, "厂房")]), stacking=once().stacking)
    found = tried(nothing, award(10, "设备"))
    assert (paid(found), found.objections, found.amount.reductions) == (30, (), ())


def test_a_claim_for_a_part_that_was_had_is_refused_where_the_rule_says_so():
    refusing = once(used_up="refuse")
    found = tried(refusing, award(10, "设备"))
    assert (paid(found), [(each.code, each.part) for each in found.objections]) == (0, [("used_up", None)])
    only = item_rules(amount=Sum(of=[wan(0, "设备"), wan(30, "厂房")]), stacking=refusing.stacking)
    assert paid(tried(only, award(10, "设备"))) == 30
    assert paid(tried(only, award(10, "厂房"))) == 0


def test_an_award_of_which_nobody_knows_the_part_takes_what_the_part_would_take():
    found = tried(once(used_up="refuse"), award(10))
    assert ({(each.code, each.part) for each in found.objections}, paid(found)) == ({("key_unknown", None)}, 0)
    found = tried(once(parts=("设备",)), award(10))
    assert ([(each.code, each.part) for each in found.objections], paid(found)) == ([("key_unknown", "设备")], 30)
    assert [(each.kind, each.part) for each in found.amount.reductions] == [("once_only", "设备")]
    assert found.objections[0].text_zh == (
        "“设备”2024 年度本事项的奖补 100,000.00 元没有记明属于哪一部分，无法核对是否已经享受，这一部分暂不计入"
    )


def test_a_refusal_is_about_what_is_asked_whatever_else_takes_the_part_away():
    refusing = OncePer(parts=("设备",))
    beside = Exclusive(families=["B"], parts=("设备",))
    rules = item_rules(amount=BOTH, stacking=(refusing, beside))
    assert paid(tried(rules, award(1, "设备"), award(1, family="B"))) == 0
    capped = item_rules(amount=Sum(of=[own("设备", 1, wan(10)), wan(30, "厂房")]), stacking=(refusing,))
    assert paid(tried(capped, award(1, "设备"))) == 0


def test_what_earlier_awards_leave_open_in_a_dropped_part_stays_open():
    """Else one more award would settle it, and pay the rest."""
    by_key = Cap(
        name="设备",
        scope="project",
        of=wan(10),
        limit=wan(50),
        counted=Counted(parts=("设备",), key={"fact": "grade", "period": "Y"}),
    )
    rules = item_rules(amount=Sum(of=[by_key, wan(30, "厂房")]), stacking=once(parts=("设备",), most=2).stacking)
    assert tried(rules, award(1, "设备"), facts=(PROJECT,)).amount.money is None
    assert tried(rules, award(1, "设备"), award(1, "设备"), facts=(PROJECT,)).amount.money is None


def test_a_claim_that_surely_had_the_part_had_it_whatever_else_it_had():
    found = tried(once(parts=("设备",)), award(10, "设备", claim="K1"), award(1, claim="K1"))
    assert ([(each.code, each.part) for each in found.objections], paid(found)) == ([("used_up", "设备")], 30)


def test_what_an_award_does_not_say_is_named_the_key_and_the_part():
    rules = once(parts=("设备",), within=Within(key={"fact": "grade", "period": "Y"}))
    keyed = award(2, keys=({"fact": "grade", "value": "a"},))
    (said,) = tried(rules, award(1, "设备"), keyed, facts=(PROJECT,)).objections
    assert (
        "“设备”2024 年度本事项的奖补 10,000.00 元、2024 年度本事项的奖补 20,000.00 元"
        "没有记明“级别”、属于哪一部分，无法核对是否已经享受"
    ) in said.text_zh
    (said,) = tried(rules, keyed, facts=(PROJECT,)).objections
    assert "没有记明属于哪一部分，无法核对是否已经享受" in said.text_zh


def test_a_cap_over_what_is_left_holds_what_is_left_only():
    """80 and 60 under a cap of 100: without the 80, the 60 are whole."""
    both = Sum(of=[wan(80, "设备"), wan(60, "厂房")])
    capped = item_rules(amount=Cap(of=both, limit=wan(100)), stacking=once().stacking)
    assert paid(tried(capped, award(1, "设备"))) == 60
    ordered = CapInOrder(of=both.of, limit=wan(100))
    assert parts(tried(item_rules(amount=ordered))) == {"设备": 80, "厂房": 20}
    assert paid(tried(item_rules(amount=ordered, stacking=once().stacking), award(1, "设备"))) == 60


def test_a_part_that_is_not_had_need_not_be_known():
    unknown = {"node": "fact", "fact": "rd_expense", "period": "Y", "name": "设备"}
    rules = item_rules(amount=Sum(of=[wan(5, "厂房"), unknown]), stacking=once().stacking)
    assert paid(tried(rules, award(10, "设备"))) == 5
    assert tried(rules).amount.money is None


def test_a_part_counts_by_its_key_and_by_claims():
    rules = once(within=Within(key={"fact": "grade", "period": "Y"}), most=2)
    same = {"keys": ({"fact": "grade", "value": "a"},)}
    other = {"keys": ({"fact": "grade", "value": "b"},)}
    assert paid(tried(rules, award(1, "设备", **same), award(1, "设备", **other), facts=(PROJECT,))) == 40
    assert paid(tried(rules, award(1, "设备", **same), award(1, "设备", **same), facts=(PROJECT,))) == 30
    one = (award(1, "设备", claim="K1", **same), award(1, "设备", claim="K1", **same))
    assert paid(tried(rules, *one, facts=(PROJECT,))) == 40
    found = tried(rules, award(1, "设备", **same), award(1, "设备"), facts=(PROJECT,))
    assert (paid(found), [(each.code, each.part) for each in found.objections]) == (30, [("key_unknown", "设备")])


def test_once_only_by_part_names_parts_that_there_are():
    assert codes(once(parts=("设备", "土地"))) == ["part_unknown"]
    assert codes(once(parts=())) == ["drop_without_parts"]
    assert codes(item_rules(amount=BOTH, stacking=(Exclusive(families="any", parts=("土地",)),))) == ["part_unknown"]


# -- not together with others, by part ----------------------------------------------------------------------


def beside(amount: AmountRule = BOTH, **more: object) -> ItemRules:
    return item_rules(amount=amount, stacking=(Exclusive(**{"families": ["B"], "parts": ("厂房",)} | more),))


def test_only_the_part_that_is_not_had_together_gives_way():
    found = tried(beside(), award(3, family="B"))
    assert (paid(found), parts(found)) == (10, {"设备": 10, "厂房": 0})
    assert [(each.code, each.part) for each in found.objections] == [("excluded", "厂房")]
    assert [(each.kind, each.part) for each in found.amount.reductions] == [("exclusive", "厂房")]
    assert "“厂房”部分与事项 B 不重复享受" in sentences(beside()).stacking


def test_only_the_difference_of_the_part_is_topped_up():
    topped = beside(granted="top_up")
    found = tried(topped, award(3, family="B"))
    assert (paid(found), parts(found), found.objections) == (37, {"设备": 10, "厂房": 27}, ())
    assert [(each.kind, each.part, each.money) for each in found.amount.reductions] == [
        ("exclusive", "厂房", Money.from_yuan(30_000))
    ]
    assert parts(tried(topped, award(30, family="B"))) == {"设备": 10, "厂房": 0}
    together = beside(granted="top_up", parts=("设备", "厂房"))
    assert parts(tried(together, award(20, family="B"))) == {"设备": 5, "厂房": 15}


def test_a_part_that_nothing_is_asked_for_is_in_nobodys_way():
    none = beside(Sum(of=[wan(10, "设备"), wan(0, "厂房")]))
    assert tried(none, award(3, family="B")).objections == ()


def test_two_rules_about_the_same_part_and_awards_leave_nothing_below_zero():
    rules = beside(granted="top_up")
    twice = rules.model_copy(update={"stacking": (*rules.stacking, Exclusive(families=["C"], parts=("厂房",)))})
    assert parts(tried(twice, award(3, family="B"), award(1, family="C"))) == {"设备": 10, "厂房": 0}
    topped = Exclusive(families=["C"], parts=("厂房",), granted="top_up")
    both = rules.model_copy(update={"stacking": (*rules.stacking, topped)})
    assert parts(tried(both, award(20, family="B"), award(9, family="C"))) == {"设备": 10, "厂房": 1}
    found = tried(both, award(20, family="B"), award(10, family="C"))
    assert (paid(found), [each.part for each in found.objections]) == (10, ["厂房"])


def test_a_part_that_was_called_otherwise_is_for_a_person_to_tell():
    rules = item_rules(amount=Sum(of=[own("设备", 100, wan(50)), own("厂房", 100, wan(30))]))
    assert [each.kind for each in tried(rules, award(90, "装备")).amount.missing] == ["award"]
    assert [each.code for each in tried(once(), award(90, "装备")).objections] == ["key_unknown", "key_unknown"]
    others = OncePer(parts=("设备",), families=("B",))
    assert tried(item_rules(amount=BOTH, stacking=(others,)), award(90, "装备", family="B")).objections == ()
