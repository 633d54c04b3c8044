"""Outside figures that rules rest on (外部参数): an industry's average, the LPR of a day, an exchange rate.

A figure belongs to the tenant that recorded it, and holds for the items of that tenant and of the levels below.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.message import Command, Event, Id, Model, Page, PagedQuery, ServiceName, TenantId, Why
from contracts.rule import ParameterValue
from contracts.rule.facts import Code, FactName


class OutsideFigureView(Model):
    """`department` entered it; absent, the approval bureau did."""

    figure_id: Id
    tenant: TenantId
    figure: ParameterValue
    department: str | None
    recorded_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_why: str | None = None


class OutsideFigureList(Model):
    """In the order in which they were given."""

    items: tuple[OutsideFigureView, ...] = ()


class RecordOutsideFigures(Command[OutsideFigureList]):
    """Enter what somebody has published, with its source. All of them or none.

    Nothing is overwritten: a correction is a newer word about the same figure, and of two with one `as_of` the one
    that was entered later counts.
    """

    owner: ClassVar[ServiceName] = "catalog"

    figures: Annotated[tuple[ParameterValue, ...], Field(min_length=1, max_length=200)]


class WithdrawOutsideFigure(Command[OutsideFigureView]):
    """Take back what should never have been entered; it stays readable, marked, and counts no more.

    Whoever entered it may, another person of the same department, or the approval bureau.
    """

    owner: ClassVar[ServiceName] = "catalog"

    figure_id: Id
    reason: Why


class OutsideFigurePage(Page):
    items: tuple[OutsideFigureView, ...] = ()


class ListOutsideFigures(PagedQuery[OutsideFigurePage]):
    """Everything that was entered, withdrawn or not, the newest entry first: by `tenant` and the levels above it
    (what its items may rest on); without a tenant, by everybody.
    """

    owner: ClassVar[ServiceName] = "catalog"

    tenant: TenantId | None = None
    name: FactName | None = None
    key: Code | None = None


# -- what has happened ----------------------------------------------------------------------------------------


class OutsideFigureRecorded(Event):
    """Rules may rest on it from now on."""

    aggregate: ClassVar[str] = "outside_figure"

    figure_id: Id
    tenant: TenantId
    figure: ParameterValue
    recorded_at: datetime


class OutsideFigureWithdrawn(Event):
    """Nothing rests on it any more; what was filed on it keeps it."""

    aggregate: ClassVar[str] = "outside_figure"

    figure_id: Id
    tenant: TenantId
    reason: str
