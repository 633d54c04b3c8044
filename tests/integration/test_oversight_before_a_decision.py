"""A case with everything that can happen before its decision, on a real database."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

from tracking_kit import Oversight, parked_events

from chassis.edge.frame import Frame
from chassis.events.received import Received
from console.servers.provision import Dsns
from contracts.case_events import (
    CaseReassessed,
    CaseReopened,
    CaseResumed,
    CaseSuspended,
    ObjectionAnswered,
    ObjectionRaised,
    PublicNoticeEnded,
    PublicNoticeStarted,
    StepAnswered,
    SupplementAnswered,
    SupplementRequested,
)
from contracts.treasury import DisbursementSettled
from tests.unit.oversight.case_story import (
    AMOUNT,
    accepted,
    approved,
    assigned,
    claim,
    happened,
    heard,
    money,
    submitted,
)


def long_story() -> list[Received[Any]]:
    """A case that is supplemented, jointly checked, put on notice, granted to two receivers, paid, and reopened."""
    case, said = claim(), partial(heard, origin="ganzhou", subject="case")
    tax = assigned(case).model_copy(update={"task": "joint_check", "slot": "tax", "department": "市税务局"})
    parts = [
        approved(case, part=AMOUNT // 2).model_copy(update={"part": part, "parts": 2, "payee_label": f"收款人{part}"})
        for part in (1, 2)
    ]
    events = (
        happened(SupplementRequested, case),
        happened(CaseSuspended, case, cause="supplement"),
        happened(SupplementAnswered, case),
        happened(CaseResumed, case, cause="supplement"),
        accepted(case),
        tax,
        happened(StepAnswered, case),
        happened(PublicNoticeStarted, case),
        happened(ObjectionRaised, case),
        happened(CaseSuspended, case),
        happened(ObjectionAnswered, case, upheld=False),
        happened(CaseResumed, case),
        happened(PublicNoticeEnded, case, objections=1),
        happened(CaseReassessed, case),
        *parts,
        happened(CaseReopened, case),
    )
    by_review = [said(event, sequence=at, minute=at) for at, event in enumerate(events, 1)]
    by_treasury = [
        heard(
            money(DisbursementSettled, case, f"d-{part}", AMOUNT // 2),
            tenant="xingguo", origin="xingguo", subject=f"d-{part}", minute=16.5,
        )
        for part in (1, 2)
    ]  # fmt: skip
    return [heard(submitted(case), tenant="ganzhou", origin="xingguo"), *by_review, *by_treasury]


def test_a_long_story_shuffled_and_delivered_three_times_is_the_same_at_each_of_its_turns(
    service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]
) -> None:
    def empty() -> Oversight:
        dsns = service_database("oversight")
        return Oversight(service_frame("oversight", dsns=dsns), dsns)

    oversight, shuffled = empty(), empty()
    events = long_story()
    turns = []
    for upto in (3, 5, 7, 8, 11, 13, 15):
        oversight.hears(*events[:upto])
        view = oversight.view()
        turns.append((view.state, view.turn, view.paused))
    assert turns == [
        ("supplementing", "企业（补正材料）", "supplement"),
        ("submitted", "市工业和信息化局", None),
        ("accepted", "市税务局", None),
        ("accepted", "市工业和信息化局", None),
        ("accepted", "市工业和信息化局", "objection"),
        ("accepted", "市工业和信息化局", None),
        ("accepted", "市工业和信息化局", None),
    ]
    oversight.hears(*events[:-3], *events[-2:])
    assert (oversight.view().state, oversight.view().amount_fen) == ("settled", AMOUNT)
    oversight.hears(*events)
    expected = oversight.view()
    assert (expected.state, expected.turn, expected.amount_fen) == ("accepted", "市工业和信息化局", AMOUNT)
    deliveries = events * 3
    random.Random(15).shuffle(deliveries)
    for event in deliveries:
        shuffled.hears(event)
    while parked := parked_events(shuffled):
        shuffled.hears(*parked)
    assert shuffled.view() == expected
