"""A calendar that arrives, on a real database: learned once, followed part by part, journalled, and heard downstream."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from calendar_kit import DOCUMENT, NEW_YEAR, changed, nations_year, own_days
from review_database import Review
from waiting_kit import said_of_waiting, waiting_in_the_work_list

from chassis.edge.frame import Frame
from chassis.tenancy.working_days import missing_calendars
from chassis.testing.fakes import NOON
from chassis.time.calendar import announced_days
from chassis.time.clock import FixedClock
from chassis.time.following import AFTERWARDS, FOLLOW, follow
from chassis.time.jobs import claim
from console.operating.checks.findings import Finding, Notice
from console.servers.provision import Dsns
from contracts.calendars import NATION
from contracts.case_sheet import CaseSheet, GetCaseSheet
from contracts.deadlines import ListReviewDeadlineMoves
from contracts.review import CaseView, GetCase, ListCases, RejectCase
from services.review.cases import deadline
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import OFFICER, STRANGER, application, china, item_rules

MONDAY = "2026-11-23 10:00"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def replica(
    service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock
) -> Callable[[], Review]:
    """Another process of the same service on the same database."""
    dsns = service_database("review")
    return lambda: Review(service_frame("review", dsns=dsns, clock=clock), dsns)


@pytest.fixture
def waiting(replica: Callable[[], Review], clock: FixedClock) -> Review:
    """Three cases of 23 November with 40 working days: their deadline lies in a year that is not loaded."""
    review = replica().prepared(item_rules(limit=40))
    until(clock, MONDAY)
    review.hears(*(application(at=clock.now(), uscc=f"enterprise-{number}") for number in range(3)))
    return review


def until(clock: FixedClock, text: str) -> None:
    clock.advance(china(text) - clock.now())


def cases(review: Review) -> list[CaseView]:
    return [CaseView.model_validate(each) for each in review.asked(ListCases())["ok"]["items"]]


def dates(review: Review) -> set[Any]:
    return {case.due_at for case in cases(review)}


def moves_told(review: Review) -> int:
    return sum(name == "ReviewDeadlineMoved" for name, _ in review.told())


def follow_all(review: Review) -> int:
    """Until nothing is due any more; returns how many jobs that took."""
    done = 0
    while count := review.follows():
        done += count
    return done


def test_a_year_that_arrives_gives_a_date_to_what_waited_and_the_journal_says_why(waiting: Review) -> None:
    assert {(case.due_at, case.awaits_year) for case in cases(waiting)} == {(None, 2027)}
    waiting.hears(nations_year(), tenant=NATION)
    assert dates(waiting) == {None}, "not in the transaction of the event"
    follow_all(waiting)
    (case, *_others) = cases(waiting)
    assert dates(waiting) == {china("2027-01-19 17:30")}
    assert (case.awaits_year, case.version) == (None, 2)
    (move,) = waiting.asked(ListReviewDeadlineMoves(case_id=case.case_id))["ok"]["items"]
    assert (move["was"], move["reason"]) == (None, f"依据全国 2027 年工作日历第 1 版（{DOCUMENT}）计算")
    assert waiting.asked(ListReviewDeadlineMoves(case_id=case.case_id), actor=STRANGER)["refused"]["code"] == (
        "not_your_department"
    )
    assert moves_told(waiting) == 3
    assert waiting.rows(
        "SELECT count(*) FROM audit_fact WHERE aggregate_type = 'case' AND action = 'follow_calendar'"
        " AND CAST(body AS jsonb) #>> '{deadline_move,reason}' LIKE '依据%'"
    ) == [(3,)]
    looks = waiting.rows(f"SELECT due_at FROM job WHERE kind = '{deadline.REVIEW_ALARM}'")
    assert all(waiting.frame.clock.now() < look < china("2027-01-19 17:30") for (look,) in looks)


def test_a_second_pass_and_the_same_event_again_change_nothing(waiting: Review, clock: FixedClock) -> None:
    messages = waiting.hears(nations_year(), tenant=NATION)
    follow_all(waiting)
    clock.advance(AFTERWARDS)
    assert follow_all(waiting) >= 2, "the second pass for each tenant"
    waiting.applies(messages)
    assert follow_all(waiting) == 0
    assert moves_told(waiting) == 3
    assert {case.version for case in cases(waiting)} == {2}
    assert waiting.rows(f"SELECT count(*) FROM job WHERE kind = '{FOLLOW}'") == [(0,)]


def test_an_older_version_never_takes_the_place_of_a_newer_one(waiting: Review) -> None:
    waiting.hears(nations_year(version=2, rests=(NEW_YEAR, date(2027, 1, 4))), tenant=NATION)
    waiting.hears(nations_year(version=1), tenant=NATION)
    follow_all(waiting)
    assert dates(waiting) == {china("2027-01-20 17:30")}
    assert waiting.rows("SELECT version FROM calendar_year WHERE (tenant, year) = ('', 2027)") == [(2,)]
    assert waiting.rows("SELECT count(*) FROM calendar_day WHERE tenant = '' AND day >= '2027-01-01'") == [(365,)]


def test_a_tenants_own_day_moves_its_own_deadlines_and_taking_it_back_moves_them_back(waiting: Review) -> None:
    waiting.hears(nations_year(), tenant=NATION)
    follow_all(waiting)
    waiting.hears(own_days("xingguo", (date(2027, 1, 5), False)), tenant="xingguo")
    follow_all(waiting)
    assert dates(waiting) == {china("2027-01-19 17:30")}
    waiting.hears(own_days("zhanggong", (date(2027, 1, 5), False)), tenant="zhanggong")
    follow_all(waiting)
    assert dates(waiting) == {china("2027-01-20 17:30")}
    waiting.hears(own_days("zhanggong", version=2, year=2027), tenant="zhanggong")
    follow_all(waiting)
    assert dates(waiting) == {china("2027-01-19 17:30")}
    (case, *_others) = cases(waiting)
    moves = waiting.asked(ListReviewDeadlineMoves(case_id=case.case_id))["ok"]["items"]
    assert [move["reason"].count("本地区 2027 年工作日历第") for move in moves] == [0, 1, 1]
    assert moves[-1]["reason"].endswith("本地区 2027 年工作日历第 2 版（章府办〔2026〕9号）计算")


def test_a_changed_closing_time_moves_open_deadlines_and_sets_new_ones(
    replica: Callable[[], Review], clock: FixedClock
) -> None:
    review = replica().prepared()
    review.hears(application(uscc="enterprise-a"))
    assert dates(review) == {china("2026-03-17 17:30")}
    review.hears(changed("zhanggong", "ganzhou", "360702", closing_time="18:00"))
    follow_all(review)
    assert dates(review) == {china("2026-03-17 18:00")}
    until(clock, "2026-03-11 17:45")
    review.hears(application(uscc="enterprise-b", at=clock.now()))
    assert dates(review) == {china("2026-03-17 18:00"), china("2026-03-18 18:00")}
    (first, _second) = cases(review)
    (move,) = review.asked(ListReviewDeadlineMoves(case_id=first.case_id))["ok"]["items"]
    assert "本地区作息时间 08:30—18:00（地区设置第 2 版）" in move["reason"]


def test_a_change_of_anything_else_moves_nothing_and_asks_nobody(replica: Callable[[], Review]) -> None:
    review = replica().prepared()
    review.hears(application())
    review.hears(changed("zhanggong", "ganzhou", "360702", closing_time="17:30", receipt_prefix="ZG"))
    assert review.follows() == 0
    review.hears(changed("zhanggong", "ganzhou", "360702", version=3, opening_time="09:00", receipt_prefix="ZG"))
    assert follow_all(review) > 0, "office hours that begin later move reminders"
    assert moves_told(review) == 0


def test_a_pass_that_is_broken_off_goes_on_where_it_was(
    waiting: Review, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "PART", 1)
    waiting.hears(nations_year(), tenant=NATION)
    assert waiting.follows() == 1, "the nation's job becomes one for each tenant"
    waiting.follows()
    assert moves_told(waiting) == 1
    before = waiting.rows(f"SELECT subject FROM job WHERE kind = '{FOLLOW}' AND tenant = 'zhanggong' ORDER BY 1")

    def broken(*_: object) -> str | None:
        raise ConnectionError("the database went away")

    with pytest.raises(ConnectionError):
        follow(claimed(waiting), lambda tenants: waiting.frame.event_unit(tenants, action=FOLLOW), broken)
    assert (
        waiting.rows(f"SELECT subject FROM job WHERE kind = '{FOLLOW}' AND tenant = 'zhanggong' ORDER BY 1") == before
    )
    clock.advance(AFTERWARDS)
    follow_all(waiting)
    assert moves_told(waiting) == 3


def claimed(review: Review) -> list[Any]:
    return claim(review.frame.frame_engine, FOLLOW, review.frame.clock.now(), 50)


def test_replicas_that_hold_the_same_part_move_each_deadline_once(
    waiting: Review, replica: Callable[[], Review]
) -> None:
    waiting.hears(nations_year(), tenant=NATION)
    waiting.follows()
    replicas = [waiting, replica(), replica()]
    waiting.frame.calendars.forget()
    jobs = claimed(waiting)
    ready = threading.Barrier(3)

    def race(review: Review) -> None:
        ready.wait(10)
        follow(jobs, lambda tenants: review.frame.event_unit(tenants, action=FOLLOW), deadline.follow_calendar)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(race, replicas))
    assert moves_told(waiting) == 3
    assert waiting.rows("SELECT count(*) FROM review_deadline_move") == [(3,)]


def test_what_another_process_opened_by_the_calendar_that_it_remembered_is_found_by_the_second_pass(
    waiting: Review, replica: Callable[[], Review], clock: FixedClock
) -> None:
    other = replica()
    other.frame.calendars.of("zhanggong")
    waiting.hears(nations_year(), tenant=NATION)
    follow_all(waiting)
    other.hears(application(at=clock.now(), uscc="enterprise-late"))
    assert None in dates(waiting)
    clock.advance(AFTERWARDS)
    follow_all(waiting)
    assert dates(waiting) == {china("2027-01-19 17:30")}


def test_whoever_learns_a_calendar_uses_it_at_once(waiting: Review, clock: FixedClock) -> None:
    assert waiting.frame.calendars.of("zhanggong").years == (2025, 2026)
    waiting.hears(nations_year(), tenant=NATION)
    assert waiting.frame.calendars.of("zhanggong").years == (2025, 2026, 2027)
    waiting.hears(application(at=clock.now(), uscc="enterprise-new"))
    assert china("2027-01-19 17:30") in dates(waiting)


def test_the_missing_year_is_listed_with_who_waits_for_it_until_it_is_loaded(waiting: Review) -> None:
    (missing,) = missing_calendars(waiting.frame.frame_engine).items
    assert (missing.tenant, missing.year, missing.clock) == ("zhanggong", 2027, "review")
    waiting.hears(own_days("zhanggong", (date(2027, 1, 5), False)), tenant="zhanggong")
    assert missing_calendars(waiting.frame.frame_engine).items == (missing,), "a few days are not a year"
    waiting.hears(nations_year(), tenant=NATION)
    assert missing_calendars(waiting.frame.frame_engine).items == ()


def test_what_waits_is_named_by_verify_and_in_the_work_list_until_it_has_its_date(
    waiting: Review, clock: FixedClock
) -> None:
    (notice,) = said_of_waiting(waiting.frame, "zhanggong")
    assert isinstance(notice, Notice)
    assert notice.tenant == "zhanggong"
    assert notice.text.startswith("3 件办件（如收件编号 ")
    assert notice.text.endswith("）的审核时限待 2027 年工作日历载入后确定")
    assert notice.command.startswith("./zhida calendar load --year 2027 ")
    count, names = waiting_in_the_work_list(waiting.frame, "zhanggong", 2027)
    assert (count, len(names), names[0][:3]) == (3, 3, "办件 ")
    waiting.hears(nations_year(), tenant=NATION)
    follow_all(waiting)
    assert said_of_waiting(waiting.frame, "zhanggong") == []
    assert waiting_in_the_work_list(waiting.frame, "zhanggong", 2027) == (0, [])


def test_what_waits_for_a_year_that_is_there_or_that_nobody_was_asked_for_breaks_d(waiting: Review) -> None:
    waiting.does("DELETE FROM alarm WHERE subject_type = 'calendar'")
    (silent,) = said_of_waiting(waiting.frame, "zhanggong")
    assert isinstance(silent, Finding)
    assert silent.text.endswith("待 2027 年工作日历，却没有发出载入提醒")
    waiting.hears(nations_year(), tenant=NATION)
    waiting.follows()
    late = china("2026-11-30 10:00")
    assert "却没有发出载入提醒" in said_of_waiting(waiting.frame, "zhanggong", late)[0].text, "it is about to follow"
    waiting.does("DELETE FROM job WHERE kind = 'follow_calendar'")
    (forgotten,) = said_of_waiting(waiting.frame, "zhanggong", late)
    assert isinstance(forgotten, Finding)
    assert forgotten.text.endswith("仍待 2027 年工作日历，而该年日历已经载入")


def test_forty_working_days_from_29_november_wait_for_2027_and_are_reminded_all_the_same(
    replica: Callable[[], Review], clock: FixedClock
) -> None:
    review = replica().prepared(item_rules(limit=40))
    until(clock, "2026-11-29 10:00")
    review.hears(application(at=clock.now()))
    (case,) = cases(review)
    assert (case.due_at, case.awaits_year) == (None, 2027)
    assert [reason.code for reason in case.remarks] == ["review_limit_awaits_calendar"]
    assert missing_calendars(review.frame.frame_engine).items[0].year == 2027
    for day in ("2026-12-15 10:00", "2026-12-28 17:30", "2026-12-31 10:00"):
        until(clock, day)
        raise_alarms(review)
    assert [name for name, _ in review.told()].count("ReviewDeadlineUndetermined") == 1
    review.hears(nations_year(), tenant=NATION)
    follow_all(review)
    (case,) = cases(review)
    assert case.due_at == china("2027-01-26 17:30"), "23 in December, 17 in January"
    assert case.remarks == ()


def test_the_departments_tasks_are_due_by_the_calendars_as_they_are_when_the_case_is_read(
    replica: Callable[[], Review], clock: FixedClock
) -> None:
    review = replica().prepared(item_rules(limit=40, inspection=True, clocks={"site_inspection": 3}))
    until(clock, "2026-12-29 10:00")
    review.hears(application(at=clock.now()))
    (case,) = cases(review)
    question = GetCaseSheet(case_id=case.case_id)

    def tasks() -> list[tuple[str, Any, int | None]]:
        sheet = CaseSheet.model_validate(review.asked(question)["ok"])
        return [(each.task, each.due_at, each.awaits_year) for each in sheet.tasks]

    assert tasks() == [("site_inspection", None, 2027)]
    review.hears(nations_year(), tenant=NATION)
    assert tasks()[0] == ("site_inspection", china("2027-01-04 17:30"), None), "before the case itself has followed"
    review.hears(own_days("zhanggong", (date(2027, 1, 4), False)), tenant="zhanggong")
    assert tasks()[0] == ("site_inspection", china("2027-01-05 17:30"), None)
    order = RejectCase(
        other_grounds=OWN_GROUNDS, case_id=case.case_id, reason="不符合申报条件", expected_version=case.version
    )
    assert "ok" in review.ordered(order)
    assert tasks() == [], "of a case that is over nothing is due"


def test_open_clocks_follow_when_the_nation_corrects_its_year(replica: Callable[[], Review]) -> None:
    review = replica().prepared()
    review.hears(application())
    (before,) = dates(review)
    rests = {day for day, worked in announced_days(2026) if not worked and day.weekday() < 5} | {before.date()}
    review.hears(nations_year(2026, rests=rests), tenant=NATION)
    follow_all(review)
    (after,) = dates(review)
    assert after > before
    (move,) = review.asked(ListReviewDeadlineMoves(case_id=cases(review)[0].case_id))["ok"]["items"]
    assert move["reason"].startswith("依据全国 2026 年工作日历第 1 版")


def raise_alarms(review: Review) -> None:
    """Whatever alarms are due, as the timers do."""
    jobs = claim(review.frame.frame_engine, deadline.REVIEW_ALARM, review.frame.clock.now(), 50)
    with review.frame.event_unit(["zhanggong"], action=deadline.REVIEW_ALARM) as uow:
        deadline.raise_alarms(jobs, uow)


def test_a_case_is_asked_for_with_the_year_that_it_waits_for(waiting: Review) -> None:
    (first, *_others) = cases(waiting)
    view = waiting.asked(GetCase(case_id=first.case_id), actor=OFFICER)["ok"]
    assert (view["due_at"], view["awaits_year"]) == (None, 2027)
