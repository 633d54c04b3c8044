"""A finding about a claim: nobody is recorded unheard, nobody decides on the own word, and no state of the case ends it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from chassis.testing.fakes import NOON
from contracts.acceptance import WithdrawClaim
from contracts.integrity import AskForRepair, DecideRecordRequest, ObjectToRecord
from contracts.integrity_events import DefenceTimeEnded, DishonestyRecorded, FindingDecided, RecordRequestOverdue
from contracts.integrity_grounds import GRAVITIES, GROUNDS, TERMS
from contracts.message import Actor
from contracts.refusal import Refused
from services.review.acceptance.withdrawal import withdraw_claim
from services.review.integrity import enterprise, use_cases
from services.review.integrity.finding import MOVES
from services.review.integrity.opening import open_finding
from services.review.integrity.store import IntegrityFindings
from services.review.integrity.terms import months_after, months_of, repairable_from
from tests.unit.review.acceptance_kit import FIRM, WINDOW
from tests.unit.review.integrity_kit import Held, established
from tests.unit.review.review_kit import LEADER, OFFICER, SECOND, STRANGER

CLERK = Actor(id="clerk-9", roles=frozenset({"department"}), department="区科技局", duties=frozenset({"first_review"}))


def refused(does: Any, *arguments: Any, **words: Any) -> tuple[str, ...]:
    with pytest.raises(Refused) as refusal:
        does(*arguments, **words)
    return tuple(reason.code for reason in refusal.value.reasons)


def asks(held: Held, kind: str, by: Actor = FIRM, text: str = "已退回全部资金并完善制度") -> str:
    held.unit.actor = by
    order: Any = AskForRepair if kind == "repair" else ObjectToRecord
    does: Any = enterprise.ask_for_repair if kind == "repair" else enterprise.object_to_record
    view = does(order(finding_id=held.finding_id, text=text), held.unit)
    return str(next(each.request_id for each in view.requests if each.kind == kind and each.state == "open"))


def answers(held: Held, request_id: str, granted: bool, by: Actor = SECOND) -> Any:
    held.unit.actor = by
    said = {"finding_id": held.finding_id, "request_id": request_id, "granted": granted, "reason": "经核查属实"}
    return use_cases.decide_request(DecideRecordRequest(**said, expected_version=held.finding.version), held.unit)


def test_the_firm_is_told_heard_and_recorded_by_somebody_else() -> None:
    held = Held()
    assert held.opens().state == "opened"
    told = held.tells()
    assert (told.state, told.notice and told.notice.due_at) == (
        "notified",
        NOON + timedelta(days=7, hours=5, minutes=30),
    )
    assert held.is_heard().state == "defended"
    view = held.is_decided()
    assert view.record is not None and view.decision is not None
    assert (view.state, view.record.state, view.decision.decided_by) == ("established", "in_force", LEADER.id)
    assert (view.record.from_day, view.record.until_day) == (date(2026, 3, 10), date(2026, 9, 10))
    assert [type(each).__name__ for each in held.unit.events] == [
        "FindingOpened",
        "FindingNotified",
        "DefenceGiven",
        "FindingDecided",
        "DishonestyRecorded",
    ]


def test_nobody_is_decided_about_before_the_time_to_be_heard_is_over() -> None:
    held = Held()
    held.opens()
    assert refused(held.is_decided) == ("finding_moved_on",)
    held.tells()
    assert refused(held.is_decided) == ("defence_time_runs",)
    held.unit.now += timedelta(days=6)
    assert refused(held.is_decided) == ("defence_time_runs",)
    held.unit.now += timedelta(days=2)
    held.timers_run()
    held.timers_run()
    assert [type(each) for each in held.unit.events].count(DefenceTimeEnded) == 1
    assert refused(held.is_heard) == ("defence_time_over",)
    assert held.is_decided().state == "established"


def test_a_firm_is_heard_once_and_either_says_something_or_waives() -> None:
    held = Held()
    held.opens()
    held.tells()
    assert refused(held.is_heard, " ") == ("defence_empty",)
    held.is_heard(waived=True)
    assert refused(held.is_heard) == ("finding_moved_on",)


def test_a_window_speaks_for_a_firm_that_comes_in_person() -> None:
    held = Held()
    held.opens()
    held.tells()
    assert held.is_heard(by=WINDOW).state == "defended"


def test_who_opened_it_or_told_the_firm_does_not_decide_it() -> None:
    held = Held()
    held.opens(by=LEADER)
    held.tells(by=SECOND)
    held.is_heard(waived=True)
    for person in (LEADER, SECOND):
        assert refused(held.is_decided, by=person) == ("finding_other_person_required",)
    assert refused(held.is_decided, by=CLERK) == ("finding_leader_required",)
    assert held.is_decided(by=OFFICER).state == "established"


def test_a_department_sees_nothing_of_anothers_finding() -> None:
    held = Held()
    assert refused(held.opens, by=STRANGER) == ("not_your_department",)
    held.opens()
    assert refused(held.tells, by=STRANGER) == ("finding_not_found",)
    held.unit.actor = FIRM
    assert refused(held.is_heard) == ("finding_not_found",), "a firm that was not told"


def test_everything_that_is_wrong_with_a_decision_is_said_at_once() -> None:
    held = Held()
    held.opens()
    held.tells()
    codes = refused(held.is_decided, by=OFFICER, ground="fraudulent_claim", gravity="minor", months=9)
    assert codes == ("defence_time_runs", "finding_other_person_required", "gravity_unfit", "term_unfit")
    assert refused(held.is_decided, gravity=None) == ("defence_time_runs", "decision_incomplete")


@pytest.mark.parametrize("gravity", GRAVITIES)
def test_a_term_stays_within_what_its_gravity_allows(gravity: Any) -> None:
    least, most = months_of(gravity)
    for months in (least, most):
        assert established(gravity=gravity, months=months).finding.record_made is not None
    for months in (least - 1, most + 1):
        if 1 <= months <= 36:
            assert refused(established, gravity=gravity, months=months) == ("term_unfit",)


def test_terms_are_counted_to_the_same_day_or_the_last_of_a_short_month() -> None:
    assert months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert months_after(date(2026, 3, 10), 12) == date(2027, 3, 10)
    assert repairable_from("general", date(2026, 3, 10)) == date(2026, 6, 11)
    assert repairable_from("minor", date(2026, 3, 10)) == date(2026, 3, 10)


def test_what_is_not_established_leaves_no_record() -> None:
    held = Held()
    held.opens()
    held.tells()
    held.is_heard()
    view = held.is_decided(established=False, gravity=None, months=None)
    assert (view.state, view.record) == ("not_established", None)
    said = [type(each) for each in held.unit.events]
    assert FindingDecided in said and DishonestyRecorded not in said
    assert refused(held.is_decided) == ("finding_moved_on",)


def test_a_withdrawn_claim_does_not_end_a_finding() -> None:
    held = Held()
    held.opens()
    held.unit.actor = FIRM
    withdraw_claim(WithdrawClaim(application_id=held.case.claim.application_id, reason="不申请了"), held.unit)
    assert held.case.state == "withdrawn"
    held.tells()
    held.is_heard(waived=True)
    assert held.is_decided().state == "established"


def test_the_same_conduct_is_held_against_a_firm_once() -> None:
    held = established()
    assert refused(held.opens) == ("finding_open_already",)
    assert held.opens(ground="broken_commitment").state == "opened"


def test_a_check_that_fails_twice_opens_one_finding() -> None:
    held = Held()
    said: Any = {"origin": "credit_check", "facts_zh": "抽查发现研发投入不实", "by": OFFICER.id}
    first = open_finding(held.unit, held.case, origin_id="check-1", **said)
    assert open_finding(held.unit, held.case, origin_id="check-2", **said) == first
    finding = held.unit.of(IntegrityFindings).rows[first]
    assert (finding.ground, finding.origin_id, finding.claim) == ("broken_commitment", "check-1", held.case.claim)
    assert len(held.unit.events) == 1


def test_repair_is_asked_for_once_the_least_term_is_over_and_ends_the_record() -> None:
    held = established()
    assert refused(asks, held, "repair") == ("too_early_for_repair",)
    held.unit.now += timedelta(days=93)
    request = asks(held, "repair")
    assert refused(asks, held, "repair") == ("record_request_open_already",)
    assert refused(answers, held, request, True, by=LEADER) == ("record_request_other_person_required",)
    view = answers(held, request, granted=True)
    assert view.record.state == "repaired" and view.record.ended_on == date(2026, 6, 11)
    assert refused(answers, held, request, True) == ("record_request_answered_already",)
    assert refused(asks, held, "objection") == ("no_record_in_force",)


def test_a_repair_that_is_refused_leaves_the_record_and_may_be_asked_for_again() -> None:
    held = established()
    held.unit.now += timedelta(days=93)
    view = answers(held, asks(held, "repair"), granted=False)
    assert view.record.state == "in_force"
    assert asks(held, "repair")


def test_an_objection_stands_beside_the_record_until_it_is_answered() -> None:
    held = established()
    request = asks(held, "objection", text="认定的事实有误")
    assert held.finding.disputed
    view = answers(held, request, granted=True)
    assert (view.record.state, view.record.disputed) == ("corrected", False)
    assert held.opens().state == "opened", "what was wrong stands in nobody's way"


def test_an_objection_that_nobody_answers_is_told_of_once() -> None:
    held = established()
    asks(held, "objection", text="认定的事实有误")
    for _ in range(8):
        held.unit.now += timedelta(days=1)
        held.timers_run()
    assert [type(each) for each in held.unit.events].count(RecordRequestOverdue) == 1


def test_a_record_ends_with_its_last_day() -> None:
    held = established()
    record = held.finding.record_made
    assert record is not None
    assert [record.state_on(date(2026, 9, day)) for day in (10, 11)] == ["in_force", "ended"]
    held.unit.now += timedelta(days=300)
    assert refused(asks, held, "objection") == ("no_record_in_force",)


def test_every_ground_has_its_words_its_basis_and_a_gravity_with_a_term() -> None:
    for ground in GROUNDS.values():
        assert ground.name and ground.basis and ground.catalogue
        assert set(ground.gravities) <= set(TERMS)


def test_every_move_of_a_finding_is_told_of_and_what_is_decided_stays() -> None:
    ends = {after for _before, after in MOVES} - {before for before, _after in MOVES}
    assert ends == {"established", "not_established"}
