"""A case as its department sees it: from the case itself, and from its row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from contracts.review import CaseView
from services.review.cases.case import Case


def view_of(case: Case) -> CaseView:
    """The case as its department sees it."""
    decision = case.decision
    return CaseView(
        case_id=case.id,
        claim=case.claim,
        state=case.state,
        amount_fen=case.amount_fen,
        asked_fen=case.asked_fen,
        working=tuple(line.text_zh for line in case.assessment.amount.working),
        verdict=case.assessment.verdict.state.value,
        obstacles=case.open_reasons(),
        remarks=case.remarks,
        payee_name=case.payee.account_name,
        account_masked=case.payee.account_masked,
        inspection_required=case.inspection_required,
        inspection_passed=case.inspection.passed if case.inspection else None,
        due_at=case.due_at,
        accepted_at=case.accepted_at,
        decided_by=decision.by if decision else None,
        decided_at=decision.at if decision else None,
        note=decision.note if decision else "",
        version=case.version,
    )


def view_of_row(row: Row[Any]) -> CaseView:
    """The same, read without the domain: what the rule says was written out with the row."""
    amount = row.assessment["amount"]
    return CaseView(
        case_id=row.id,
        claim=row.claim,
        state=row.state,
        amount_fen=amount["money"],
        asked_fen=row.asked_fen,
        working=tuple(line["text_zh"] for line in amount["working"]),
        verdict=row.assessment["verdict"]["state"],
        obstacles=row.obstacles,
        remarks=row.remarks,
        payee_name=row.payee["account_name"],
        account_masked=row.payee["account_masked"],
        inspection_required=row.inspection_required,
        inspection_passed=row.inspection["passed"] if row.inspection else None,
        due_at=row.due_at,
        accepted_at=row.accepted_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=row.note,
        version=row.version,
    )
