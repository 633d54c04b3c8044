"""Why a payment waits for money, as the budget lines stand when somebody looks: what was said when it was held is history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import RowMapping

from chassis.read.reader import Reader
from contracts.money import Money
from contracts.treasury import DisbursementView
from services.treasury.budget.domain import BudgetExhausted, BudgetLineMissing
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.funds import TAX_FIRST
from services.treasury.disbursements.rows import disbursement_of
from services.treasury.disbursements.whose_line import may_pay

LINES = """
SELECT l.year, l.department, l.department_id, l.item_id, l.code,
    l.appropriated_fen - l.reserved_fen - (l.settled_fen - l.returned_fen) - l.swept_fen AS available_fen
FROM budget_line l
WHERE l.tenant = :tenant AND l.year = ANY (CAST(:years AS integer[]))
    AND (l.department = ANY (CAST(:departments AS text[])) OR l.department_id = ANY (CAST(:department_ids AS text[])))
"""

COVERED = "预算资金已到位，正按批准先后落实。"


class LineNow(NamedTuple):
    """What one budget line has left to promise, and for whom."""

    year: int
    department: str
    department_id: str | None
    item_id: str | None
    available_fen: int
    code: str | None = None


def shown(rows: Sequence[RowMapping], reader: Reader) -> tuple[DisbursementView, ...]:
    """These payments as they stand, the reasons of those that are held as they are now."""
    payments = [disbursement_of(row) for row in rows]
    lines = _lines_of([each for each in payments if each.state == "held"], reader)
    return tuple(
        each.view().model_copy(update={"reason": reason_now(each, lines)}) if each.state == "held" else each.view()
        for each in payments
    )


def reason_now(payment: Disbursement, lines: Sequence[LineNow]) -> str:
    """What a held payment waits for. Pure."""
    if payment.awaits_tax:
        return payment.reason or TAX_FIRST
    available = [line.available_fen for line in lines if may_pay(line, payment)]
    if not available:
        return BudgetLineMissing().message
    if payment.amount_fen <= max(available):
        return COVERED
    needed, most = Money(payment.amount_fen).yuan_text(), Money(max(available)).yuan_text()
    return BudgetExhausted(needed=needed, available=most).message


def _lines_of(held: Sequence[Disbursement], reader: Reader) -> list[LineNow]:
    if not held:
        return []
    asked: dict[str, Any] = {
        "tenant": reader.tenant,
        "years": sorted({each.year for each in held}),
        "departments": sorted({each.claim.department for each in held}),
        "department_ids": sorted({each.paying_department_id for each in held if each.paying_department_id}),
    }
    return [LineNow(**row) for row in reader.execute(LINES, asked).mappings()]
