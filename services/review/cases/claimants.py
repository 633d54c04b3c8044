"""What an enterprise does in its own case: itself, or through the window."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from contracts.intake import Claim
from contracts.message import Actor
from copies.merged_enterprises import OF_ENTERPRISE
from services.review.cases.case import Case
from services.review.cases.filing import case_id_of
from services.review.cases.refusals import CaseNotFound
from services.review.cases.store import Cases

MERGED = f"SELECT CAST(:claimed AS text) {OF_ENTERPRISE}"
"""Whether the dossier that claimed is the enterprise's own, or one that was merged into it."""


def case_of_claimant(application_id: str, uow: UnitOfWork) -> Case:
    """The case of this application, locked, for the enterprise that filed it or a window. To all others there is none.

    The command comes in the case's tenant, which the gateway knows from the application: the claim of an enterprise may be for
    an item of the city above. Raises CaseNotFound.
    """
    case = uow.of(Cases).get(case_id_of(application_id))
    if not may_act_for(uow.actor, case, uow):
        raise CaseNotFound()
    return case


def may_act_for(actor: Actor, case: Case, uow: UnitOfWork) -> bool:
    """Whether the actor is the enterprise that claims, or a window that acts for it."""
    return acts_for(actor, case.claim, uow)


def acts_for(actor: Actor, claim: Claim, uow: UnitOfWork) -> bool:
    """The same of its claim."""
    own = actor.enterprise_id
    if own is None:
        return "window" in actor.roles
    if own == claim.enterprise_id:
        return True
    asked = {"claimed": claim.enterprise_id, "enterprise": own, "tenant": claim.filed_in}
    return bool(uow.execute(MERGED, asked).scalar())
