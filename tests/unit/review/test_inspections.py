"""现场勘查: two officers go, one records, the others confirm; whatever was recorded stays."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.testing.fakes import NOON, FakeUnit
from contracts.inspection_evidence import EnterpriseSignature, InspectionPhotograph, InspectionPosition
from contracts.inspections import ConfirmInspection
from contracts.message import Actor
from contracts.refusal import Refused
from contracts.review import ApproveCase, CaseView, InspectionRecorded, RecordInspection
from copies.duties import KnownDuties
from services.review.cases import use_cases as deciding
from services.review.cases.case import Case
from services.review.inspections import use_cases
from services.review.inspections.inspection_record import InspectionRecord
from services.review.inspections.store import OfficerAnswers, RecordedInspections
from services.review.tasks.store import CaseTasks
from tests.unit.review.review_kit import DEPARTMENT, DUTIES, LEADER, OFFICER, SECOND, item_rules, opened, review_unit

PICTURE = "b" * 64


def inspecting(**said: Any) -> tuple[FakeUnit, Case]:
    uow = review_unit(item_rules(inspection=True))
    return uow, opened(uow, **said)


def recorded(uow: FakeUnit, case: Case, *officers: str, **said: Any) -> CaseView:
    words = {"passed": True, "findings": "设备与申报一致", "place": "厂区", "inspected_at": NOON} | said
    order = RecordInspection(case_id=case.id, with_officers=officers, expected_version=case.version, **words)
    return use_cases.record_inspection(order, uow)


def records(uow: FakeUnit, case: Case) -> list[InspectionRecord]:
    found: list[InspectionRecord] = uow.of(RecordedInspections).of_case(case.id)
    return found


def confirmed(uow: FakeUnit, case: Case, by: Actor, **said: Any) -> CaseView:
    words = {"inspection_id": records(uow, case)[-1].id, "was_there": True, "note": ""} | said
    at_hand, uow.actor = uow.actor, by
    try:
        order = ConfirmInspection(case_id=case.id, expected_version=case.version, **words)
        return use_cases.confirm_inspection(order, uow)
    finally:
        uow.actor = at_hand


def holder(uow: FakeUnit, case: Case) -> str | None:
    (task,) = [each for each in uow.of(CaseTasks).rows.values() if each.state == "open"]
    assert task.case_id == case.id
    found: str | None = task.holder_id
    return found


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def test_an_inspection_counts_once_the_other_officer_has_confirmed_it() -> None:
    uow, case = inspecting()
    waiting = recorded(uow, case, SECOND.id)
    assert waiting.inspection_passed is None
    assert "inspection_required" in {reason.code for reason in waiting.obstacles}
    assert not any(isinstance(event, InspectionRecorded) for event in uow.events)
    assert holder(uow, case) == SECOND.id
    assert confirmed(uow, case, SECOND).inspection_passed is True
    (told,) = [event for event in uow.events if isinstance(event, InspectionRecorded)]
    assert told.recorded_by == OFFICER.id


def test_three_officers_confirm_one_after_the_other() -> None:
    uow, case = inspecting()
    recorded(uow, case, SECOND.id, LEADER.id)
    confirmed(uow, case, SECOND)
    assert case.inspection is None
    assert holder(uow, case) == LEADER.id
    assert confirmed(uow, case, LEADER).inspection_passed is True


def test_an_inspection_of_one_officer_is_refused() -> None:
    uow, case = inspecting()
    with pytest.raises(Refused) as refused:
        recorded(uow, case)
    assert codes(refused) == ["inspection_needs_officers"]
    assert not records(uow, case)


def test_everything_that_is_wrong_with_an_inspection_is_told_at_once() -> None:
    uow, case = inspecting()
    photograph = InspectionPhotograph(sha256=PICTURE)
    with pytest.raises(Refused) as refused:
        recorded(
            uow,
            case,
            OFFICER.id,
            "nobody",
            "nobody",
            photographs=(photograph, photograph),
            position=InspectionPosition(latitude="95", longitude="115", accuracy_m="10"),
            signature=EnterpriseSignature(state="refused"),
            inspected_at=NOON.replace(year=2027),
        )
    assert codes(refused) == [
        "inspection_officer_is_recorder",
        "inspection_officer_without_duty",
        "inspection_officer_twice",
        "photograph_twice",
        "position_invalid",
        "signature_note_needed",
        "inspection_in_future",
    ]


def test_a_named_officer_holds_a_duty_in_the_department_today() -> None:
    uow, case = inspecting()
    uow.of(KnownDuties).people = [OFFICER.id]
    with pytest.raises(Refused) as refused:
        recorded(uow, case, SECOND.id)
    assert codes(refused) == ["inspection_officer_without_duty"]


def test_who_was_not_there_says_so_and_there_has_to_be_another_inspection() -> None:
    uow, case = inspecting()
    recorded(uow, case, SECOND.id)
    with pytest.raises(Refused) as refused:
        confirmed(uow, case, SECOND, was_there=False)
    assert codes(refused) == ["inspection_note_needed"]
    confirmed(uow, case, SECOND, was_there=False, note="当日请假，未到现场")
    assert case.inspection is None
    assert holder(uow, case) is None
    with pytest.raises(Refused) as refused:
        confirmed(uow, case, SECOND)
    assert codes(refused) == ["inspection_over"]
    recorded(uow, case, LEADER.id)
    assert confirmed(uow, case, LEADER).inspection_passed is True
    assert len(records(uow, case)) == 2, "both stay"
    assert len(uow.of(OfficerAnswers).rows) == 2


def test_only_whoever_is_named_confirms_and_once() -> None:
    uow, case = inspecting()
    recorded(uow, case, SECOND.id, LEADER.id)
    with pytest.raises(Refused) as refused:
        confirmed(uow, case, Actor(id="officer-9", roles=OFFICER.roles, department=DEPARTMENT, duties=DUTIES))
    assert codes(refused) == ["inspection_names_others"]
    confirmed(uow, case, SECOND)
    with pytest.raises(Refused) as refused:
        confirmed(uow, case, SECOND)
    assert codes(refused) == ["inspection_over"]


def test_a_later_inspection_comes_in_the_earlier_ones_place_before_it_is_confirmed() -> None:
    uow, case = inspecting()
    recorded(uow, case, SECOND.id)
    first = records(uow, case)[0]
    confirmed(uow, case, SECOND)
    waiting = recorded(uow, case, SECOND.id, passed=False, findings="设备已经搬走")
    assert waiting.inspection_passed is None
    assert "inspection_required" in {reason.code for reason in waiting.obstacles}
    with pytest.raises(Refused) as refused:
        confirmed(uow, case, SECOND, inspection_id=first.id)
    assert codes(refused) == ["inspection_over"]
    assert confirmed(uow, case, SECOND).inspection_passed is False


def test_neither_officer_of_an_inspection_approves() -> None:
    uow, case = inspecting()
    recorded(uow, case, SECOND.id)
    confirmed(uow, case, SECOND)
    order = ApproveCase(case_id=case.id, amount_fen=case.amount_fen or 0, expected_version=case.version)
    for person in (OFFICER, SECOND):
        uow.actor = person
        with pytest.raises(Refused) as refused:
            deciding.approve_case(order, uow)
        assert codes(refused) == ["steps_must_differ"]
    uow.actor = LEADER
    assert deciding.approve_case(order, uow).state == "approved"


def test_what_shows_an_inspection_is_kept_with_it() -> None:
    uow, case = inspecting()
    recorded(
        uow,
        case,
        SECOND.id,
        photographs=(InspectionPhotograph(sha256=PICTURE, caption="厂房正面", taken_at=NOON),),
        position=InspectionPosition(latitude="25.83", longitude="114.93", accuracy_m="12"),
        signature=EnterpriseSignature(state="signed", name="经办人"),
    )
    (kept,) = records(uow, case)
    assert (kept.photographs[0].sha256, kept.recorded_at) == (PICTURE, NOON)
    assert kept.signature is not None and kept.signature.name == "经办人"
    confirmed(uow, case, SECOND)
    assert case.answers[-1].evidence["photographs"] == [PICTURE]
