"""现场勘查: what a site inspection found, and when one can be entered. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.intake import Claim
from contracts.refusal import Conflict, Invalid
from contracts.review import InspectionRecorded

CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far the clock of an inspector's phone may run ahead of ours."""


class InspectionRequired(Conflict):
    code = "inspection_required"
    sentence = "该事项须现场勘查合格后方可批准。"


class InspectionNotPartOfPlan(Conflict):
    code = "inspection_not_part_of_plan"
    sentence = "该事项的办理流程没有现场勘查。"


class InspectionInFuture(Invalid):
    code = "inspection_in_future"
    sentence = "勘查时间不能晚于现在。"


@dataclass(frozen=True, slots=True)
class Inspection:
    """现场勘查."""

    passed: bool
    findings: str
    place: str
    inspected_at: datetime
    recorded_by: str

    def must_be_over(self, now: datetime) -> None:
        """Raises InspectionInFuture."""
        if self.inspected_at > now + CLOCK_TOLERANCE:
            raise InspectionInFuture(field="inspected_at")

    def recorded_for(self, case_id: str, claim: Claim) -> InspectionRecorded:
        """The event that says so."""
        return InspectionRecorded(
            case_id=case_id,
            claim=claim,
            passed=self.passed,
            findings=self.findings,
            place=self.place,
            inspected_at=self.inspected_at,
            recorded_by=self.recorded_by,
        )
