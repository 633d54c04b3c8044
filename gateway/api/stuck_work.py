"""Work that does not go on by itself, asked of the service that is to do it: seen, read, tried again."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query
from starlette.responses import Response

from contracts.message import TenantId, WorkerName
from contracts.stuck_work import GetStuckWork, ListStuckWork, PieceId, RedriveStuckWork, StuckKind
from gateway.access import Permitted
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("搁置的工作 stuck work")


@routes.special("GET", "/stuck-work/{service}", ListStuckWork)
async def list_stuck_work(
    door: Annotated[Door, Depends(Permitted(ListStuckWork))],
    service: WorkerName,
    tenant: TenantId | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """What is stuck in one service, the oldest first (搁置的工作)."""
    return await door.ask(ListStuckWork(tenant=tenant, limit=limit), of=service)


@routes.special("GET", "/stuck-work/{service}/{kind}", GetStuckWork)
async def get_stuck_work(
    door: Annotated[Door, Depends(Permitted(GetStuckWork))],
    service: WorkerName,
    kind: StuckKind,
    id: PieceId,
    tenant: TenantId | None = None,
) -> Response:
    """One piece with the beginning of what was sent (查看搁置的工作)."""
    return await door.ask(GetStuckWork(kind=kind, id=id, tenant=tenant), of=service)


@routes.special("POST", "/stuck-work/{service}/{kind}/redrive", RedriveStuckWork)
async def redrive_stuck_work(
    door: Annotated[Door, Depends(Permitted(RedriveStuckWork))],
    service: WorkerName,
    kind: StuckKind,
    id: PieceId,
    tenant: TenantId | None = None,
) -> Response:
    """Try it again now, as if for the first time (重投)."""
    return await door.order(RedriveStuckWork(kind=kind, id=id, tenant=tenant), of=service)
