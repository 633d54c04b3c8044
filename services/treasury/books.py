"""The books that one transaction has open: budget lines under lock, and what it posts on them.

Lines are locked here, before any disbursement. Whatever changes a line's figures goes through this class, so
that line, ledger and the queue of those who wait are written together.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from services.treasury.budget import (
    BudgetExhausted,
    BudgetLine,
    BudgetLineMissing,
    budget_year,
    line_id,
    reserve_on_first_that_fits,
)
from services.treasury.domain import RESERVING, Disbursement
from services.treasury.ledger import Entry
from services.treasury.store import BudgetLines, Disbursements, Ledger

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

RELEASE_HELD = "release_held"
AT_ONCE = 500
"""How many held disbursements of one line are reconsidered in one transaction."""


def lines_that_may_pay(disbursement: Disbursement) -> tuple[str, str]:
    """Ids of the item's own line and of the department's, in the order in which they are drawn on."""
    claim, tenant, year = disbursement.claim, disbursement.tenant, disbursement.year
    return (
        line_id(tenant, year, claim.department, claim.item_id),
        line_id(tenant, year, claim.department, None),
    )


class Books:
    """Make it with the ids of every line that may be concerned; those that do not exist are left out.

    Save disbursements first and then `close`, or nothing of this is kept.
    """

    def __init__(self, uow: UnitOfWork, line_ids: Collection[str]) -> None:
        self._uow = uow
        self.lines: dict[str, BudgetLine] = uow.of(BudgetLines).get_many(line_ids)
        self._changed: dict[str, BudgetLine] = {}
        self._entries: list[Entry] = []
        self._reconsider: set[tuple[TenantId, str]] = set()

    def appropriate(self, line: BudgetLine, entry: Entry) -> None:
        """Finance has put money on `line`, which may be new."""
        self._post(line, entry)
        self._reconsider.add((line.tenant, line.id))

    def serve_those_who_wait(self) -> None:
        """Before anybody new: whoever waited first and fits is made ready, and so on; nobody in part."""
        store = self._uow.of(Disbursements)
        queues = {line.id: store.waiting_for(line, AT_ONCE) for line in self.lines.values()}
        held = store.get_many([id for queue in queues.values() for id in queue])
        ready = []
        for line in self.lines.values():
            # Another line may have taken one meanwhile, or a later approval its place.
            waiting = [held[id] for id in queues[line.id] if id in held and held[id].state == "held"]
            served = [each for each in waiting if self._fund_if_it_fits(line, each)]
            ready += served
            if served and len(queues[line.id]) == AT_ONCE:
                self._reconsider.add((line.tenant, line.id))
        store.save_many(ready)

    def fund(self, disbursement: Disbursement) -> None:
        """Reserve the whole amount and make it ready; or hold it, with the reason."""
        ids = lines_that_may_pay(disbursement)
        lines = [self.lines[id] for id in ids if id in self.lines]
        try:
            line, entry = reserve_on_first_that_fits(lines, disbursement.amount_fen, disbursement.id, self._uow.now)
        except (BudgetLineMissing, BudgetExhausted) as refusal:
            disbursement.hold(refusal.message)
            # Money may be put on a line in this very moment, by a transaction that does not see this one:
            # whoever commits last leaves a job behind that sees both.
            self._reconsider.update((disbursement.tenant, id) for id in ids)
            return
        disbursement.make_ready(line.id)
        self._post(line, entry)

    def release(self, disbursement: Disbursement) -> None:
        """What was reserved for it is free again."""
        line = self._line_of(disbursement)
        self._post(line, line.release(disbursement.amount_fen, disbursement.id, self._uow.now))
        self._reconsider.add((line.tenant, line.id))

    def settle(self, disbursement: Disbursement) -> None:
        """What was reserved for it is paid."""
        line = self._line_of(disbursement)
        self._post(line, line.settle(disbursement.amount_fen, disbursement.id, self._uow.now))

    def take_back(self, disbursement: Disbursement) -> None:
        """What was paid came back."""
        line, now = self._line_of(disbursement), self._uow.now
        year = budget_year(now)
        self._post(line, *line.take_back(disbursement.amount_fen, disbursement.id, year=year, at=now))
        self._reconsider.add((line.tenant, line.id))

    def cancel(self, disbursement: Disbursement, reason: str) -> None:
        """Withdraw it before it is sent, and free what it reserved."""
        reserved = disbursement.state in RESERVING
        disbursement.cancel(reason)
        if reserved:
            self.release(disbursement)

    def close(self) -> None:
        """Write lines and entries, and see that those who wait for a line that has money now are looked at."""
        self._uow.of(BudgetLines).save_many(self._changed.values())
        self._uow.of(Ledger).append(self._entries)
        for tenant, line in sorted(self._reconsider):
            self._uow.schedule(RELEASE_HELD, line, at=self._uow.now, tenant=tenant)

    def _fund_if_it_fits(self, line: BudgetLine, disbursement: Disbursement) -> bool:
        try:
            entry = line.reserve(disbursement.amount_fen, disbursement.id, self._uow.now)
        except BudgetExhausted:
            return False
        disbursement.make_ready(line.id)
        self._post(line, entry)
        return True

    def _line_of(self, disbursement: Disbursement) -> BudgetLine:
        assert disbursement.line_id is not None, "a disbursement that reserves nothing has no line"
        return self.lines[disbursement.line_id]

    def _post(self, line: BudgetLine, *entries: Entry) -> None:
        self._changed[line.id] = line
        self._entries += entries


def release_held(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Lines that may have money now serve those who wait for it."""
    with unit(sorted({job.tenant for job in jobs})) as uow:
        books = Books(uow, [job.subject for job in jobs])
        for job in jobs:
            uow.finish(job)
        books.serve_those_who_wait()
        books.close()
