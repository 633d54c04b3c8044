"""Disbursements on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Received, Room, UnitMaker, command, due, on, query
from chassis.read.reader import Reader
from chassis.time.following import FOLLOW, follow
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.deadlines import DeadlineMoves, ListPayoutDeadlineMoves
from contracts.recoveries import SetWithheldTax
from contracts.review import CaseApproved, CaseRejected
from contracts.treasury import (
    AuthoriseDisbursement,
    DisbursementPage,
    DisbursementSummary,
    DisbursementView,
    GetDisbursement,
    GetLedgerTotals,
    LedgerTotals,
    ListDisbursements,
    SummariseDisbursements,
)
from services.treasury.budget.books import RELEASE_HELD
from services.treasury.disbursements import funds, payout_clock, taking_back, use_cases, views, work_list


class DisbursementEntrypoints(Room):
    """From an approval to a payment that may be sent."""

    @command
    def authorise_disbursement(self, cmd: AuthoriseDisbursement, uow: UnitOfWork) -> DisbursementView:
        return use_cases.authorise_disbursement(cmd, uow)

    @query
    def get_disbursement(self, query: GetDisbursement, reader: Reader) -> DisbursementView:
        return views.get_disbursement(query, reader)

    @query
    def list_disbursements(self, query: ListDisbursements, reader: Reader) -> DisbursementPage:
        return work_list.list_disbursements(query, reader)

    @query
    def summarise_disbursements(self, query: SummariseDisbursements, reader: Reader) -> DisbursementSummary:
        return work_list.summarise_disbursements(query, reader)

    @query
    def list_payout_deadline_moves(self, query: ListPayoutDeadlineMoves, reader: Reader) -> DeadlineMoves:
        return views.list_payout_deadline_moves(query, reader)

    @query
    def get_ledger_totals(self, query: GetLedgerTotals, reader: Reader) -> LedgerTotals:
        return views.get_ledger_totals(query, reader)

    @command
    def set_withheld_tax(self, cmd: SetWithheldTax, uow: UnitOfWork) -> DisbursementView:
        return use_cases.set_withheld_tax(cmd, uow)

    @on(CaseApproved, tenants=use_cases.registered_for)
    def case_approved(self, events: list[Received[CaseApproved]], uow: UnitOfWork) -> None:
        use_cases.receive_approvals(events, uow)

    @on(CaseRejected, tenants=taking_back.refused_for)
    def case_rejected(self, events: list[Received[CaseRejected]], uow: UnitOfWork) -> None:
        taking_back.hear_refusals(events, uow)

    @due(taking_back.TAKE_BACK)
    def take_back_refused(self, jobs: list[Job], unit: UnitMaker) -> None:
        taking_back.take_back(jobs, unit)

    @due(RELEASE_HELD)
    def release_held(self, jobs: list[Job], unit: UnitMaker) -> None:
        funds.release_held(jobs, unit)

    @due(payout_clock.ALARM)
    def raise_payout_alarms(self, jobs: list[Job], unit: UnitMaker) -> None:
        payout_clock.raise_alarms(jobs, unit)

    @due(FOLLOW, batch=1)
    def follow_calendar(self, jobs: list[Job], unit: UnitMaker) -> None:
        follow(jobs, unit, payout_clock.follow_calendar)
