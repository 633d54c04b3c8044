"""A lay supervisor who calls by program is told no more than one who looks at a page."""

from __future__ import annotations

import pytest
from staff_kit import NAMES, case, colleague, listed, payment, summary, told

from contracts.message import Actor
from contracts.review import GetCase, GetCaseNeighbours, ListCases
from contracts.treasury import GetDisbursement, ListDisbursements, SummariseDisbursements
from gateway.masking import answered, asked_for, sees_names

LAY = colleague("lay_supervisor").principal.actor
SEEING = [
    colleague("supervision").principal.actor,
    colleague("lay_supervisor", "audit").principal.actor,
    colleague("lay_supervisor", "first_review").principal.actor,
    Actor(id="bureau", roles=frozenset({"bureau"})),
]
ANSWERS = {
    GetCase: told(case(2, note="该公司欠税", enterprise_called="改名后的公司")),
    ListCases: {"items": [told(case(2, note="该公司欠税"))], "next_cursor": None},
    GetDisbursement: told(payment(2)),
    ListDisbursements: listed(payment(2)),
    SummariseDisbursements: told(summary(payment(2))),
}


@pytest.mark.parametrize("contract", ANSWERS, ids=lambda contract: contract.__name__)
def test_names_codes_accounts_and_reasons_are_masked(contract: type) -> None:
    said = str(answered(contract, LAY, {"ok": ANSWERS[contract]}))
    assert NAMES[2] not in said
    assert "91360702DEM" not in said
    assert "该公司欠税" not in said
    assert "改名后的公司" not in said
    assert "**" in said


@pytest.mark.parametrize("actor", SEEING, ids=lambda actor: "+".join(sorted(actor.duties)) or "machine")
def test_whoever_is_anything_else_besides_sees_the_answer_as_it_is(actor: Actor) -> None:
    assert sees_names(actor)
    for contract, answer in ANSWERS.items():
        assert answered(contract, actor, {"ok": answer}) == {"ok": answer}


def test_a_refusal_stays_as_it_is() -> None:
    refused = {"refused": {"kind": "not_found", "code": "case_not_found", "message": "没有找到该办件。"}}
    assert answered(GetCase, LAY, refused) == refused


def test_they_look_for_no_enterprise() -> None:
    for query in (ListCases(about="虔矿"), GetCaseNeighbours(case_id="case-1", about="虔矿")):
        assert getattr(asked_for(query, LAY), "about", None) is None
        assert asked_for(query, SEEING[0]) is query
