"""Changes of names on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.name_changes import (
    ConfirmNameChange,
    DeclineNameChange,
    ListNameChanges,
    NameChangePage,
    NameChangeView,
    ProposeNameChange,
)
from services.catalog.name_changes import use_cases, views


class NameChangeEntrypoints(Room):
    """An enterprise is called otherwise."""

    @command
    def propose_name_change(self, cmd: ProposeNameChange, uow: UnitOfWork) -> NameChangeView:
        return use_cases.propose_name_change(cmd, uow)

    @command
    def confirm_name_change(self, cmd: ConfirmNameChange, uow: UnitOfWork) -> NameChangeView:
        return use_cases.confirm_name_change(cmd, uow)

    @command
    def decline_name_change(self, cmd: DeclineNameChange, uow: UnitOfWork) -> NameChangeView:
        return use_cases.decline_name_change(cmd, uow)

    @query
    def list_name_changes(self, query: ListNameChanges, reader: Reader) -> NameChangePage:
        return views.list_name_changes(query, reader)
