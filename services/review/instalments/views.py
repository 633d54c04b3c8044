"""What staff see of the instalments of a claim."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from chassis.read.reader import Reader
from contracts.case_instalments import ClaimInstalments, InstalmentView, ListClaimInstalments
from contracts.rule import InstalmentRecord
from services.review.cases.filing import follow_up_id
from services.review.cases.views import case_row
from services.review.instalments.domain import ClaimSchedule
from services.review.instalments.store import INSTALMENT_PLAN, plan_of


def list_claim_instalments(query: ListClaimInstalments, reader: Reader) -> ClaimInstalments:
    """In their order; none before the first is granted. Raises CaseNotFound, NotYourDepartment or Forbidden."""
    case = case_row(query.case_id, reader)
    first = case.first_case_id or case.id
    row = reader.execute(
        select(INSTALMENT_PLAN).where(INSTALMENT_PLAN.c.tenant == reader.tenant, INSTALMENT_PLAN.c.id == first)
    ).first()
    if row is None:
        return ClaimInstalments(first_case_id=first)
    plan = _plan(row)
    return ClaimInstalments(
        first_case_id=first,
        items=tuple(_view(plan, number) for number in range(1, len(plan.parts) + 1)),
        whole_fen=plan.whole_fen,
        paid_fen=plan.paid.fen,
        next_number=plan.number if plan.state != "ended" else None,
    )


def _plan(row: Row[Any]) -> ClaimSchedule:
    return plan_of(row._mapping, id=row.id, tenant=row.tenant)


def _view(plan: ClaimSchedule, number: int) -> InstalmentView:
    part = plan.parts[number - 1]
    said = {"number": number, "label": part.label, "due_from": part.due_from}
    for case_id, records in plan.settled.items():
        for record in records:
            if record.number == number:
                return InstalmentView(**said, **_ended(case_id, record))
    if any(each.outcome == "stopped" for each in plan.records):
        return InstalmentView(**said, state="stopped")
    if number == plan.number and plan.state == "open":
        return InstalmentView(**said, state="in_review", case_id=follow_up_id(plan.id, number))
    if number == plan.number:
        return InstalmentView(**{**said, "due_from": plan.due_from or part.due_from}, state="scheduled", why=plan.why)
    return InstalmentView(**said, state="scheduled")


def _ended(case_id: str, record: InstalmentRecord) -> dict[str, Any]:
    amount = record.money.fen if record.outcome == "paid" else None
    return {"state": record.outcome, "amount_fen": amount, "case_id": case_id}
