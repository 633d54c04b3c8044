"""Figures that persons set, on the bus."""

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.case_figures import CaseFigures, ListFigures, SetFigure
from contracts.review import CaseView
from services.review.figures import use_cases, views


class FigureEntrypoints(Room):
    """What persons set of a case's amount."""

    @command
    def set_figure(self, cmd: SetFigure, uow: UnitOfWork) -> CaseView:
        return use_cases.set_figure(cmd, uow)

    @query
    def list_figures(self, query: ListFigures, reader: Reader) -> CaseFigures:
        return views.list_figures(query, reader)
