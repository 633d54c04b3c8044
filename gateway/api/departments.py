"""Departments, duties, windows and what plans' words mean here. The gateway keeps these registers itself."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from contracts.departments import (
    ChangeDepartment,
    ChangeWindow,
    CloseDepartment,
    GetDepartment,
    ListDepartments,
    ListDuties,
    ListPlanTerms,
    ListWindows,
    MapPlanTerm,
    OpenWindow,
    RegisterDepartment,
    RegisterDuty,
    RenameDuty,
)
from gateway.door import Door
from gateway.identity.departments import use_cases, views
from gateway.identity.people.use_cases import close_department as close
from gateway.routes import Routes
from gateway.session_cookie import origin_of

routes = Routes("部门与岗位 departments")


@routes.order("/departments", RegisterDepartment, status=201)
async def register_department(door: Door, command: RegisterDepartment) -> Response:
    """Enter a department in the register (登记部门)."""
    return await door.decide(command, use_cases.register_department)


@routes.ask("/departments", ListDepartments)
async def list_departments(door: Door, query: ListDepartments) -> Response:
    """The tenant's departments by name."""
    return await door.look_up(query, views.list_departments)


@routes.ask("/departments/{department_id}", GetDepartment)
async def get_department(door: Door, query: GetDepartment) -> Response:
    """One department with all its names. ETag is its version."""
    return await door.look_up(query, views.get_department)


@routes.order("/departments/{department_id}", ChangeDepartment, method="PUT", versioned=True)
async def change_department(door: Door, command: ChangeDepartment) -> Response:
    """Name it anew from a day on, or change what it is there for (部门更名、职能调整)."""
    return await door.decide(command, use_cases.change_department)


@routes.order("/departments/{department_id}/close", CloseDepartment, versioned=True)
async def close_department(door: Door, command: CloseDepartment) -> Response:
    """It acts no more from a day on, and what its people hold there ends (撤销部门)."""
    return await door.decide(command, partial(close, origin=origin_of(door.request.scope)))


@routes.order("/duties", RegisterDuty, status=201)
async def register_duty(door: Door, command: RegisterDuty) -> Response:
    """Another duty of a kind (登记岗位)."""
    return await door.decide(command, use_cases.register_duty)


@routes.ask("/duties", ListDuties)
async def list_duties(door: Door, query: ListDuties) -> Response:
    """The tenant's duties by kind."""
    return await door.look_up(query, views.list_duties)


@routes.order("/duties/{duty_id}/rename", RenameDuty, versioned=True)
async def rename_duty(door: Door, command: RenameDuty) -> Response:
    """Another name from a day on (岗位更名)."""
    return await door.decide(command, use_cases.rename_duty)


@routes.order("/windows", OpenWindow, status=201)
async def open_window(door: Door, command: OpenWindow) -> Response:
    """Open a window of a department (设立窗口)."""
    return await door.decide(command, use_cases.open_window)


@routes.ask("/windows", ListWindows)
async def list_windows(door: Door, query: ListWindows) -> Response:
    """The tenant's windows by name."""
    return await door.look_up(query, views.list_windows)


@routes.order("/windows/{window_id}", ChangeWindow, method="PUT", versioned=True)
async def change_window(door: Door, command: ChangeWindow) -> Response:
    """What it may do, where it is, or that it is closed (变更窗口)."""
    return await door.decide(command, use_cases.change_window)


@routes.order("/plan-terms", MapPlanTerm)
async def map_plan_term(door: Door, command: MapPlanTerm) -> Response:
    """Say what a plan's words mean here (计划用语对应到岗位、部门、来源)."""
    return await door.decide(command, use_cases.map_plan_term)


@routes.ask("/plan-terms", ListPlanTerms)
async def list_plan_terms(door: Door, query: ListPlanTerms) -> Response:
    """What plans' words mean here."""
    return await door.look_up(query, views.list_plan_terms)
