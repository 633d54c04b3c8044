"""The enterprise takes its claim back, until an approval has left the house."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from contracts.acceptance import WithdrawClaim
from contracts.refusal import Conflict
from contracts.review import CaseView
from services.review.cases import clock, deadline, undo_window
from services.review.cases.answering import Handled, settle, with_items
from services.review.cases.case import Case
from services.review.cases.case_view import view_of
from services.review.cases.claimants import case_of_claimant


class ApprovalHasLeft(Conflict):
    """The payers know of it: what is paid too much is recovered, and not withdrawn."""

    code = "approval_has_left"
    sentence = "该办件已经批准，拨付通知已经发出，不能撤回；如不再需要这笔资金，请联系“{department}”。"


class ReopenedNotWithdrawn(Conflict):
    """What was decided before has left the house, and may have been paid: only a new decision supersedes it."""

    code = "reopened_not_withdrawn"
    sentence = "该办件此前的决定已经送达，目前正在重新审查，不能撤回；请等待重新审查的结果，或联系“{department}”。"


def withdraw_claim(cmd: WithdrawClaim, uow: UnitOfWork) -> CaseView:
    """Take the claim back; its tasks are void and its place in the register is free. Raises CaseNotFound, ApprovalHasLeft,
    ReopenedNotWithdrawn or AlreadyDecided."""
    case = case_of_claimant(cmd.application_id, uow)
    if case.was_said and (case.is_open or case.is_held):
        raise ReopenedNotWithdrawn(department=case.claim.department)
    handled = with_items([case], uow)[0]
    if case.state == "approved":
        if case.undo_until is None or case.undo_until <= uow.now:
            raise ApprovalHasLeft(department=case.claim.department)
        undo_window.give_back(case, handled.item, uow, by=uow.actor.id, evidence="企业撤回")
        case.undo_until = None
    else:
        case.must_be_open()
    take_back(handled, cmd.reason, uow.actor.id, uow)
    settle([handled], uow)
    return view_of(case)


def take_back(handled: Handled, reason: str, by: str, uow: UnitOfWork) -> None:
    """The case ends without a decision: its clocks stop, and `settle` voids its tasks."""
    case: Case = handled.case
    clock.stop(case, uow.now)
    case.withdraw(reason, by, uow.now)
    deadline.stop_watching(case, uow)
