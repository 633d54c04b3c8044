"""For the system administrator: departments' own systems. For staff: which checks of a case went there, and what came back."""

from __future__ import annotations

from starlette.responses import Response

from contracts.department_systems import (
    CloseDepartmentSystem,
    ListDepartmentSystems,
    ListDispatches,
    RegisterDepartmentSystem,
)
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("部门系统 department systems")


@routes.order("/department-systems", RegisterDepartmentSystem, status=201)
async def register_department_system(door: Door, command: RegisterDepartmentSystem) -> Response:
    """From now on joint checks of a department go to its own system first (登记部门系统)."""
    return await door.order(command)


@routes.ask("/department-systems", ListDepartmentSystems)
async def list_department_systems(door: Door, query: ListDepartmentSystems) -> Response:
    """The departments' systems of the tenant (部门系统清单)."""
    return await door.ask(query)


@routes.order("/department-systems/{system_id}/close", CloseDepartmentSystem, versioned=True)
async def close_department_system(door: Door, command: CloseDepartmentSystem) -> Response:
    """Nothing more is sent there (停用部门系统). If-Match: the version that was read."""
    return await door.order(command)


@routes.ask("/cases/{case_id}/dispatches", ListDispatches)
async def list_dispatches(door: Door, query: ListDispatches) -> Response:
    """The checks of a case that went to departments' systems, both legs timed (联合核查派发记录)."""
    return await door.ask(query)
