"""For departments: decisions taken back, cases looked at again, and many decided at once."""

from __future__ import annotations

from starlette.responses import Response

from contracts.bulk_decisions import ApproveCases, PreviewBulkDecision, RejectCases, UndoBulk
from contracts.reopening import (
    ConfirmReopening,
    DeclineReopening,
    ListReopenings,
    ProposeReopening,
    UndoDecision,
)
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("审核 cases")


@routes.order("/cases/{case_id}/undo", UndoDecision, versioned=True)
async def undo_decision(door: Door, command: UndoDecision) -> Response:
    """Take a decision back before its window closes (撤回决定). If-Match: the version that was read."""
    return await door.order(command)


@routes.order("/cases/{case_id}/reopenings", ProposeReopening, status=201, versioned=True)
async def propose_reopening(door: Door, command: ProposeReopening) -> Response:
    """Ask for a decided case to be looked at again (申请重新审查). If-Match: the version of the case."""
    return await door.order(command)


@routes.ask("/cases/{case_id}/reopenings", ListReopenings)
async def list_reopenings(door: Door, query: ListReopenings) -> Response:
    """What was proposed about one case, the latest first (重新审查的历次申请)."""
    return await door.ask(query)


@routes.order("/reopenings/{reopening_id}/confirm", ConfirmReopening, versioned=True)
async def confirm_reopening(door: Door, command: ConfirmReopening) -> Response:
    """A second person agrees: the case is open again (复核同意重新审查). If-Match: the version of the proposal."""
    return await door.order(command)


@routes.order("/reopenings/{reopening_id}/decline", DeclineReopening, versioned=True)
async def decline_reopening(door: Door, command: DeclineReopening) -> Response:
    """Say no to it, or take one's own proposal back (不同意重新审查). If-Match: the version of the proposal."""
    return await door.order(command)


@routes.ask("/cases/bulk-previews", PreviewBulkDecision, method="POST")
async def preview_bulk_decision(door: Door, query: PreviewBulkDecision) -> Response:
    """What a bulk would come to (批量审批前核对): count, total, the largest, and what cannot be approved with why. Nothing is decided."""
    return await door.ask(query)


@routes.order("/cases/bulk-approvals", ApproveCases, status=202)
async def approve_cases(door: Door, command: ApproveCases) -> Response:
    """Approve these cases line by line (批量批准), up to 500; what became of each stands in the operation's lines."""
    return await door.order(command)


@routes.order("/cases/bulk-rejections", RejectCases, status=202)
async def reject_cases(door: Door, command: RejectCases) -> Response:
    """Refuse these cases, each for a reason of its own (批量不予批准), up to 500."""
    return await door.order(command)


@routes.order("/bulk-decisions/{operation_id}/undo", UndoBulk)
async def undo_bulk(door: Door, command: UndoBulk) -> Response:
    """Take back every decision of a bulk whose window is open (整批撤回)."""
    return await door.order(command)
