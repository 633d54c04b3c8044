"""Acceptance on the bus."""

from chassis.edge.entrypoints import Room, UnitMaker, command, due
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.acceptance import AcceptCase, RefuseAcceptance, WithdrawClaim
from contracts.review import CaseView
from services.review.acceptance import silence, use_cases, withdrawal
from services.review.cases.task_times import ACCEPTANCE_OPENED


class AcceptanceEntrypoints(Room):
    """Filings are accepted, refused, or taken back."""

    @command
    def accept_case(self, cmd: AcceptCase, uow: UnitOfWork) -> CaseView:
        return use_cases.accept_case(cmd, uow)

    @command
    def refuse_acceptance(self, cmd: RefuseAcceptance, uow: UnitOfWork) -> CaseView:
        return use_cases.refuse_acceptance(cmd, uow)

    @command
    def withdraw_claim(self, cmd: WithdrawClaim, uow: UnitOfWork) -> CaseView:
        return withdrawal.withdraw_claim(cmd, uow)

    @due(ACCEPTANCE_OPENED)
    def acceptance_opened(self, jobs: list[Job], unit: UnitMaker) -> None:
        with unit(sorted({job.tenant for job in jobs})) as uow:
            silence.look_at_acceptances(jobs, uow)
