"""Quotas on a real database: whoever races, nothing above pot and places is granted; batches are fixed by two persons."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from review_database import Review
from test_review_cases import at_once, outcome

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from chassis.time.jobs import claim
from console.servers.provision import Dsns
from contracts.case_sheet import GetCaseSheet
from contracts.message import Actor
from contracts.quota_batches import (
    DeclineBatch,
    DrawUpBatch,
    FixBatch,
    GetBatch,
    ListBatches,
    ProposeFixing,
    RefuseUnserved,
)
from contracts.review import ApproveCase, GetCase, ListCases, RejectCase
from contracts.rule import ItemRules
from services.review.batches.quota_moves import look_again
from services.review.quotas.store import QUOTA_MOVED
from services.review.register.store import AwardRegister
from tests.remedies import OWN_GROUNDS
from tests.unit.review.quota_kit import RANK, WAN, limited, pot
from tests.unit.review.review_kit import (
    DEPARTMENT,
    DUTIES,
    LEADER,
    OFFICER,
    STRANGER,
    application,
    facts,
    line,
    nomination,
)

DAY = date(2026, 3, 10)
THIRD = Actor(id="leader-2", roles=frozenset({"department"}), department=DEPARTMENT, duties=DUTIES)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON + timedelta(hours=2))


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Review:
    dsns = service_database("review")
    return Review(service_frame("review", dsns=dsns, clock=clock), dsns)


def files(review: Review, rules: ItemRules, *wan: int) -> list[dict[str, Any]]:
    """A claim of each of so many 万元, one minute after another; → the cases in that order."""
    review.prepared(rules)
    review.hears(
        *(
            application(
                at=NOON + timedelta(minutes=number),
                known=facts(rd=str(each)),
                estimated_fen=each * WAN,
                uscc=f"9136070200000{number:04d}X",
                enterprise_id=f"enterprise-{number}",
                application_id=f"application-{number:04d}",
                receipt=f"ZD-{number:04d}",
            )
            for number, each in enumerate(wan)
        )
    )
    found = review.asked(ListCases(limit=200))["ok"]["items"]
    return sorted(found, key=lambda case: case["claim"]["receipt"])


def approves(review: Review, case: dict[str, Any], fen: int | None = None, **words: Any) -> dict[str, Any]:
    now = review.asked(GetCase(case_id=case["case_id"]))["ok"]
    order = ApproveCase(
        case_id=case["case_id"],
        amount_fen=fen if fen is not None else now["amount_fen"],
        expected_version=now["version"],
    )
    return review.ordered(order, **words)


def rejects(review: Review, case: dict[str, Any]) -> None:
    now = review.asked(GetCase(case_id=case["case_id"]))["ok"]
    order = RejectCase(
        other_grounds=OWN_GROUNDS, case_id=case["case_id"], reason="额度已经用完", expected_version=now["version"]
    )
    assert outcome(review.ordered(order)) == "rejected"


def held(review: Review) -> list[Any]:
    return review.rows("SELECT fen, takes FROM quota_use WHERE state IN ('allotted', 'held') ORDER BY position")


def test_two_claims_race_for_the_last_place_and_the_earlier_gets_it(review: Review) -> None:
    first, second = files(review, limited({"places": 1}), 10, 10)
    said = at_once(lambda: approves(review, first), lambda: approves(review, second, actor=LEADER))
    assert outcome(said[0]) == "approved"
    assert outcome(said[1]) in ("quota_waits_for_earlier", "quota_used_up")
    assert outcome(approves(review, second)) == "quota_used_up"
    assert len(held(review)) == 1


def test_whoever_race_for_the_last_yuan_never_get_more_than_the_pot(review: Review) -> None:
    cases = files(review, limited(pot(25)), *([10] * 6))
    for _round in range(2):
        at_once(*((lambda case=case: approves(review, case)) for case in cases))  # type: ignore[misc]
    states = [review.asked(GetCase(case_id=case["case_id"]))["ok"]["state"] for case in cases]
    assert states == ["approved", "approved", *(["accepted"] * 4)]
    assert sum(fen for fen, _takes in held(review)) == 20 * WAN


def test_the_sheet_says_what_is_left_and_how_many_come_before(review: Review) -> None:
    _first, second = files(review, limited(pot(15)), 10, 10)
    (said,) = review.asked(GetCaseSheet(case_id=second["case_id"]))["ok"]["quota"]
    assert (said["outcome"], said["earlier"], said["left_zh"]) == ("waits", 1, "15 万元")
    rejects(review, second)
    assert review.asked(GetCaseSheet(case_id=second["case_id"]))["ok"]["quota"] == []


def test_a_place_is_free_again_with_the_award(review: Review) -> None:
    first, second = files(review, limited({"places": 1}), 10, 10)
    assert outcome(approves(review, first)) == "approved"
    with review.frame.unit(["zhanggong"], action="test") as uow:
        uow.of(AwardRegister).free([first["case_id"]], "never_sent", by="officer-1", evidence="撤销批准")
    assert outcome(approves(review, second)) == "approved"


def test_a_list_is_granted_as_far_as_the_places_go(review: Review) -> None:
    review.prepared(limited({"places": 2}))
    lines = [
        line(known=facts(rd="10"), amount_fen=10 * WAN, uscc=f"9136070200000{n:04d}X", enterprise_id=f"enterprise-{n}")
        for n in range(4)
    ]
    review.hears(nomination(*lines))
    states = sorted(case["state"] for case in review.asked(ListCases(limit=50))["ok"]["items"])
    assert states == ["accepted", "accepted", "approved", "approved"]


def ranked(places: int) -> ItemRules:
    return limited({"places": places, "order": RANK})


def drawn(review: Review, **words: Any) -> dict[str, Any]:
    said = review.ordered(DrawUpBatch(item_id="item-1", name="第一批", **{"until": DAY, **words}))
    assert "ok" in said, said
    return said["ok"]  # type: ignore[no-any-return]


def proposed(review: Review, batch: dict[str, Any]) -> dict[str, Any]:
    order = ProposeFixing(batch_id=batch["batch_id"], expected_version=batch["version"])
    return review.ordered(order)["ok"]  # type: ignore[no-any-return]


def fixes(review: Review, batch: dict[str, Any], actor: Actor = LEADER) -> dict[str, Any]:
    return review.ordered(FixBatch(batch_id=batch["batch_id"], expected_version=batch["version"]), actor=actor)


def test_nothing_of_a_ranked_item_is_granted_outside_a_fixed_batch(review: Review) -> None:
    (only,) = files(review, ranked(1), 10)
    assert outcome(approves(review, only)) == "batch_not_fixed"
    batch = proposed(review, drawn(review))
    assert outcome(approves(review, only)) == "batch_not_fixed"
    assert fixes(review, batch)["ok"]["state"] == "fixed"
    assert outcome(approves(review, only)) == "approved"


def test_a_batch_says_place_money_and_reason_of_each_in_their_order(review: Review) -> None:
    files(review, ranked(2), 10, 30, 20, 20)
    batch = drawn(review)
    told = [(each["receipt"], each["place"], each["outcome"], each["tied_with"]) for each in batch["lines"]]
    assert told == [
        ("ZD-0001", 1, "served", 0),
        ("ZD-0002", 2, "served", 1),
        ("ZD-0003", 3, "not_served", 1),
        ("ZD-0000", 4, "not_served", 0),
    ]
    assert (batch["served"], batch["allotted_fen"], batch["before_zh"]) == (2, 50 * WAN, "2 个名额")
    assert review.asked(GetBatch(batch_id=batch["batch_id"]))["ok"] == batch
    assert [each["batch_id"] for each in review.asked(ListBatches(item_id="item-1"))["ok"]["items"]] == [
        batch["batch_id"]
    ]
    assert review.asked(ListBatches(), actor=STRANGER)["ok"]["items"] == []


def test_a_batch_is_fixed_by_a_second_person_only(review: Review) -> None:
    files(review, ranked(1), 10)
    batch = drawn(review)
    assert outcome(fixes(review, batch)) == "batch_not_proposed"
    batch = proposed(review, batch)
    assert outcome(fixes(review, batch, OFFICER)) == "batch_needs_second_person"
    assert outcome(fixes(review, batch, STRANGER)) == "not_your_department"
    assert outcome(fixes(review, batch)) == "fixed"
    assert outcome(fixes(review, batch | {"version": batch["version"] + 1}, THIRD)) == "batch_decided"


def test_whoever_drew_a_batch_up_does_not_fix_it_though_another_proposed_it(review: Review) -> None:
    files(review, ranked(1), 10)
    batch = drawn(review)
    order = ProposeFixing(batch_id=batch["batch_id"], expected_version=batch["version"])
    batch = review.ordered(order, actor=LEADER)["ok"]
    assert outcome(fixes(review, batch, OFFICER)) == "batch_needs_second_person"
    assert outcome(fixes(review, batch, THIRD)) == "fixed"


def test_a_batch_of_which_a_case_has_changed_is_not_fixed(review: Review) -> None:
    first, _second = files(review, ranked(1), 10, 20)
    batch = proposed(review, drawn(review))
    rejects(review, first)
    said = fixes(review, batch)
    assert outcome(said) == "batch_changed"
    assert "ZD-0000" in said["refused"]["message"]
    order = DeclineBatch(batch_id=batch["batch_id"], why="有办件已变化", expected_version=batch["version"])
    assert outcome(review.ordered(order)) == "declined"


def test_two_batches_of_the_same_places_are_not_both_fixed(review: Review) -> None:
    files(review, ranked(1), 10, 20)
    one, other = proposed(review, drawn(review)), proposed(review, drawn(review))
    said = at_once(lambda: outcome(fixes(review, one)), lambda: outcome(fixes(review, other, THIRD)))
    assert sorted(said) == ["batch_changed", "fixed"]
    assert len(held(review)) == 1


def test_a_pot_that_is_shared_pays_each_exactly_what_it_was_allotted(review: Review) -> None:
    first, second = files(review, limited(pot(20, "pro_rata")), 10, 30)
    assert outcome(approves(review, first)) == "batch_not_fixed"
    assert outcome(fixes(review, proposed(review, drawn(review)))) == "fixed"
    assert outcome(approves(review, first, 10 * WAN)) == "amount_mismatch"
    case = review.asked(GetCase(case_id=second["case_id"]))["ok"]
    assert case["amount_fen"] == 15 * WAN
    assert (
        case["working"][-1]
        == "以资金池余额为限（总额 20 万元，不足时同比例折算）：“第一批”第 2 位，批次确定的金额 150,000.00 元"
    )
    assert outcome(approves(review, first, 5 * WAN)) == "approved"
    assert outcome(approves(review, second, 15 * WAN)) == "approved"
    assert sum(fen for fen, _ in held(review)) == 20 * WAN


def test_the_sheet_says_at_what_place_of_which_batch_a_case_stands(review: Review) -> None:
    first, second = files(review, ranked(1), 20, 10)
    fixes(review, proposed(review, drawn(review)))
    said = [review.asked(GetCaseSheet(case_id=each["case_id"]))["ok"]["quota"][0] for each in (first, second)]
    assert [each["outcome"] for each in said] == ["allotted", "not_served"]
    assert said[0]["text_zh"].endswith("：“第一批”第 1 位，批次确定的金额 200,000.00 元")
    assert "（第 2 位，1 个名额已满）" in said[1]["text_zh"]


def test_who_is_left_out_reads_why_and_is_refused_with_the_reason_or_waits(review: Review) -> None:
    cases = files(review, ranked(1), 10, 20, 15)
    batch = proposed(review, drawn(review))
    early = RefuseUnserved(batch_id=batch["batch_id"], reason="择优未入选", how_to_object="向区政府申请行政复议")
    assert review.ordered(early)["refused"]["code"] == "batch_not_fixed_yet"
    fixes(review, batch)
    said = approves(review, cases[2])
    assert outcome(said) == "not_served_by_batch"
    assert review.ordered(early)["ok"] == {"refused": 2, "left": 0}
    refused = review.asked(GetCase(case_id=cases[2]["case_id"]))["ok"]
    assert (refused["state"], refused["note"]) == ("rejected", "择优未入选（第 2 位，1 个名额已满）")
    assert outcome(approves(review, cases[1])) == "approved"


def test_a_place_of_a_batch_is_free_again_when_its_case_is_refused(review: Review) -> None:
    first, _second = files(review, ranked(1), 20, 10)
    fixes(review, proposed(review, drawn(review)))
    rejects(review, first)
    again = drawn(review)
    assert [(each["receipt"], each["outcome"]) for each in again["lines"]] == [("ZD-0001", "served")]


def test_what_needs_no_batch_or_has_no_claims_gets_none(review: Review) -> None:
    files(review, limited({"places": 1}), 10)
    order = DrawUpBatch(item_id="item-1", name="第一批", until=DAY)
    assert outcome(review.ordered(order)) == "batch_not_needed"
    assert outcome(review.ordered(order.model_copy(update={"number": 2}))) == "quota_unknown"
    assert outcome(review.ordered(order.model_copy(update={"item_id": "item-9"}))) == "no_claims_for_batch"


def test_a_claim_that_is_not_ready_is_named_and_left_out(review: Review) -> None:
    rules = limited({"places": 5, "order": RANK}, inspection=True)
    files(review, rules, 10)
    (alone,) = drawn(review)["lines"]
    assert (alone["outcome"], alone["place"]) == ("not_ready", None)
    assert "现场" in alone["not_ready_zh"]
    (ranked_all,) = drawn(review, with_unready=True)["lines"]
    assert ranked_all["outcome"] == "served"


def test_a_batch_of_a_thousand_is_drawn_up_and_fixed_in_seconds(review: Review) -> None:
    files(review, ranked(400), *(1 + number % 90 for number in range(1000)))
    began = time.monotonic()
    batch = drawn(review, until=DAY + timedelta(days=1))
    assert time.monotonic() - began < 30
    assert (batch["claims"], batch["served"]) == (1000, 400)
    assert outcome(fixes(review, proposed(review, batch))) == "fixed"
    print(f"\na batch of 1,000: {time.monotonic() - began:.1f} s altogether")


def looks_again(review: Review) -> None:
    """What `quota_moved` jobs ask for, as the timers do."""
    jobs = claim(review.frame.frame_engine, QUOTA_MOVED, review.frame.clock.now(), 50)
    assert jobs
    look_again(jobs, lambda tenants: review.frame.event_unit(tenants, action=QUOTA_MOVED))


def test_the_rest_of_the_pot_is_shown_as_the_amount_before_the_officer_approves_it(review: Review) -> None:
    first, second = files(review, limited(pot(15, "partial")), 10, 10)
    assert [each["code"] for each in review.asked(GetCase(case_id=second["case_id"]))["ok"]["obstacles"]] == [
        "quota_waits_for_earlier"
    ]
    assert outcome(approves(review, first)) == "approved"
    looks_again(review)
    shown = review.asked(GetCase(case_id=second["case_id"]))["ok"]
    assert (shown["amount_fen"], shown["obstacles"]) == (5 * WAN, [])
    assert outcome(approves(review, second)) == "approved"


def test_a_line_of_a_list_that_waited_may_be_approved_once_the_earlier_claim_is_refused(review: Review) -> None:
    (earlier,) = files(review, limited({"places": 1}), 10)
    listed = line(known=facts(rd="10"), amount_fen=10 * WAN, uscc="91360702000009999X", enterprise_id="enterprise-9")
    review.hears(nomination(listed, at=NOON + timedelta(minutes=5)))
    rejects(review, earlier)
    looks_again(review)
    (waited,) = review.asked(ListCases(state="accepted"))["ok"]["items"]
    assert waited["obstacles"] == []
    assert outcome(approves(review, waited, actor=LEADER)) == "approved"
