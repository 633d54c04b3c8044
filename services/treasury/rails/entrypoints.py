"""What is due at the bank."""

from __future__ import annotations

from chassis.edge.entrypoints import Port, Room, UnitMaker, command, due
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.treasury import ClearContradiction, DisbursementView
from services.treasury.disbursements.use_cases import SEND, TAKE_UP
from services.treasury.rails import clearing_up, comparison, dispatch, returns
from services.treasury.rails.bank import BATCH_LIMIT
from services.treasury.rails.bank_client import BankClient
from services.treasury.rails.patience import Patience
from services.treasury.rails.return_cursor import CONFIRM_RETURN, FETCH_RETURNS
from services.treasury.rails.settlement import ASK


class RailsEntrypoints(Room):
    """From a payment that may be sent to money in the account, and back if the bank sends it back."""

    bank = Port(BankClient.from_env)
    patience = Port(Patience.from_env)

    @command
    def clear_contradiction(self, cmd: ClearContradiction, uow: UnitOfWork) -> DisbursementView:
        return clearing_up.clear_contradiction(cmd, uow, self.frame.cipher)

    @due(SEND, batch=BATCH_LIMIT)
    def send_disbursements(self, jobs: list[Job], unit: UnitMaker) -> None:
        dispatch.send(jobs, unit, self.bank, self.frame.cipher, self.patience)

    @due(ASK, batch=BATCH_LIMIT)
    def ask_bank(self, jobs: list[Job], unit: UnitMaker) -> None:
        dispatch.ask(jobs, unit, self.bank, self.frame.cipher, self.patience)

    @due(FETCH_RETURNS)
    def fetch_returns(self, jobs: list[Job], unit: UnitMaker) -> None:
        returns.fetch_returns(jobs, unit, self.bank, self.patience)

    @due(CONFIRM_RETURN, batch=BATCH_LIMIT)
    def confirm_returns(self, jobs: list[Job], unit: UnitMaker) -> None:
        returns.confirm_returns(jobs, unit, self.bank, self.patience)

    @due(comparison.COMPARE)
    def compare_with_bank(self, jobs: list[Job], unit: UnitMaker) -> None:
        comparison.compare(jobs, unit, self.bank, self.frame.cipher, self.patience)

    @due(TAKE_UP, batch=BATCH_LIMIT)
    def take_up_credits(self, jobs: list[Job], unit: UnitMaker) -> None:
        comparison.take_up(jobs, unit, self.frame.cipher)
