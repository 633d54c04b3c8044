"""The register of windows (专窗): whose each is, what it may do, and where people find it."""

from __future__ import annotations

from typing import get_args

from contracts.departments import ChangeWindow, ListWindows, OpenWindow, WindowPermission, WindowView
from contracts.identity import InTenant
from contracts.message import Id
from gateway.access import Permitted
from gateway.door import Door
from gateway.identity.departments import use_cases, views
from gateway.identity.departments.domain import WindowUnknown
from gateway.portal.platform.places import place_values
from gateway.portal.platform.registered import departments_of
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address

pages = Pages("platform")
KEEPER = Permitted(OpenWindow)
PERMISSIONS = list(get_args(WindowPermission))


class OneWindow(InTenant):
    window_id: Id


@pages.show("/platform/windows", ListWindows, KEEPER, template="windows.html", nav=("platform.nav.windows", 40))
async def show_windows(door: Door, query: ListWindows) -> Values:
    """The windows of one place."""
    page = await door.found(query, views.list_windows)
    return {"page": page, "query": query, **await _around(door, query.tenant)}


@pages.form("/platform/windows", OpenWindow, on=show_windows)
async def open_window(door: Door, command: OpenWindow) -> str:
    """Open a window of a department (设立窗口)."""
    await door.decided(command, use_cases.open_window)
    return address("/platform/windows", tenant=command.tenant, done="window_opened")


@pages.show("/platform/windows/{window_id}", OneWindow, KEEPER, template="window.html")
async def show_window(door: Door, asked: OneWindow) -> Values:
    """One window, to be changed or closed. Raises WindowUnknown."""
    return {"window": await _window(door, asked), **await _around(door, asked.tenant)}


@pages.form("/platform/windows/{window_id}/change", ChangeWindow, on=show_window, versioned=True)
async def change_window(door: Door, command: ChangeWindow) -> str:
    """What it may do, where it is, or that it is closed (变更窗口)."""
    await door.decided(command, use_cases.change_window)
    return address("/platform/windows", tenant=command.tenant, done="window_changed")


async def _window(door: Door, asked: OneWindow) -> WindowView:
    query = ListWindows(tenant=asked.tenant, limit=200)
    while True:
        page = await door.found(query, views.list_windows)
        found = next((each for each in page.items if each.window_id == asked.window_id), None)
        if found is not None:
            return found
        if page.next_cursor is None:
            raise WindowUnknown()
        query = query.model_copy(update={"cursor": page.next_cursor})


async def _around(door: Door, tenant: str | None) -> Values:
    departments = await departments_of(door, tenant)
    return {
        "departments": departments,
        "names": dict(departments),
        "permissions": PERMISSIONS,
        **await place_values(door, tenant),
    }
