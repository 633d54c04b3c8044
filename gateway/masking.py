"""What lay supervisors (营商环境监督员) see instead of whose case it is: at the door, for pages and programs alike.

They watch the time and the money, not the enterprise. Nor do they look for one: what is found would tell them its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from contracts.message import Actor, Contract, Query
from contracts.review import CasePage, CaseView, CountCases, GetCase, GetCaseNeighbours, ListCases
from contracts.treasury import (
    DisbursementPage,
    DisbursementSummary,
    DisbursementView,
    GetDisbursement,
    ListDisbursements,
    SummariseDisbursements,
)

WHOLE = frozenset({"supervision", "discipline", "audit"})
"""Supervisors' duties that see whose case it is."""

STARS = "**"
QUOTED = "（银行原文："
"""Begins what a bank wrote itself; treasury puts it behind our words."""

LOOKED_FOR = ("about", "uscc", "enterprise_id", "enterprise_name", "receipt")
"""By which fields of a question an enterprise could be looked for."""


def sees_names(actor: Actor) -> bool:
    """Whoever is something else besides a lay supervisor does."""
    return "lay_supervisor" not in actor.duties or bool(actor.duties & WHOLE) or actor.roles != {"supervisor"}


def asked_for(query: Query, actor: Actor) -> Query:
    """The question as it may be put by this actor: whoever sees no names asks for none."""
    if type(query) not in MASKED or sees_names(actor):
        return query
    return query.model_copy(update={name: None for name in LOOKED_FOR if name in type(query).model_fields})


def answered(contract: type[Contract], actor: Actor, wire: dict[str, Any]) -> dict[str, Any]:
    """The answer as this actor may see it."""
    mask = MASKED.get(contract)
    if mask is None or "ok" not in wire or sees_names(actor):
        return wire
    return {**wire, "ok": mask(wire["ok"])}


def masked(name: str) -> str:
    """At most its first four characters, never more than half of it, as tracking shows it to strangers."""
    return f"{name[: min(4, max(1, len(name) // 2))]}{STARS}"


def masked_case(case: CaseView) -> CaseView:
    """Without the enterprise's name and code, its account, and what its data say."""
    claim = case.claim.model_copy(
        update={"enterprise_name": masked(case.claim.enterprise_name), "uscc": STARS, "enterprise_id": "-"}
    )
    hidden = {"payee_name": STARS, "account_masked": STARS, "working": (), "obstacles": (), "remarks": ()}
    hidden_besides = {"note": "", "cites": (), "enterprise_called": None}
    return case.model_copy(update={"claim": claim, **hidden_besides, **hidden})


def masked_payment(payment: DisbursementView) -> DisbursementView:
    claim = payment.claim.model_copy(
        update={"enterprise_name": masked(payment.claim.enterprise_name), "uscc": STARS, "enterprise_id": "-"}
    )
    hidden = {
        "payee_name": masked(payment.payee_name),
        "account_masked": STARS,
        "bank_name": STARS,
        "payee_holder": None,
        "reason": None if payment.reason is None else payment.reason.partition(QUOTED)[0],
    }
    return payment.model_copy(update={"claim": claim, **hidden})


def _case(said: Any) -> Any:
    return masked_case(CaseView.model_validate(said)).model_dump(mode="json")


def _cases(said: Any) -> Any:
    page = CasePage.model_validate(said)
    return page.model_copy(update={"items": tuple(map(masked_case, page.items))}).model_dump(mode="json")


def _payment(said: Any) -> Any:
    return masked_payment(DisbursementView.model_validate(said)).model_dump(mode="json")


def _payments(said: Any) -> Any:
    page = DisbursementPage.model_validate(said)
    return page.model_copy(update={"items": tuple(map(masked_payment, page.items))}).model_dump(mode="json")


def _summary(said: Any) -> Any:
    found = DisbursementSummary.model_validate(said)
    return found.model_copy(update={"largest": tuple(map(masked_payment, found.largest))}).model_dump(mode="json")


def _as_it_is(said: Any) -> Any:
    return said


MASKED: Mapping[type[Contract], Callable[[Any], Any]] = {
    GetCase: _case,
    ListCases: _cases,
    CountCases: _as_it_is,
    GetCaseNeighbours: _as_it_is,
    GetDisbursement: _payment,
    ListDisbursements: _payments,
    SummariseDisbursements: _summary,
}
"""What lay supervisors may ask about cases and money, and how each answer is masked for them."""
