"""The cases in whose place new claims are filed: a claim is taken in another's place once that one is rejected."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.write.uow import UnitOfWork
from contracts.intake import Claim
from contracts.refusal import Conflict
from services.review.cases.case import Case
from services.review.cases.filing import case_id_of
from services.review.cases.store import Cases

ENDED_WITHOUT_GRANT = frozenset({"rejected", "not_accepted", "withdrawn"})
"""What has ended so may be claimed again."""


class EarlierClaimStands(Conflict):
    """A claim in another's place is only taken once the other has been rejected."""

    code = "earlier_claim_stands"
    sentence = "不予受理：所替代的申报（收件编号 {receipt}）未被退回，仍以原申报为准。"


class EarlierClaims:
    """Those that `claims` name, and those in whose place these were filed; none is loaded if none is named."""

    def __init__(self, claims: Iterable[Claim], uow: UnitOfWork) -> None:
        self._cases: dict[str, Case] = {}
        while wanted := {case_id_of(each.replaces.application_id) for each in claims if each.replaces} - set(
            self._cases
        ):
            loaded = uow.of(Cases).get_many(sorted(wanted))
            self._cases |= loaded
            claims = [case.claim for case in loaded.values()]

    def add(self, case: Case) -> None:
        """One that was opened in the same batch."""
        self._cases[case.id] = case

    def awaited_by(self, claim: Claim) -> str | None:
        """The receipt that `claim` names and whose case has not arrived yet."""
        replaced = claim.replaces
        unknown = replaced is not None and case_id_of(replaced.application_id) not in self._cases
        return replaced.receipt if replaced is not None and unknown else None

    def objection_to(self, claim: Claim) -> EarlierClaimStands | None:
        """Why `claim` is not accepted. A refusal that may still be undone has ended nothing. All before it must have been rejected: the last of them may itself only
        have been turned away because the one before it stood."""
        replaced = claim.replaces
        while replaced is not None:
            case = self._cases[case_id_of(replaced.application_id)]
            if case.state not in ENDED_WITHOUT_GRANT or case.is_held:
                return EarlierClaimStands(receipt=replaced.receipt)
            replaced = case.claim.replaces
        return None
