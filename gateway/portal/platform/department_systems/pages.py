"""Departments' own systems (部门系统) that joint checks go to. The secret is typed and never shown again."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from contracts.department_systems import (
    CloseDepartmentSystem,
    DepartmentSystemView,
    ListDepartmentSystems,
    PatienceMinutes,
    RegisterDepartmentSystem,
    SystemAddress,
    SystemName,
    SystemSecret,
)
from contracts.identity import InTenant
from contracts.message import Id
from contracts.refusal import NotFound
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.platform.places import place_values
from gateway.portal.platform.registered import departments_of
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address

pages = Pages("platform")
LIST = "/platform/department-systems"
KEEPER = Permitted(RegisterDepartmentSystem)
PastedSystemSecret = Annotated[SystemSecret, StringConstraints(strip_whitespace=True)]
"""As it is copied from a letter or another page, often with a blank behind it."""


class NewDepartmentSystem(InTenant):
    """The form, in its order."""

    department_id: Id
    name: SystemName
    address: SystemAddress
    secret: PastedSystemSecret
    patience_minutes: PatienceMinutes = 1440


class OneDepartmentSystem(InTenant):
    system_id: Id


class SystemNotListed(NotFound):
    """The place has no such system."""

    code = "system_not_listed"
    sentence = "没有找到该部门系统。"


@pages.show(
    LIST, ListDepartmentSystems, template="department_systems.html", nav=("platform.nav.department_systems", 45)
)
async def show_department_systems(door: Door, query: ListDepartmentSystems) -> Values:
    """Those of one place, and the form for another one."""
    asked = query.model_copy(update={"closed": True})
    return {"systems": (await door.told(asked)).items, **await _around(door, query.tenant)}


@pages.form(LIST, NewDepartmentSystem, KEEPER, on=show_department_systems)
async def register_department_system(door: Door, filled: NewDepartmentSystem) -> str:
    """Joint checks of the department go there first (登记部门系统)."""
    await door.done(RegisterDepartmentSystem(**filled.model_dump()))
    return address(LIST, tenant=filled.tenant, done="system_registered")


@pages.show(f"{LIST}/{{system_id}}", OneDepartmentSystem, KEEPER, template="department_system.html")
async def show_department_system(door: Door, asked: OneDepartmentSystem) -> Values:
    """One of them, to be closed. Raises SystemNotListed."""
    return {"system": await _system(door, asked), **await _around(door, asked.tenant)}


@pages.form(f"{LIST}/{{system_id}}/close", CloseDepartmentSystem, on=show_department_system, versioned=True)
async def close_department_system(door: Door, command: CloseDepartmentSystem) -> str:
    """Nothing more is sent there (停用部门系统)."""
    await door.done(command)
    return address(LIST, tenant=command.tenant, done="system_closed")


async def _system(door: Door, asked: OneDepartmentSystem) -> DepartmentSystemView:
    for each in (await door.told(ListDepartmentSystems(tenant=asked.tenant, closed=True))).items:
        if each.system_id == asked.system_id:
            return each
    raise SystemNotListed()


async def _around(door: Door, tenant: str | None) -> Values:
    departments = await departments_of(door, tenant)
    return {"departments": departments, "names": dict(departments), **await place_values(door, tenant)}
