"""How a finding is opened: by a person, or by a check that a claim has failed."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.write.uow import UnitOfWork
from contracts.integrity import Evidence, FindingAbout, FindingOrigin
from contracts.integrity_grounds import GroundCode
from services.review.cases.case import Case
from services.review.integrity.finding import IntegrityFinding
from services.review.integrity.store import IntegrityFindings


@dataclass(frozen=True, slots=True)
class Held:
    """What is held against the firm, and on which ground."""

    ground: GroundCode
    facts_zh: str
    about: tuple[FindingAbout, ...] = ()
    evidence: tuple[Evidence, ...] = ()


def open_finding(
    uow: UnitOfWork,
    case: Case,
    *,
    origin: FindingOrigin,
    origin_id: str,
    facts_zh: str,
    by: str,
    ground: GroundCode = "broken_commitment",
    about: tuple[FindingAbout, ...] = (),
    evidence: tuple[Evidence, ...] = (),
) -> str:
    """Open a finding about the claim of this case, in whatever state it is; → its id. `by` is a person.

    Where one is open on the same ground already it is that one: the same conduct is held against nobody twice. The case is neither
    changed nor saved. Raises FindingOpenAlready where the ground was established of this claim before.
    """
    known = uow.of(IntegrityFindings).standing(case.id, ground)
    if known is not None:
        return known.id
    held = Held(ground, facts_zh, about, evidence)
    return opened(uow, case, held, origin=origin, origin_id=origin_id, by=by).id


def opened(
    uow: UnitOfWork, case: Case, held: Held, *, origin: FindingOrigin, origin_id: str | None, by: str
) -> IntegrityFinding:
    """A new one, saved. Raises FindingOpenAlready."""
    finding = IntegrityFinding(
        id=uow.new_id(),
        tenant=case.tenant,
        traceparent=case.traceparent,
        case_id=case.id,
        claim=case.claim,
        ground=held.ground,
        origin=origin,
        origin_id=origin_id,
        about=held.about,
        facts_zh=held.facts_zh,
        evidence=held.evidence,
        opened_by=by,
        opened_at=uow.now,
    )
    finding.say_opened()
    uow.of(IntegrityFindings).save(finding)
    return finding
