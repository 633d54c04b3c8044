"""Applications on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.intake import (
    ApplicationPage,
    ApplicationView,
    FilingReceipt,
    GetApplication,
    ListApplications,
    SubmitApplication,
)
from contracts.receipt_numbers import FindApplication
from services.intake.applications import use_cases, views


class ApplicationEntrypoints(Room):
    """An enterprise applies, and sees what it has filed."""

    @command
    def submit_application(self, cmd: SubmitApplication, uow: UnitOfWork) -> FilingReceipt:
        return use_cases.submit_application(cmd, uow, self.frame.cipher)

    @query
    def get_application(self, query: GetApplication, reader: Reader) -> ApplicationView:
        return views.get_application(query, reader, self.frame.cipher)

    @query
    def find_application(self, query: FindApplication, reader: Reader) -> ApplicationView:
        return views.find_application(query, reader, self.frame.cipher)

    @query
    def list_applications(self, query: ListApplications, reader: Reader) -> ApplicationPage:
        return views.list_applications(query, reader, self.frame.cipher)
