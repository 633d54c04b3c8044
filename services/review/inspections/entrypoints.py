"""Inspections on the bus."""

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.inspections import (
    ConfirmInspection,
    InspectionOfficers,
    Inspections,
    ListInspectionOfficers,
    ListInspections,
)
from contracts.review import CaseView, RecordInspection
from services.review.inspections import use_cases, views


class InspectionEntrypoints(Room):
    """What officers find on the spot."""

    @command
    def record_inspection(self, cmd: RecordInspection, uow: UnitOfWork) -> CaseView:
        return use_cases.record_inspection(cmd, uow)

    @command
    def confirm_inspection(self, cmd: ConfirmInspection, uow: UnitOfWork) -> CaseView:
        return use_cases.confirm_inspection(cmd, uow)

    @query
    def list_inspections(self, query: ListInspections, reader: Reader) -> Inspections:
        return views.list_inspections(query, reader)

    @query
    def list_inspection_officers(self, query: ListInspectionOfficers, reader: Reader) -> InspectionOfficers:
        return views.list_inspection_officers(query, reader)
