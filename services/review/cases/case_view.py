"""A case as its department sees it: from the case itself, and from its row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from contracts.plan_terms import TermInPlan
from contracts.refusal import Reason
from contracts.review import CaseView
from contracts.rule import Assessment, Headline
from rules import headline_of
from services.review.cases.case import Case
from services.review.cases.materials import ANSWERED_FOR
from services.review.cases.moves import OPEN
from services.review.cases.plan_terms import waiting_for


def view_of(case: Case, unmapped: Sequence[TermInPlan] = ()) -> CaseView:
    """The case as its department sees it; `unmapped` is what of its plan means nothing today."""
    decision = case.decision
    return CaseView(
        case_id=case.id,
        claim=case.claim,
        state=case.state,
        amount_fen=case.amount_fen,
        asked_fen=case.asked_fen,
        working=tuple(line.text_zh for line in case.assessment.amount.working),
        verdict=case.assessment.verdict.state.value,
        headline=case.assessment.headline or headline_of(case.assessment),
        obstacles=(*(case.against if case.is_open else ()), *_waiting(case.state, unmapped)),
        remarks=(*case.remarks, *_undetermined(case.state, case.awaits_year)),
        payee_name=case.payee.account_name if case.payee else "",
        account_masked=case.payee.account_masked if case.payee else "",
        inspection_required=case.inspection_required,
        inspection_passed=case.inspection.passed if case.inspection else None,
        unconfirmed_materials=tuple(each.code for each in case.materials.unconfirmed),
        **_runs_until(case.state, case.due_at, case.awaits_year),
        accepted_at=case.accepted_at,
        decided_by=decision.by if decision else None,
        decided_at=decision.at if decision else None,
        note=decision.note if decision else "",
        cites=decision.cites if decision else (),
        how_to_object=decision.how_to_object if decision else "",
        grounds=decision.grounds if decision else (),
        remedies=decision.remedies if decision else None,
        notice_number=case.notice_number,
        steps=case.steps,
        payees=case.receivers,
        received_at=case.received_at,
        decisions=case.decisions,
        revision=case.revision,
        instalment=case.instalment,
        first_case_id=case.first_case_id,
        undo_until=case.undo_until,
        paused=_paused(case.clock) if case.is_open else None,
        version=case.version,
    )


SAME = (
    *("steps", "received_at", "decisions", "revision", "instalment", "first_case_id", "undo_until"),
    *("grounds", "remedies", "notice_number"),
)
"""What a view shows as its row has it."""


def view_of_row(
    row: Row[Any], unmapped: Sequence[TermInPlan] = (), called: str | None = None, projected: datetime | None = None
) -> CaseView:
    """The same, read without the domain: what the rule says was written out with the row. `called` is what the enterprise is
    called now; `projected` when a review limit that stands still would end if it went on now."""
    amount = row.assessment["amount"]
    return CaseView(
        case_id=row.id,
        claim=row.claim,
        state=row.state,
        amount_fen=amount["money"],
        asked_fen=row.asked_fen,
        working=tuple(line["text_zh"] for line in amount["working"]),
        verdict=row.assessment["verdict"]["state"],
        headline=_headline(row.assessment),
        obstacles=(
            *(Reason.model_validate(each) for each in row.obstacles if row.state in OPEN),
            *_waiting(row.state, unmapped),
        ),
        remarks=(*(Reason.model_validate(each) for each in row.remarks), *_undetermined(row.state, row.awaits_year)),
        payee_name=row.payee["account_name"] if row.payee else "",
        account_masked=row.payee["account_masked"] if row.payee else "",
        inspection_required=row.inspection_required,
        inspection_passed=row.inspection["passed"] if row.inspection else None,
        unconfirmed_materials=_unconfirmed(row.materials),
        **_runs_until(row.state, row.due_at or projected, row.awaits_year),
        accepted_at=row.accepted_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=row.note,
        cites=row.cites,
        how_to_object=row.how_to_object,
        enterprise_called=called if called != row.claim["enterprise_name"] else None,
        paused=_paused(row.clock) if row.state in OPEN else None,
        payees=row.receivers,
        **{name: getattr(row, name) for name in SAME},
        version=row.version,
    )


def _headline(assessment: dict[str, Any]) -> Headline:
    """As it was kept; a case from before headlines is told in the same words."""
    kept = assessment.get("headline")
    return Headline.model_validate(kept) if kept else headline_of(Assessment.model_validate(assessment))


def _runs_until(state: str, due_at: datetime | None, awaits_year: int | None) -> dict[str, Any]:
    """When it is due; nothing is due any more of what is decided."""
    return {"due_at": due_at, "awaits_year": awaits_year} if state in OPEN else {"due_at": None}


def _paused(clock: dict[str, Any] | None) -> str | None:
    """Why the review limit stands still, if it does."""
    return clock["paused"]["reason"] if clock and clock.get("paused") else None


def _unconfirmed(materials: dict[str, Any]) -> tuple[str, ...]:
    there = {each["code"] for each in materials["confirmed"] if each.get("finding", "good") in ANSWERED_FOR}
    return tuple(each["code"] for each in materials["needed"] if each["code"] not in there)


def _undetermined(state: str, awaits_year: int | None) -> tuple[Reason, ...]:
    """Why an open case has no due date although its item sets a limit."""
    if state != "accepted" or awaits_year is None:
        return ()
    message = f"审核时限待 {awaits_year} 年工作日安排公布后确定，载入日历后自动补算；请照常办理。"
    return (Reason(code="review_limit_awaits_calendar", message=message),)


def _waiting(state: str, unmapped: Sequence[TermInPlan]) -> tuple[Reason, ...]:
    """What is decided waits for nothing any more."""
    if state != "accepted":
        return ()
    return tuple(reason for refusal in waiting_for(unmapped) for reason in refusal.reasons)
