"""Workbooks of items on the bus."""

from __future__ import annotations

from chassis.entrypoints import Service, command, work
from chassis.objects import Objects
from chassis.operation_work import Work
from chassis.uow import UnitOfWork
from contracts.item_imports import ImportItems
from contracts.operations import OperationView
from services.catalog.workbooks import importing
from services.catalog.workbooks.reading import WorkbookItem


class WorkbookEntrypoints(Service):
    """Many items at once."""

    @command
    def import_items(self, cmd: ImportItems, uow: UnitOfWork) -> OperationView:
        return importing.import_items(cmd, uow)

    @work(importing.KIND)
    def imported_items(self) -> Work[WorkbookItem]:
        return importing.ItemImport(Objects.from_env)
