"""A refusal is made of the grounds of its case, and issued with whom one turns to who does not agree."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.message import SYSTEM
from contracts.refusal import Refused
from contracts.refusal_grounds import OwnGround, Remedies
from services.review.cases.case import Case
from services.review.cases.decision import CaseDecision
from services.review.grounds.basis import FailedAnswer, QuotaFinding, RefusalBasis
from services.review.grounds.choosing import GroundedRefusal, SaidInRefusal, grounds_of, issued, refusal_of
from services.review.item_copies.item import PinnedItem


@dataclass(frozen=True, slots=True)
class SaidOfRefusal:
    """What somebody says of a refusal that is not a command's."""

    reason: str | None = None
    cites: tuple[str, ...] = ()
    how_to_object: str = ""
    grounds: tuple[str, ...] = ()
    other_grounds: tuple[OwnGround, ...] = ()


def basis_of(case: Case, item: PinnedItem, uow: UnitOfWork) -> RefusalBasis:
    """What its grounds are derived from; of its quotas what was worked out last in this unit of work."""
    latest = {each.place: each for each in case.answers if each.step > 0}
    failed = tuple(
        FailedAnswer(
            each.step,
            each.slot,
            each.kind,
            each.department,
            each.at.astimezone(CHINA).date(),
            each.reason,
            each.evidence,
        )
        for each in latest.values()
        if each.verdict == "failed"
    )
    said = case.quota.said if case.quota is not None else ()
    return RefusalBasis(
        rules=item.rules,
        citation=item.citation or f"《{case.claim.item_title}》",
        department=case.claim.department,
        assessment=case.assessment,
        facts=case.facts,
        filed_on=case.received_at.astimezone(CHINA).date(),
        today=uow.now.astimezone(CHINA).date(),
        failed=failed,
        materials=case.materials.confirmed,
        quotas=tuple(
            QuotaFinding(each.number + 1, each.limits, each.outcome, _why(each.against, each.text_zh)) for each in said
        ),
        remarks=case.remarks,
    )


def remedies_of(case: Case, uow: UnitOfWork) -> Remedies | None:
    """Whom one turns to against a decision of its department."""
    return uow.registry.settings(case.tenant).remedies_against(case.claim.department_id)


def refusing(case: Case, item: PinnedItem, said: SaidInRefusal, uow: UnitOfWork) -> CaseDecision:
    """The actor's refusal. Raises RemediesNotSet, GroundUnknown or RefusalWithoutGround."""
    return _decided(refusal_of(said, basis_of(case, item, uow), remedies_of(case, uow)), uow.actor.id, uow)


def turning_away(case: Case, item: PinnedItem, objection: Refused, uow: UnitOfWork) -> CaseDecision | None:
    """The machine's own: for this objection and nothing else. None without remedies: a person has to see to it."""
    remedies = remedies_of(case, uow)
    case.remarks = objection.reasons
    if remedies is None:
        return None
    grounds = [each for each in grounds_of(basis_of(case, item, uow)) if each.code == f"other:{objection.code}"]
    return _decided(issued(SaidOfRefusal(objection.message), grounds, remedies), SYSTEM.id, uow)


def _decided(refusal: GroundedRefusal, by: str, uow: UnitOfWork) -> CaseDecision:
    return CaseDecision(
        by,
        uow.now,
        refusal.reason,
        refusal.cites,
        refusal.how_to_object,
        grounds=refusal.grounds,
        remedies=refusal.remedies,
    )


def _why(against: Refused | None, otherwise: str) -> str:
    return against.message if against is not None else otherwise
