"""Contacts on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.enterprises import ChangeContact, ContactChangeList, EnterpriseView, ListContactChanges
from services.catalog.contacts import use_cases, views


class ContactEntrypoints(Room):
    """Whom to reach in an enterprise."""

    @command
    def change_contact(self, cmd: ChangeContact, uow: UnitOfWork) -> EnterpriseView:
        return use_cases.change_contact(cmd, uow, self.frame.cipher)

    @query
    def list_contact_changes(self, query: ListContactChanges, reader: Reader) -> ContactChangeList:
        return views.list_contact_changes(query, reader)
