"""Instalments on the bus and in time."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, UnitMaker, command, due, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.case_instalments import ClaimInstalments, DecideRecheck, ListClaimInstalments
from contracts.review import CaseView
from services.review.cases.moving import INSTALMENT_DECIDED
from services.review.fact_changes.use_cases import INSTALMENT_LOOK
from services.review.instalments import rechecking, use_cases, views


class InstalmentEntrypoints(Room):
    """Payment in parts, over years or by milestones."""

    @command
    def decide_recheck(self, cmd: DecideRecheck, uow: UnitOfWork) -> CaseView:
        return rechecking.decide_recheck(cmd, uow)

    @query
    def list_claim_instalments(self, query: ListClaimInstalments, reader: Reader) -> ClaimInstalments:
        return views.list_claim_instalments(query, reader)

    @due(INSTALMENT_DECIDED)
    def learn_decisions(self, jobs: list[Job], unit: UnitMaker) -> None:
        use_cases.learn_decisions(jobs, unit)

    @due(INSTALMENT_LOOK)
    def look_at_instalments(self, jobs: list[Job], unit: UnitMaker) -> None:
        use_cases.look_at_instalments(jobs, unit)

    @due(rechecking.RECHECK_OPENED)
    def recheck_by_machine(self, jobs: list[Job], unit: UnitMaker) -> None:
        rechecking.recheck_by_machine(jobs, unit)
