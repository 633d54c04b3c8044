"""The archive on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Received, Room, on, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.archive import (
    ArchivedVoucher,
    ArchivePackages,
    ArchivePage,
    CaseFileFrozen,
    GetArchivedVoucher,
    GetArchivePackages,
    ListArchive,
)
from contracts.treasury import DisbursementReturned, DisbursementSettled
from services.oversight.archive import use_cases, views


class ArchiveEntrypoints(Room):
    """What is kept of claims for good."""

    @on(CaseFileFrozen, DisbursementSettled, DisbursementReturned, tenants=use_cases.tenants_of)
    def freeze(self, events: list[Received[use_cases.Ends]], uow: UnitOfWork) -> None:
        use_cases.freeze(events, uow)

    @query
    def get_archive_packages(self, question: GetArchivePackages, reader: Reader) -> ArchivePackages:
        return views.get_archive_packages(question, reader)

    @query
    def list_archive(self, question: ListArchive, reader: Reader) -> ArchivePage:
        return views.list_archive(question, reader)

    @query
    def get_archived_voucher(self, question: GetArchivedVoucher, reader: Reader) -> ArchivedVoucher:
        return views.get_archived_voucher(question, reader)
