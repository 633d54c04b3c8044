"""The register of departments (部门): what each is called from when on, what it is there for, and whether it still acts."""

from __future__ import annotations

from functools import partial

from contracts.departments import (
    FUNCTION_NAMES,
    ChangeDepartment,
    CloseDepartment,
    GetDepartment,
    ListDepartments,
    RegisterDepartment,
)
from contracts.fact_sources import SPOKEN_FOR_NAMES
from gateway.access import Permitted
from gateway.door import Door
from gateway.identity.departments import use_cases, views
from gateway.identity.people.use_cases import close_department as closed_with_its_people
from gateway.portal.platform.places import place_values
from gateway.portal.platform.today import today
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address
from gateway.session_cookie import origin_of

pages = Pages("platform")
KEEPER = Permitted(RegisterDepartment)
FUNCTIONS = list(FUNCTION_NAMES.items())
SOURCES = list(SPOKEN_FOR_NAMES.items())


@pages.show(
    "/platform/departments", ListDepartments, KEEPER, template="departments.html", nav=("platform.nav.departments", 30)
)
async def show_departments(door: Door, query: ListDepartments) -> Values:
    """The departments of one place."""
    page = await door.found(query, views.list_departments)
    place = await place_values(door, query.tenant)
    return {
        "page": page,
        "query": query,
        "functions": FUNCTIONS,
        "function_names": FUNCTION_NAMES,
        "sources": SOURCES,
        **place,
    }


@pages.form("/platform/departments", RegisterDepartment, on=show_departments)
async def register_department(door: Door, command: RegisterDepartment) -> str:
    """Enter a department in the register (登记部门)."""
    await door.decided(command, use_cases.register_department)
    return address("/platform/departments", tenant=command.tenant, done="department_registered")


@pages.show("/platform/departments/{department_id}", GetDepartment, KEEPER, template="department.html")
async def show_department(door: Door, query: GetDepartment) -> Values:
    """One department with all its names, to be changed or closed."""
    department = await door.found(query, views.get_department)
    place = await place_values(door, query.tenant)
    names = {
        "functions": FUNCTIONS,
        "function_names": FUNCTION_NAMES,
        "sources": SOURCES,
        "source_names": SPOKEN_FOR_NAMES,
    }
    known = {**names, "today": today(door)}
    return {"department": department, **known, **place}


@pages.form("/platform/departments/{department_id}/change", ChangeDepartment, on=show_department, versioned=True)
async def change_department(door: Door, command: ChangeDepartment) -> str:
    """Name it anew from a day on, or change what it is there for (部门更名、职能调整)."""
    # The page shows every source: where none is chosen, there is none.
    said = command.department.model_copy(update={"sources": command.department.sources or frozenset()})
    await door.decided(command.model_copy(update={"department": said}), use_cases.change_department)
    return _address(command.department_id, command.tenant, "department_changed")


@pages.form("/platform/departments/{department_id}/close", CloseDepartment, on=show_department, versioned=True)
async def close_department(door: Door, command: CloseDepartment) -> str:
    """It acts no more from a day on, and what its people hold there ends (撤销部门)."""
    await door.decided(command, partial(closed_with_its_people, origin=origin_of(door.request.scope)))
    return _address(command.department_id, command.tenant, "department_closed")


def _address(department_id: str, tenant: str | None, done: str) -> str:
    return address(f"/platform/departments/{department_id}", tenant=tenant, done=done)
