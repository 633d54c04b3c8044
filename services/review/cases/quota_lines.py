"""What the quotas of its item say of a case as things stand now, for whoever reads its sheet."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.item import BenefitKind
from contracts.money import ZERO
from contracts.quota_batches import CaseQuota
from contracts.rule import Assessment, Fact, FactSheet, ItemRules
from services.review.cases.moves import OPEN
from services.review.quotas.domain import QuotaClaim, QuotaSaid
from services.review.quotas.standing import stand
from services.review.quotas.store import QuotaUses

MONEY = (BenefitKind.GRANT, BenefitKind.INTEREST)


def quota_lines(
    row: Row[Any], item: Row[Any], rules: ItemRules, facts: tuple[Fact, ...], reader: Reader
) -> tuple[CaseQuota, ...]:
    """In the order of the item's quotas; none of a case that is decided, or that no quota limits."""
    assessment = Assessment.model_validate(row.assessment)
    if row.state not in OPEN or not assessment.subject_to or row.instalment > 1:
        return ()
    filed_at = row.received_at or row.accepted_at
    year = rules.reference_year or filed_at.astimezone(CHINA).year
    claim = QuotaClaim(
        case_id=row.id,
        tenant=reader.tenant,
        family=item.family or row.claim["item_id"],
        item_id=row.claim["item_id"],
        filed_at=filed_at,
        money=(assessment.amount.money or ZERO) if _pays_money(item) else ZERO,
        parts={each.part: each.money for each in assessment.amount.parts if each.part is not None},
        facts=FactSheet(facts=facts, reference_year=year),
        rules=rules,
    )
    known = QuotaUses(reader).known([claim], [reader.tenant])
    standing = stand([claim], known, reader.now.astimezone(CHINA).date()).get(row.id)
    return tuple(_line(each) for each in standing.said) if standing is not None else ()


def _line(said: QuotaSaid) -> CaseQuota:
    return CaseQuota(
        number=said.number + 1,
        limits_zh=said.limits,
        outcome=said.outcome,
        left_zh=said.left_zh.strip(),
        earlier=said.earlier,
        text_zh=said.against.message if said.against is not None else said.text_zh,
    )


def _pays_money(item: Row[Any]) -> bool:
    return item.benefit_kind is None or BenefitKind(item.benefit_kind) in MONEY
