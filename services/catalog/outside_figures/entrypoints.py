"""Outside figures on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.outside_figures import (
    ListOutsideFigures,
    OutsideFigureList,
    OutsideFigurePage,
    OutsideFigureView,
    RecordOutsideFigures,
    WithdrawOutsideFigure,
)
from services.catalog.outside_figures import use_cases, views


class OutsideFigureEntrypoints(Room):
    """Figures that rules rest on, entered and taken back."""

    @command
    def record_outside_figures(self, cmd: RecordOutsideFigures, uow: UnitOfWork) -> OutsideFigureList:
        return use_cases.record_outside_figures(cmd, uow)

    @command
    def withdraw_outside_figure(self, cmd: WithdrawOutsideFigure, uow: UnitOfWork) -> OutsideFigureView:
        return use_cases.withdraw_outside_figure(cmd, uow)

    @query
    def list_outside_figures(self, query: ListOutsideFigures, reader: Reader) -> OutsideFigurePage:
        return views.list_outside_figures(query, reader)
