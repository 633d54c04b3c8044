"""Findings about claims (失信线索): for departments from opening to the recovery of money, for firms to be heard about them."""

from __future__ import annotations

from starlette.responses import Response

from contracts.integrity import (
    AskForRepair,
    ConfirmRecovery,
    DecideFinding,
    DecideRecordRequest,
    DeclineRecovery,
    GetFinding,
    GiveDefence,
    ListFindings,
    NotifyFinding,
    ObjectToRecord,
    OpenFinding,
    PreviewFindingDecision,
    PreviewFindingNotice,
    ProposeRecovery,
)
from contracts.integrity_records import ListOwnFindingPlaces, ListOwnRecords, ListRecordLines
from gateway.door import Door
from gateway.finding_places import place_of_finding
from gateway.routes import Routes

routes = Routes("诚信 integrity")


@routes.ask("/findings", ListFindings)
async def list_findings(door: Door, query: ListFindings) -> Response:
    """Findings of the actor's department, those opened last at the top (失信线索)."""
    return await door.ask(query)


@routes.order("/cases/{case_id}/findings", OpenFinding, status=201)
async def open_finding(door: Door, command: OpenFinding) -> Response:
    """Open a finding about the claim of a case (立案). Nobody outside is told yet."""
    return await door.order(command)


@routes.ask("/findings/{finding_id}", GetFinding)
async def get_finding(door: Door, query: GetFinding) -> Response:
    """One finding with all its steps (失信线索). ETag is its version."""
    return await door.ask(query, tenant=await place_of_finding(door, query.finding_id))


@routes.order("/findings/{finding_id}/notify", NotifyFinding, versioned=True)
async def notify_finding(door: Door, command: NotifyFinding) -> Response:
    """Tell the firm and give it time to be heard (事先告知). If-Match: the version that was read."""
    return await door.order(command)


@routes.order("/findings/{finding_id}/defence", GiveDefence)
async def give_defence(door: Door, command: GiveDefence) -> Response:
    """What the firm has to say, or that it will not be heard (陈述申辩)."""
    return await door.order(command, tenant=await place_of_finding(door, command.finding_id))


@routes.order("/findings/{finding_id}/decide", DecideFinding, versioned=True)
async def decide_finding(door: Door, command: DecideFinding) -> Response:
    """Decide it, by a leader who has neither opened nor told it (认定). If-Match: the version that was read."""
    return await door.order(command)


@routes.order("/findings/{finding_id}/repair-requests", AskForRepair, status=201)
async def ask_for_repair(door: Door, command: AskForRepair) -> Response:
    """Ask that the record end before its time (申请信用修复)."""
    return await door.order(command, tenant=await place_of_finding(door, command.finding_id))


@routes.order("/findings/{finding_id}/record-objections", ObjectToRecord, status=201)
async def object_to_record(door: Door, command: ObjectToRecord) -> Response:
    """Say that the record is wrong (提出异议)."""
    return await door.order(command, tenant=await place_of_finding(door, command.finding_id))


@routes.order("/findings/{finding_id}/requests/{request_id}/decide", DecideRecordRequest, versioned=True)
async def decide_record_request(door: Door, command: DecideRecordRequest) -> Response:
    """Answer a repair or an objection (答复信用修复、异议). If-Match: the version of the finding."""
    return await door.order(command)


@routes.order("/findings/{finding_id}/recoveries", ProposeRecovery, status=201, versioned=True)
async def propose_recovery(door: Door, command: ProposeRecovery) -> Response:
    """Propose that money come back (提出追回决定). If-Match: the version of the finding."""
    return await door.order(command)


@routes.order("/recovery-decisions/{recovery_id}/confirm", ConfirmRecovery, versioned=True)
async def confirm_recovery(door: Door, command: ConfirmRecovery) -> Response:
    """A second person agrees: payers are told of less (复核同意追回). If-Match: the version of the proposal."""
    return await door.order(command)


@routes.order("/recovery-decisions/{recovery_id}/decline", DeclineRecovery, versioned=True)
async def decline_recovery(door: Door, command: DeclineRecovery) -> Response:
    """Say no to it, or take one's own proposal back (不同意追回). If-Match: the version of the proposal."""
    return await door.order(command)


@routes.ask("/findings/notice-previews", PreviewFindingNotice, method="POST")
async def preview_finding_notice(door: Door, query: PreviewFindingNotice) -> Response:
    """What the firm would read if it were told so (事先告知书预览). Nothing is sent."""
    return await door.ask(query)


@routes.ask("/findings/decision-previews", PreviewFindingDecision, method="POST")
async def preview_finding_decision(door: Door, query: PreviewFindingDecision) -> Response:
    """What the firm would read if it were decided so (认定决定书预览). Nothing is sent."""
    return await door.ask(query)


@routes.ask("/my/records", ListOwnRecords, own_enterprise=True)
async def list_own_records(door: Door, query: ListOwnRecords) -> Response:
    """What there is about the asking firm (本企业信用记录): findings of its own place, records of all places."""
    return await door.ask(query.model_copy(update={"filed_in": door.principal.tenant}))


@routes.ask("/my/finding-places", ListOwnFindingPlaces, own_enterprise=True)
async def list_own_finding_places(door: Door, query: ListOwnFindingPlaces) -> Response:
    """In which places findings lie that the asking firm has been told of."""
    return await door.ask(query)


@routes.ask("/record-lines", ListRecordLines)
async def list_record_lines(door: Door, query: ListRecordLines) -> Response:
    """Records that were decided in these days, as the credit platform takes them (失信记录导出)."""
    return await door.ask(query)
