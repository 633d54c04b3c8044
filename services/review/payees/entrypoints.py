"""Receivers of cases on the bus."""

from chassis.edge.entrypoints import Room, UnitMaker, command, due
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.naming_payees import NamePayees
from contracts.review import CaseView
from services.review.account_copies.use_cases import FOLLOW_ACCOUNT
from services.review.cases.known_accounts import CASE_ACCOUNTS
from services.review.payees import use_cases


class PayeeEntrypoints(Room):
    """The department names who receives what; cases follow confirmed accounts."""

    @command
    def name_payees(self, cmd: NamePayees, uow: UnitOfWork) -> CaseView:
        return use_cases.name_payees(cmd, uow)

    @due(FOLLOW_ACCOUNT, batch=50)
    def follow_accounts(self, jobs: list[Job], unit: UnitMaker) -> None:
        use_cases.follow_accounts(jobs, unit)

    @due(CASE_ACCOUNTS, batch=50)
    def case_accounts(self, jobs: list[Job], unit: UnitMaker) -> None:
        use_cases.take_up_elsewhere(jobs, unit)
