"""A proposal to look again at a decided case, and why a decision cannot be taken back. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from contracts.refusal import Conflict, Forbidden, Invalid, NotFound, Refused
from contracts.reopening import ReopeningState, ReopeningView
from contracts.two_persons import Proposal
from rules.plan_run import PlannedStep
from services.review.cases.answers import StepAnswer
from services.review.cases.case import Case


class UndoWindowOver(Conflict):
    """The decision is known outside, or nothing is decided."""

    code = "undo_window_over"
    sentence = "该办件没有可以撤回的决定：尚未作出决定，或撤回期限已过、决定已经告知企业。已经告知的，请申请重新审查。"


class UndoNotYours(Forbidden):
    code = "undo_not_yours"
    sentence = "只有作出该决定的人员或本部门负责人可以撤回决定。"


class ReopeningNotFound(NotFound):
    code = "reopening_not_found"
    sentence = "没有找到该重新审查申请。"


class ReopeningDecidedAlready(Conflict):
    code = "reopening_decided_already"
    sentence = "该重新审查申请已经办结。"


class ReopeningSecondPersonRequired(Forbidden):
    code = "reopening_second_person_required"
    sentence = "重新审查须由申请人以外的本部门人员复核同意。"


class ReopeningByStaffOnly(Forbidden):
    code = "reopening_by_staff_only"
    sentence = "重新审查由办理部门申请和复核；企业对决定有异议的，请按告知的途径申请复议或者提起诉讼。"


class ReopeningAskedAlready(Conflict):
    code = "reopening_asked_already"
    sentence = "该办件已有待复核的重新审查申请。"


class CaseNotDecided(Conflict):
    code = "case_not_decided"
    sentence = "只有已批准或不予批准、并且决定已经告知企业的办件可以重新审查。"


class DecisionStillHeld(Conflict):
    code = "decision_still_held"
    sentence = "该决定还在撤回期限内、尚未告知企业，请直接撤回决定。"


class StepNotToRedo(Invalid):
    """A number that the plan does not have, or an approval, which is given again anyway."""

    code = "step_not_to_redo"
    sentence = "办理方案没有可以重办的第 {steps} 步；审批步骤一律重新办理，不用选择。"


class NothingToRedo(Conflict):
    code = "nothing_to_redo"
    sentence = "办理方案没有审批步骤，请至少选择一个需要重新办理的步骤。"


@dataclass(kw_only=True, slots=True)
class Reopening(Proposal):
    """That a decided case be looked at again, proposed by one person of its department and agreed to by another."""

    AGREED: ClassVar[str] = "confirmed"
    DECIDED_ALREADY = ReopeningDecidedAlready
    SECOND_PERSON_REQUIRED = ReopeningSecondPersonRequired
    BY_STAFF_ONLY = ReopeningByStaffOnly

    case_id: str
    reason: str
    source: str
    steps: tuple[int, ...]
    state: ReopeningState = "proposed"

    def view(self, case_version: int) -> ReopeningView:
        return ReopeningView(
            reopening_id=self.id,
            case_id=self.case_id,
            reason=self.reason,
            source=self.source,
            steps=self.steps,
            state=self.state,
            proposed_by=self.proposed_by,
            proposed_at=self.proposed_at,
            decided_by=self.decided_by,
            decided_at=self.decided_at,
            answer=self.answer,
            case_version=case_version,
            version=self.version,
        )


def against_reopening(case: Case, steps: Sequence[PlannedStep], redo: Sequence[int]) -> list[Refused]:
    """Everything that stands against looking at it again with these steps."""
    found: list[Refused] = []
    if case.state not in ("approved", "rejected"):
        found.append(CaseNotDecided())
    elif case.is_held:
        found.append(DecisionStillHeld())
    may = {step.number for step in steps if step.kind != "approval"}
    strange = [str(number) for number in dict.fromkeys(redo) if number not in may]
    if strange:
        found.append(StepNotToRedo(steps="、".join(strange), field="steps"))
    taken_back = withdrawn(case, steps, redo, "", "", case.received_at)
    if not found and case.standing(steps, taken_back).passed:
        found.append(NothingToRedo(field="steps"))
    return found


def withdrawn(
    case: Case, steps: Sequence[PlannedStep], redo: Sequence[int], reason: str, by: str, at: datetime
) -> list[StepAnswer]:
    """What takes back the answers to these steps and to every approval: answers are only ever added."""
    over = {*redo, *(step.number for step in steps if step.kind == "approval")}
    standing = {answer.place: answer for answer in case.answers}
    return [
        replace(answer, verdict="withdrawn", by=by, at=at, reason=reason, evidence={})
        for answer in standing.values()
        if answer.step in over and answer.verdict != "withdrawn"
    ]
