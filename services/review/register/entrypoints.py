"""The award register on the bus: what it hears of merges, and what it has found."""

from __future__ import annotations

from chassis.edge.entrypoints import Received, Room, UnitMaker, command, due, on, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.award_findings import (
    AwardFindingPage,
    AwardFindingView,
    CloseAwardFinding,
    GetAwardFinding,
    ListAwardFindings,
)
from contracts.merges import EnterpriseMerged
from contracts.name_changes import NameChangeConfirmed
from services.review.register import names, use_cases, views


class RegisterEntrypoints(Room):
    """Dossiers that were merged are one enterprise to the register; what it had before is looked over."""

    @on(EnterpriseMerged)
    def enterprises_merged(self, events: list[Received[EnterpriseMerged]], uow: UnitOfWork) -> None:
        use_cases.hear_merges(events, uow)

    enterprises_renamed = staticmethod(on(NameChangeConfirmed)(names.keep_names))

    @due(use_cases.LOOK_BACK)
    def look_back(self, jobs: list[Job], unit: UnitMaker) -> None:
        use_cases.look_back(jobs, unit)

    @command
    def close_award_finding(self, cmd: CloseAwardFinding, uow: UnitOfWork) -> AwardFindingView:
        return use_cases.close_award_finding(cmd, uow)

    @query
    def list_award_findings(self, query: ListAwardFindings, reader: Reader) -> AwardFindingPage:
        return views.list_award_findings(query, reader)

    @query
    def get_award_finding(self, query: GetAwardFinding, reader: Reader) -> AwardFindingView:
        return views.get_award_finding(query, reader)
