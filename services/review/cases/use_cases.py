"""What the department decides in a case. Cases begin in `opening` and `lists`."""

from __future__ import annotations

from collections.abc import Collection

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.plan_terms import TermInPlan
from contracts.refusal import StaleVersion
from contracts.review import ApproveCase, CaseView, ConfirmMaterials, RecordInspection, RejectCase
from copies.plan_terms import KnownPlanTerms
from services.review.cases import deadline
from services.review.cases.case import Case
from services.review.cases.case_view import view_of
from services.review.cases.deciders import against_decider
from services.review.cases.decision import CaseDecision
from services.review.cases.inspection import Inspection
from services.review.cases.opening import version_of
from services.review.cases.plan_terms import waiting_for
from services.review.cases.store import Cases
from services.review.item_copies.plan_words import PlanWords
from services.review.register.domain import AlreadyAwarded
from services.review.register.store import AwardRegister


def approve_case(cmd: ApproveCase, uow: UnitOfWork) -> CaseView:
    """Grant it, and take its place in the award register, once per enterprise, item and period."""
    case = _to_handle(cmd, uow)
    case.must_be_open()
    payments, found = case.payments(uow.registry.payer)
    found += [*waiting_for(_unmapped(case, uow)), *against_decider(case, uow)]
    if case.amount_fen and case.id not in uow.of(AwardRegister).reserve([case.award]):
        found.append(AlreadyAwarded())
    case.approve(cmd.amount_fen, CaseDecision(uow.actor.id, uow.now, cmd.opinion), payments, found)
    return _decided(case, uow)


def reject_case(cmd: RejectCase, uow: UnitOfWork) -> CaseView:
    """Refuse it, with the reason."""
    case = _to_handle(cmd, uow)
    case.must_be_open()
    if against := against_decider(case, uow):
        raise against[0]
    case.reject(CaseDecision(uow.actor.id, uow.now, cmd.reason, cmd.cites, cmd.how_to_object))
    return _decided(case, uow)


def record_inspection(cmd: RecordInspection, uow: UnitOfWork) -> CaseView:
    """Enter what a site inspection found."""
    case = _to_handle(cmd, uow)
    inspection = Inspection(
        passed=cmd.passed,
        findings=cmd.findings,
        place=cmd.place,
        inspected_at=cmd.inspected_at,
        recorded_by=uow.actor.id,
    )
    case.record_inspection(inspection, now=uow.now)
    uow.of(Cases).save(case)
    return view_of(case, _unmapped(case, uow))


def confirm_materials(cmd: ConfirmMaterials, uow: UnitOfWork) -> CaseView:
    """Enter who answers for required materials, and by what means."""
    case = _to_handle(cmd, uow)
    case.confirm_materials(cmd.materials, uow.actor.id, uow.now)
    uow.of(Cases).save(case)
    return view_of(case, _unmapped(case, uow))


def _to_handle(cmd: ApproveCase | RejectCase | RecordInspection | ConfirmMaterials, uow: UnitOfWork) -> Case:
    """The case, locked. Whose it is is checked before its version: nobody learns of a stranger's case."""
    case = uow.of(Cases).get(cmd.case_id)
    case.must_be_handled_by(uow.actor, _names_of_department(case, uow))
    if case.version != cmd.expected_version:
        raise StaleVersion()
    return case


def _decided(case: Case, uow: UnitOfWork) -> CaseView:
    deadline.stop_watching(case, uow)
    uow.of(Cases).save(case)
    return view_of(case)


def _unmapped(case: Case, uow: UnitOfWork) -> tuple[TermInPlan, ...]:
    """The words of its plan that mean nothing today."""
    version = version_of(case.claim)
    return uow.of(PlanWords).unmapped([version], uow.now.astimezone(CHINA).date()).get(version, ())


def _names_of_department(case: Case, uow: UnitOfWork) -> Collection[str]:
    """What else the actor's department is known by, where the claim names its department by another name only."""
    actor, claim = uow.actor, case.claim
    if actor.department_id is None or claim.department_id is not None or actor.department == claim.department:
        return ()
    return uow.of(KnownPlanTerms).names_of(case.tenant, actor.department_id)
