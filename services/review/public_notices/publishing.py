"""A notice goes up as its step opens, follows the calendar, and comes down: passed, published anew, or because the case is over.

Whoever changes a notice has locked its case first. The end is looked at a minute late: an objection that was raised in the
last second has been taken by then.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from chassis.tenancy.working_days import ask_for
from chassis.time.clock import CHINA
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.case_events import PublicNoticeEnded, PublicNoticeStarted
from contracts.message import SYSTEM
from contracts.money import Money
from contracts.public_notices import NoticeContact
from contracts.rule import PublicNotice
from rules.plan_run import SlotPlace
from services.review.cases import deadline, progress
from services.review.cases.answering import Handled, answer_of, settle, with_items
from services.review.cases.case import Case
from services.review.cases.open_tasks import OpenTask
from services.review.cases.store import Cases
from services.review.cases.task_times import tasks_of
from services.review.public_notices.days import end_of
from services.review.public_notices.holding import let_go
from services.review.public_notices.notice import Receiver, StandingNotice, shown_name
from services.review.public_notices.store import NoticeObjections, StandingNotices

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

OPENED = progress.OPENED["public_notice"]
TAKEN_BACK = progress.TAKEN_BACK["public_notice"]
FOLLOW_NOTICES = deadline.FOLLOW_NOTICES
LOOK = "public_notice_look"
"""The job by which a notice is looked at; its subject is case and notice, its tenant the case's."""

GRACE = timedelta(minutes=1)
LOOK_AGAIN = timedelta(days=1)
PART = 500
SINGLE = ""


def publish(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Publish the cases whose tasks have opened. One that is up already stays up for its new task."""
    with unit(sorted({job.tenant for job in jobs})) as uow:
        named = tasks_of(jobs, uow)
        wanted = [named[job.subject] for job in jobs if job.subject in named]
        wanted = [(case, task) for case, task in wanted if task.kind == "public_notice" and case.state == "accepted"]
        handled = _in_hands([case for case, _task in wanted], uow)
        up = uow.of(StandingNotices).running_of(list(handled))
        kept: list[StandingNotice] = []
        for case, task in wanted:
            notice = up.get((case.id, task.step))
            if notice is None:
                kept.append(put_up(handled[case.id], task, uow))
            elif notice.task_id != task.id:
                notice.task_id = task.id
                kept.append(notice)
        _save(handled.values(), kept, uow)
        for job in jobs:
            uow.finish(job)


def look(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Look at notices whose time has come, or whose task was taken back; many at once, their answers settled together."""
    with unit(sorted({job.tenant for job in jobs})) as uow:
        for job in jobs:
            uow.finish(job)
        cases = uow.of(Cases).get_many([job.subject.partition("/")[0] for job in jobs])
        look_at(list(cases.values()), uow)


def look_at(cases: Sequence[Case], uow: UnitOfWork) -> None:
    """Look at all notices of these locked cases that have not ended; everything is saved."""
    handled = _in_hands(cases, uow)
    up = uow.of(StandingNotices).running_of(list(handled))
    answered: set[str] = set()
    changed: list[StandingNotice] = []
    for notice in up.values():
        mine = handled[notice.case_id]
        changed += came_of(mine, notice, uow, answered)
    for notice in (each for each in changed if each.state == "void" and each.open_objections):
        _drop_objections(notice, uow)
        let_go(handled[notice.case_id].case, uow)
    settle([handled[id] for id in sorted(answered)], uow)
    _save([each for id, each in handled.items() if id not in answered], changed, uow)


def came_of(handled: Handled, notice: StandingNotice, uow: UnitOfWork, answered: set[str]) -> list[StandingNotice]:
    """Bring one notice in step with its case, the calendar and the time; returns the notices to save.

    A case that was answered is added to `answered`: the caller settles it.
    """
    task = task_of(handled.case, notice)
    if task is None:
        notice.end("void", uow.now, "办件已终止或公示环节已重新办理")
        return [notice]
    before = (notice.last_day, notice.ends_at, notice.awaits_year, notice.told)
    time_it(handled.case, notice, uow)
    if notice.ends_at is None or uow.now < notice.ends_at + GRACE or notice.open_objections:
        moved = before != (notice.last_day, notice.ends_at, notice.awaits_year, notice.told)
        return [notice] if moved else []
    if (why := _otherwise(handled, notice)) is not None:
        notice.end("superseded", uow.now, why)
        return [notice, put_up(handled, task, uow, anew=why)]
    said = f"公示期满，收到异议 {notice.objections} 件，均不成立" if notice.objections else "公示期满，未收到异议"
    notice.end("passed", uow.now, said)
    place = SlotPlace(notice.step, SINGLE)
    evidence = {"notice_id": notice.id, "first_day": f"{notice.first_day}", "last_day": f"{notice.last_day}"}
    answer = answer_of(
        handled, place, "passed", uow, by=SYSTEM.id, department=notice.department, reason=said, evidence=evidence
    )
    handled.case.answer(answer, ended(handled.case, notice, upheld=False))
    answered.add(handled.case.id)
    return [notice]


def put_up(handled: Handled, task: OpenTask, uow: UnitOfWork, *, anew: str = "") -> StandingNotice:
    """Publish a case now; `anew`: why an earlier notice of it was not enough. The caller saves both."""
    notice = notice_of(handled, task.step, uow, task, anew=anew)
    time_it(handled.case, notice, uow)
    return notice


def notice_of(
    handled: Handled, step: int, uow: UnitOfWork, task: OpenTask | None = None, *, anew: str = ""
) -> StandingNotice:
    """What would be published of a case now, its days not counted yet."""
    case, item, planned = handled.case, handled.item, planned_in(handled, step)
    amount = case.amount_fen
    return StandingNotice(
        id=uow.new_id(),
        tenant=case.tenant,
        traceparent=case.traceparent,
        case_id=case.id,
        step=step,
        task_id=task.id if task is not None else "",
        receipt=case.claim.receipt,
        enterprise_name=case.claim.enterprise_name,
        item_id=case.claim.item_id,
        item_title=case.claim.item_title,
        department=task.department if task is not None else case.claim.department,
        department_id=task.department_id if task is not None else case.claim.department_id,
        contacts=tuple(NoticeContact(name=each.name, phone=each.phone) for each in item.contacts),
        name=shown_name(case.claim),
        amount_fen=amount if item.pays_money else None,
        published_fen=amount,
        receivers=_receivers(case),
        period=planned.period,
        first_day_counts=planned.first_day_counts,
        published_at=uow.now,
        first_day=uow.now.astimezone(CHINA).date(),
        anew=anew,
    )


def planned_in(handled: Handled, step: int) -> PublicNotice:
    """The notice as the pinned plan has it."""
    planned = handled.item.rules.plan.steps[step - 1]
    assert isinstance(planned, PublicNotice), f"step {step} is {planned.kind}"
    return planned


def time_it(case: Case, notice: StandingNotice, uow: UnitOfWork) -> None:
    """Let it end as the calendar says now, and see that its end is looked at. Its days are said once they are known."""
    calendar = uow.calendar(case.tenant)
    end = end_of(notice.period, notice.first_day_counts, notice.published_at, calendar)
    # What has come down is not put up again: who read that it was over has been told the truth.
    if notice.ends_at is None or uow.now < notice.ends_at:
        notice.last_day, notice.ends_at, notice.awaits_year = end
    if notice.ends_at is None:
        assert notice.awaits_year is not None, "a period without an end waits for a year"
        ask_for(uow, case.tenant, notice.awaits_year, "notice")
    elif not notice.told and notice.last_day is not None:
        notice.told = True
        case.record(_started(case, notice))
    if notice.ends_at is None or uow.now < notice.ends_at + GRACE:
        at = uow.now + LOOK_AGAIN if notice.ends_at is None else notice.ends_at + GRACE
        uow.schedule(LOOK, f"{case.id}/{notice.id}", at=at, tenant=case.tenant)


def follow_notices(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Let the notices that are up follow a calendar that has changed, some hundred at a time; the subject is the id after which
    to go on."""
    for job in jobs:
        with unit([job.tenant]) as uow:
            found = uow.of(StandingNotices).running_after(job.subject.partition("/")[2], PART)
            uow.finish(job)
            cases = uow.of(Cases).get_many([case_id for _id, case_id in found])
            look_at(list(cases.values()), uow)
            if len(found) == PART:
                after = f"{job.subject.partition('/')[0]}/{found[-1][0]}"
                uow.schedule(FOLLOW_NOTICES, after, at=uow.now, tenant=job.tenant)


def task_of(case: Case, notice: StandingNotice) -> OpenTask | None:
    """The task that the notice answers, while the case waits for it."""
    if case.state != "accepted":
        return None
    return next((task for task in case.tasks if task.kind == "public_notice" and task.step == notice.step), None)


def ended(case: Case, notice: StandingNotice, *, upheld: bool) -> PublicNoticeEnded:
    """What is told of its end."""
    return PublicNoticeEnded(
        case_id=case.id, claim=case.claim, notice_id=notice.id, objections=notice.objections, upheld=upheld
    )


def _started(case: Case, notice: StandingNotice) -> PublicNoticeStarted:
    assert notice.last_day is not None, "a notice is told of once its days are known"
    return PublicNoticeStarted(
        case_id=case.id,
        claim=case.claim,
        notice_id=notice.id,
        first_day=notice.first_day,
        last_day=notice.last_day,
        amount_fen=notice.amount_fen,
    )


def _otherwise(handled: Handled, notice: StandingNotice) -> str | None:
    """What the case comes to now that was not on the notice: nobody could object to what nobody has read."""
    case = handled.case
    if case.amount_fen != notice.published_fen and handled.item.pays_money:
        return f"公示期间拟兑现金额由{_yuan(notice.published_fen)}变为{_yuan(case.amount_fen)}，重新公示"
    if _receivers(case) != notice.receivers:
        return "公示期间收款对象有变动，重新公示"
    return None


def _yuan(fen: int | None) -> str:
    return "未定" if fen is None else f" {Money(fen).yuan_text()} 元"


def _receivers(case: Case) -> tuple[Receiver, ...]:
    return tuple(sorted((each.part, each.holder_id, each.amount_fen) for each in case.named_payees))


def _in_hands(cases: Sequence[Case], uow: UnitOfWork) -> dict[str, Handled]:
    unique = {case.id: case for case in cases}
    return {each.case.id: each for each in with_items(list(unique.values()), uow)}


def _drop_objections(notice: StandingNotice, uow: UnitOfWork) -> None:
    """Nobody looks any more into objections to what is not asked for any more."""
    left = uow.of(NoticeObjections).open_of([notice.id])
    for objection in left:
        objection.drop(uow.now, "办件已终止或公示环节已重新办理，本异议不再核查。")
    notice.open_objections = 0
    uow.of(NoticeObjections).save_many(left)


def _save(handled: Collection[Handled], notices: Sequence[StandingNotice], uow: UnitOfWork) -> None:
    uow.of(Cases).save_many([each.case for each in handled if each.case.pending])
    uow.of(StandingNotices).save_many(notices)
