"""Workbooks of items on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, operation
from chassis.files.objects import Objects
from chassis.operations.work import ChunkedWork
from chassis.write.uow import UnitOfWork
from contracts.item_imports import ImportItems
from contracts.operations import OperationView
from services.catalog.workbooks import importing
from services.catalog.workbooks.cells import WorkbookItem


class WorkbookEntrypoints(Room):
    """Many items at once."""

    @command
    def import_items(self, cmd: ImportItems, uow: UnitOfWork) -> OperationView:
        return importing.import_items(cmd, uow)

    @operation(importing.KIND)
    def imported_items(self) -> ChunkedWork[WorkbookItem]:
        return importing.ItemImport(Objects.from_env)
