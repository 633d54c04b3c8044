"""A bulk is begun, and taken back as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.operations.domain import Operation
from chassis.operations.runs import Operations, cancel_operation, view_of
from chassis.write.uow import UnitOfWork
from contracts.bulk_decisions import ApproveCases, BulkUndone, KeptLine, LookedAt, RejectCases, UndoBulk
from contracts.operations import CancelOperation, OperationView
from services.review.bulk_decisions.domain import (
    APPROVE,
    REJECT,
    TITLES,
    BulkLine,
    BulkNotYours,
    NoBulkDecision,
    must_be_distinct,
)
from services.review.bulk_decisions.store import BulkLines
from services.review.cases.answering import with_items
from services.review.cases.case import Case
from services.review.cases.store import Cases
from services.review.reopening.domain import UndoWindowOver
from services.review.reopening.undoing import may_be_undone, undo


def approve_cases(cmd: ApproveCases, uow: UnitOfWork) -> OperationView:
    """Raises CaseTwiceInBulk; whatever stands against a case is at its line."""
    return _begin(APPROVE, cmd.lines, {"opinion": cmd.opinion}, uow)


def reject_cases(cmd: RejectCases, uow: UnitOfWork) -> OperationView:
    """Raises CaseTwiceInBulk; whatever stands against a refusal is at its line."""
    return _begin(REJECT, cmd.lines, {}, uow)


def undo_bulk(cmd: UndoBulk, uow: UnitOfWork) -> BulkUndone:
    """Take back all of it whose window is open, and do no more of it.

    Raises OperationUnknown, NoBulkDecision or BulkNotYours.
    """
    run = uow.of(Operations).get(cmd.operation_id)
    run.refuse_stranger(uow.actor)
    if run.kind not in (APPROVE, REJECT):
        raise NoBulkDecision()
    if run.begun_by.id != uow.actor.id and "leader" not in uow.actor.duties:
        raise BulkNotYours()
    if run.state == "running":
        cancel_operation(CancelOperation(operation_id=run.id), uow, "review")
    decided = uow.of(BulkLines).decided(run.tenant, run.id)
    cases = uow.of(Cases).get_many(decided)
    open_yet = [case for case in cases.values() if _by_this(case, run) and may_be_undone(case, uow)]
    if open_yet:
        undo(with_items(open_yet, uow), cmd.reason, uow)
    undone = {case.id for case in open_yet}
    over = UndoWindowOver().reasons[0]
    kept = [KeptLine(case_id=id, expected_version=cases[id].version, reason=over) for id in decided if id not in undone]
    return BulkUndone(operation_id=run.id, undone=len(undone), kept=tuple(kept))


def _begin(kind: str, lines: Sequence[LookedAt], parameters: Mapping[str, Any], uow: UnitOfWork) -> OperationView:
    must_be_distinct(lines)
    run = uow.begin_operation(kind, title=TITLES[kind], parameters={**parameters, "count": len(lines)})
    kept = [
        BulkLine(
            line=number,
            case_id=line.case_id,
            expected_version=line.expected_version,
            said=line.model_dump(mode="json", exclude={"case_id", "expected_version"}),
        )
        for number, line in enumerate(lines, 1)
    ]
    uow.of(BulkLines).keep(run.tenant, run.id, kept)
    return view_of(run, "review")


def _by_this(case: Case, run: Operation) -> bool:
    """Whether the decision that is held is one of this bulk's: it may have been undone and made anew since."""
    decision = case.decision
    return decision is not None and decision.by == run.begun_by.id and decision.at >= run.begun_at
