"""Looking at the materials of a case, and seeing that what was taken provisionally comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from chassis.time.clock import CHINA
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.message import SYSTEM
from contracts.review import CaseView, ConfirmMaterials
from rules.plan_run import SlotPlace
from services.review.cases.answering import Handled, answer_of, in_hand, settle, told, unmapped_words, with_items
from services.review.cases.answers import must_differ
from services.review.cases.case import Case
from services.review.cases.case_view import view_of
from services.review.cases.store import Cases
from services.review.materials.store import MaterialFindings

PROVISIONAL = "provisional_material"
"""The job by which a day is looked at on which a material was to come at the latest. Its subject is the case."""

DAY = timedelta(days=1)


def confirm_materials(cmd: ConfirmMaterials, uow: UnitOfWork) -> CaseView:
    """Enter what was found of required materials; once nothing of them keeps the check from it, it is passed.

    Raises CaseNotFound, NotYourDepartment, StaleVersion, AlreadyDecided, StepsMustDiffer, MaterialNotNeeded or FindingIncomplete.
    """
    handled = in_hand(cmd.case_id, cmd.expected_version, uow)
    case = handled.case
    for place, _state in _checks(handled):
        if (refusal := must_differ(handled.steps, case.answers, place, uow.actor.id)) is not None:
            raise refusal
    news = case.confirm_materials(cmd.materials, uow.actor.id, uow.now, _today(uow))
    if case.materials.unsettled:
        open_again(handled, uow.actor.id, "材料需要重新核对", uow)
    settle([handled], uow)
    uow.of(MaterialFindings).add(case, news)
    _watch(case, uow)
    return view_of(case, unmapped_words(case, uow) if case.is_open else ())


def look_at_provisional(jobs: Sequence[Job], uow: UnitOfWork) -> None:
    """What was to come by a day that is over is missing from now on; somebody checks it again."""
    cases = uow.of(Cases).get_many([job.subject for job in jobs])
    for job in jobs:
        uow.finish(job)
    open_cases = [case for case in cases.values() if case.is_open]
    late = [(each, each.case.materials.overdue(uow.now, _today(uow))) for each in with_items(open_cases, uow)]
    for each, missing in late:
        each.case.materials = each.case.materials.with_findings(missing)
        if missing:
            names = "、".join(found.name for found in missing)
            open_again(each, SYSTEM.id, f"容缺期限已过，材料未补交：{names}", uow)
    settle([each for each, missing in late if missing], uow)
    for each, missing in late:
        uow.of(MaterialFindings).add(each.case, missing)
        _watch(each.case, uow)


def open_again(handled: Handled, by: str, why: str, uow: UnitOfWork) -> None:
    """A check that was passed waits for its answer again, and whoever follows the case hears why."""
    case = handled.case
    for place, state in _checks(handled):
        if state == "passed":
            answer = answer_of(handled, place, "withdrawn", uow, by=by, department=case.claim.department, reason=why)
            case.answer(answer, told(case, answer, why))


def _checks(handled: Handled) -> list[tuple[SlotPlace, str]]:
    """The slots of the plan's material checks, and how each stands."""
    return [
        (SlotPlace(each.step.number, slot), state)
        for each in handled.standing.steps
        if each.step.kind == "material_check"
        for slot, state in each.slots.items()
    ]


def _watch(case: Case, uow: UnitOfWork) -> None:
    """Look again when the earliest day is over on which a material is to come."""
    days = [each.until for each in case.materials.outstanding if each.until is not None]
    if days and case.is_open:
        over = datetime.combine(min(days) + DAY, time(), CHINA)
        uow.schedule(PROVISIONAL, case.id, at=max(over, uow.now), tenant=case.tenant)
    else:
        uow.unschedule(PROVISIONAL, case.id, tenant=case.tenant)


def _today(uow: UnitOfWork) -> date:
    return uow.now.astimezone(CHINA).date()
