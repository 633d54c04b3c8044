"""Several parts at once, a whole that is worked out anew, and schedules that a condition chooses."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.money import Money
from contracts.rule import (
    Award,
    AwardHistory,
    Cap,
    FactSheet,
    Instalment,
    InstalmentCase,
    InstalmentPlan,
    InstalmentRecord,
    InstalmentRow,
    InstalmentsBy,
    InstalmentsWhen,
    ItemRules,
    Rate,
    Recheck,
    State,
)
from rules import assess, compute_instalment, sentences
from tests.unit.rules.rule_writing import TODAY, condition, fact, fixed, item_rules, number_fact, quantity, sheet

MET = fact("above_scale", "flag", True)


def yuan(amount: int) -> Money:
    return Money.from_yuan(amount)


def paid(number: int, money: int | None = None, **more: object) -> InstalmentRecord:
    said = {} if money is None else {"money": yuan(money)}
    return InstalmentRecord(number=number, outcome="paid", **said, **more)


def history(*records: InstalmentRecord, **more: object) -> AwardHistory:
    return AwardHistory(family="A", instalments=records, **more)


# -- together ------------------------------------------------------------------------------------------------


def stage(code: str, if_failed: str = "wait", reduced_to: str | None = None) -> Recheck:
    return Recheck(condition=condition("penalties", "contains", code), if_failed=if_failed, reduced_to=reduced_to)


def stages(*kinds: str, together: bool = True, whole: object = None) -> ItemRules:
    """As many parts as kinds; each has a stage of its own, which is reached or not."""
    parts = [
        Instalment(
            label=f"阶段{number}",
            fraction=f"1/{len(kinds)}",
            rechecks=(stage(f"s{number}", kind, "1/2" if kind == "reduce" else None),),
        )
        for number, kind in enumerate(kinds, 1)
    ]
    return item_rules(amount=whole or fixed(9, "万元"), instalments=InstalmentPlan(parts=parts, together=together))


def reached(*numbers: int) -> FactSheet:
    return sheet(MET, fact("penalties", "codes", tuple(f"s{number}" for number in numbers)))


def test_stages_that_are_reached_in_one_year_are_paid_at_once():
    rules = stages("wait", "wait", "wait")
    answer = compute_instalment(rules, 1, reached(1, 2), TODAY)
    assert (answer.number, answer.numbers, answer.outcome, answer.amount.money) == (1, (1, 2), "due", yuan(60_000))
    assert answer.label == "阶段1、阶段2"
    assert answer.reason == "同时到期，一并兑付；第 3 期：本期复核未通过：待符合条件后兑付"
    assert answer.records == (paid(1, 30_000), paid(2, 30_000))
    assert Money.total(line.value for line in answer.amount.working) == yuan(60_000)
    assert answer.amount.whole == yuan(90_000)
    rest = compute_instalment(rules, 3, reached(1, 2, 3), TODAY, awards=history(*answer.records))
    assert (rest.number, rest.numbers, rest.amount.money) == (3, (3,), yuan(30_000))


def test_without_the_word_of_the_text_each_claim_pays_one():
    answer = compute_instalment(stages("wait", "wait", together=False), 1, reached(1, 2), TODAY)
    assert (answer.numbers, answer.amount.money, answer.reason) == ((1,), yuan(45_000), "本期应付")


def test_one_that_waits_ends_it_and_those_after_it_wait_too():
    rules = stages("wait", "wait", "wait")
    answer = compute_instalment(rules, 1, reached(1, 3), TODAY)
    assert (answer.numbers, answer.amount.money) == ((1,), yuan(30_000))
    assert answer.reason == "本期应付；第 2 期：本期复核未通过：待符合条件后兑付"
    waiting = compute_instalment(rules, 2, reached(1, 3), TODAY, awards=history(*answer.records))
    assert (waiting.outcome, waiting.numbers, waiting.records) == ("waiting", (), ())
    both = compute_instalment(rules, 2, reached(1, 2, 3), TODAY, awards=history(*answer.records))
    assert both.numbers == (2, 3)


def test_one_that_is_skipped_between_two_is_passed_over_and_over_with():
    rules = stages("wait", "skip", "wait")
    answer = compute_instalment(rules, 1, reached(1, 3), TODAY)
    assert (answer.numbers, answer.amount.money) == ((1, 3), yuan(60_000))
    assert answer.reason == "同时到期，一并兑付；第 2 期：本期复核未通过：本期不予兑付，以后各期照常"
    skipped = InstalmentRecord(number=2, outcome="skipped")
    assert answer.records == (paid(1, 30_000), skipped, paid(3, 30_000))
    leading = compute_instalment(rules, 2, reached(1, 3), TODAY, awards=history(paid(1, 30_000)))
    assert (leading.number, leading.numbers, leading.records) == (3, (3,), (skipped, paid(3, 30_000)))
    done = assess(rules, reached(1, 2, 3), TODAY, awards=history(*answer.records))
    assert (done.instalment, done.amount.money) == (None, Money(0))


def test_one_that_is_skipped_at_the_end_is_asked_about_by_itself():
    rules = stages("wait", "skip")
    answer = compute_instalment(rules, 1, reached(1), TODAY)
    assert (answer.numbers, answer.records) == ((1,), (paid(1, 45_000),))
    assert "第 2 期：本期复核未通过" in answer.reason
    last = compute_instalment(rules, 2, reached(1), TODAY, awards=history(*answer.records))
    assert (last.number, last.outcome, last.numbers) == (2, "skipped", ())
    assert [each.outcome for each in last.records] == ["skipped"]


def test_one_that_stops_ends_it_for_ever():
    rules = stages("wait", "stop", "wait")
    answer = compute_instalment(rules, 1, reached(1, 3), TODAY)
    assert (answer.numbers, answer.amount.money) == ((1,), yuan(30_000))
    stopped = compute_instalment(rules, 2, reached(1, 3), TODAY, awards=history(*answer.records))
    assert (stopped.outcome, stopped.records) == ("stopped", (InstalmentRecord(number=2, outcome="stopped"),))
    after = compute_instalment(rules, 3, reached(1, 2, 3), TODAY, awards=history(*answer.records, *stopped.records))
    assert (after.outcome, after.amount.money) == ("stopped", Money(0))


def test_one_that_is_reduced_is_paid_with_the_others_and_says_so():
    answer = compute_instalment(stages("wait", "reduce", "wait"), 1, reached(1, 3), TODAY)
    assert (answer.outcome, answer.numbers, answer.amount.money) == ("reduced", (1, 2, 3), yuan(75_000))
    assert answer.records == (paid(1, 30_000), paid(2, 15_000, reduced_to="1/2"), paid(3, 30_000))
    assert [each.money for each in answer.amount.reductions] == [yuan(15_000)]
    assert answer.reason == "同时到期，一并兑付；第 2 期：本期复核部分通过：本期按 50% 兑付，其余不再兑付"


def test_one_that_nobody_can_judge_yet_ends_it_and_is_named():
    rules = stages("wait", "wait")
    unknown = Recheck(condition=condition("certified_on", "exists"), if_failed="skip")
    first = rules.instalments.parts[0]  # type: ignore[union-attr]
    parts = [first, Instalment(label="二", fraction="1/2", rechecks=(unknown,))]
    rules = item_rules(amount=fixed(9, "万元"), instalments=InstalmentPlan(parts=parts, together=True))
    half = rules.model_copy(
        update={
            "instalments": InstalmentPlan(parts=[first.model_copy(update={"fraction": "1/2"}), parts[1]], together=True)
        }
    )
    answer = compute_instalment(half, 1, reached(1), TODAY)
    assert (answer.outcome, answer.numbers, answer.amount.money) == ("due", (1,), yuan(45_000))
    assert answer.reason == "本期应付；第 2 期：本期复核缺少：认定日期"


def test_parts_that_are_due_later_do_not_come_with_the_others():
    parts = [Instalment(label=f"第 {year} 年", fraction="1/3", due_year=year) for year in range(3)]
    rules = item_rules(amount=fixed(9, "万元"), instalments=InstalmentPlan(parts=parts, together=True))
    first = compute_instalment(rules, 1, sheet(MET), date(2025, 5, 1))
    assert (first.numbers, first.reason) == ((1,), "本期应付")
    late = sheet(MET, year=2027)
    both = compute_instalment(rules, 2, late, date(2027, 1, 1), awards=history(paid(1, 30_000), claim_year=2025))
    assert both.numbers == (2, 3)


def test_one_that_is_on_record_is_not_paid_again_with_those_before_it():
    rules = stages("wait", "wait", "wait")
    answer = compute_instalment(rules, 1, reached(1, 2, 3), TODAY, awards=history(paid(2, 30_000)))
    assert (answer.numbers, answer.amount.money) == ((1,), yuan(30_000))


def test_the_verdict_on_several_is_met_and_shows_the_rechecks_of_each():
    rules = stages("wait", "skip", "wait")
    found = assess(rules, reached(2, 3), TODAY, awards=history(paid(1, 30_000)))
    assert (found.verdict.state, found.amount.money) == (State.MET, yuan(60_000))
    assert [each.state for each in found.verdict.reasons] == [State.MET, State.MET]
    assert found.amount.working[-1].text_zh == "第 2、3 期：同时到期，一并兑付"
    assert Money.total(share.money for share in found.shares) == yuan(60_000)
    passed_over = assess(rules, reached(3), TODAY, awards=history(paid(1, 30_000)))
    assert (passed_over.verdict.state, passed_over.amount.money) == (State.MET, yuan(30_000))


# -- a whole that is worked out anew -------------------------------------------------------------------------


def growing(*checks: Recheck | None, **more: object) -> ItemRules:
    """10 % of the investment as it is by now, in as many equal parts as there are checks."""
    parts = [
        Instalment(label=f"阶段{number}", fraction=f"1/{len(checks)}", rechecks=(check,) if check else ())
        for number, check in enumerate(checks, 1)
    ]
    amount = Rate(base=quantity("rd_expense", None), rate=fixed(10, "%"))
    return item_rules(amount=amount, instalments=InstalmentPlan(parts=parts, whole="recomputed", **more))


def invested(wan: int, *stages_reached: int) -> FactSheet:
    codes = tuple(f"s{number}" for number in stages_reached)
    return sheet(MET, number_fact("rd_expense", wan, "万元", None), fact("penalties", "codes", codes))


def test_a_whole_that_grows_is_made_up_for_with_the_next_part():
    rules = growing(None, None)
    first = compute_instalment(rules, 1, invested(100), TODAY)
    assert first.amount.money == yuan(50_000)
    second = compute_instalment(
        rules, 2, invested(160), TODAY, awards=history(*first.records, whole=yuan(100_000), claim_year=2025)
    )
    assert (second.amount.money, second.amount.whole) == (yuan(110_000), yuan(160_000))
    assert second.amount.working[-1].text_zh == (
        "第 2 期（阶段2）：按现在的总额 160,000.00 元，累计应付 100%，减去已付 50,000.00 元 = 110,000.00 元"
    )


def test_a_whole_that_shrinks_never_asks_money_back_and_leaves_less_for_the_next():
    rules = growing(None, None, None)
    records = (paid(1, 40_000),)
    second = compute_instalment(rules, 2, invested(30), TODAY, awards=history(*records))
    assert (second.outcome, second.amount.money, second.reason) == ("due", Money(0), "本期按规则计算为 0 元")
    third = compute_instalment(rules, 3, invested(60), TODAY, awards=history(*records, *second.records))
    assert third.amount.money == yuan(20_000)


def test_what_a_recheck_took_is_not_regained_when_the_whole_grows():
    rules = growing(stage("s1", "reduce", "1/2"), stage("s2", "skip"), None)
    first = compute_instalment(rules, 1, invested(90), TODAY)
    assert (first.amount.money, first.records) == (yuan(15_000), (paid(1, 15_000, reduced_to="1/2"),))
    second = compute_instalment(rules, 2, invested(90), TODAY, awards=history(*first.records))
    assert second.outcome == "skipped"
    third = compute_instalment(rules, 3, invested(180), TODAY, awards=history(*first.records, *second.records))
    assert third.amount.money == yuan(75_000)  # 180,000 × (1/6 + 0 + 1/3) less 15,000
    assert third.amount.money + yuan(15_000) == yuan(90_000)


def test_together_each_part_counts_what_those_before_it_pay():
    rules = growing(None, stage("s2", "skip"), None, together=True)
    answer = compute_instalment(rules, 1, invested(90), TODAY)
    assert (answer.numbers, answer.amount.money) == ((1, 3), yuan(60_000))
    late = compute_instalment(rules, 2, invested(180, 2), TODAY, awards=history(paid(1, 30_000)))
    assert (late.numbers, late.amount.money) == ((2, 3), yuan(150_000))
    assert [each.money for each in late.records] == [yuan(90_000), yuan(60_000)]


@pytest.mark.parametrize(
    ("awards", "label"),
    [
        (None, "前几期的兑付情况"),
        (history(InstalmentRecord(number=1, outcome="paid")), "第 1 期已付的金额"),
        (history(paid(1, 15_000)), "第 1 期按几分之几兑付"),
    ],
)
def test_without_what_was_paid_nobody_knows_what_is_left_to_pay(awards: AwardHistory | None, label: str):
    rules = growing(stage("s1", "reduce", "1/2"), None)
    answer = compute_instalment(rules, 2, invested(90), TODAY, awards=awards)
    assert (answer.outcome, answer.amount.money) == ("undetermined", None)
    assert [(each.label, each.kind) for each in answer.amount.missing] == [(label, "award")]
    assert answer.reason == f"金额尚不能判定，缺少：{label}"
    if awards is not None:
        known = history(paid(1, 15_000, reduced_to="1/2"))
        assert compute_instalment(rules, 2, invested(90), TODAY, awards=known).amount.money == yuan(52_500)


def test_a_part_that_is_on_record_twice_is_earned_once_and_paid_twice():
    rules = growing(None, None)
    twice = history(paid(1, 10_000), paid(1, 20_000), paid(1, 5_000, reduced_to="3/2"))
    assert compute_instalment(rules, 2, invested(90), TODAY, awards=twice).amount.money == yuan(55_000)
    too_much = history(paid(1, 10_000, reduced_to="3/2"))
    assert compute_instalment(rules, 2, invested(90), TODAY, awards=too_much).amount.money == yuan(80_000)


def test_a_part_without_a_record_was_passed_over_and_is_lost_but_takes_nothing_from_the_others():
    third = compute_instalment(growing(None, None, None), 3, invested(90), TODAY, awards=history(paid(1, 30_000)))
    assert third.amount.money == yuan(30_000)


def test_a_cap_of_the_whole_holds_for_what_it_grows_to():
    capped = Cap(of=Rate(base=quantity("rd_expense", None), rate=fixed(10, "%")), limit=fixed(12, "万元"))
    rules = growing(None, None).model_copy(update={"amount": capped})
    second = compute_instalment(rules, 2, invested(999), TODAY, awards=history(paid(1, 50_000)))
    assert second.amount.money == yuan(70_000)


# -- schedules that are chosen -------------------------------------------------------------------------------


def by_size() -> ItemRules:
    """Below 100万元 at once, else over two years."""
    small = condition("revenue", "lt", "100", "万元", None)
    years = [Instalment(label="第一年", fraction="1/2"), Instalment(label="第二年", fraction="1/2", due_year=1)]
    plan = InstalmentsWhen(
        rows=[InstalmentCase(condition=small, parts=[Instalment(label="一次付清", fraction="1")])], otherwise=years
    )
    return item_rules(amount=fixed(10, "万元"), instalments=plan)


def earning(wan: int | None, year: int = 2025) -> FactSheet:
    known = [] if wan is None else [number_fact("revenue", wan, "万元", None)]
    return sheet(MET, *known, year=year)


def test_a_condition_chooses_the_schedule_with_the_first_part():
    rules = by_size()
    small = compute_instalment(rules, 1, earning(99), TODAY)
    assert (small.of, small.amount.money, small.schedule) == (1, yuan(100_000), 0)
    large = compute_instalment(rules, 1, earning(100), TODAY)
    assert (large.of, large.amount.money, large.schedule) == (2, yuan(50_000), 1)
    unknown = compute_instalment(rules, 1, earning(None), TODAY)
    assert (unknown.outcome, [each.name for each in unknown.amount.missing]) == ("undetermined", ["revenue"])


def test_the_chosen_schedule_is_kept_whatever_has_become_of_the_condition():
    kept = history(paid(1, 50_000), schedule=1, claim_year=2025)
    second = compute_instalment(by_size(), 2, earning(1, 2026), TODAY, awards=kept)
    assert (second.of, second.amount.money, second.schedule) == (2, yuan(50_000), 1)
    before_the_first = compute_instalment(by_size(), 1, earning(1), TODAY, awards=history(schedule=1))
    assert before_the_first.of == 2
    all_of_it = history(paid(1, 100_000), schedule=0, claim_year=2025)
    done = assess(by_size(), earning(100, 2026), TODAY, awards=all_of_it)
    assert (done.instalment, done.amount.money) == (None, Money(0))


@pytest.mark.parametrize("schedule", [None, 2])
def test_a_later_part_never_chooses_a_schedule_anew(schedule: int | None):
    unsaid = history(paid(1, 100_000), schedule=schedule, claim_year=2025)
    answer = compute_instalment(by_size(), 2, earning(100, 2026), TODAY, awards=unsaid)
    assert (answer.outcome, answer.amount.money) == ("undetermined", None)
    assert [(each.name, each.kind) for each in answer.amount.missing] == [("schedule", "award")]
    assert answer.reason == "缺少“首期选定的分期安排”，分期安排尚不能判定"
    found = assess(by_size(), earning(100, 2026), TODAY, awards=unsaid)
    assert (found.amount.money, found.shares) == (None, ())


def test_an_open_row_before_one_that_is_met_leaves_the_schedule_open():
    plan = by_size().instalments
    assert isinstance(plan, InstalmentsWhen)
    others = InstalmentCase(condition=condition("above_scale", "is_true"), parts=plan.otherwise)
    both = InstalmentsWhen(rows=[plan.rows[0], others], otherwise=[Instalment(label="其他", fraction="1")])
    rules = by_size().model_copy(update={"instalments": both})
    assert compute_instalment(rules, 1, earning(None), TODAY).outcome == "undetermined"
    assert compute_instalment(rules, 1, earning(100), TODAY).schedule == 1
    reverse = rules.model_copy(update={"instalments": both.model_copy(update={"rows": both.rows[::-1]})})
    assert compute_instalment(reverse, 1, earning(None), TODAY).schedule == 0


def test_a_sector_that_has_changed_since_the_first_part_changes_no_schedule_that_was_kept():
    """Whoever was paid all at once as industry had the second part of services besides."""
    years = [Instalment(label="第一年", fraction="1/2"), Instalment(label="第二年", fraction="1/2", due_year=1)]
    plan = InstalmentsBy(
        fact="grade",
        period="Y",
        rows=[InstalmentRow(codes=["a"], parts=[Instalment(label="一次付清", fraction="1")])],
        otherwise=years,
    )
    rules = item_rules(amount=fixed(10, "万元"), instalments=plan)
    first = compute_instalment(rules, 1, sheet(MET, fact("grade", "code", "a")), TODAY)
    assert (first.schedule, first.amount.money) == (0, yuan(100_000))
    now = sheet(MET, fact("grade", "code", "b", "2026"), year=2026)
    kept = history(paid(1, 100_000), schedule=first.schedule, claim_year=2025)
    assert assess(rules, now, TODAY, awards=kept).amount.money == Money(0)
    other = history(paid(1, 50_000), schedule=1, claim_year=2025)
    assert compute_instalment(rules, 2, now, TODAY, awards=other).amount.money == yuan(50_000)
    nobody_kept_it = history(paid(1, 50_000), claim_year=2025)
    assert compute_instalment(rules, 2, now, TODAY, awards=nobody_kept_it).amount.money == yuan(50_000)


def test_another_claim_has_its_instalments_among_the_awards_and_chooses_for_itself():
    said = {"family": "A", "level": "city", "year": 2024, "money": yuan(50_000), "granted_on": "2024-12-01"}
    other = Award(**said, instalment=2, claim="another")
    answer = compute_instalment(by_size(), 1, earning(100), TODAY, awards=AwardHistory(family="A", awards=(other,)))
    assert (answer.number, answer.schedule, answer.amount.money) == (1, 1, yuan(50_000))


# -- in words ------------------------------------------------------------------------------------------------


def test_schedules_and_their_terms_are_said_in_chinese():
    assert sentences(by_size()).instalments == (
        "按首期申报时的情况分期（以后不再变动）：\n1. 营业收入不满 100 万元的：一次付清；\n"
        "2. 其他：分 2 期：第一年 50%；第二年 50%，首期申报次年起可申报。"
    )
    rules = growing(None, stage("s2", "reduce", "1/2"), together=True)
    assert sentences(rules).instalments == (
        "分 2 期：阶段1 50%；阶段2 50%，须本年度行政处罚包括s2，不符合的本期按 50% 兑付，其余不再兑付。"
        "同时到期的各期一并兑付；各期总额按当期数据重新计算，扣除前几期已付的。"
    )
