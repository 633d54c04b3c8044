"""The case that a filing becomes, before it is accepted. Pure."""

from __future__ import annotations

from services.review.cases.case import Case
from services.review.cases.entitlement import mismatch_with
from services.review.cases.filing import Filing
from services.review.cases.judging import judged
from services.review.cases.materials import CaseMaterials, needed_by
from services.review.cases.overpaying import held_for_a_person
from services.review.item_copies.item import PinnedItem
from services.review.register.domain import award_period


def receive(filing: Filing, item: PinnedItem) -> Case:
    """The case of what was filed, not accepted yet. The rules are evaluated here again, on the day of filing, so that a
    replay agrees."""
    plan = item.rules.plan
    year = item.rules.reference_year or filing.filed_on.year
    materials = CaseMaterials(needed_by(plan, filing.commitments))
    if filing.listed_by is not None:
        materials = materials.on_list(filing.listed_by, filing.filed_at)
    case = Case(
        id=filing.case_id,
        tenant=filing.tenant,
        traceparent=filing.traceparent,
        claim=filing.claim,
        facts=filing.facts,
        recorders=filing.recorders,
        parameters=filing.figures,
        payee=filing.payee,
        named_payees=filing.named_payees,
        asked_fen=filing.asked_fen,
        assessment=judged(item.rules, filing.facts, filing.figures, filing.filed_on),
        award_period=award_period(plan.frequency, filing.filed_on, year, filing.claim.application_id),
        inspection_required=any(step.kind == "site_inspection" for step in plan.steps),
        review_limit=plan.review_limit,
        received_at=filing.filed_at,
        accepted_at=filing.filed_at,
        listed_by=filing.listed_by,
        commitments=filing.commitments,
        credit_commitment=filing.credit_commitment,
        materials=materials,
    )
    mismatch = mismatch_with(case.assessment, filing.asked_fen)
    told = [*([mismatch] if mismatch is not None else []), *held_for_a_person(item.rules)]
    case.remarks = tuple(reason for each in told for reason in each.reasons)
    return case
