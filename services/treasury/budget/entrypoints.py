"""Budget lines on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.treasury import AppropriateBudget, BudgetLinePage, BudgetLineView, ListBudgetLines
from services.treasury.budget import use_cases, views


class BudgetEntrypoints(Room):
    """Finance puts money on lines, and sees what is left."""

    @command
    def appropriate_budget(self, cmd: AppropriateBudget, uow: UnitOfWork) -> BudgetLineView:
        return use_cases.appropriate_budget(cmd, uow)

    @query
    def list_budget_lines(self, query: ListBudgetLines, reader: Reader) -> BudgetLinePage:
        return views.list_budget_lines(query, reader)
