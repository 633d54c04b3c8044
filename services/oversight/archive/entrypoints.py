"""The archive on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, query
from chassis.read.reader import Reader
from contracts.archive import (
    ArchivedVoucher,
    ArchivePackages,
    ArchivePage,
    GetArchivedVoucher,
    GetArchivePackages,
    ListArchive,
)
from services.oversight.archive import views


class ArchiveEntrypoints(Room):
    """What is kept of claims for good."""

    @query
    def get_archive_packages(self, question: GetArchivePackages, reader: Reader) -> ArchivePackages:
        return views.get_archive_packages(question, reader)

    @query
    def list_archive(self, question: ListArchive, reader: Reader) -> ArchivePage:
        return views.list_archive(question, reader)

    @query
    def get_archived_voucher(self, question: GetArchivedVoucher, reader: Reader) -> ArchivedVoucher:
        return views.get_archived_voucher(question, reader)
