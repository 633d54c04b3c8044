"""Tenants that change: name, code, parent and settings, each change with its reason, and all versions so far."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.identity import DivisionCode, TenantSettings, TenantView
from contracts.message import Command, Id, Model, Page, PagedQuery, Query, ServiceName, TenantId, Why
from contracts.names import SEEN_WHOLE


class ChangeTenant(Command[TenantView]):
    """Change a tenant: all of it as it is to be from now on (If-Match: the version that was read).

    A changed division code says since when it holds; it may not hold later than today. Changed office hours move open
    deadlines. The level stays, and so does the prefix of receipt numbers: receipts that were given out carry it.
    """

    owner: ClassVar[ServiceName] = "gateway"

    id: TenantId
    parent_id: TenantId | None = None
    division_code: DivisionCode
    division_code_since: date | None = None
    name: Annotated[str, Field(min_length=2, max_length=60), SEEN_WHOLE]
    settings: TenantSettings
    why: Why
    expected_version: int


class GetTenant(Query[TenantView]):
    """One place whole. Whoever runs the platform reads all of them, everybody else the own one."""

    owner: ClassVar[ServiceName] = "gateway"

    id: TenantId


class TenantPage(Page):
    items: tuple[TenantView, ...]


class ListTenants(PagedQuery[TenantPage]):
    """Tenants by id, without their former codes; those under one parent if asked for.

    Whoever runs the platform is told all of them, everybody else the own place and those directly below it.
    """

    owner: ClassVar[ServiceName] = "gateway"

    parent_id: TenantId | None = None


class TenantVersion(Model):
    """A tenant as one change has left it. `why` is empty for the onboarding."""

    version: int
    parent_id: TenantId | None
    division_code: str
    division_code_since: date | None
    name: str
    settings: TenantSettings
    why: str
    changed_by: Id
    changed_by_name: str
    changed_at: datetime


class TenantVersionPage(Page):
    items: tuple[TenantVersion, ...]


class GetTenantVersions(PagedQuery[TenantVersionPage]):
    """Every version of a tenant with who changed it, when and why; the newest first."""

    owner: ClassVar[ServiceName] = "gateway"

    id: TenantId
