"""What finance does with budget lines."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from contracts.treasury import AppropriateBudget, BudgetLineView
from services.treasury.budget.books import Books
from services.treasury.budget.domain import BudgetLine, line_id
from services.treasury.offices import must_hold


def appropriate_budget(cmd: AppropriateBudget, uow: UnitOfWork) -> BudgetLineView:
    """Finance puts money on a line, which is opened by its first appropriation.

    Those who wait for it are looked at right after the commit, in order of approval. Raises RoleRequired,
    BudgetModeDiffers, BudgetTooLarge.
    """
    must_hold(uow.actor, "finance", "财政部门")
    id = line_id(uow.tenant, cmd.year, cmd.department, cmd.item_id)
    books = Books(uow, [id])
    line = books.lines.get(id) or BudgetLine.open(
        uow.tenant, year=cmd.year, department=cmd.department, item_id=cmd.item_id, mode=cmd.mode
    )
    books.appropriate(line, line.appropriate(cmd.amount_fen, mode=cmd.mode, document=cmd.document_number, at=uow.now))
    books.close()
    return line.view()
