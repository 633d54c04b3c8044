"""受理: a filing is a receipt, acceptance is a decision, and silence accepts as of the receipt."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chassis.testing.fakes import NOON
from chassis.time.calendar import Calendar
from contracts.case_events import CaseNotAccepted, CaseWithdrawn
from contracts.refusal import Refused
from contracts.review import CaseAccepted
from services.review.cases import deadline
from services.review.cases.task_times import ACCEPTANCE_OPENED
from services.review.register.store import AwardRegister
from services.review.tasks.store import CaseTasks
from tests.remedies import REMEDIES
from tests.unit.review.acceptance_kit import BY_PERSON, FIRM, WINDOW, Desk
from tests.unit.review.review_kit import AMOUNT, LEADER, OFFICER, STRANGER, china

END = china("2026-03-17 17:30")
"""Five working days from Tuesday noon."""


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def test_what_a_person_has_to_accept_waits_as_a_task_with_a_clock() -> None:
    desk = Desk()
    (task,) = desk.case.tasks
    assert (desk.case.state, task.kind, task.due_at) == ("received", "acceptance", END)
    assert desk.due(ACCEPTANCE_OPENED) == NOON, "its end is looked up by the room of acceptance"
    desk.runs(ACCEPTANCE_OPENED)
    assert (desk.case.state, desk.due(ACCEPTANCE_OPENED)) == ("received", END)


def test_the_review_limit_runs_from_the_decision_to_accept() -> None:
    desk = Desk()
    later = china("2026-03-12 10:00")
    assert desk.as_(OFFICER).at(later).accept().accepted_at == later
    (accepted,) = desk.events(CaseAccepted)
    assert (accepted.accepted_at, accepted.silent) == (later, False)
    assert accepted.due_at == china("2026-04-10 17:30"), "twenty working days from there, Qingming between"
    assert [task.kind for task in desk.case.tasks] == ["material_check"]
    (row, _next) = desk.uow.of(CaseTasks).rows.values()
    assert (row.state, row.answered_by) == ("answered", OFFICER.id)
    assert desk.case.steps[0].slots[0].by == OFFICER.id


def test_silence_accepts_as_of_the_receipt() -> None:
    desk = Desk()
    desk.runs(ACCEPTANCE_OPENED)
    desk.at(END).runs(ACCEPTANCE_OPENED)
    (accepted,) = desk.events(CaseAccepted)
    assert (accepted.accepted_at, accepted.silent) == (NOON, True)
    assert desk.case.due_at == china("2026-04-08 17:30"), "the review limit has run since the receipt"
    assert desk.due(ACCEPTANCE_OPENED) is None


def test_whoever_accepts_after_the_limit_finds_it_accepted_as_of_the_receipt() -> None:
    desk = Desk()
    desk.as_(OFFICER).at(END).accept()
    (accepted,) = desk.events(CaseAccepted)
    assert (accepted.accepted_at, accepted.silent) == (NOON, True)


def test_after_the_limit_nobody_refuses_acceptance_any_more() -> None:
    desk = Desk()
    with pytest.raises(Refused) as refused:
        desk.as_(OFFICER).at(END).refuse()
    assert codes(refused) == ["accepted_by_silence"]


def test_a_decision_leaves_nothing_for_the_end_of_the_limit() -> None:
    desk = Desk()
    desk.runs(ACCEPTANCE_OPENED)
    desk.as_(OFFICER).accept()
    version = desk.case.version
    desk.at(END).runs(ACCEPTANCE_OPENED)
    assert desk.case.version == version


def test_a_limit_that_reaches_into_a_year_without_calendar_is_looked_at_every_day() -> None:
    known = Calendar.from_chinesecalendar()
    last = max(known.years)
    desk = Desk(at=china(f"{last}-12-31 12:00"))
    desk.runs(ACCEPTANCE_OPENED)
    assert desk.due(ACCEPTANCE_OPENED) == desk.uow.now + timedelta(days=1)
    assert desk.case.tasks[0].awaits_year == last + 1
    assert desk.case.state == "received"


def test_acceptance_is_refused_with_reasons_and_a_way_to_object() -> None:
    desk = Desk()
    assert desk.as_(OFFICER).refuse().state == "not_accepted"
    (told,) = desk.events(CaseNotAccepted)
    assert (told.reason, told.how_to_object, told.decided_by) == (
        "不属于本事项受理范围",
        f"{REMEDIES.sentence_zh}可向章贡区人民政府申请行政复议",
        OFFICER.id,
    )
    assert desk.case.tasks == ()


def test_what_is_accepted_is_not_accepted_again() -> None:
    desk = Desk()
    desk.as_(OFFICER).accept()
    with pytest.raises(Refused) as refused:
        desk.accept()
    assert codes(refused) == ["step_not_open"]
    with pytest.raises(Refused) as refused:
        desk.refuse()
    assert codes(refused) == ["step_not_open"]


def test_only_the_items_department_accepts() -> None:
    desk = Desk()
    with pytest.raises(Refused) as refused:
        desk.as_(STRANGER).accept()
    assert codes(refused) == ["not_your_department"]


def test_of_two_officers_the_second_reads_again() -> None:
    desk = Desk()
    before = desk.case.version
    desk.as_(OFFICER).accept()
    with pytest.raises(Refused) as refused:
        desk.as_(LEADER).accept(before)
    assert codes(refused) == ["stale_version"]


def test_what_a_machine_can_check_whole_is_accepted_at_once() -> None:
    desk = Desk(acceptance={**BY_PERSON, "by": "machine"})
    assert desk.case.state == "accepted"


@pytest.mark.parametrize("by", [FIRM, WINDOW])
def test_a_claim_is_taken_back_before_the_decision(by: object) -> None:
    desk = Desk()
    desk.as_(OFFICER).accept()
    assert desk.withdraw(by).state == "withdrawn"  # type: ignore[arg-type]
    (told,) = desk.events(CaseWithdrawn)
    assert (told.reason, told.withdrawn_by) == ("项目终止", desk.uow.actor.id)
    assert (desk.case.tasks, desk.case.due_at) == ((), None)
    assert {row.state for row in desk.uow.of(CaseTasks).rows.values()} == {"answered", "void"}
    with pytest.raises(Refused) as refused:
        desk.withdraw()
    assert codes(refused) == ["case_already_decided"]


def test_a_claim_that_waits_for_acceptance_is_taken_back_and_its_task_is_void() -> None:
    desk = Desk()
    desk.withdraw()
    assert [row.state for row in desk.uow.of(CaseTasks).rows.values()] == ["void"]


def test_an_approval_that_has_left_is_not_taken_back() -> None:
    desk = Desk()
    desk.as_(OFFICER).accept()
    desk.find(invoices={"means": "original_seen"}, audit_report={"finding": "commitment"})
    desk.approve()
    with pytest.raises(Refused) as refused:
        desk.withdraw()
    assert codes(refused) == ["approval_has_left"]


def test_an_approval_that_can_still_be_undone_is_taken_back_and_its_place_is_free() -> None:
    desk = Desk()
    desk.as_(OFFICER).accept()
    desk.find(invoices={"means": "original_seen"}, audit_report={"means": "original_seen"})
    desk.approve(AMOUNT)
    desk.case.undo_until = desk.uow.now + timedelta(minutes=30)
    desk.withdraw()
    assert (desk.case.state, desk.uow.of(AwardRegister).places) == ("withdrawn", {})


def test_nobody_but_the_enterprise_and_the_window_takes_a_claim_back() -> None:
    desk = Desk()
    with pytest.raises(Refused) as refused:
        desk.withdraw(OFFICER)
    assert codes(refused) == ["case_not_found"]


def test_a_calendar_that_changes_moves_the_end_of_the_limit() -> None:
    desk = Desk()
    desk.runs(ACCEPTANCE_OPENED)
    deadline.follow_calendar(desk.uow, "zhanggong", "")  # type: ignore[arg-type]
    assert desk.due(ACCEPTANCE_OPENED) == desk.uow.now
    desk.runs(ACCEPTANCE_OPENED)
    assert desk.due(ACCEPTANCE_OPENED) == END
