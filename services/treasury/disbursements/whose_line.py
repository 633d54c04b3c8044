"""Which budget lines may pay for a payment, and in which order they are drawn on. Pure.

The line is the payer's own: of the item, then of the department; among these the one that has the plan's code before one
without a code. A line with another code pays for nothing of it; what names no code is paid by any.
"""

from __future__ import annotations

from typing import Protocol

from services.treasury.budget.domain import line_id
from services.treasury.disbursements.payment import PaymentRecord


class LineLike(Protocol):
    """What has to be known of a line."""

    @property
    def year(self) -> int: ...
    @property
    def department(self) -> str: ...
    @property
    def department_id(self) -> str | None: ...
    @property
    def item_id(self) -> str | None: ...
    @property
    def code(self) -> str | None: ...


def may_pay(line: LineLike, payment: PaymentRecord) -> bool:
    """Whether a line of the payer's may pay for it: by the department's name, or by the department, whatever it is called."""
    if payment.terms.paying_department_id is not None and line.department_id is not None:
        own = line.department_id == payment.terms.paying_department_id
    else:
        by_id = line.department_id is not None and line.department_id == payment.paying_department_id
        own = by_id or line.department == payment.named_department
    of_code = line.code is None or payment.terms.budget_line in (None, line.code)
    return own and of_code and line.year == payment.year and line.item_id in (None, payment.claim.item_id)


def in_order(line: LineLike, payment: PaymentRecord) -> tuple[bool, bool, bool]:
    """What is drawn on first sorts first: the item's, the one of this code, the one of the department's name."""
    return (
        line.item_id is None,
        line.code != payment.terms.budget_line,
        line.department != payment.claim.department,
    )


def ids_by_name(payment: PaymentRecord) -> list[str]:
    """Ids that such lines have where they are opened under the name that the claim has for the department."""
    named, code = payment.named_department, payment.terms.budget_line
    if named is None:
        return []
    codes = (None,) if code is None else (code, None)
    return [
        line_id(payment.tenant, payment.year, named, item, each)
        for item in (payment.claim.item_id, None)
        for each in codes
    ]
