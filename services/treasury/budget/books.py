"""The books that one transaction has open: budget lines under lock, and what it posts on them.

Whatever changes a line's figures goes through this class, so that line, ledger and the queue of those who wait are
written together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from services.treasury.budget.domain import BudgetLine, budget_year, reserve_on_first_that_fits
from services.treasury.budget.ledger import Entry
from services.treasury.budget.store import BudgetLines, Ledger

RELEASE_HELD = "release_held"
"""The job by which those who wait for a line are looked at again."""


class Books:
    """Make it with the ids of every line that may be concerned; those that do not exist are left out.

    Nothing is kept before `close`.
    """

    def __init__(self, uow: UnitOfWork, line_ids: Collection[str]) -> None:
        self._uow = uow
        self.lines: dict[str, BudgetLine] = uow.of(BudgetLines).get_many(line_ids)
        self._changed: dict[str, BudgetLine] = {}
        self._entries: list[Entry] = []
        self._reconsider: set[tuple[TenantId, str]] = set()
        self._traces: dict[str, str | None] = {}

    def trace(self, disbursement_id: str, traceparent: str | None) -> None:
        """Whatever is posted for this disbursement belongs to this trace."""
        self._traces[disbursement_id] = traceparent

    def appropriate(self, line: BudgetLine, entry: Entry) -> None:
        """Finance has put money on `line`, which may be new."""
        self._post(line, entry)
        self.reconsider(line.tenant, [line.id])

    def reserve(self, line: BudgetLine, amount_fen: int, disbursement_id: str) -> None:
        """Promise the whole amount. Raises BudgetExhausted."""
        self._post(line, line.reserve(amount_fen, disbursement_id, self._uow.now))

    def reserve_on_first(self, line_ids: Sequence[str], amount_fen: int, disbursement_id: str) -> BudgetLine:
        """Promise the whole amount on the first of these that covers it.

        Raises BudgetLineMissing if none of them exists, else BudgetExhausted.
        """
        lines = [self.lines[id] for id in line_ids if id in self.lines]
        line, entry = reserve_on_first_that_fits(lines, amount_fen, disbursement_id, self._uow.now)
        self._post(line, entry)
        return line

    def release(self, line_id: str, amount_fen: int, disbursement_id: str) -> None:
        """What was reserved is free again."""
        line = self.lines[line_id]
        self._post(line, line.release(amount_fen, disbursement_id, self._uow.now))
        self.reconsider(line.tenant, [line.id])

    def settle(self, line_id: str, amount_fen: int, disbursement_id: str) -> None:
        """What was reserved is paid."""
        line = self.lines[line_id]
        self._post(line, line.settle(amount_fen, disbursement_id, self._uow.now))

    def take_back(self, line_id: str, amount_fen: int, disbursement_id: str) -> None:
        """What was paid came back."""
        line, now = self.lines[line_id], self._uow.now
        self._post(line, *line.take_back(amount_fen, disbursement_id, year=budget_year(now), at=now))
        self.reconsider(line.tenant, [line.id])

    def reconsider(self, tenant: TenantId, line_ids: Iterable[str]) -> None:
        """After the commit those who wait for these lines are looked at again."""
        self._reconsider.update((tenant, line_id) for line_id in line_ids)

    def close(self) -> None:
        """Write lines and entries, and see that those who wait for a line that has money now are looked at."""
        self._uow.of(BudgetLines).save_many(self._changed.values())
        self._uow.of(Ledger).append(self._entries)
        for tenant, line in sorted(self._reconsider):
            self._uow.schedule(RELEASE_HELD, line, at=self._uow.now, tenant=tenant)

    def _post(self, line: BudgetLine, *entries: Entry) -> None:
        self._changed[line.id] = line
        for entry in entries:
            trace = self._traces.get(entry.disbursement_id or "") or self._uow.traceparent
            self._entries.append(replace(entry, traceparent=trace))
