"""One headline for every situation: what is due now, or why nothing is; it never contradicts what stands below it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.money import Money
from contracts.rule import (
    Amount,
    Assessment,
    Award,
    AwardHistory,
    Benefit,
    Decided,
    Exclusive,
    Headline,
    HeadlineState,
    InKind,
    Instalment,
    InstalmentAnswer,
    InstalmentPlan,
    InstalmentRecord,
    ItemRules,
    Line,
    MissingFact,
    Objection,
    OncePer,
    Quota,
    Ranked,
    RankKey,
    Reduction,
    SameChoice,
    State,
    Sum,
    Threshold,
    Unstated,
    Verdict,
    Window,
)
from rules import assess, headline_of
from tests.unit.rules.rule_writing import (
    TODAY,
    amounts,
    condition,
    fact,
    fixed,
    full_sheets,
    item_rules,
    number_fact,
    quantity,
    sheet,
    sheets_with_less,
)

S = HeadlineState
MET = fact("above_scale", "flag", True)
FALLEN = fact("above_scale", "flag", False)
SCALE = condition("above_scale", "is_true")
LONG_AGO = {"closes": date(2024, 6, 30)}
SOON = {"opens": date(2026, 6, 1)}


def parts(if_failed: str = "skip") -> InstalmentPlan:
    later = Instalment(label="达产后", fraction="1/2", recheck=SCALE, if_failed=if_failed)
    return InstalmentPlan(parts=[Instalment(label="常规", fraction="1/2"), later])


def award(year: int = 2024, family: str = "A", **keys: str) -> Award:
    told = [{"fact": name, "value": value} for name, value in keys.items()]
    return Award(
        family=family, level="city", year=year, money=Money(9_000_000), granted_on=date(year, 6, 1), keys=tuple(told)
    )


def had(*awards: Award) -> AwardHistory:
    return AwardHistory(family="A", awards=awards)


def paid(*outcomes: str) -> AwardHistory:
    records = [InstalmentRecord(number=n, outcome=outcome) for n, outcome in enumerate(outcomes, 1)]
    return AwardHistory(family="A", instalments=records, whole=Money(5_000_000))


RANKED = Quota(places=100, order=Ranked(keys=[RankKey(by=quantity("rd_expense"))]))
POT = Quota(pot="500", pot_unit="万元", when_short="pro_rata")
DECIDED = Decided(decision="bonus", by="评审组", max=fixed(10, "万元"))

SITUATIONS: list[tuple[str, ItemRules, Any, AwardHistory | None, HeadlineState, str]] = [
    ("plain", item_rules(), MET, None, S.DUE, "符合，50,000.00 元"),
    ("fallen", item_rules(), FALLEN, None, S.NOT_MET, "不符合"),
    ("unknown", item_rules(), None, None, S.UNDETERMINED, "尚不能判定是否符合"),
    ("closed", item_rules(plan={"window": LONG_AGO}), MET, None, S.CLOSED, "已于 2024-06-30 截止受理"),
    ("closed and fallen", item_rules(plan={"window": LONG_AGO}), FALLEN, None, S.CLOSED, "已于 2024-06-30 截止受理"),
    ("soon", item_rules(plan={"window": SOON}), MET, None, S.NOT_OPEN, "尚未开始受理，自 2026-06-01 起受理"),
    ("ranked", item_rules(quotas=[RANKED]), MET, None, S.DUE, "符合，50,000.00 元，须经择优排序（名额 100 个）"),
    (
        "pot",
        item_rules(quotas=[POT]),
        MET,
        None,
        S.DUE,
        "符合，50,000.00 元，以资金池余额为限（总额 500 万元，不足时同比例折算）",
    ),
    (
        "used up",
        item_rules(stacking=[OncePer()]),
        MET,
        had(award()),
        S.USED_UP,
        "已经享受过，本次没有应付金额",
    ),
    (
        "used up, unknown",
        item_rules(stacking=[OncePer()]),
        None,
        had(award()),
        S.USED_UP,
        "已经享受过，本次没有应付金额",
    ),
    ("used up, fallen", item_rules(stacking=[OncePer()]), FALLEN, had(award()), S.NOT_MET, "不符合"),
    (
        "gives way",
        item_rules(stacking=[Exclusive(families=["B"])]),
        MET,
        had(award(family="B")),
        S.GIVES_WAY,
        "与已获奖补不重复享受，本次没有应付金额",
    ),
    (
        "topped up by another",
        item_rules(stacking=[Exclusive(families=["B"], granted="top_up")]),
        MET,
        had(award(family="B")),
        S.GIVES_WAY,
        "与已获奖补不重复享受，本次没有应付金额",
    ),
    (
        "chosen otherwise",
        item_rules(stacking=[SameChoice(key={"fact": "grade", "period": "Y"})]),
        [MET, fact("grade", "code", "a")],
        had(award(grade="b")),
        S.BARRED,
        "与以前的选择不一致，本次不予兑付",
    ),
    (
        "cannot be told whether it was had",
        item_rules(stacking=[OncePer(within={"key": {"fact": "grade", "period": "Y"}})]),
        MET,
        had(award(grade="b")),
        S.BARRED,
        "无法核对是否已经享受，本次暂不能兑付",
    ),
    (
        "decided",
        item_rules(amount=DECIDED),
        MET,
        None,
        S.TO_BE_DECIDED,
        "符合，金额待核定（0.00 元至 100,000.00 元）",
    ),
    ("no figure", item_rules(amount=quantity("revenue")), MET, None, S.AMOUNT_OPEN, "符合，金额尚不能判定"),
    ("unstated", item_rules(amount=Unstated(note="未载明")), MET, None, S.AMOUNT_OPEN, "符合，金额尚不能判定"),
    (
        "in kind",
        item_rules(amount=InKind(kind="tax_relief", gives="免征房产税")),
        MET,
        None,
        S.IN_KIND,
        "符合，给予的不是资金：免征房产税",
    ),
    (
        "too little",
        item_rules(amount=Threshold(of=quantity("revenue"), least=fixed(1, "万元"))),
        [MET, number_fact("revenue", "0.5", "万元")],
        None,
        S.NOTHING_DUE,
        "符合条件，但按规则计算没有可兑付的金额",
    ),
    ("first part", item_rules(instalments=parts()), MET, None, S.DUE, "符合，第 1 期 25,000.00 元"),
    ("second part", item_rules(instalments=parts()), MET, paid("paid"), S.DUE, "符合，第 2 期 25,000.00 元"),
    (
        "second part, long after closing",
        item_rules(instalments=parts(), plan={"window": LONG_AGO}, quotas=[RANKED]),
        MET,
        paid("paid"),
        S.DUE,
        "符合，第 2 期 25,000.00 元",
    ),
    ("skipped", item_rules(instalments=parts()), FALLEN, paid("paid"), S.SKIPPED, "第 2 期 不予兑付，不影响以后各期"),
    ("stops", item_rules(instalments=parts("stop")), FALLEN, paid("paid"), S.STOPPED, "已停止兑付，以后各期不再兑付"),
    ("stopped", item_rules(instalments=parts()), MET, paid("stopped"), S.STOPPED, "已停止兑付，以后各期不再兑付"),
    ("waits", item_rules(instalments=parts("wait")), FALLEN, paid("paid"), S.WAITING, "第 2 期 待达到条件后兑付"),
    (
        "all done",
        item_rules(instalments=parts()),
        MET,
        paid("paid", "paid"),
        S.COMPLETED,
        "各期已全部办结，没有应付金额",
    ),
]


def assessed(rules: ItemRules, facts: Any, awards: AwardHistory | None) -> Assessment:
    given = facts if isinstance(facts, list) else [facts] if facts is not None else []
    return assess(rules, sheet(*given), TODAY, awards=awards)


@pytest.mark.parametrize(
    ("rules", "facts", "awards", "state", "text"),
    [each[1:] for each in SITUATIONS],
    ids=[each[0] for each in SITUATIONS],
)
def test_each_situation_has_its_headline(
    rules: ItemRules, facts: Any, awards: AwardHistory | None, state: HeadlineState, text: str
):
    found = assessed(rules, facts, awards)
    assert found.headline is not None
    assert (found.headline.state, found.headline.text_zh) == (state, text)
    agrees(found, found.headline)


def agrees(found: Assessment, headline: Headline) -> None:
    """What no headline does, whatever it is about."""
    assert headline == headline_of(found)
    due = headline.state is S.DUE
    assert (headline.due is not None) is due
    assert bool(found.shares and found.amount.money) is due, "what is due is what somebody pays"
    if due:
        assert headline.due is not None and headline.due.fen > 0
        assert Money.total(line.money for line in found.shares) == headline.due
        assert found.verdict.state is State.MET
    assert "0.00 元，" not in headline.text_zh.replace(",", "") or due
    assert not headline.text_zh.startswith("符合，0.00")
    if headline.text_zh.startswith("符合"):
        assert found.verdict.state is State.MET
        assert not [each for each in found.objections if each.part is None]
    if headline.state not in (S.DUE, S.UNDETERMINED, S.IN_KIND):
        assert headline.why, "whoever gets nothing is told why"


def of_amount(**amount: Any) -> Assessment:
    return Assessment(verdict=Verdict(state=State.MET, reasons=()), amount=Amount(state="known", **amount))


@pytest.mark.parametrize(
    ("kind", "state"),
    [("cap", S.CAP_REACHED), ("payee_cap", S.CAP_REACHED), ("top_up", S.TOPPED_UP), ("exclusive", S.GIVES_WAY),
     ("once_only", S.USED_UP), ("recheck", S.SKIPPED)],
)  # fmt: skip
def test_what_brought_an_amount_down_to_nothing_is_its_headline(kind: Any, state: HeadlineState):
    lost = Reduction(kind=kind, text_zh="年度封顶 100 万元，已获 100 万元", money=Money(5_000_000))
    said = headline_of(of_amount(money=Money(0), reductions=(lost,)))
    assert (said.state, said.why[0]) == (state, lost.text_zh)


def test_what_took_the_last_of_it_is_the_headline():
    lost = [Reduction(kind=kind, text_zh=kind, money=Money(1)) for kind in ("cap", "top_up")]
    said = headline_of(of_amount(money=Money(0), reductions=tuple(lost)))
    assert (said.state, said.why) == (S.TOPPED_UP, ("top_up", "cap"))


def test_why_nothing_is_due_is_what_the_working_ends_with():
    lines = (Line(text_zh="研发投入 1 万元", value=Money(1)), Line(text_zh="不足 5 万元的不予计算", value=Money(-1)))
    said = headline_of(of_amount(money=Money(0), working=lines))
    assert (said.state, said.why) == (S.NOTHING_DUE, ("不足 5 万元的不予计算",))


def test_where_there_is_but_one_part_it_need_not_be_said_which():
    money = Amount(state="known", money=Money(100))
    answer = InstalmentAnswer(number=1, of=1, label="", outcome="due", amount=money, reason="本期应付", numbers=(1,))
    said = headline_of(of_amount(money=Money(100), whole=Money(100)).model_copy(update={"instalment": answer}))
    assert (said.text_zh, said.why) == ("符合，1.00 元", ())


def test_what_is_less_than_it_might_be_says_why():
    lost = Reduction(kind="cap", text_zh="封顶 5 万元", money=Money(1))
    part = Objection(code="used_up", text_zh="“基础奖”已享受过", part="基础奖")
    found = of_amount(money=Money(5_000_000), reductions=(lost,)).model_copy(update={"objections": (part,)})
    said = headline_of(found)
    assert said.text_zh == "符合，50,000.00 元"
    assert said.why == ("“基础奖”已享受过", "封顶 5 万元")


def test_a_benefit_that_a_cap_leaves_is_still_given():
    lost = Reduction(kind="cap", text_zh="封顶", money=Money(1))
    benefit = Benefit(kind="service", text_zh="免费检测")
    assert headline_of(of_amount(money=Money(0), benefits=(benefit,), reductions=(lost,))).state is S.IN_KIND


def test_a_part_that_is_claimed_too_early_is_not_yet_due_and_says_from_when():
    none = Amount(state="known", money=Money(0))
    answer = InstalmentAnswer(
        number=2, of=3, label="次年", outcome="not_yet", amount=none, reason="次年起申领", due_from=date(2027, 1, 1)
    )
    said = headline_of(of_amount(money=Money(0)).model_copy(update={"instalment": answer}))
    assert (said.state, said.text_zh) == (S.NOT_YET, "第 2 期 未到兑付时间，自 2027-01-01 起可以申领")


def test_several_parts_that_are_paid_at_once_are_named():
    money = Amount(state="known", money=Money(100))
    answer = InstalmentAnswer(number=2, of=3, label="", outcome="due", amount=money, reason="本期应付", numbers=(2, 3))
    said = headline_of(of_amount(money=Money(100)).model_copy(update={"instalment": answer}))
    assert said.text_zh == "符合，第 2、3 期 1.00 元"


def test_an_answer_that_was_kept_before_is_told_too():
    kept = assessed(item_rules(stacking=[OncePer()]), MET, had(award())).model_dump(mode="json")
    kept["amount"] |= {"money": 5_000_000, "reductions": []}
    for new in ("headline", "claimable", "window", "subject_to", "subject_to_zh"):
        del kept[new]
    said = headline_of(Assessment.model_validate(kept))
    assert (said.state, said.due) == (S.USED_UP, None)
    unstated = MissingFact(name="unstated", period=None, label="未载明", why="absent", kind="decision")
    open_ = of_amount(money=None, missing=(unstated,))
    assert headline_of(open_).state is S.AMOUNT_OPEN


def test_money_that_was_had_already_does_not_read_as_due():
    found = assessed(item_rules(stacking=[OncePer()], instalments=parts()), MET, had(award()))
    assert (found.amount.money, found.shares, found.payees) == (Money(0), (), ())
    assert found.amount.reductions[-1].money == Money(2_500_000)
    assert Money.total(line.value for line in found.amount.working) == Money(0)
    assert found.instalment is not None
    assert (found.instalment.outcome, found.instalment.amount.money) == ("skipped", Money(0))
    unsure = assessed(SITUATIONS[14][1], MET, had(award(grade="b"))).amount
    assert (unsure.money, unsure.lowest, unsure.highest) == (None, Money(0), Money(5_000_000))


def test_an_objection_to_nothing_takes_nothing_off():
    found = assessed(item_rules(amount=fixed(0, "元"), stacking=[OncePer()]), MET, had(award()))
    assert ([each.code for each in found.objections], found.amount.reductions) == (["used_up"], ())


def test_the_day_of_the_claim_counts_and_not_that_of_the_answer():
    rules = item_rules(plan={"window": LONG_AGO})
    then = assess(rules, sheet(MET), TODAY, claimed_on=date(2024, 6, 30))
    assert (then.claimable, bool(then.shares)) == ("open", True)
    late = assess(rules, sheet(MET), TODAY, claimed_on=date(2024, 7, 1))
    assert (late.claimable, late.shares, late.window) == ("closed", (), Window(**LONG_AGO))


def test_an_item_that_is_over_takes_no_claims_either():
    over = Window(opens=date(2020, 1, 1), closes=date(2025, 12, 31))
    found = assess(item_rules(plan={"window": SOON}), sheet(MET), date(2026, 7, 1), validity=over)
    assert found.claimable == "closed"
    assert found.headline is not None
    assert found.headline.text_zh == "已于 2025-12-31 截止受理"
    assert found.headline.why[0] == "受理时间：自 2026-06-01 起至 2025-12-31 止"
    early = assess(item_rules(plan={"window": SOON}), sheet(MET), date(2026, 5, 31)).headline
    assert early is not None
    assert early.why[0] == "受理时间：自 2026-06-01 起"


@given(
    amounts(), sheets_with_less(), st.booleans(), st.sampled_from([None, had(), had(award()), had(award(family="B"))])
)
def test_no_headline_contradicts_what_stands_below_it(amount: Any, sheets: Any, closed: bool, awards: Any):
    rules = item_rules(
        amount=amount,
        stacking=[OncePer(), Exclusive(families=["B"])],
        plan={"window": LONG_AGO} if closed else {},
    )
    for facts in sheets:
        found = assess(rules, facts, TODAY, awards=awards)
        assert found.headline is not None
        agrees(found, found.headline)


@given(amounts(), full_sheets(), st.lists(st.sampled_from(["paid", "skipped", "stopped"]), max_size=3))
def test_no_headline_of_an_instalment_contradicts_what_stands_below_it(amount: Any, facts: Any, outcomes: list[str]):
    found = assess(item_rules(amount=amount, instalments=parts("wait")), facts, TODAY, awards=paid(*outcomes))
    assert found.headline is not None
    agrees(found, found.headline)


def test_a_service_that_was_had_already_is_not_given_below_the_headline_that_says_so():
    service = InKind(kind="service", gives="优先推荐")
    had = AwardHistory(family="A", awards=(award(),))
    for amount in (service, amounts_together(service)):
        found = assess(item_rules(amount=amount, stacking=(OncePer(),)), sheet(MET), TODAY, awards=had)
        assert headline_of(found).state is S.USED_UP
        assert found.amount.benefits == ()


def amounts_together(service: InKind) -> Sum:
    return Sum(of=[service, fixed(5, "万元")])
