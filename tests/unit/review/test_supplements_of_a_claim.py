"""补正: everything at once, the clocks stand still, every point is answered or none, and silence is what the plan says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from contracts.case_events import (
    CaseReassessed,
    CaseResumed,
    CaseSuspended,
    CaseWithdrawn,
    SupplementAnswered,
    SupplementLapsed,
    SupplementRequested,
)
from contracts.refusal import Refused
from contracts.review import CaseAccepted, TaskAssigned
from contracts.supplements import SupplementDueSoon
from services.review.cases.case_view import view_of
from services.review.cases.task_times import ACCEPTANCE_OPENED
from services.review.supplements.lapse import SUPPLEMENT
from services.review.supplements.store import Supplements
from services.review.tasks.store import CaseTasks
from tests.unit.review.acceptance_kit import FIRM, WINDOW, Desk
from tests.unit.review.review_kit import AMOUNT, OFFICER, STRANGER, china, facts

FIELD = ("field", "rd_expense/2025", "wrong")
PAPER = ("material", "invoices", "missing")
PAPER_COMES = {"code": "invoices", "files": ["a" * 64]}
VALUE_COMES = {"code": "rd_expense/2025", "value": "200"}
BY_MACHINE = {"by": "machine"}
THURSDAY = china("2026-03-12 10:00")
NEXT_MONDAY = china("2026-03-16 10:00")
OVER = china("2026-03-24 17:30")
"""Ten working days from Tuesday noon."""


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def accepted(**plan: Any) -> Desk:
    return Desk(acceptance=BY_MACHINE, **plan)


def test_the_enterprise_is_told_everything_at_once_and_until_when() -> None:
    desk = accepted()
    asked = desk.ask(PAPER, FIELD)
    (told,) = desk.events(SupplementRequested)
    assert [(each.label, each.fault) for each in told.points] == [
        ("设备发票", "missing"),
        ("2025年度研发投入", "wrong"),
    ]
    assert (told.round, told.due_at, told.requested_by) == (1, OVER, OFFICER.id)
    assert (asked.state, asked.then, asked.before_acceptance) == ("open", "withdrawn", False)
    assert asked.points[1].asked is not None
    assert asked.points[1].asked.unit == "万元"


def test_the_review_limit_and_all_tasks_stand_still_until_the_answer() -> None:
    desk = accepted(clocks={"material_check": 3})
    before = desk.case.due_at
    assert desk.case.tasks[0].due_at == china("2026-03-13 17:30")
    asked = desk.ask(PAPER)
    (paused,) = desk.events(CaseSuspended)
    assert (paused.cause, desk.case.due_at, desk.case.tasks[0].due_at) == ("supplement", None, None)
    assert view_of(desk.case).paused == "等待企业补正"
    assert [row.paused for row in desk.uow.of(CaseTasks).rows.values()] == [True]
    desk.at(NEXT_MONDAY).answer(asked, PAPER_COMES)
    (resumed,) = desk.events(CaseResumed)
    assert resumed.due_at == desk.case.due_at == china("2026-04-14 17:30") != before, (
        "four working days were given back"
    )
    assert desk.case.tasks[0].due_at == china("2026-03-19 17:30"), "and so they were to the task"
    assert [row.paused for row in desk.uow.of(CaseTasks).rows.values()] == [False]


def test_the_review_limit_begins_anew_where_the_plan_says_so() -> None:
    desk = accepted(supplement={"clock": "restart"})
    asked = desk.at(THURSDAY).ask(PAPER)
    desk.at(NEXT_MONDAY).answer(asked, PAPER_COMES)
    assert desk.case.due_at == china("2026-04-14 17:30")


def test_before_acceptance_the_limit_for_it_begins_anew_with_the_answer() -> None:
    desk = Desk()
    asked = desk.at(THURSDAY).ask(PAPER)
    assert desk.case.tasks == (), "the department has answered in time: the enterprise is waited for"
    assert [row.state for row in desk.uow.of(CaseTasks).rows.values()] == ["answered"]
    desk.at(NEXT_MONDAY).answer(asked, PAPER_COMES)
    (task,) = desk.case.tasks
    assert (task.kind, task.due_at) == ("acceptance", china("2026-03-23 17:30"))
    assert [each.task for each in desk.events(TaskAssigned)] == ["acceptance"]
    desk.runs(ACCEPTANCE_OPENED)
    desk.at(china("2026-03-23 17:30")).runs(ACCEPTANCE_OPENED)
    (told,) = desk.events(CaseAccepted)
    assert (told.accepted_at, told.silent) == (NEXT_MONDAY, True), "the effective receipt decides the clock"
    assert desk.case.received_at < told.accepted_at, "and the filing decides the window"


def test_what_a_machine_finds_whole_after_a_correction_is_accepted_at_once() -> None:
    asked_in_form = [{"fact": "above_scale", "period": "Y"}]
    desk = Desk(acceptance=BY_MACHINE, known=facts(above_scale=None), form_fields=asked_in_form)
    assert desk.case.state == "received", "a machine cannot tell whether it is entitled"
    asked = desk.ask(("field", "above_scale/2025", "missing"))
    desk.at(THURSDAY).answer(asked, {"code": "above_scale/2025", "value": True})
    assert (desk.case.state, desk.case.accepted_at) == ("accepted", THURSDAY)


def test_a_corrected_figure_is_judged_and_the_difference_is_said() -> None:
    desk = accepted()
    asked = desk.ask(FIELD)
    answered = desk.answer(asked, VALUE_COMES)
    assert answered.state == "answered"
    (told,) = desk.events(CaseReassessed)
    assert (told.was_fen, told.now_fen) == (AMOUNT, 20_000_000)
    assert told.text_zh == "企业补正后，测算金额由 300,000.00 元变为 200,000.00 元"
    fact = next(each for each in desk.case.facts if each.name == "rd_expense")
    assert (fact.value, fact.unit, fact.source) == ("200", "万元", "企业申报")
    assert [reason.code for reason in desk.case.remarks] == ["amount_mismatch"]


def test_materials_that_were_brought_are_looked_at_again() -> None:
    desk = accepted()
    desk.find(invoices={"finding": "wrong", "note": "抬头不符"}, audit_report={"means": "original_seen"})
    asked = desk.ask(("material", "invoices", "wrong"), ("material", "audit_report", "outdated"))
    desk.answer(asked, PAPER_COMES, {"code": "audit_report", "files": ["b" * 64]})
    assert view_of(desk.case).unconfirmed_materials == ("invoices", "audit_report")
    assert [task.kind for task in desk.case.tasks] == ["material_check"]


def test_a_check_that_was_passed_is_open_again_when_its_material_comes_anew() -> None:
    desk = accepted()
    desk.find(invoices={"means": "original_seen"}, audit_report={"means": "original_seen"})
    assert [task.kind for task in desk.case.tasks] == ["approval"]
    asked = desk.ask(PAPER)
    desk.answer(asked, PAPER_COMES)
    assert [task.kind for task in desk.case.tasks] == ["material_check"]


def test_nothing_is_approved_while_the_enterprise_is_waited_for() -> None:
    desk = accepted()
    desk.find(invoices={"means": "original_seen"}, audit_report={"means": "original_seen"})
    desk.ask(FIELD)
    with pytest.raises(Refused) as refused:
        desk.approve()
    assert "supplement_awaited" in codes(refused)


def test_a_partly_answered_supplement_is_refused_with_all_that_is_missing() -> None:
    desk = accepted()
    asked = desk.ask(PAPER, FIELD, ("material", "photos", "missing"))
    with pytest.raises(Refused) as refused:
        desk.answer(asked, {"code": "rd_expense/2025", "value": "很多"}, {"code": "invoices"}, {"code": "other"})
    assert codes(refused) == [
        "fact_wrongly_typed",
        "supplement_point_unanswered",
        "supplement_point_unknown",
        "supplement_point_unanswered",
    ]
    assert desk.uow.of(Supplements).rows[asked.supplement_id].state == "open"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"value": "200", "unit": "平方米"}, "fact_wrongly_typed"),
        ({"value": True}, "fact_wrongly_typed"),
        ({}, "supplement_point_unanswered"),
        ({"value": "200", "original_shown": True}, "original_not_at_window"),
    ],
)
def test_a_value_is_written_as_the_item_asks(answer: dict[str, Any], code: str) -> None:
    desk = accepted()
    asked = desk.ask(FIELD)
    with pytest.raises(Refused) as refused:
        desk.answer(asked, {"code": "rd_expense/2025", **answer})
    assert codes(refused) == [code]


def test_the_window_answers_for_the_enterprise_with_the_original() -> None:
    desk = accepted()
    asked = desk.ask(PAPER)
    answered = desk.answer(asked, {"code": "invoices", "original_shown": True}, by=WINDOW)
    assert (answered.state, answered.answered_by) == ("answered", WINDOW.id)


def test_an_answer_is_given_once() -> None:
    desk = accepted()
    asked = desk.ask(PAPER)
    desk.answer(asked, PAPER_COMES)
    with pytest.raises(Refused) as refused:
        desk.answer(asked, PAPER_COMES)
    assert codes(refused) == ["supplement_over"]
    assert len(desk.events(SupplementAnswered)) == 1


def test_only_codes_of_the_plan_are_asked_for_each_once() -> None:
    desk = accepted()
    with pytest.raises(Refused) as refused:
        desk.ask(PAPER, PAPER, ("material", "licence", "missing"), ("field", "above_scale", "wrong"))
    assert codes(refused) == ["supplement_code_twice", "supplement_code_unknown", "supplement_code_unknown"]
    assert desk.case.pauses == ()


def test_what_an_office_has_said_is_not_the_enterprises_to_correct() -> None:
    desk = Desk(acceptance=BY_MACHINE, known=facts())
    with pytest.raises(Refused) as refused:
        desk.ask(FIELD)
    assert codes(refused) == ["supplement_of_an_office"]


def test_what_else_is_to_be_mended_waits_for_the_answer() -> None:
    desk = accepted()
    desk.ask(PAPER)
    with pytest.raises(Refused) as refused:
        desk.ask(FIELD)
    assert codes(refused) == ["supplement_open"]


def test_a_further_round_names_only_what_the_answer_brought() -> None:
    desk = accepted()
    desk.answer(desk.ask(PAPER), PAPER_COMES)
    with pytest.raises(Refused) as refused:
        desk.ask(FIELD)
    assert codes(refused) == ["supplement_point_new"]
    assert desk.ask(("material", "invoices", "wrong")).round == 2


def test_a_plan_with_more_rounds_lets_new_points_be_asked() -> None:
    desk = accepted(supplement={"rounds": 2})
    desk.answer(desk.ask(PAPER), PAPER_COMES)
    assert desk.ask(FIELD).round == 2


def test_silence_takes_the_claim_back_where_the_plan_says_so() -> None:
    desk = accepted()
    desk.ask(PAPER)
    desk.at(OVER).runs(SUPPLEMENT)
    (lapsed,), (told,) = desk.events(SupplementLapsed), desk.events(CaseWithdrawn)
    assert (lapsed.then, told.withdrawn_by, desk.case.state) == ("withdrawn", "system", "withdrawn")
    assert (desk.case.tasks, desk.case.pauses) == ((), ())


def test_silence_lets_the_review_go_on_where_the_plan_says_so() -> None:
    desk = accepted(supplement={"on_silence": "decided_as_filed"})
    desk.ask(PAPER)
    desk.at(OVER).runs(SUPPLEMENT)
    assert (desk.case.state, desk.case.pauses) == ("accepted", ())
    assert desk.case.due_at == china("2026-04-22 17:30")


def test_silence_before_acceptance_gives_the_department_its_task_back() -> None:
    desk = Desk(supplement={"on_silence": "decided_as_filed"})
    desk.ask(PAPER)
    desk.at(OVER).runs(SUPPLEMENT)
    assert [(task.kind, task.due_at) for task in desk.case.tasks] == [("acceptance", china("2026-03-31 17:30"))]


def test_the_enterprises_time_is_looked_at_every_day() -> None:
    desk = accepted()
    desk.ask(PAPER)
    assert desk.due(SUPPLEMENT) == desk.uow.now + timedelta(days=1)
    desk.at(desk.uow.now + timedelta(days=1)).runs(SUPPLEMENT)
    assert desk.due(SUPPLEMENT) == desk.uow.now + timedelta(days=1)
    assert desk.case.state == "accepted"


def test_the_enterprise_is_reminded_once_when_most_of_its_time_is_gone() -> None:
    desk = accepted()
    desk.ask(PAPER)
    day = desk.uow.now
    for _ in range(13):
        day += timedelta(days=1)
        desk.at(day).runs(SUPPLEMENT)
    (told,) = desk.events(SupplementDueSoon)
    assert (told.due_at, told.then, desk.case.state) == (OVER, "withdrawn", "accepted")


def test_an_answer_leaves_nothing_for_the_end_of_the_time() -> None:
    desk = accepted()
    desk.answer(desk.ask(PAPER), PAPER_COMES)
    desk.at(OVER).runs(SUPPLEMENT)
    assert (desk.case.state, desk.events(SupplementLapsed)) == ("accepted", [])


def test_after_the_end_nobody_answers_any_more() -> None:
    desk = accepted(supplement={"on_silence": "decided_as_filed"})
    asked = desk.ask(PAPER)
    desk.at(OVER).runs(SUPPLEMENT)
    with pytest.raises(Refused) as refused:
        desk.answer(asked, PAPER_COMES)
    assert codes(refused) == ["supplement_over"]


def test_a_claim_that_is_taken_back_needs_no_answer() -> None:
    desk = accepted()
    asked = desk.ask(PAPER)
    desk.withdraw()
    with pytest.raises(Refused) as refused:
        desk.answer(asked, PAPER_COMES)
    assert codes(refused) == ["case_already_decided"]
    desk.at(OVER).runs(SUPPLEMENT)
    assert desk.uow.of(Supplements).rows[asked.supplement_id].state == "void"
    assert desk.events(SupplementLapsed) == []


def test_a_stranger_neither_asks_nor_answers() -> None:
    desk = accepted()
    asked = desk.ask(PAPER)
    with pytest.raises(Refused) as refused:
        desk.answer(asked, PAPER_COMES, by=OFFICER)
    assert codes(refused) == ["case_not_found"]
    desk.answer(asked, PAPER_COMES, by=FIRM)
    with pytest.raises(Refused) as refused:
        desk.ask(PAPER, by=STRANGER)
    assert codes(refused) == ["not_your_department"]


def test_asking_after_the_limit_for_acceptance_asks_in_an_accepted_case() -> None:
    desk = Desk()
    asked = desk.at(china("2026-03-17 17:30")).ask(PAPER)
    (told,) = desk.events(CaseAccepted)
    assert (told.silent, asked.before_acceptance) == (True, False)
    assert desk.case.pauses == ("supplement",)


def test_what_may_have_been_paid_is_not_withdrawn_by_silence() -> None:
    desk = accepted()
    desk.case.reopened_at = desk.uow.now
    asked = desk.ask(PAPER)
    assert asked.then == "decided_as_filed"
