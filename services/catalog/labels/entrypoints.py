"""Labels on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.labels import DefineLabel, LabelList, LabelRuleView, ListLabels
from services.catalog.labels import use_cases, views


class LabelEntrypoints(Room):
    """Labels, defined and read."""

    @command
    def define_label(self, cmd: DefineLabel, uow: UnitOfWork) -> LabelRuleView:
        return use_cases.define_label(cmd, uow)

    @query
    def list_labels(self, query: ListLabels, reader: Reader) -> LabelList:
        return views.list_labels(query, reader)
