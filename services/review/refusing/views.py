"""What a case could be refused for, as it stands, for whoever decides it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, text

from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.case_materials import ConfirmedMaterial
from contracts.identity import TenantSettings
from contracts.refusal import Reason
from contracts.refusal_grounds import GetRefusalGrounds, IssuedRefusal, PreviewRefusal, RefusalGrounds, Remedies
from contracts.rule import Assessment, ItemRules
from services.review.cases.quota_lines import quota_lines
from services.review.cases.sheet import FACTS
from services.review.cases.tables import REVIEW_CASE
from services.review.cases.views import case_row
from services.review.grounds.basis import FailedAnswer, QuotaFinding, RefusalBasis
from services.review.grounds.choosing import grounds_of, refusal_of

RULES = text(
    "SELECT rules, family, benefit_kind, title, citation FROM item_version"
    " WHERE item_id = :item AND item_version = :version"
)
SETTINGS = text("SELECT settings FROM tenant WHERE id = :tenant")
FAILED = text(
    "SELECT * FROM (SELECT DISTINCT ON (step, slot) step, slot, kind, verdict, department, at, reason, evidence"
    " FROM case_answer WHERE tenant = :tenant AND case_id = :case AND step > 0 ORDER BY step, slot, number DESC) latest"
    " WHERE verdict = 'failed' ORDER BY step, slot"
)


def get_refusal_grounds(query: GetRefusalGrounds, reader: Reader) -> RefusalGrounds:
    """Raises CaseNotFound, NotYourDepartment or Forbidden."""
    row = case_row(query.case_id, reader, REVIEW_CASE.c.facts)
    return RefusalGrounds(
        case_id=query.case_id,
        grounds=grounds_of(_basis(row, reader)),
        remedies=_remedies(row, reader),
        version=row.version,
    )


def preview_refusal(query: PreviewRefusal, reader: Reader) -> IssuedRefusal:
    """Raises as `get_refusal_grounds` and `refusal_of` do."""
    row = case_row(query.case_id, reader, REVIEW_CASE.c.facts)
    issued = refusal_of(query, _basis(row, reader), _remedies(row, reader))
    return IssuedRefusal(
        reason=issued.reason,
        cites=issued.cites,
        how_to_object=issued.how_to_object,
        grounds=issued.grounds,
        remedies=issued.remedies,
    )


def _remedies(row: Row[Any], reader: Reader) -> Remedies | None:
    found = reader.execute(SETTINGS, {"tenant": reader.tenant}).scalar()
    return TenantSettings.model_validate(found or {}).remedies_against(row.department_id)


def _basis(row: Row[Any], reader: Reader) -> RefusalBasis:
    claim = row.claim
    item = reader.execute(RULES, {"item": claim["item_id"], "version": claim["item_version"]}).one()
    rules, facts = ItemRules.model_validate(item.rules), FACTS.validate_python(row.facts)
    filed_at = row.received_at or row.accepted_at
    return RefusalBasis(
        rules=rules,
        citation=item.citation or f"《{claim['item_title']}》",
        department=row.department,
        assessment=Assessment.model_validate(row.assessment),
        facts=facts,
        filed_on=filed_at.astimezone(CHINA).date(),
        today=reader.now.astimezone(CHINA).date(),
        failed=_failed(row, reader),
        materials=tuple(ConfirmedMaterial.model_validate(each) for each in row.materials["confirmed"]),
        quotas=tuple(
            QuotaFinding(each.number, each.limits_zh, each.outcome, each.text_zh)
            for each in quota_lines(row, item, rules, facts, reader)
        ),
        remarks=tuple(Reason.model_validate(each) for each in row.remarks),
    )


def _failed(row: Row[Any], reader: Reader) -> tuple[FailedAnswer, ...]:
    found = reader.execute(FAILED, {"tenant": reader.tenant, "case": row.id})
    return tuple(
        FailedAnswer(
            each.step,
            each.slot,
            each.kind,
            each.department,
            each.at.astimezone(CHINA).date(),
            each.reason,
            each.evidence,
        )
        for each in found
    )
