"""A decision is undone before its window closes: whoever holds the case's row first has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chassis.write.uow import UnitOfWork
from contracts.message import Id
from contracts.refusal import StaleVersion
from contracts.reopening import UndoDecision
from contracts.review import CaseView
from services.review.cases import undo_window
from services.review.cases.answering import Handled, in_hand, settle, unmapped_words, with_items
from services.review.cases.answers import deciding
from services.review.cases.case import Case
from services.review.cases.case_view import view_of
from services.review.cases.looking_again import decide_nothing
from services.review.cases.store import Cases
from services.review.reopening.domain import UndoNotYours, UndoWindowOver
from services.review.reopening.store import UndoneDecision, UndoneDecisions


def undo_decision(cmd: UndoDecision, uow: UnitOfWork) -> CaseView:
    """Take back the decision that was just made.

    Raises CaseNotFound, NotYourDepartment, StaleVersion, UndoWindowOver or UndoNotYours.
    """
    handled = _to_undo(cmd.case_id, cmd.expected_version, uow)
    if not may_be_undone(handled.case, uow):
        raise UndoWindowOver()
    undo([handled], cmd.reason, uow)
    return view_of(handled.case, unmapped_words(handled.case, uow))


def may_be_undone(case: Case, uow: UnitOfWork) -> bool:
    """Whether it is decided and its window still open."""
    return case.undo_until is not None and uow.now < case.undo_until


def undo(handled: Sequence[Handled], reason: str, uow: UnitOfWork) -> None:
    """They are open as if nobody had decided, and tasks are given again. The review limit has run on meanwhile: what the firm was
    promised goes on."""
    for each in handled:
        take_back(each, reason, uow)
    settle(handled, uow)


def take_back(handled: Handled, reason: str, uow: UnitOfWork) -> None:
    """Undo its decision: the answer that granted is withdrawn, and what it had in the register and of quotas is as it was before.
    The caller settles it."""
    case, decision = handled.case, handled.case.decision
    assert decision is not None, "nothing is decided"
    undone = UndoneDecision(
        tenant=case.tenant,
        case_id=case.id,
        version=case.version,
        state=case.state,
        decided_by=decision.by,
        decided_at=decision.at,
        note=decision.note,
        undone_by=uow.actor.id,
        undone_at=uow.now,
        reason=reason,
    )
    undo_window.give_back(case, handled.item, uow, by=uow.actor.id, evidence=reason)
    granted = deciding(case.answers) if case.state == "approved" else None
    if granted is not None:
        case.answer(replace(granted, verdict="withdrawn", by=uow.actor.id, at=uow.now, reason=reason, evidence={}))
    decide_nothing(case)
    uow.of(UndoneDecisions).keep([undone])


def _to_undo(case_id: Id, expected_version: int, uow: UnitOfWork) -> Handled:
    """The case for whoever decided it, of whatever department, or for the leader of its own."""
    case = uow.of(Cases).get(case_id)
    if case.decision is not None and case.decision.by == uow.actor.id:
        if case.version != expected_version:
            raise StaleVersion()
        return with_items([case], uow)[0]
    handled = in_hand(case_id, expected_version, uow)
    if handled.case.is_held and "leader" not in uow.actor.duties:
        raise UndoNotYours()
    return handled
