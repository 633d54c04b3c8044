"""Workbooks of items on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, work
from chassis.files.objects import Objects
from chassis.operations.work import Work
from chassis.write.uow import UnitOfWork
from contracts.item_imports import ImportItems
from contracts.operations import OperationView
from services.catalog.workbooks import importing
from services.catalog.workbooks.reading import WorkbookItem


class WorkbookEntrypoints(Room):
    """Many items at once."""

    @command
    def import_items(self, cmd: ImportItems, uow: UnitOfWork) -> OperationView:
        return importing.import_items(cmd, uow)

    @work(importing.KIND)
    def imported_items(self) -> Work[WorkbookItem]:
        return importing.ItemImport(Objects.from_env)
