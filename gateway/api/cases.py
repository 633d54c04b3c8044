"""For departments: the cases they decide."""

from __future__ import annotations

from starlette.responses import Response

from contracts.case_sheet import GetCaseSheet
from contracts.deadlines import ListReviewDeadlineMoves
from contracts.message_previews import PreviewNotAccepted, PreviewRejection, PreviewSupplement
from contracts.naming_payees import NamePayees
from contracts.refusal_grounds import GetRefusalGrounds, PreviewRefusal
from contracts.review import (
    ApproveCase,
    ConfirmMaterials,
    CountCases,
    GetCase,
    GetCaseNeighbours,
    ListCases,
    RecordInspection,
    RejectCase,
)
from gateway.door import Door
from gateway.pictures import once_pictures
from gateway.routes import Routes

routes = Routes("审核 cases")


@routes.ask("/cases", ListCases)
async def list_cases(door: Door, query: ListCases) -> Response:
    """Cases, those accepted first at the top."""
    return await door.ask(query)


@routes.ask("/cases/counts", CountCases)
async def count_cases(door: Door, query: CountCases) -> Response:
    """How many there are by state, overdue and by item, as the filter leaves them."""
    return await door.ask(query)


@routes.ask("/cases/rejection-previews", PreviewRejection, method="POST")
async def preview_rejection(door: Door, query: PreviewRejection) -> Response:
    """What the enterprise would read, over each channel, if its case were refused so. Nothing is sent."""
    return await door.ask(query)


@routes.ask("/cases/non-acceptance-previews", PreviewNotAccepted, method="POST")
async def preview_not_accepted(door: Door, query: PreviewNotAccepted) -> Response:
    """What the enterprise would read, over each channel, if its claim were not accepted. Nothing is sent."""
    return await door.ask(query)


@routes.ask("/cases/supplement-previews", PreviewSupplement, method="POST")
async def preview_supplement(door: Door, query: PreviewSupplement) -> Response:
    """What the enterprise would read, over each channel, if it were asked to mend this. Nothing is sent."""
    return await door.ask(query)


@routes.ask("/cases/{case_id}", GetCase)
async def get_case(door: Door, query: GetCase) -> Response:
    """One case: what the rule says of it, and until when it must be decided. ETag is its version."""
    return await door.ask(query)


@routes.ask("/cases/{case_id}/sheet", GetCaseSheet)
async def get_case_sheet(door: Door, query: GetCaseSheet) -> Response:
    """One case with all that its decision rests on: facts with their sources, each condition, the working."""
    return await door.ask(query)


@routes.ask("/cases/{case_id}/refusal-grounds", GetRefusalGrounds)
async def get_refusal_grounds(door: Door, query: GetRefusalGrounds) -> Response:
    """What it could be refused for, ground by ground, and whom the enterprise could turn to (不予批准的理由)."""
    return await door.ask(query)


@routes.ask("/cases/{case_id}/refusal-previews", PreviewRefusal, method="POST")
async def preview_refusal(door: Door, query: PreviewRefusal) -> Response:
    """What would be issued if it were refused so, word for word (预览决定全文). Nothing is decided."""
    return await door.ask(query)


@routes.ask("/cases/{case_id}/deadline-moves", ListReviewDeadlineMoves)
async def list_review_deadline_moves(door: Door, query: ListReviewDeadlineMoves) -> Response:
    """From when to when its review limit was moved, and on the ground of which calendars (时限变化)."""
    return await door.ask(query)


@routes.ask("/cases/{case_id}/neighbours", GetCaseNeighbours)
async def get_case_neighbours(door: Door, query: GetCaseNeighbours) -> Response:
    """The cases before and behind one in the list that the filter leaves."""
    return await door.ask(query)


@routes.order("/cases/{case_id}/approve", ApproveCase, versioned=True)
async def approve_case(door: Door, command: ApproveCase) -> Response:
    """Grant it (审核通过). If-Match: the version that was read."""
    return await door.order(command)


@routes.order("/cases/{case_id}/reject", RejectCase, versioned=True)
async def reject_case(door: Door, command: RejectCase) -> Response:
    """Refuse it with the reason and an explanation of the policy (审核不通过，告知原因)."""
    return await door.order(command)


@routes.order("/cases/{case_id}/inspections", RecordInspection, status=201, versioned=True)
async def record_inspection(door: Door, command: RecordInspection) -> Response:
    """Enter the result of a site inspection (现场勘查). It counts once every officer named has confirmed it."""
    return await door.order(await once_pictures(door, command))


@routes.order("/cases/{case_id}/payees", NamePayees, status=201, versioned=True)
async def name_payees(door: Door, command: NamePayees) -> Response:
    """Name who receives the parts that are not the applicant's (指定收款人); it replaces what was named before."""
    return await door.order(command)


@routes.order("/cases/{case_id}/materials", ConfirmMaterials, status=201, versioned=True)
async def confirm_materials(door: Door, command: ConfirmMaterials) -> Response:
    """Answer for required materials, each by name (材料核对). A case with unconfirmed ones cannot be approved."""
    return await door.order(command)
