"""Budget lines on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, on, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.departments import DepartmentChanged, DepartmentRegistered
from contracts.treasury import (
    AppropriateBudget,
    BudgetLinePage,
    BudgetLineView,
    BudgetTotals,
    GetBudgetTotals,
    ListBudgetLines,
)
from copies import departments
from services.treasury.budget import use_cases, views


class BudgetEntrypoints(Room):
    """Finance puts money on lines, and sees what is left."""

    @command
    def appropriate_budget(self, cmd: AppropriateBudget, uow: UnitOfWork) -> BudgetLineView:
        return use_cases.appropriate_budget(cmd, uow)

    @query
    def list_budget_lines(self, query: ListBudgetLines, reader: Reader) -> BudgetLinePage:
        return views.list_budget_lines(query, reader)

    @query
    def get_budget_totals(self, query: GetBudgetTotals, reader: Reader) -> BudgetTotals:
        return views.get_budget_totals(query, reader)

    departments_changed = staticmethod(on(DepartmentRegistered, DepartmentChanged)(departments.keep_departments))
