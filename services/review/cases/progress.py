"""What comes next in a case after something was answered: tasks are given and taken back, and the clock is set by what is open.

A task of the case's own tenant is a row of the same commit; another tenant's is handed over right after it (`hand_over`), in a unit
of work that names both.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from chassis.write.uow import UnitOfWork
from contracts.case_steps import StepKind
from contracts.refusal import Refused
from contracts.review import TaskAssigned
from rules.plan_run import PlannedStep, PlanStanding, SlotPlace
from services.review.cases import clock, deadline
from services.review.cases.answers import (
    ACCEPTANCE,
    StepFailed,
    StepNotPassed,
    SupplementAwaited,
    name_of,
    passed_on,
)
from services.review.cases.case import Case
from services.review.cases.entitlement import obstacles_in
from services.review.cases.granting import is_in_kind
from services.review.cases.inspection import InspectionRequired
from services.review.cases.open_tasks import OpenTask, StepOwner
from services.review.cases.payee_refusals import in_the_way
from services.review.cases.shown_steps import shown_steps
from services.review.cases.task_times import (
    ACCEPTANCE_OPENED,
    HAND_OVER,
    clock_of_task,
    in_step_with,
    retime,
    stands_still,
    subject_of,
    until,
    watch_task,
)
from services.review.cases.whose import SlotsAsked, owners_of
from services.review.item_copies.item import PinnedItem
from services.review.tasks.store import CaseTasks
from services.review.tasks.task import CaseTask, task_id_of

if TYPE_CHECKING:
    pass

OPENED: Mapping[StepKind, str] = {
    "acceptance": ACCEPTANCE_OPENED,
    "public_notice": "public_notice_opened",
    "joint_check": "joint_check_opened",
    "panel": "panel_opened",
    "recheck": "recheck_opened",
}
"""The job by which the room of a step learns that a task of it was given; its subject is `subject_of` the task, its tenant the
case's (`task_times.tasks_of` finds both)."""

TAKEN_BACK: Mapping[StepKind, str] = {"public_notice": "public_notice_taken_back"}
"""The job by which the room of a step learns that a task of it is asked no more, answered or not: the case was withdrawn, refused,
or its step opened again. Its subject and tenant are those of OPENED."""


class Progressed(NamedTuple):
    """A case with what it is judged by, and how its plan stands."""

    case: Case
    item: PinnedItem
    standing: PlanStanding


def advance(cases: Sequence[tuple[Case, PinnedItem]], uow: UnitOfWork, *, tells: bool = True) -> list[Progressed]:
    """Bring tasks, clocks and what is shown of these cases in step with what was answered; the caller saves them.

    `tells`: whoever has a task now is told so.
    """
    found = [Progressed(case, item, case.standing(item.steps(case.instalment))) for case, item in cases]
    waiting = [SlotsAsked(each.case, each.item.steps(each.case.instalment), _open(each)) for each in found]
    owners = owners_of(waiting, uow)
    rows: list[CaseTask] = []
    for each in found:
        _set_clock(each, uow)
        given = _give_tasks(each, owners.get(each.case.id, {}), uow, tells=tells)
        rows += [row_of(each.case, task) for task in given if task.tenant == each.case.tenant]
        show(each)
    uow.of(CaseTasks).save_many(rows)
    return found


def show(progressed: Progressed) -> None:
    """Write out how the plan stands and what stands against approval, so that reads need no domain."""
    case, item, standing = progressed
    case.steps = shown_steps(case, standing)
    case.receivers = () if is_in_kind(case, item) else tuple(each.view() for each in case.receivers_by(item))
    refusals = against(case, item, standing) if case.state == "accepted" else []
    case.against = tuple(reason for refusal in refusals for reason in refusal.reasons)


def against(case: Case, item: PinnedItem, standing: PlanStanding, amount_fen: int | None = None) -> list[Refused]:
    """Everything that stands against approval now, of this amount if one is named: the rule's, and the plan's."""
    in_kind = is_in_kind(case, item)
    found = obstacles_in(case.assessment, None if in_kind else amount_fen, in_kind=in_kind)
    found += [] if in_kind else in_the_way(case.receivers_by(item), case.assessment)
    found += case.quota.against if case.quota is not None else ()
    found += case.earlier
    undone = [
        each.step for each in standing.steps if each.state in ("open", "waiting") and each.step.kind != "approval"
    ]
    first = next((each.step.number for each in standing.steps if each.step.kind == "approval"), 0)
    undone = [step for step in undone if step.number < first]
    if any(step.kind == "site_inspection" for step in undone):
        found.append(InspectionRequired())
    if case.waits_for_enterprise:
        found.append(SupplementAwaited())
    found += case.materials.obstacles(checked=not any(step.kind == "material_check" for step in undone))
    others = [name_of(step.kind) for step in undone if step.kind not in ("site_inspection", "material_check")]
    if others:
        found.append(StepNotPassed(steps="、".join(dict.fromkeys(others))))
    failed = [each.step.kind for each in standing.failed]
    if "site_inspection" in failed:
        found.append(InspectionRequired())
    return [*found, *(StepFailed(step=name_of(kind)) for kind in failed if kind != "site_inspection")]


def _open(progressed: Progressed) -> Collection[SlotPlace]:
    """The slots that wait for an answer now."""
    case = progressed.case
    if case.state == "received":
        return [] if case.waits_for_enterprise else [ACCEPTANCE]
    return progressed.standing.open if case.state == "accepted" else []


def _set_clock(progressed: Progressed, uow: UnitOfWork) -> None:
    """The review limit stands still while nothing is open but what the item excludes from it."""
    case, item, standing = progressed
    if case.state != "accepted":
        return
    calendar = uow.calendar(case.tenant)
    if standing.excluded_now:
        basis = next(
            step.exclusion_basis
            for step, each in zip(item.rules.plan.steps, standing.steps, strict=False)
            if each.state == "open"
        )
        clock.suspend(case, "excluded_step", f"本环节不计入审核时限（{basis}）", uow.now, calendar)
    else:
        clock.resume(case, "excluded_step", uow.now, calendar)
    deadline.watch(case, uow)
    retime(case, uow)


def _give_tasks(
    progressed: Progressed, owners: Mapping[SlotPlace, StepOwner], uow: UnitOfWork, *, tells: bool
) -> list[OpenTask]:
    """Give what is open and was not given, and take back what nobody needs to answer any more; returns what was given."""
    case, item, _standing = progressed
    # What a plan's words mean may have been said, or said otherwise, since a task was given: then it is another's.
    kept = {task.place: task for task in case.tasks if owners.get(task.place) == task.owner}
    over = [task for task in case.tasks if task.place not in kept]
    steps = {step.number: step for step in item.steps(case.instalment)}
    given = []
    for place, owner in owners.items():
        if place not in kept:
            case.tasks_given += 1
            given.append(_task(case, steps.get(place.step), item, place, owner, uow))
    _take_back(case, over, uow)
    case.tasks = (*kept.values(), *given)
    for task in given:
        if tells:
            case.record(_assigned(case, task), to=task.tenant)
        watch_task(case, task, uow)
        if (kind := OPENED.get(task.kind)) is not None:
            uow.schedule(kind, subject_of(case, task), at=uow.now, tenant=case.tenant)
    if any(task.tenant != case.tenant for task in (*given, *over)):
        uow.schedule(HAND_OVER, case.id, at=uow.now, tenant=case.tenant)
    return given


def _task(
    case: Case, step: PlannedStep | None, item: PinnedItem, place: SlotPlace, owner: StepOwner, uow: UnitOfWork
) -> OpenTask:
    limit = item.rules.plan.acceptance.limit if step is None else step.clock
    task = OpenTask(
        id=task_id_of(case.id, case.tasks_given),
        step=place.step,
        slot=place.slot,
        kind="acceptance" if step is None else step.kind,
        tenant=owner.tenant,
        department=owner.department,
        department_id=owner.department_id,
        duty=owner.duty,
        opened_at=case.counts_from if step is None else uow.now,
        clock=limit,
    )
    task = in_step_with(case, task, uow.now)
    due_at, awaits_year = until(case, clock_of_task(task), uow.calendar(case.tenant))
    return replace(task, due_at=due_at, awaits_year=awaits_year)


def _assigned(case: Case, task: OpenTask) -> TaskAssigned:
    return TaskAssigned(
        case_id=case.id,
        claim=case.claim,
        task=task.kind,
        department=task.department,
        due_at=task.due_at,
        awaits_year=task.awaits_year,
        attention=task.owner.attention,
        task_id=task.id,
        slot=task.slot,
    )


# -- the rows of tasks --------------------------------------------------------------------------------------


def row_of(case: Case, task: OpenTask) -> CaseTask:
    """The task as the tenant that acts keeps it."""
    return CaseTask(
        id=task.id,
        tenant=task.tenant,
        traceparent=case.traceparent,
        case_id=case.id,
        case_tenant=case.tenant,
        claim=case.claim,
        kind=task.kind,
        step=task.step,
        slot=task.slot,
        department=task.department,
        department_id=task.department_id,
        duty=task.duty,
        opened_at=task.opened_at,
        due_at=task.due_at,
        awaits_year=task.awaits_year,
        still=stands_still(case, task),
        brief={"passed_on": before} if (before := passed_on(case.answers, task.place)) else {},
    )


def _take_back(case: Case, over: Sequence[OpenTask], uow: UnitOfWork) -> None:
    """Close the rows of these tasks: answered where an answer was given since, else void."""
    if not over:
        return
    for task in over:
        if (kind := TAKEN_BACK.get(task.kind)) is not None:
            uow.schedule(kind, subject_of(case, task), at=uow.now, tenant=case.tenant)
    own = uow.of(CaseTasks).get_many([task.id for task in over if task.tenant == case.tenant])
    still_open = [(own[task.id], task) for task in over if task.id in own and own[task.id].state == "open"]
    for row, task in still_open:
        _close(row, case, task)
    uow.of(CaseTasks).save_many([row for row, _task in still_open])
    if any(task.tenant != case.tenant for task in over):
        uow.schedule(HAND_OVER, case.id, at=uow.now, tenant=case.tenant)


def _close(row: CaseTask, case: Case, task: OpenTask) -> None:
    """As the case has it: by whom and when it was answered since it was given, or that nobody needs to any more."""
    given = [
        each
        for each in case.answers
        if each.place == task.place
        and each.at >= task.opened_at
        and (each.verdict != "withdrawn" or task.place == ACCEPTANCE)
    ]
    if given:
        row.close("answered", given[-1].by, given[-1].at)
    elif task.place == ACCEPTANCE and case.state not in ("received", "withdrawn"):
        row.close("answered", case.decision.by if case.decision else None, case.accepted_at)
    else:
        row.close("void")
