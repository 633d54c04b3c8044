"""The money of disbursements: what each step of theirs does to the budget lines that pay for them.

Lines are locked here, before any disbursement.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from services.treasury.budget.books import Books
from services.treasury.budget.domain import BudgetExhausted, BudgetLine, BudgetLineMissing
from services.treasury.budget.store import BudgetLines, LineOfDepartment
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.moves import RESERVING
from services.treasury.disbursements.store import Disbursements
from services.treasury.disbursements.whose_line import ids_by_name, in_order, may_pay

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

TAX_FIRST = "约定由兑付单位代扣个人所得税，待登记代扣税额后按税后金额落实资金"
"""Why a payment is held whose tax the payer withholds: in full it must not go out."""

AT_ONCE = 500
"""How many held disbursements of one line are reconsidered in one transaction."""


def lines_concerned(disbursements: Iterable[Disbursement], uow: UnitOfWork) -> set[str]:
    """Ids of every line that may pay for these: by the department's name, and by the department, whatever it is called."""
    each_of = list(disbursements)
    by_department = [
        LineOfDepartment(each.tenant, each.year, each.paying_department_id, each.claim.item_id)
        for each in each_of
        if each.paying_department_id is not None
    ]
    named = {id for each in each_of for id in ids_by_name(each)}
    return named | set(uow.of(BudgetLines).of_departments(by_department)) if by_department else named


class Funds:
    """Make it with the ids of every line that may be concerned; those that do not exist are left out.

    Save disbursements first and then `close`, or nothing of this is kept.
    """

    def __init__(self, uow: UnitOfWork, line_ids: Collection[str]) -> None:
        self._uow = uow
        self._books = Books(uow, line_ids)

    def serve_those_who_wait(self) -> None:
        """Before anybody new: whoever waited first and fits is made ready, and so on; nobody in part."""
        store = self._uow.of(Disbursements)
        lines = self._books.lines.values()
        queues = {line.id: store.waiting_for(line, AT_ONCE) for line in lines}
        held = store.get_many([id for queue in queues.values() for id in queue])
        ready = []
        for line in lines:
            # Another line may have taken one meanwhile, or a later approval its place.
            waiting = [held[id] for id in queues[line.id] if id in held and held[id].state == "held"]
            served = [each for each in waiting if self._fund_if_it_fits(line, each)]
            ready += served
            if served and len(queues[line.id]) == AT_ONCE:
                self._books.reconsider(line.tenant, [line.id])
        store.save_many(ready)

    def fund(self, disbursement: Disbursement) -> None:
        """Reserve the whole amount and make it ready; or hold it, with the reason."""
        if disbursement.awaits_tax:
            disbursement.hold(TAX_FIRST, "payment_maker")
            return
        refusal = self.reserve_for(disbursement)
        if refusal is not None:
            disbursement.hold(refusal.message)

    def reserve_for(self, disbursement: Disbursement) -> BudgetLineMissing | BudgetExhausted | None:
        """Make it ready where a line covers the whole amount; else say why not, and see that it is looked at again."""
        ids = self._that_may_pay(disbursement)
        self._books.trace(disbursement.id, disbursement.traceparent)
        try:
            line = self._books.reserve_on_first(ids, disbursement.amount_fen, disbursement.id)
        except (BudgetLineMissing, BudgetExhausted) as refusal:
            # Money may be put on a line in this very moment, by a transaction that does not see this one:
            # whoever commits last leaves a job behind that sees both.
            department_id = disbursement.paying_department_id
            looked_for = dict.fromkeys([*ids, *ids_by_name(disbursement), *([department_id] if department_id else [])])
            self._books.reconsider(disbursement.tenant, looked_for)
            return refusal
        disbursement.make_ready(line.id)
        return None

    def release(self, disbursement: Disbursement) -> None:
        """What was reserved for it is free again."""
        self._books.trace(disbursement.id, disbursement.traceparent)
        self._books.release(_line_of(disbursement), disbursement.amount_fen, disbursement.id)

    def settle(self, disbursement: Disbursement) -> None:
        """What was reserved for it is paid."""
        self._books.trace(disbursement.id, disbursement.traceparent)
        self._books.settle(_line_of(disbursement), disbursement.amount_fen, disbursement.id)

    def take_back(self, disbursement: Disbursement) -> None:
        """What was paid came back."""
        self._books.trace(disbursement.id, disbursement.traceparent)
        self._books.take_back(_line_of(disbursement), disbursement.amount_fen, disbursement.id)

    def cancel(self, disbursement: Disbursement, reason: str) -> None:
        """Withdraw it before it is sent, and free what it reserved."""
        reserved = disbursement.state in RESERVING
        disbursement.cancel(reason)
        if reserved:
            self.release(disbursement)

    def close(self) -> None:
        """Write lines and entries; those who wait for a line that has money now are looked at after the commit."""
        self._books.close()

    def _that_may_pay(self, disbursement: Disbursement) -> list[str]:
        """Of the lines that are at hand, those that may pay, in the order in which they are drawn on."""
        lines = [
            line
            for line in self._books.lines.values()
            if line.tenant == disbursement.tenant and may_pay(line, disbursement)
        ]
        return [line.id for line in sorted(lines, key=lambda line: (*in_order(line, disbursement), line.id))]

    def _fund_if_it_fits(self, line: BudgetLine, disbursement: Disbursement) -> bool:
        self._books.trace(disbursement.id, disbursement.traceparent)
        try:
            self._books.reserve(line, disbursement.amount_fen, disbursement.id)
        except BudgetExhausted:
            return False
        disbursement.make_ready(line.id)
        return True


def _line_of(disbursement: Disbursement) -> str:
    assert disbursement.line_id is not None, "a disbursement that reserves nothing has no line"
    return disbursement.line_id


def release_held(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Lines that may have money now serve those who wait for it. A job's subject is a line, or a department whose lines are
    looked for."""
    with unit(sorted({job.tenant for job in jobs})) as uow:
        subjects = [job.subject for job in jobs]
        funds = Funds(uow, {*subjects, *uow.of(BudgetLines).ever_of(subjects)})
        for job in jobs:
            uow.finish(job)
        funds.serve_those_who_wait()
        funds.close()
