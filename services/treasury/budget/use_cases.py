"""What finance does with budget lines."""

from __future__ import annotations

from typing import NamedTuple

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.message import Id
from contracts.treasury import AppropriateBudget, BudgetLineView
from copies.departments import KnownDepartments
from services.treasury.budget.books import Books
from services.treasury.budget.domain import BudgetLine, DepartmentNotSaid, DepartmentUnknown, line_id
from services.treasury.budget.store import BudgetLines, LineOfDepartment
from services.treasury.offices import must_hold


class NamedDepartment(NamedTuple):
    """A department as finance says it, and which one it is by the register, if it is there."""

    name: str
    id: Id | None


def appropriate_budget(cmd: AppropriateBudget, uow: UnitOfWork) -> BudgetLineView:
    """Finance puts money on a line, which is opened by its first appropriation.

    Those who wait for it are looked at right after the commit, in order of approval. Raises RoleRequired,
    DepartmentNotSaid, DepartmentUnknown, BudgetModeDiffers, BudgetTooLarge.
    """
    must_hold(uow.actor, "finance", "财政部门")
    department = _department(cmd, uow)
    named = line_id(uow.tenant, cmd.year, department.name, cmd.item_id)
    # Under an earlier name of the department there may be a line already: money is put there, not beside it.
    books = Books(uow, [named, *_lines_of(department, cmd, uow)])
    lines = [line for line in books.lines.values() if line.item_id == cmd.item_id]
    line = books.lines.get(named) or next(iter(lines), None) or _opened(department, cmd, uow)
    line.department_id = line.department_id or department.id
    books.appropriate(line, line.appropriate(cmd.amount_fen, mode=cmd.mode, document=cmd.document_number, at=uow.now))
    books.close()
    return line.view()


def _opened(department: NamedDepartment, cmd: AppropriateBudget, uow: UnitOfWork) -> BudgetLine:
    return BudgetLine.open(
        uow.tenant,
        year=cmd.year,
        department=department.name,
        department_id=department.id,
        item_id=cmd.item_id,
        mode=cmd.mode,
    )


def _lines_of(department: NamedDepartment, cmd: AppropriateBudget, uow: UnitOfWork) -> list[str]:
    if department.id is None:
        return []
    return uow.of(BudgetLines).of_departments([LineOfDepartment(uow.tenant, cmd.year, department.id, cmd.item_id)])


def _department(cmd: AppropriateBudget, uow: UnitOfWork) -> NamedDepartment:
    """By its id, under the name that it has now; or by a name, which the register may know."""
    known, tenant, today = uow.of(KnownDepartments), uow.tenant, uow.now.astimezone(CHINA).date()
    if cmd.department_id is not None:
        entries = known.entries([tenant], [cmd.department_id], (), today)
        if not entries:
            raise DepartmentUnknown(field="department_id")
        return NamedDepartment(entries[0].name, entries[0].id)
    if cmd.department is None:
        raise DepartmentNotSaid(field="department")
    return NamedDepartment(cmd.department, known.named([(tenant, cmd.department)], today).get((tenant, cmd.department)))
