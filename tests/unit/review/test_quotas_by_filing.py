"""First come, first served: never above the pot, nobody is overtaken, and who waits is told for how many."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.testing.fakes import NOON, FakeUnit
from contracts.money import Money
from contracts.review import CaseApproved
from contracts.rule import BatchClaim, ItemRules
from rules.batches import allot
from services.review.cases.answering import settle, with_items
from services.review.cases.awarding import judge_anew
from services.review.cases.case import Case
from services.review.item_copies.store import ItemVersions
from services.review.quotas.store import QUOTA_MOVED, QuotaPlaces
from tests.unit.review.quota_kit import WAN, approved, filed, limited, pot, rejected
from tests.unit.review.review_kit import review_unit


def place_count(uow: FakeUnit) -> int:
    return sum(row["state"] == "held" for row in uow.of(QuotaPlaces).rows.values())  # type: ignore[attr-defined]


def test_the_last_place_is_for_whoever_filed_first() -> None:
    uow = review_unit(limited({"places": 1}))
    first, second = filed(uow, 1, 10), filed(uow, 2, 10)
    assert approved(uow, second) == ["quota_waits_for_earlier"]
    assert approved(uow, first) == []
    assert approved(uow, second) == ["quota_used_up"]
    assert place_count(uow) == 1


def test_who_waits_reads_for_how_many_and_what_is_left() -> None:
    uow = review_unit(limited(pot(30)))
    filed(uow, 1, 20)
    filed(uow, 2, 10)
    last = filed(uow, 3, 10)
    approved(uow, last)
    (said,) = last.quota.against if last.quota else ()
    assert said.message == (
        "以资金池余额为限（总额 30 万元，先到先得）：剩余 30 万元，还有 2 件先提交的申报没有办结，按先到先得须等其办结后再批准本件。"
    )


def test_nobody_waits_while_there_is_enough_for_all_before_and_for_it() -> None:
    uow = review_unit(limited(pot(30)))
    filed(uow, 1, 20)
    assert approved(uow, filed(uow, 2, 10)) == []


def test_a_claim_that_was_refused_makes_room_for_the_next() -> None:
    uow = review_unit(limited({"places": 1}))
    first, second = filed(uow, 1, 10), filed(uow, 2, 10)
    rejected(uow, first)
    assert approved(uow, second) == []


def test_whoever_waits_is_looked_at_again_once_an_earlier_claim_is_withdrawn() -> None:
    uow = review_unit(limited({"places": 1}))
    first, _second = filed(uow, 1, 10), filed(uow, 2, 10)
    assert ("zhanggong", QUOTA_MOVED, "KJ-01") not in uow.jobs
    first.withdraw("不再申报", "enterprise-1-clerk", uow.now)
    settle(with_items([first], uow), uow)
    assert ("zhanggong", QUOTA_MOVED, "KJ-01") in uow.jobs


def test_once_the_pot_does_not_reach_a_claim_it_reaches_nobody_behind_it() -> None:
    uow = review_unit(limited(pot(30)))
    first, second, third = filed(uow, 1, 20), filed(uow, 2, 20), filed(uow, 3, 5)
    assert approved(uow, first) == []
    assert approved(uow, third) == ["quota_waits_for_earlier"]
    rejected(uow, second)
    assert approved(uow, third) == ["quota_used_up"]


def test_what_does_not_fit_is_passed_over_where_the_text_says_so() -> None:
    uow = review_unit(limited(pot(30, "pass_over")))
    first, second, third = filed(uow, 1, 20), filed(uow, 2, 20), filed(uow, 3, 5)
    assert approved(uow, first) == []
    rejected(uow, second)
    assert approved(uow, third) == []


def test_the_rest_of_the_pot_is_the_amount_that_the_officer_sees_and_grants() -> None:
    uow = review_unit(limited(pot(30, "partial")))
    first, second, third = filed(uow, 1, 20), filed(uow, 2, 20), filed(uow, 3, 5)
    assert approved(uow, first) == []
    assert "amount_mismatch" in approved(uow, second, 20 * WAN)
    assert second.amount_fen == 10 * WAN
    assert second.assessment.amount.working[-1].text_zh.endswith("按余额兑付 100,000.00 元")
    uow.recorded.clear()
    assert approved(uow, second, 10 * WAN) == []
    (told,) = [each for each in uow.events if isinstance(each, CaseApproved)]
    assert (told.amount_fen, told.total_fen) == (10 * WAN, 10 * WAN)
    assert approved(uow, third) == ["quota_used_up"]


def test_an_earlier_claim_whose_amount_is_not_known_may_take_it_all() -> None:
    uow = review_unit(limited(pot(30)))
    earlier = filed(uow, 1, 1)
    earlier.assessment = earlier.assessment.model_copy(
        update={"amount": earlier.assessment.amount.model_copy(update={"money": None, "state": "undetermined"})}
    )
    assert approved(uow, filed(uow, 2, 1)) == ["quota_waits_for_earlier"]


def test_what_was_granted_is_not_asked_for_twice_when_it_is_decided_again() -> None:
    uow = review_unit(limited({"places": 1}))
    only = filed(uow, 1, 10)
    assert approved(uow, only) == []
    only.state, only.revision, only.decision = "accepted", 2, None
    judge_anew([(only, uow.of(ItemVersions).items([("item-1", 1)])["item-1", 1])], uow)
    assert only.quota is not None and [each.outcome for each in only.quota.said] == ["served"]


def test_pot_and_places_hold_at_once() -> None:
    uow = review_unit(limited({"places": 2}, pot(100)))
    cases = [filed(uow, number, 10) for number in range(3)]
    assert [approved(uow, each) for each in cases] == [[], [], ["quota_used_up"]]


def test_a_quota_counts_what_the_text_says_and_not_the_money_granted() -> None:
    measure = {
        "node": "rate",
        "base": {"node": "fact", "fact": "rd_expense", "period": "Y"},
        "rate": {"node": "fixed", "value": "2", "unit": "倍"},
    }
    uow = review_unit(limited(pot(30, measure=measure)))
    first, second = filed(uow, 1, 10), filed(uow, 2, 10)
    assert approved(uow, first) == []
    assert approved(uow, second) == ["quota_used_up"]


WHAT = st.lists(st.integers(1, 12), min_size=1, max_size=7)


@settings(max_examples=25, deadline=None)
@given(
    amounts=WHAT,
    total=st.integers(1, 30),
    places=st.one_of(st.none(), st.integers(1, 5)),
    when_short=st.sampled_from(["stop", "partial", "pass_over"]),
    data=st.data(),
)
def test_whatever_the_order_of_approval_nothing_above_pot_and_places_is_granted(
    amounts: list[int], total: int, places: int | None, when_short: str, data: st.DataObject
) -> None:
    uow, cases, _rules = _filed(amounts, total, places, when_short)
    order = data.draw(st.permutations(range(len(cases))))
    for _round in range(2):
        for index in order:
            if cases[index].state == "accepted":
                approved(uow, cases[index])
    served = [case for case in cases if case.state == "approved"]
    assert sum(case.amount_fen or 0 for case in served) <= total * WAN
    assert places is None or len(served) <= places


@settings(max_examples=25, deadline=None)
@given(
    amounts=WHAT,
    total=st.integers(1, 30),
    places=st.one_of(st.none(), st.integers(1, 5)),
    when_short=st.sampled_from(["stop", "partial", "pass_over"]),
)
def test_decided_in_the_order_of_filing_each_gets_what_all_seen_together_would(
    amounts: list[int], total: int, places: int | None, when_short: str
) -> None:
    uow, cases, rules = _filed(amounts, total, places, when_short)
    for case in cases:
        if approved(uow, case):
            if "quota_used_up" in [each.code for each in (case.quota.against if case.quota else ())]:
                rejected(uow, case)
            else:
                assert approved(uow, case) == []
    claims = [
        BatchClaim(claim_id=case.id, money=Money(wan * WAN), filed_at=case.received_at)
        for case, wan in zip(cases, amounts, strict=True)
    ]
    together = allot(rules, rules.quotas[0], claims, NOON.date())
    granted = [case.amount_fen if case.state == "approved" else 0 for case in cases]
    assert granted == [each.money.fen for each in together]


def _filed(
    amounts: list[int], total: int, places: int | None, when_short: str
) -> tuple[FakeUnit, list[Case], ItemRules]:
    quota = pot(total, when_short) | ({"places": places} if places else {})
    rules = limited(quota)
    uow = review_unit(rules, now=NOON + timedelta(hours=1))
    return uow, [filed(uow, number, wan) for number, wan in enumerate(amounts)], rules
