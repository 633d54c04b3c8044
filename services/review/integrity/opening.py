"""How a finding is opened: by a person, or by a check that a claim has failed."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from contracts.integrity import Evidence, FindingAbout, FindingOrigin
from contracts.integrity_grounds import GroundCode
from services.review.cases.case import Case
from services.review.integrity.finding import Finding
from services.review.integrity.store import Findings


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
    known = uow.of(Findings).standing(case.id, ground)
    if known is not None:
        return known.id
    said = {"facts_zh": facts_zh, "about": about, "evidence": evidence}
    return opened(uow, case, origin=origin, origin_id=origin_id, by=by, ground=ground, **said).id


def opened(
    uow: UnitOfWork,
    case: Case,
    *,
    origin: FindingOrigin,
    origin_id: str | None,
    by: str,
    ground: GroundCode,
    facts_zh: str,
    about: tuple[FindingAbout, ...],
    evidence: tuple[Evidence, ...],
) -> Finding:
    """A new one, saved. Raises FindingOpenAlready."""
    finding = Finding(
        id=uow.new_id(),
        tenant=case.tenant,
        traceparent=case.traceparent,
        case_id=case.id,
        claim=case.claim,
        ground=ground,
        origin=origin,
        origin_id=origin_id,
        about=about,
        facts_zh=facts_zh,
        evidence=evidence,
        opened_by=by,
        opened_at=uow.now,
    )
    finding.say_opened()
    uow.of(Findings).save(finding)
    return finding
