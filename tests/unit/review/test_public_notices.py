"""What is decided after a public notice is read by everybody before: it is up for its days, held by objections, and honest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.testing.fakes import NOON, FakeUnit
from chassis.time.calendar import Calendar
from chassis.time.clock import CHINA
from contracts.case_events import (
    CaseResumed,
    CaseSuspended,
    ObjectionAnswered,
    ObjectionRaised,
    PublicNoticeEnded,
    PublicNoticeStarted,
)
from contracts.public_notices import AnswerObjection, RepeatNotice
from contracts.refusal import Refused
from contracts.review import ApproveCase, RejectCase
from contracts.rule import TimeLimit, TimeUnit
from services.review.cases import use_cases as case_orders
from services.review.cases.answers import StepNotPassed
from services.review.cases.case import Case
from services.review.cases.deadline import FOLLOW_NOTICES
from services.review.public_notices import publishing, use_cases
from services.review.public_notices.days import end_of
from services.review.public_notices.notice import NothingToRepeat, ObjectionTooLate, shown_name
from services.review.public_notices.objection import NoticeObjection, ObjectionAnsweredAlready
from services.review.public_notices.store import NoticeObjections
from tests.remedies import OWN_GROUNDS
from tests.unit.review.notice_kit import kept, notice_rules, notice_unit, noticed, object_to, run_jobs, the_notice
from tests.unit.review.review_kit import LEADER, OFFICER, STRANGER, china, claim, opened

CALENDAR = Calendar.from_chinesecalendar()


def objections(uow: FakeUnit) -> list[NoticeObjection]:
    return list(uow.of(NoticeObjections).rows.values())


def answer(uow: FakeUnit, objection: NoticeObjection, *, upheld: bool, by: object = OFFICER) -> None:
    uow.actor = by  # type: ignore[assignment]
    said = {"upheld": upheld, "answer": "经核查税务记录，纳税情况属实" if not upheld else "经核查，异议属实"}
    use_cases.answer_objection(
        AnswerObjection(objection_id=objection.id, expected_version=objection.version, **said), uow
    )


def approve(uow: FakeUnit, case: Case) -> None:
    uow.actor = LEADER
    case_orders.approve_case(
        ApproveCase(case_id=case.id, amount_fen=case.amount_fen, expected_version=case.version), uow
    )


# -- going up and coming down -------------------------------------------------------------------------------------


def test_a_notice_goes_up_as_its_step_opens_and_the_case_waits_for_its_end() -> None:
    uow = notice_unit(notice_rules(5))
    case, notice = noticed(uow)
    assert (f"{notice.first_day}", f"{notice.last_day}") == ("2026-03-10", "2026-03-17")
    assert notice.ends_at == china("2026-03-18 00:00")
    assert (notice.name, notice.amount_fen, notice.item_title) == ("示例企业01", case.amount_fen, "研发投入补助")
    (started,) = [each for each in uow.events if isinstance(each, PublicNoticeStarted)]
    assert (started.last_day, started.amount_fen) == (notice.last_day, case.amount_fen)
    with pytest.raises(StepNotPassed):
        approve(uow, case)


def test_at_the_end_without_objections_the_step_is_passed_and_the_case_goes_on() -> None:
    uow = notice_unit(notice_rules(5))
    case, notice = noticed(uow)
    run_jobs(uow, china("2026-03-17 23:59"))
    assert (notice.state, [task.kind for task in case.tasks]) == ("running", ["public_notice"])
    run_jobs(uow, china("2026-03-18 00:01"))
    assert (notice.state, [task.kind for task in case.tasks]) == ("passed", ["approval"])
    (ended,) = [each for each in uow.events if isinstance(each, PublicNoticeEnded)]
    assert (ended.objections, ended.upheld) == (0, False)
    approve(uow, case)
    assert kept(uow, case).state == "approved"


def test_the_same_job_twice_publishes_once() -> None:
    uow = notice_unit(notice_rules())
    case, notice = noticed(uow)
    uow.schedule(publishing.OPENED, f"{case.id}/{case.tasks[0].id}", at=uow.now, tenant="zhanggong")
    run_jobs(uow)
    assert the_notice(uow, case) is notice
    assert sum(isinstance(each, PublicNoticeStarted) for each in uow.events) == 1


@pytest.mark.parametrize(
    ("n", "unit", "counts", "published", "last"),
    [
        (5, "working_days", False, "2026-03-10 12:00", "2026-03-17"),
        (5, "working_days", True, "2026-03-10 12:00", "2026-03-16"),
        (1, "working_days", True, "2026-03-10 12:00", "2026-03-10"),
        (5, "working_days", True, "2026-03-10 18:00", "2026-03-17"),
        (5, "working_days", True, "2026-03-14 12:00", "2026-03-20"),
        (5, "working_days", False, "2026-09-29 12:00", "2026-10-12"),
        (1, "working_days", False, "2026-10-09 12:00", "2026-10-10"),
        (7, "calendar_days", False, "2026-03-10 12:00", "2026-03-17"),
        (7, "calendar_days", True, "2026-03-10 12:00", "2026-03-16"),
        (7, "calendar_days", False, "2026-09-25 12:00", "2026-10-08"),
        (48, "hours", False, "2026-03-10 12:00", "2026-03-12"),
        (12, "hours", False, "2026-03-10 12:00", "2026-03-10"),
    ],
)
def test_days_are_counted_as_the_plan_says(n: int, unit: str, counts: bool, published: str, last: str) -> None:
    """Over National Day, onto the Saturday that is worked before it, after closing time, on a Saturday that is not."""
    end = end_of(TimeLimit(limit=n, unit=TimeUnit(unit)), counts, china(published), CALENDAR)
    assert f"{end.last_day}" == last


@settings(max_examples=200)
@given(
    n=st.integers(1, 30),
    unit=st.sampled_from(list(TimeUnit)),
    counts=st.booleans(),
    minutes=st.integers(0, 200 * 24 * 60),
    probe=st.integers(-3 * 24 * 60, 80 * 24 * 60),
)
def test_a_notice_is_up_on_every_one_of_its_days_and_on_no_other(
    n: int, unit: TimeUnit, counts: bool, minutes: int, probe: int
) -> None:
    uow = notice_unit(notice_rules(n, unit.value, first_day_counts=counts), now=NOON + timedelta(minutes=minutes))
    _case, notice = noticed(uow)
    assert notice.ends_at is not None and notice.last_day is not None
    at = notice.published_at + timedelta(minutes=probe)
    day = at.astimezone(CHINA).date()
    if unit is TimeUnit.HOURS:
        assert notice.ends_at - notice.published_at == timedelta(hours=n)
        expected = notice.published_at <= at < notice.ends_at
    else:
        expected = notice.published_at <= at and notice.first_day <= day <= notice.last_day
    assert (at >= notice.published_at and notice.is_up(at)) == expected
    whole = [notice.first_day + timedelta(days=k) for k in range((notice.last_day - notice.first_day).days + 1)]
    if unit is TimeUnit.WORKING_DAYS:
        assert sum(map(CALENDAR.is_working_day, whole)) >= n
        assert CALENDAR.is_working_day(notice.last_day)
    elif unit is TimeUnit.CALENDAR_DAYS:
        assert len(whole) >= n


def test_while_a_year_is_not_published_the_end_is_open_and_found_when_it_is() -> None:
    known, more = Calendar.from_chinesecalendar([2025]), Calendar.from_chinesecalendar([2025, 2026])
    uow = notice_unit(notice_rules(5, limit=None), now=china("2025-12-29 12:00"), calendar=known)
    case, notice = noticed(uow)
    assert (notice.last_day, notice.ends_at, notice.awaits_year) == (None, None, 2026)
    assert not [each for each in uow.events if isinstance(each, PublicNoticeStarted)]
    assert ("zhanggong", "calendar", "2026", "notice", "100") in uow.alarms
    assert notice.is_up(china("2026-01-20 12:00"))
    uow._calendar = more
    run_jobs(uow, china("2025-12-30 12:00"))
    assert (f"{notice.last_day}", notice.awaits_year) == ("2026-01-06", None)
    assert [each.last_day for each in uow.events if isinstance(each, PublicNoticeStarted)] == [notice.last_day]
    run_jobs(uow, china("2026-01-07 00:01"))
    assert [task.kind for task in case.tasks] == ["approval"]


def test_a_calendar_that_changes_moves_the_end() -> None:
    uow = notice_unit(notice_rules(5))
    _case, notice = noticed(uow)
    off = {china("2026-03-12 12:00").date(): False}
    uow._calendar = Calendar.from_chinesecalendar(overrides=off)
    uow.schedule(FOLLOW_NOTICES, "calendar/", at=uow.now, tenant="zhanggong")
    run_jobs(uow)
    assert f"{notice.last_day}" == "2026-03-18"
    run_jobs(uow, china("2026-03-18 00:01"))
    assert notice.state == "running"
    run_jobs(uow, china("2026-03-19 00:01"))
    assert notice.state == "passed"


def test_a_case_that_is_refused_meanwhile_comes_down_at_once() -> None:
    uow = notice_unit(notice_rules())
    case, notice = noticed(uow)
    object_to(uow, notice)
    order = RejectCase(
        other_grounds=OWN_GROUNDS,
        case_id=case.id,
        reason="申报材料与事实不符，依据办法第三条",
        expected_version=case.version,
    )
    case_orders.reject_case(order, uow)
    run_jobs(uow)
    assert (notice.state, notice.is_up(uow.now), objections(uow)[0].state) == ("void", False, "dropped")


def test_an_amount_that_moved_meanwhile_is_published_anew() -> None:
    uow = notice_unit(notice_rules(5))
    case, notice = noticed(uow)
    notice.published_fen = notice.amount_fen = 1_000_00
    run_jobs(uow, china("2026-03-18 00:01"))
    again = the_notice(uow, case)
    assert (notice.state, again.state, again.amount_fen) == ("superseded", "running", case.amount_fen)
    assert "1,000.00 元" in again.anew and "重新公示" in again.anew
    assert [task.kind for task in case.tasks] == ["public_notice"]
    run_jobs(uow, china("2026-03-26 00:01"))
    assert (again.state, [task.kind for task in case.tasks]) == ("passed", ["approval"])


def test_firms_are_named_and_natural_persons_masked() -> None:
    assert shown_name(claim()) == "示例企业01"
    person = claim(enterprise_name="王某明", uscc="360702199001011234")
    shop = claim(enterprise_name="章贡区王某明餐饮店", uscc="92360702MA0000000X")
    assert (shown_name(person), shown_name(shop)) == ("王**", "章贡区王****")


# -- objections ------------------------------------------------------------------------------------------------------


def test_an_objection_holds_the_case_past_the_end_and_an_answer_lets_it_go_on() -> None:
    uow = notice_unit(notice_rules(5))
    case, notice = noticed(uow)
    object_to(uow, notice, china("2026-03-17 12:00"))
    assert (case.pauses, case.due_at, case.tasks[0].due_at) == (("objection",), None, None)
    run_jobs(uow, china("2026-03-18 00:01"))
    assert (notice.state, notice.is_up(uow.now)) == ("running", False)
    uow.now = china("2026-03-20 12:00")
    answer(uow, objections(uow)[0], upheld=False)
    assert (case.pauses, notice.state, [task.kind for task in case.tasks]) == ((), "passed", ["approval"])
    assert case.due_at is not None
    told = [type(each) for each in uow.events]
    assert told.count(ObjectionRaised) == told.count(ObjectionAnswered) == 1
    assert told.index(CaseSuspended) < told.index(CaseResumed) < told.index(PublicNoticeEnded)


def test_two_objections_hold_until_both_are_answered() -> None:
    uow = notice_unit(notice_rules(5))
    case, notice = noticed(uow)
    object_to(uow, notice)
    object_to(uow, notice)
    first, second = objections(uow)
    answer(uow, first, upheld=False)
    assert (case.pauses, notice.open_objections) == (("objection",), 1)
    answer(uow, second, upheld=False)
    assert (case.pauses, notice.state) == ((), "running")
    run_jobs(uow, china("2026-03-18 00:01"))
    assert notice.state == "passed"


def test_an_upheld_objection_fails_the_step_and_the_department_may_publish_anew() -> None:
    uow = notice_unit(notice_rules(5))
    case, notice = noticed(uow)
    object_to(uow, notice)
    answer(uow, objections(uow)[0], upheld=True)
    assert (notice.state, case.pauses) == ("objected", ())
    assert next(step.state for step in case.steps if step.kind == "public_notice") == "failed"
    with pytest.raises(Refused) as refused:
        approve(uow, case)
    assert "step_failed" in [each.code for each in refused.value.reasons]
    uow.actor = OFFICER
    use_cases.repeat_notice(RepeatNotice(case_id=case.id, reason="已更正名单", expected_version=case.version), uow)
    run_jobs(uow)
    again = the_notice(uow, case)
    assert (again.state, again.id != notice.id) == ("running", True)
    with pytest.raises(NothingToRepeat):
        use_cases.repeat_notice(RepeatNotice(case_id=case.id, reason="再次公示", expected_version=case.version), uow)


def test_one_raised_in_the_last_second_counts_and_one_after_it_is_told_whom_to_turn_to() -> None:
    uow = notice_unit(notice_rules(5))
    case, notice = noticed(uow)
    object_to(uow, notice, china("2026-03-17 23:59"))
    run_jobs(uow, china("2026-03-18 00:01"))
    assert notice.state == "running"
    with pytest.raises(ObjectionTooLate) as refused:
        object_to(uow, notice, china("2026-03-18 00:02"))
    assert case.claim.department in refused.value.message
    assert len(objections(uow)) == 1


def test_an_answer_is_given_once_and_by_the_department_alone() -> None:
    uow = notice_unit(notice_rules())
    _case, notice = noticed(uow)
    object_to(uow, notice)
    (objection,) = objections(uow)
    with pytest.raises(Refused) as stranger:
        answer(uow, objection, upheld=False, by=STRANGER)
    assert stranger.value.code == "not_your_department"
    answer(uow, objection, upheld=False)
    with pytest.raises(ObjectionAnsweredAlready):
        answer(uow, objection, upheld=True)


def test_who_objects_is_sealed_and_masked() -> None:
    uow = notice_unit(notice_rules())
    _case, notice = noticed(uow)
    receipt = object_to(uow, notice)
    (objection,) = objections(uow)
    assert (objection.name_masked, objection.contact_masked) == ("赵**", "138****1234")
    assert "13800001234" not in repr(objection) and "赵某某" not in repr(objection)
    assert receipt.number == objection.number and receipt.check_code not in repr(objection)


def test_many_end_together() -> None:
    uow = notice_unit(notice_rules(5))
    cases = [opened(uow, uscc=f"91360702DEM00001{n}H", enterprise_id=f"enterprise-{n}") for n in range(4)]
    run_jobs(uow)
    run_jobs(uow, china("2026-03-18 00:01"))
    assert [[task.kind for task in case.tasks] for case in cases] == [["approval"]] * 4
