"""Whose a finding is: the department of its claim, and the firm that filed it."""

from __future__ import annotations

from collections.abc import Collection

from chassis.write.uow import UnitOfWork
from contracts.intake import Claim
from contracts.message import Id
from copies.plan_terms import KnownPlanTerms
from services.review.cases.claimants import acts_for
from services.review.cases.refusals import is_of
from services.review.integrity.finding import IntegrityFinding
from services.review.integrity.refusals import FindingLeaderRequired, FindingNotFound
from services.review.integrity.store import IntegrityFindings


def of_department(finding_id: Id, uow: UnitOfWork, expected_version: int | None = None) -> IntegrityFinding:
    """The finding, locked, for somebody of its department. To all others there is none.

    Whose it is is checked before its version. Raises FindingNotFound or StaleVersion.
    """
    findings = uow.of(IntegrityFindings)
    finding = findings.get(finding_id)
    if not is_own(finding.claim, uow):
        raise FindingNotFound()
    return finding if expected_version is None else findings.get(finding_id, expected_version=expected_version)


def of_enterprise(finding_id: Id, uow: UnitOfWork) -> IntegrityFinding:
    """The finding, locked, for the firm that it is about, or a window that acts for it, once the firm has been told.

    Raises FindingNotFound.
    """
    finding = uow.of(IntegrityFindings).get(finding_id)
    if finding.state == "opened" or not acts_for(uow.actor, finding.claim, uow):
        raise FindingNotFound()
    return finding


def is_own(claim: Claim, uow: UnitOfWork) -> bool:
    """Whether the actor is of the department that the claim names."""
    return "department" in uow.actor.roles and is_of(
        uow.actor, claim.department, claim.department_id, _names(claim, uow)
    )


def must_lead(uow: UnitOfWork) -> None:
    """Raises FindingLeaderRequired."""
    if "leader" not in uow.actor.duties:
        raise FindingLeaderRequired()


def _names(claim: Claim, uow: UnitOfWork) -> Collection[str]:
    if uow.actor.department_id is None or claim.department_id is not None:
        return ()
    return uow.of(KnownPlanTerms).names_of(claim.tenant, uow.actor.department_id)
