"""How a case was decided, and that it is decided once. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.intake import Claim
from contracts.refusal import Conflict
from contracts.review import CaseRejected


class AlreadyDecided(Conflict):
    code = "case_already_decided"
    sentence = "该办件已{outcome}，不能再次办理。"


@dataclass(frozen=True, slots=True)
class CaseDecision:
    """Who decided, when, and the opinion or reason; of a refusal also what it rests on and how one objects."""

    by: str
    at: datetime
    note: str
    cites: tuple[str, ...] = ()
    how_to_object: str = ""

    def rejection_of(self, case_id: str, claim: Claim) -> CaseRejected:
        """The event that reports this decision as a refusal, with its reason."""
        return CaseRejected(
            case_id=case_id,
            claim=claim,
            reason=self.note,
            cites=self.cites,
            how_to_object=self.how_to_object,
            rejected_by=self.by,
            rejected_at=self.at,
        )
