"""What holds of the clocks of a claim on its way to acceptance and through its supplements, whatever happens and when."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.time.calendar import DAY, Calendar
from chassis.time.clock import CHINA
from contracts.case_events import SupplementAnswered
from services.review.cases.task_times import ACCEPTANCE_OPENED
from services.review.supplements.lapse import SUPPLEMENT
from services.review.supplements.store import Supplements
from tests.unit.review.acceptance_kit import Desk
from tests.unit.review.review_kit import OFFICER, china

CALENDAR = Calendar.from_chinesecalendar()
START = china("2025-03-03 09:00")
HALF_HOURS = st.integers(0, 8 * 48).map(lambda half_hours: timedelta(minutes=30 * half_hours))
PAPER = ("material", "invoices", "missing")
PAPER_COMES = {"code": "invoices", "files": ["a" * 64]}


def closes_in(began: datetime, ended: datetime) -> int:
    """Closes of business on working days in [began, ended), one by one."""
    day, found = began.astimezone(CHINA).date(), 0
    while day <= ended.astimezone(CHINA).date():
        if CALENDAR.is_working_day(day) and began <= CALENDAR.close_of_business(day) < ended:
            found += 1
        day += DAY
    return found


def due_after(running: list[tuple[datetime, datetime]], limit: int) -> datetime:
    """The close of business after `limit` others that fall into what ran: that of the day of receipt is free."""
    day, closes = running[0][0].astimezone(CHINA).date(), 0
    while True:
        close = CALENDAR.close_of_business(day)
        if CALENDAR.is_working_day(day) and any(began <= close < ended for began, ended in running):
            closes += 1
            if closes > limit:
                return close
        day += DAY


END_OF_TIME = datetime.combine(date(2030, 1, 1), datetime.min.time(), CHINA)


@settings(max_examples=40, deadline=None)
@given(HALF_HOURS, HALF_HOURS, HALF_HOURS)
def test_time_in_which_the_enterprise_is_waited_for_is_never_counted(
    first: timedelta, waiting: timedelta, between: timedelta
) -> None:
    desk = Desk(
        at=START,
        acceptance={"by": "machine"},
        clocks={"material_check": 15},
        supplement={"limit": {"limit": 60, "unit": "working_days"}, "rounds": 5},
        limit=40,
    )
    running, now = [], START
    for gap, pause in ((first, waiting), (between, first)):
        running.append((now, now + gap))
        asked = desk.at(now + gap).ask(PAPER)
        assert (desk.case.due_at, desk.case.tasks[0].due_at) == (None, None)
        now = now + gap + pause
        desk.at(now).answer(asked, PAPER_COMES)
    running.append((now, END_OF_TIME))
    assert desk.case.due_at == due_after(running, 40)
    own = due_after(running, 15)
    if own > now:
        assert desk.case.tasks[0].due_at == own, "a task's own clock is that of the case's waiting too"


@settings(max_examples=40, deadline=None)
@given(HALF_HOURS, HALF_HOURS)
def test_a_limit_that_begins_anew_has_used_nothing(first: timedelta, waiting: timedelta) -> None:
    desk = Desk(
        at=START,
        acceptance={"by": "machine"},
        supplement={"clock": "restart", "limit": {"limit": 60, "unit": "working_days"}},
    )
    asked = desk.at(START + first).ask(PAPER)
    again = START + first + waiting
    desk.at(again).answer(asked, PAPER_COMES)
    assert desk.case.due_at == due_after([(again, END_OF_TIME)], 20)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["look", "ask", "answer", "accept", "lapse"]), HALF_HOURS), max_size=8))
def test_an_open_case_always_has_a_task_with_a_clock_or_waits_for_the_enterprise_with_one(
    steps: list[tuple[str, timedelta]],
) -> None:
    desk = Desk(at=START, supplement={"rounds": 5, "on_silence": "decided_as_filed"})
    now = START
    for what, gap in steps:
        now += gap
        desk.at(now)
        case = desk.case
        open_rounds = [each for each in desk.uow.of(Supplements).rows.values() if each.state == "open"]
        if what == "look":
            desk.runs(ACCEPTANCE_OPENED)
        elif what == "lapse":
            desk.runs(SUPPLEMENT)
        elif what == "ask" and not open_rounds:
            desk.ask(PAPER)
        elif what == "answer" and open_rounds:
            desk.answer(open_rounds[0].view, PAPER_COMES)
        elif what == "accept" and case.state == "received" and not open_rounds:
            desk.as_(OFFICER).accept()
        _is_somebodys_turn(desk)


def _is_somebodys_turn(desk: Desk) -> None:
    case = desk.case
    waiting = [each for each in desk.uow.of(Supplements).rows.values() if each.state == "open"]
    assert case.is_open
    assert bool(waiting) == case.waits_for_enterprise
    if waiting:
        assert waiting[0].due_at is not None
        assert desk.due(SUPPLEMENT) is not None
    else:
        assert case.tasks
        assert all(task.due_at is not None for task in case.tasks)
        if case.state == "received":
            assert desk.due(ACCEPTANCE_OPENED) is not None, "silence is looked for"
    assert len({each.supplement_id for each in desk.events(SupplementAnswered)}) == len(desk.events(SupplementAnswered))


@settings(max_examples=40, deadline=None)
@given(HALF_HOURS)
def test_whenever_it_is_looked_at_silence_accepts_as_of_the_receipt_and_never_before_the_limit(late: timedelta) -> None:
    desk = Desk(at=START)
    end = due_after([(START, END_OF_TIME)], 5)
    desk.runs(ACCEPTANCE_OPENED)
    desk.at(end - timedelta(minutes=1)).runs(ACCEPTANCE_OPENED)
    assert desk.case.state == "received"
    desk.at(end + late).runs(ACCEPTANCE_OPENED)
    assert (desk.case.state, desk.case.accepted_at) == ("accepted", START)
