"""Recording an inspection, and confirming one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.case_steps import SlotVerdict
from contracts.inspections import ConfirmInspection
from contracts.message import Id
from contracts.refusal import Reason
from contracts.review import CaseView, RecordInspection
from contracts.rule import ItemRules
from contracts.rule.plan import SiteInspection
from copies.duties import KnownDuties
from rules.plan_run import SlotPlace
from services.review.cases.answering import Handled, answer_of, in_hand, place_to_answer, settle, unmapped_words
from services.review.cases.answers import SHARED_BY, StepNotOpen, must_differ, name_of
from services.review.cases.case_view import view_of
from services.review.cases.inspection import InspectionInFuture, InspectionNotPartOfPlan
from services.review.inspections.inspection_record import (
    InspectionNoteNeeded,
    InspectionRecord,
    InspectionUnknown,
    OfficerAnswer,
    all_of,
)
from services.review.inspections.store import OfficerAnswers, RecordedInspections
from services.review.tasks.store import CaseTasks
from services.review.tasks.use_cases import DECIDERS

WAITS = "等待同去人员确认"


def record_inspection(cmd: RecordInspection, uow: UnitOfWork) -> CaseView:
    """Record what was found. It counts once every officer whom it names has confirmed it, at once where it names none.

    Raises what `in_hand` and `place_to_answer` raise, InspectionNotPartOfPlan, or InspectionRefused with every reason.
    """
    handled = in_hand(cmd.case_id, cmd.expected_version, uow)
    case = handled.case
    case.must_be_open()
    if not case.inspection_required:
        raise InspectionNotPartOfPlan()
    place = place_to_answer(handled, "site_inspection", uow)
    record = _record_of(cmd, place, uow)
    _refuse(record, handled, place, uow)
    uow.of(RecordedInspections).save(record)
    if not record.officers:
        _count(record, handled, place, uow)
    elif handled.standing.state_of(place) != "open":
        # A later one comes in the earlier one's place, also while the others have still to confirm it.
        case.answer(answer_of(handled, place, "withdrawn", uow, reason="已重新勘查"))
        case.inspection = None
    return _settled(handled, place, record.officers[:1], uow)


def confirm_inspection(cmd: ConfirmInspection, uow: UnitOfWork) -> CaseView:
    """An officer who was named says whether it was so.

    Raises what `in_hand` raises, InspectionUnknown, InspectionNamesOthers, InspectionOver, InspectionNoteNeeded or StepNotOpen.
    """
    handled = in_hand(cmd.case_id, cmd.expected_version, uow)
    handled.case.must_be_open()
    all_records = uow.of(RecordedInspections).of_case(cmd.case_id)
    record = next((each for each in all_records if each.id == cmd.inspection_id), None)
    if record is None:
        raise InspectionUnknown()
    answers = uow.of(OfficerAnswers).of([record.id])
    later = any(each.step == record.step for each in all_records[all_records.index(record) + 1 :])
    record.must_be_answered_by(uow.actor.id, answers, superseded=later)
    if not cmd.was_there and len(cmd.note.strip()) < 2:
        raise InspectionNoteNeeded(field="note")
    place = SlotPlace(record.step, "")
    if place not in handled.standing.open:
        raise StepNotOpen(step=name_of("site_inspection"), why="该步骤已经办结")
    if (refusal := must_differ(handled.steps, handled.case.answers, place, uow.actor.id)) is not None:
        raise refusal
    answer = _answer(record, cmd, uow)
    uow.of(OfficerAnswers).save(answer)
    waits_for = record.waits_for([*answers, answer])
    if cmd.was_there and not waits_for:
        _count(record, handled, place, uow)
    return _settled(handled, place, waits_for[:1], uow)


def officers_needed(rules: ItemRules, step: int | None = None) -> int:
    """How many the plan's inspections ask for, or that of this step."""
    asked = {
        number: each.officers
        for number, each in enumerate(rules.plan.steps, 1)
        if isinstance(each, SiteInspection) and step in (None, number)
    }
    return max(asked.values(), default=1)


def _record_of(cmd: RecordInspection, place: SlotPlace, uow: UnitOfWork) -> InspectionRecord:
    return InspectionRecord(
        id=uow.new_id(),
        tenant=uow.tenant,
        case_id=cmd.case_id,
        step=place.step,
        passed=cmd.passed,
        findings=cmd.findings,
        place=cmd.place,
        inspected_at=cmd.inspected_at,
        recorded_by=uow.actor.id,
        recorded_at=uow.now,
        officers=cmd.with_officers,
        photographs=cmd.photographs,
        position=cmd.position,
        signature=cmd.signature,
    )


def _refuse(record: InspectionRecord, handled: Handled, place: SlotPlace, uow: UnitOfWork) -> None:
    """Raises InspectionRefused with everything that is wrong with it."""
    needed = officers_needed(handled.item.rules, place.step)
    able: set[Id] = set()
    if record.officers:
        asked = [(uow.tenant, uow.actor.department_id, kind) for kind in DECIDERS]
        able = {each.person_id for each in uow.of(KnownDuties).holders(asked, uow.now.astimezone(CHINA).date())}
    reasons = record.reasons_against(needed, able)
    for number, person in enumerate(record.officers):
        refusal = must_differ(handled.steps, handled.case.answers, place, person)
        if refusal is not None:
            text = f"第 {number + 1} 名参加人员已办理按方案须由他人办理的步骤，请另选人员"
            reasons.append(Reason(code=refusal.code, message=text, field=f"with_officers.{number}"))
    try:
        record.as_answer().must_be_over(uow.now)
    except InspectionInFuture as refused:
        if not reasons:
            raise
        reasons += refused.reasons
    if (refusal_of_all := all_of(reasons)) is not None:
        raise refusal_of_all


def _answer(record: InspectionRecord, cmd: ConfirmInspection, uow: UnitOfWork) -> OfficerAnswer:
    """Its id follows from whom it is of: nobody answers twice."""
    return OfficerAnswer(
        id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"inspection\x1f{record.id}\x1f{uow.actor.id}")),
        tenant=uow.tenant,
        inspection_id=record.id,
        person_id=uow.actor.id,
        was_there=cmd.was_there,
        note=cmd.note,
        at=uow.now,
    )


def _count(record: InspectionRecord, handled: Handled, place: SlotPlace, uow: UnitOfWork) -> None:
    """It is the step's answer now."""
    case = handled.case
    case.inspection = record.as_answer()
    evidence = {
        "inspection_id": record.id,
        SHARED_BY: list(record.officers),
        "photographs": [each.sha256 for each in record.photographs],
    }
    verdict: SlotVerdict = "passed" if record.passed else "failed"
    answer = answer_of(handled, place, verdict, uow, by=record.recorded_by, reason=record.findings, evidence=evidence)
    case.answer(answer, case.inspection.recorded_for(case.id, case.claim))


def _settled(handled: Handled, place: SlotPlace, next_officer: Sequence[Id], uow: UnitOfWork) -> CaseView:
    """What comes of it; the step's task is given to whoever has to confirm next, else back to all."""
    settle([handled], uow)
    case = handled.case
    own = [task.id for task in case.tasks if task.place == place and task.tenant == case.tenant]
    rows = [row for row in uow.of(CaseTasks).get_many(own).values() if row.state == "open"]
    holder = next_officer[0] if next_officer else None
    changed = [row for row in rows if row.holder_id != holder]
    for row in changed:
        row.give_to(holder, WAITS if holder else "", uow.actor.id, uow.now)
    uow.of(CaseTasks).save_many(changed)
    return view_of(case, unmapped_words(case, uow) if case.is_open else ())
