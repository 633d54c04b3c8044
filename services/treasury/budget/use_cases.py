"""What finance does with budget lines."""

from __future__ import annotations

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.treasury import AppropriateBudget, BudgetLineView
from copies.departments import KnownDepartment, KnownDepartments
from services.treasury.budget.books import Books
from services.treasury.budget.domain import BudgetLine, DepartmentNotSaid, DepartmentUnknown, line_id
from services.treasury.budget.store import BudgetLines, Ledger, LineOfDepartment
from services.treasury.offices import must_hold


def appropriate_budget(cmd: AppropriateBudget, uow: UnitOfWork) -> BudgetLineView:
    """Finance puts money on a line, which is opened by its first appropriation.

    Those who wait for it are looked at right after the commit, in order of approval. Raises RoleRequired,
    DepartmentNotSaid, DepartmentUnknown, DocumentUsedAlready, NotFurtherOfDocument, BudgetModeDiffers, BudgetTooLarge.
    """
    must_hold(uow.actor, "finance", "财政部门")
    department = _department(cmd, uow)
    named = line_id(uow.tenant, cmd.year, department.name, cmd.item_id, cmd.code)
    # Under an earlier name of the department there may be a line already: money is put there, not beside it.
    books = Books(uow, [named, *_lines_of(department, cmd, uow)])
    lines = [line for line in books.lines.values() if (line.item_id, line.code) == (cmd.item_id, cmd.code)]
    line = books.lines.get(named) or next(iter(lines), None) or _opened(department, cmd, uow)
    line.department_id = line.department_id or department.id
    entry = line.appropriate(
        cmd.amount_fen,
        mode=cmd.mode,
        document=cmd.document_number,
        at=uow.now,
        used=uow.of(Ledger).documents_on(line.id),
        further=cmd.further_of_document,
    )
    books.appropriate(line, entry)
    books.close()
    return line.view()


def _opened(department: KnownDepartment, cmd: AppropriateBudget, uow: UnitOfWork) -> BudgetLine:
    return BudgetLine.open(
        uow.tenant,
        year=cmd.year,
        department=department.name,
        department_id=department.id,
        item_id=cmd.item_id,
        code=cmd.code,
        mode=cmd.mode,
    )


def _lines_of(department: KnownDepartment, cmd: AppropriateBudget, uow: UnitOfWork) -> list[str]:
    return uow.of(BudgetLines).of_departments([LineOfDepartment(uow.tenant, cmd.year, department.id, cmd.item_id)])


def _department(cmd: AppropriateBudget, uow: UnitOfWork) -> KnownDepartment:
    """By its id or by the name that it has today: one that is in the register and acts. Its line has today's name."""
    known, tenant, today = uow.of(KnownDepartments), uow.tenant, uow.now.astimezone(CHINA).date()
    field, id = "department_id", cmd.department_id
    if id is None:
        if cmd.department is None:
            raise DepartmentNotSaid(field="department")
        field, id = "department", known.named([(tenant, cmd.department)], today).get((tenant, cmd.department))
    entries = known.acting(uow.registry.lineage(tenant), [id], today) if id is not None else []
    if not entries:
        raise DepartmentUnknown(field=field)
    return entries[0]
