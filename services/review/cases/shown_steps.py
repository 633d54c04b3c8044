"""How the plan of a case stands, for people and programs: acceptance first, then its steps. Pure."""

from __future__ import annotations

from contracts.case_steps import SlotView, StepState, StepView
from rules.plan_run import PlanStanding, SlotPlace, StepStanding
from services.review.cases.answers import ACCEPTANCE, StepAnswer
from services.review.cases.case import Case
from services.review.cases.open_tasks import OpenTask

ACCEPTED: dict[str, StepState] = {"received": "open", "not_accepted": "failed", "withdrawn": "skipped"}


def shown_steps(case: Case, standing: PlanStanding) -> tuple[StepView, ...]:
    """Every step with each of its slots: whose answer it is, what was answered, and until when it is waited for."""
    tasks = {task.place: task for task in case.tasks}
    answers = {each.place: each for each in case.answers}
    return (
        _acceptance(case, tasks, answers.get(ACCEPTANCE)),
        *(_step(each, tasks, answers) for each in standing.steps),
    )


def _acceptance(case: Case, tasks: dict[SlotPlace, OpenTask], given: StepAnswer | None) -> StepView:
    state = ACCEPTED.get(case.state, "passed")
    slot = _slot("", state, tasks.get(ACCEPTANCE), given if state in ("passed", "failed") else None)
    return StepView(number=0, kind="acceptance", state=state, slots=(slot,))


def _step(each: StepStanding, tasks: dict[SlotPlace, OpenTask], answers: dict[SlotPlace, StepAnswer]) -> StepView:
    slots = []
    for slot, state in each.slots.items():
        place = SlotPlace(each.step.number, slot)
        given = answers.get(place)
        slots.append(_slot(slot, state, tasks.get(place), given if state in ("passed", "failed") else None))
    return StepView(number=each.step.number, kind=each.step.kind, state=each.state, slots=tuple(slots))


def _slot(slot: str, state: StepState, task: OpenTask | None, given: StepAnswer | None) -> SlotView:
    if given is not None:
        return SlotView(
            slot=slot, state=state, department=given.department, by=given.by, at=given.at, reason=given.reason
        )
    if task is None:
        return SlotView(slot=slot, state=state)
    return SlotView(
        slot=slot,
        state=state,
        task_id=task.id,
        tenant=task.tenant,
        department=task.department,
        department_id=task.department_id,
        due_at=task.due_at,
        awaits_year=task.awaits_year,
    )
