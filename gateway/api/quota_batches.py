"""For policy departments: the claims of an item are ranked, or share a pot, in a batch that two persons fix."""

from __future__ import annotations

from starlette.responses import Response

from contracts.quota_batches import (
    DeclineBatch,
    DrawUpBatch,
    FixBatch,
    GetBatch,
    ListBatches,
    ProposeFixing,
    RefuseUnserved,
)
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("审核 cases")


@routes.order("/quota-batches", DrawUpBatch, status=201)
async def draw_up_batch(door: Door, command: DrawUpBatch) -> Response:
    """Work out who would be served (编制批次); nothing follows from it before it is fixed."""
    return await door.order(command)


@routes.ask("/quota-batches", ListBatches)
async def list_batches(door: Door, query: ListBatches) -> Response:
    """Batches of the department, or of one item, the last at the top (批次清单)."""
    return await door.ask(query)


@routes.ask("/quota-batches/{batch_id}", GetBatch)
async def get_batch(door: Door, query: GetBatch) -> Response:
    """One batch with its lines in order (批次). ETag is its version."""
    return await door.ask(query)


@routes.order("/quota-batches/{batch_id}/propose", ProposeFixing, versioned=True)
async def propose_fixing(door: Door, command: ProposeFixing) -> Response:
    """Put it to a second person (提交确定). If-Match: the version that was read."""
    return await door.order(command)


@routes.order("/quota-batches/{batch_id}/fix", FixBatch, versioned=True)
async def fix_batch(door: Door, command: FixBatch) -> Response:
    """A second person fixes it (确定批次). If-Match: the version that was read."""
    return await door.order(command)


@routes.order("/quota-batches/{batch_id}/decline", DeclineBatch, versioned=True)
async def decline_batch(door: Door, command: DeclineBatch) -> Response:
    """It is not fixed (作废批次). If-Match: the version that was read."""
    return await door.order(command)


@routes.order("/quota-batches/{batch_id}/refuse-unserved", RefuseUnserved)
async def refuse_unserved(door: Door, command: RefuseUnserved) -> Response:
    """Refuse those whom the fixed batch leaves out, each with its own reason (未列入的不予批准)."""
    return await door.order(command)
