"""The case goes on after a supplement: its clocks run again, and it is judged on what was corrected."""

from __future__ import annotations

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.case_events import CaseReassessed
from contracts.message import Actor, TenantId
from contracts.money import Money
from contracts.rule import Assessment
from services.review.cases import clock
from services.review.cases.answering import Handled
from services.review.cases.case import Case
from services.review.cases.entitlement import AmountMismatch, amount_due, mismatch_with
from services.review.cases.filed_materials import FiledMaterials
from services.review.cases.judging import judged
from services.review.cases.opening import accept, can_be_accepted_by_machine
from services.review.materials.use_cases import open_again
from services.review.supplements.points import corrected
from services.review.supplements.supplement import Supplement


def go_on(supplement: Supplement, handled: Handled, uow: UnitOfWork) -> None:
    """The time to accept it begins anew, as of now; a review limit goes on, or begins anew, as the plan says."""
    case = handled.case
    clock.resume(case, "supplement", uow.now, uow.calendar(case.tenant))
    if case.state == "received":
        case.effective_receipt = uow.now


def take_in(supplement: Supplement, handled: Handled, actor: Actor, uow: UnitOfWork) -> None:
    """What was answered is the case's: corrected facts are judged, and brought materials are looked at again."""
    case = handled.case
    _judge_again(supplement, handled, uow)
    if any(each.answer is not None and each.answer.files for each in supplement.points):
        uow.of(FiledMaterials).bring(case, supplement.round, supplement.points, uow.now, _kept_in(case, actor, uow))
    brought = {each.code for each in supplement.points if each.about == "material"}
    case.materials = case.materials.sent_back(brought)
    if case.materials.unsettled and brought:
        open_again(handled, actor.id, "企业已补正，材料重新核对", uow)
    go_on(supplement, handled, uow)
    machine = case.state == "received" and not brought and can_be_accepted_by_machine(case, handled.item)
    if machine:
        accept(case, uow)


def _kept_in(case: Case, actor: Actor, uow: UnitOfWork) -> TenantId:
    """Where the files of an answer lie: an enterprise sends them where it has filed, a window in its own place."""
    return case.claim.filed_in if actor.enterprise_id is not None else uow.tenant


def _judge_again(supplement: Supplement, handled: Handled, uow: UnitOfWork) -> None:
    case, today = handled.case, uow.now.astimezone(CHINA).date()
    news = corrected(supplement.points, today)
    if not news:
        return
    keys = {(each.name, each.period) for each in news}
    # It has corrected its own word; what an office says is not asked for (`points.of_offices`).
    case.facts = (*(each for each in case.facts if (each.name, each.period) not in keys), *news)
    before, filed_on = case.assessment, case.received_at.astimezone(CHINA).date()
    case.assessment = judged(
        handled.item.rules, case.facts, case.parameters, filed_on, today=today, decisions=case.decisions
    )
    _tell(case, before)


def _tell(case: Case, before: Assessment) -> None:
    """Say what the correction has changed, to whoever follows the case and to whoever decides it."""
    kept = tuple(each for each in case.remarks if each.code != AmountMismatch.code)
    mismatch = mismatch_with(case.assessment, case.asked_fen)
    case.remarks = (*kept, *(mismatch.reasons if mismatch is not None else ()))
    was, now = amount_due(before), amount_due(case.assessment)
    if (was, before.verdict.state) == (now, case.assessment.verdict.state):
        return
    text = f"企业补正后，测算金额由{_yuan(was)}变为{_yuan(now)}"
    told = CaseReassessed(
        case_id=case.id,
        claim=case.claim,
        was_fen=was,
        now_fen=now,
        text_zh=text,
        attention=case.own_owner.attention,
    )
    case.record(told)


def _yuan(fen: int | None) -> str:
    return f" {Money(fen).yuan_text()} 元" if fen is not None else "暂不能测算"
