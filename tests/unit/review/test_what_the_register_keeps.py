"""What the register makes of a grant, and what it finds when two turn out to be one person's: pure, at the edges."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from chassis.testing.fakes import NOON
from contracts.award_findings import AwardGrantedTwice, FoundAward
from contracts.money import Money
from contracts.refusal import Refused
from contracts.rule import (
    AtMostOf,
    AwardHistory,
    AwardKey,
    Fact,
    FactType,
    InstalmentPlan,
    InstalmentRecord,
    InstalmentRow,
    InstalmentsBy,
    ItemRules,
    KeyRef,
    Level,
    OncePer,
    Within,
)
from services.review.register.awards import AwardAsked, GrantedAward, granted_award, proportioned, remaining
from services.review.register.finding import AwardFinding, finding_id
from tests.unit.review.review_kit import claim, item_rules

HALVES = InstalmentPlan.model_validate({"parts": [{"label": f"第{n}期", "fraction": "1/2"} for n in (1, 2)]})
RECOMPUTED = HALVES.model_copy(update={"whole": "recomputed"})
PAID = (InstalmentRecord(number=1, outcome="paid", money=Money(50)),)


def rules(*stacking: Any, instalments: Any = None, groups: tuple[str, ...] = ()) -> ItemRules:
    types = (
        FactType(name="certificate_no", label="证书", kind="code"),
        FactType(name="graduate_ids", label="毕业生", kind="codes"),
        FactType(name="step", label="台阶", kind="code"),
    )
    changed = {"fact_types": types, "stacking": stacking, "instalments": instalments, "groups": groups}
    return item_rules().model_copy(update=changed)


def once(fact: str, *, across_enterprises: bool = False) -> OncePer:
    return OncePer(within=Within(key=KeyRef(fact=fact)), across_enterprises=across_enterprises)


def asked(of: ItemRules, instalment: int = 1) -> AwardAsked:
    said: dict[str, Any] = {"source": "统计局", "as_of": date(2026, 1, 10)}
    facts = (
        Fact(name="certificate_no", kind="code", value="C-1", **said),
        Fact(name="graduate_ids", kind="codes", value=("G-2", "G-1"), **said),
        Fact(name="step", kind="code", value="S-1", **said),
    )
    return AwardAsked("case-1", "zhanggong", claim(), "A-1", of, instalment, facts)


def assessment(
    fen: int | None = 100, *, whole: int | None = None, parts: Any = (), benefits: Any = (), **more: Any
) -> Any:
    amount = SimpleNamespace(
        money=None if fen is None else Money(fen),
        whole=None if whole is None else Money(whole),
        parts=tuple(SimpleNamespace(part=part, money=Money(each)) for part, each in parts),
        benefits=benefits,
    )
    return SimpleNamespace(amount=amount, instalment=more.get("instalment"))


def kept(of: AwardAsked, found: Any, **words: Any) -> GrantedAward:
    said: dict[str, Any] = {"level": Level.CITY, "year": 2025, "period": "2025", "granted_on": date(2026, 3, 1)}
    return granted_award(of, found, **said | words)


def test_only_keys_that_serve_once_whoever_has_them_are_asked_of_others() -> None:
    found = asked(rules(once("certificate_no"), once("graduate_ids", across_enterprises=True)))
    assert found.keys_for_all == (
        AwardKey(fact="graduate_ids", value="G-1"),
        AwardKey(fact="graduate_ids", value="G-2"),
    )
    assert asked(rules(once("certificate_no"))).keys_for_all == ()
    assert asked(rules(OncePer())).keys_for_all == () == asked(rules(OncePer())).keys
    assert asked(rules(OncePer())).locks == frozenset()


def test_the_groups_are_those_that_the_rules_limit_and_those_of_the_item() -> None:
    limit = AtMostOf(group="innovation", label="创新", most=1)
    assert asked(rules(limit, once("step"), groups=("innovation", "growth"))).groups == ("growth", "innovation")


def test_parts_are_kept_where_they_are_what_was_granted_and_one_sum_where_they_are_not() -> None:
    two = assessment(30, parts=(("设备", 10), ("研发", 20), ("人才", 0)))
    of = asked(rules())
    assert kept(of, two).parts == (("设备", 10), ("研发", 20))
    assert kept(of, two, amount_fen=29).parts == ((None, 29),)
    one = assessment(30, parts=(("设备", 30),))
    assert kept(of, one, amount_fen=29).parts == (("设备", 29),)
    assert kept(of, assessment(30)).parts == ((None, 30),)
    assert kept(of, assessment(30), amount_fen=0).parts == ()
    assert kept(of, assessment(None)).parts == ()
    assert kept(of, assessment(0, benefits=("称号",))).parts == ((None, 0),)


def test_the_whole_is_that_of_the_first_and_stays_for_the_later_ones() -> None:
    first, later = asked(rules(instalments=HALVES)), asked(rules(instalments=HALVES), 2)
    due = SimpleNamespace(records=PAID, schedule=None)
    told = kept(first, assessment(50, whole=100, instalment=due))
    assert (told.whole_fen, told.claim_year, told.ahead_fen, told.counted_year) == (100, 2025, 50, 2025)
    history = AwardHistory(family="A-1", claim_year=2024, instalments=PAID, whole=Money(80))
    second = SimpleNamespace(records=(InstalmentRecord(number=2, outcome="paid", money=Money(40)),), schedule=None)
    told = kept(later, assessment(40, whole=999, instalment=second), history=history)
    assert (told.whole_fen, told.claim_year, told.ahead_fen) == (80, 2024, 0)
    again = kept(first, assessment(50, whole=100, instalment=due), history=history)
    assert (again.whole_fen, again.claim_year) == (100, 2025)


def test_what_is_not_fixed_has_no_whole_and_nothing_ahead() -> None:
    due = SimpleNamespace(records=PAID, schedule=None)
    told = kept(asked(rules(instalments=RECOMPUTED)), assessment(50, whole=100, instalment=due))
    assert (told.whole_fen, told.ahead_fen, told.claim_year) == (None, 0, 2025)
    alone = kept(asked(rules()), assessment(50, whole=100))
    assert (alone.whole_fen, alone.ahead_fen, alone.claim_year, alone.counted_year) == (None, 0, None, 2025)


def test_what_is_ahead_is_divided_as_the_parts_are_and_never_less_than_nothing() -> None:
    assert proportioned(10, [("a", 1), ("b", 2)]) == [("a", 3), ("b", 7)]
    assert proportioned(10, [("a", 0)]) == [(None, 10)]
    told = kept(asked(rules(instalments=HALVES)), assessment(50, whole=100))
    left = GrantedAward(**{**{name: getattr(told, name) for name in told.__slots__}, "ahead_fen": None})
    assert left.ahead(60) == [] and left.ahead(20) == [(None, 30)] and left.ahead(50) == []
    assert (told.fen, told.revision) == (50, 1)


def ahead_of(told: GrantedAward, **changes: Any) -> list[Any]:
    """What is still to be paid where nobody has said it, after 20 fen were granted before."""
    fields = {name: getattr(told, name) for name in told.__slots__}
    return GrantedAward(**fields | {"ahead_fen": None} | changes).ahead(20)


def test_nothing_is_ahead_of_what_was_stopped_or_has_no_whole() -> None:
    told = kept(asked(rules(instalments=HALVES)), assessment(50, whole=100))
    stopped = (InstalmentRecord(number=2, outcome="stopped"),)
    assert ahead_of(told, records=PAID) == [(None, 30)]
    assert ahead_of(told, records=stopped) == [] == ahead_of(told, whole_fen=None)


ROW, OTHER = HALVES.parts, InstalmentPlan.model_validate({"parts": [{"label": "一次", "fraction": "1"}]}).parts
BY_STEP = InstalmentsBy(fact="step", rows=(InstalmentRow(codes=("S-1",), parts=ROW),), otherwise=OTHER)


@pytest.mark.parametrize(("schedule", "left"), [(0, 50), (1, 0), (None, None)])
def test_what_is_left_is_told_by_the_schedule_that_the_claim_follows(schedule: int | None, left: int | None) -> None:
    assert remaining(BY_STEP, schedule, 100, PAID) == left


def test_nothing_is_left_of_a_schedule_without_parts_only_where_it_is_known() -> None:
    nothing_else = BY_STEP.model_copy(update={"otherwise": None})
    assert remaining(nothing_else, 1, 100, PAID) is None
    mixed = HALVES.model_copy(update={"parts": (ROW[0], ROW[1].model_copy(update={"fraction": None}))})
    assert remaining(mixed, None, 100, PAID) is None
    assert remaining(HALVES, None, 101, PAID) == 51


def test_what_nobody_says_otherwise_is_the_first_instalment_and_the_first_decision() -> None:
    assert AwardAsked("case-1", "zhanggong", claim(), "A-1", rules()).instalment == 1
    told = kept(asked(rules()), assessment())
    fields = {name: getattr(told, name) for name in told.__slots__ if name not in ("revision", "ahead_fen")}
    assert (GrantedAward(**fields).revision, GrantedAward(**fields).ahead_fen) == (1, None)


# -- findings ----------------------------------------------------------------------------------------------


def award(case_id: str, hour: int, fen: int = 100) -> FoundAward:
    return FoundAward(
        case_id=case_id,
        receipt=f"ZD-{case_id}",
        uscc="91360702DEM000014H",
        enterprise_name="示例企业01",
        filed_in="zhanggong",
        amount_fen=fen,
        granted_at=NOON + timedelta(hours=hour),
    )


def finding(*awards: FoundAward) -> AwardFinding:
    return AwardFinding.open("zhanggong", claim(), "2025", awards, NOON)


def test_the_award_that_was_granted_first_leads_and_all_after_it_is_too_much() -> None:
    found = finding(award("b", 2, 30), award("a", 2, 20), award("c", 1, 1000))
    assert [each.case_id for each in found.awards] == ["c", "a", "b"]
    assert (found.too_much_fen, found.receipt_numbers) == (50, ("ZD-c", "ZD-a", "ZD-b"))
    (told,) = [each.event for each in found.pending]
    assert isinstance(told, AwardGrantedTwice) and told.too_much_fen == 50


def test_the_same_awards_are_the_same_finding_in_whatever_order() -> None:
    assert finding(award("a", 1), award("b", 2)).id == finding(award("b", 2), award("a", 1)).id
    assert finding_id("item-1", "2025", ["a", "b"]) == finding_id("item-1", "2025", ["b", "a"])
    assert finding_id("item-1", "2025", ["a"]) != finding_id("item-1", "2024", ["a"])


def test_a_finding_is_closed_once_and_says_by_whom() -> None:
    found = finding(award("a", 1), award("b", 2))
    found.close("已追回", by="leader-1", at=NOON)
    shown = found.view()
    assert (shown.state, shown.closed_by, shown.closed_at, shown.conclusion) == ("closed", "leader-1", NOON, "已追回")
    with pytest.raises(Refused, match="已经办结"):
        found.close("再次", by="leader-2", at=NOON)
