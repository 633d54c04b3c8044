"""Findings, their records and recovery decisions, on the bus and in time."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, UnitMaker, command, due, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.integrity import (
    AskForRepair,
    ConfirmRecovery,
    DecideFinding,
    DecideRecordRequest,
    DeclineRecovery,
    FindingPage,
    FindingView,
    GetFinding,
    GiveDefence,
    ListFindings,
    NotifyFinding,
    ObjectToRecord,
    OpenFinding,
    ProposeRecovery,
)
from contracts.integrity_records import (
    ListOwnFindingPlaces,
    ListOwnRecords,
    ListRecordLines,
    OwnFindingPlaces,
    OwnRecords,
    RecordLinePage,
)
from services.review.integrity import enterprise, exporting, looking, own_views, recovering, use_cases, views


class IntegrityEntrypoints(Room):
    """What is held against firms, and what comes of it."""

    @command
    def open_finding(self, cmd: OpenFinding, uow: UnitOfWork) -> FindingView:
        return use_cases.open_by_person(cmd, uow)

    @command
    def notify_finding(self, cmd: NotifyFinding, uow: UnitOfWork) -> FindingView:
        return use_cases.notify_enterprise(cmd, uow)

    @command
    def decide_finding(self, cmd: DecideFinding, uow: UnitOfWork) -> FindingView:
        return use_cases.decide_finding(cmd, uow)

    @command
    def decide_record_request(self, cmd: DecideRecordRequest, uow: UnitOfWork) -> FindingView:
        return use_cases.decide_request(cmd, uow)

    @command
    def give_defence(self, cmd: GiveDefence, uow: UnitOfWork) -> FindingView:
        return enterprise.give_defence(cmd, uow)

    @command
    def ask_for_repair(self, cmd: AskForRepair, uow: UnitOfWork) -> FindingView:
        return enterprise.ask_for_repair(cmd, uow)

    @command
    def object_to_record(self, cmd: ObjectToRecord, uow: UnitOfWork) -> FindingView:
        return enterprise.object_to_record(cmd, uow)

    @command
    def propose_recovery(self, cmd: ProposeRecovery, uow: UnitOfWork) -> FindingView:
        return recovering.propose_recovery(cmd, uow)

    @command
    def confirm_recovery(self, cmd: ConfirmRecovery, uow: UnitOfWork) -> FindingView:
        return recovering.confirm_recovery(cmd, uow)

    @command
    def decline_recovery(self, cmd: DeclineRecovery, uow: UnitOfWork) -> FindingView:
        return recovering.decline_recovery(cmd, uow)

    @query
    def list_findings(self, query: ListFindings, reader: Reader) -> FindingPage:
        return views.list_findings(query, reader)

    @query
    def get_finding(self, query: GetFinding, reader: Reader) -> FindingView:
        return views.get_finding(query, reader)

    @query
    def list_own_records(self, query: ListOwnRecords, reader: Reader) -> OwnRecords:
        return own_views.list_own_records(query, reader)

    @query
    def list_own_finding_places(self, query: ListOwnFindingPlaces, reader: Reader) -> OwnFindingPlaces:
        return own_views.list_own_finding_places(query, reader)

    @query
    def list_record_lines(self, query: ListRecordLines, reader: Reader) -> RecordLinePage:
        return exporting.list_record_lines(query, reader)

    @due(looking.LOOK)
    def look_at_findings(self, jobs: list[Job], unit: UnitMaker) -> None:
        with unit(sorted({job.tenant for job in jobs})) as uow:
            looking.look_at_findings(jobs, uow)
