"""What the catalogue answers: reads straight from its tables to contract types."""

from __future__ import annotations

from chassis.clock import CHINA
from chassis.paging import cut_page, decode_cursor, encode_cursor
from chassis.reader import Reader
from contracts.catalog import (
    CheckEntitlement,
    EnterpriseView,
    EntitlementView,
    GetEnterprise,
    GetPolicy,
    ListPolicies,
    PolicyItemView,
    PolicyPage,
    PolicySummary,
)
from contracts.item import PolicyItemContent
from contracts.rule import Fact, FactSheet
from rules import assess
from services.catalog.domain import EnterpriseUnknown, ItemUnknown, item_view, refuse_stranger

LINEAGE = (
    "WITH RECURSIVE lineage AS (SELECT id, parent_id, 0 AS depth FROM tenant WHERE id = :tenant"
    " UNION ALL SELECT t.id, t.parent_id, l.depth + 1 FROM tenant t JOIN lineage l ON t.id = l.parent_id"
    " WHERE l.depth < 8)"
)
"""The tenant and the levels above it, whose published items are on offer to its firms."""

SUMMARY = (
    " SELECT p.id AS item_id, p.tenant, p.item_version AS version, p.code, p.content ->> 'title' AS title,"
    " p.content #>> '{rules,plan,mode}' AS mode, p.content #>> '{rules,plan,department}' AS department,"
    " CAST(p.content ->> 'sample' AS boolean) AS sample FROM policy_item p WHERE p.id > :after"
)

FILE = (
    "SELECT e.id AS enterprise_id, e.tenant, e.uscc, e.name, e.industry, e.contact_masked, e.version,"
    " COALESCE((SELECT jsonb_agg(jsonb_build_object('name', f.name, 'kind', f.kind, 'value', f.value,"
    " 'unit', f.unit, 'period', f.period, 'source', f.source, 'as_of', f.as_of, 'valid_until', f.valid_until)"
    " ORDER BY f.name, f.period NULLS FIRST) FROM enterprise_fact_current f"
    " WHERE f.tenant = e.tenant AND f.enterprise_id = e.id), '[]') AS facts"
    " FROM enterprise e WHERE e.tenant = :tenant AND e.id = :id"
)


def list_policies(query: ListPolicies, reader: Reader) -> PolicyPage:
    """Published items in the order of their first publication. Raises CursorInvalid."""
    after = decode_cursor(query.cursor, 1)
    wanted = {"after": str(after[0]) if after else "", "limit": query.limit + 1}
    if query.tenant is None:
        statement = f"{SUMMARY} ORDER BY p.id LIMIT :limit"
    else:
        statement = f"{LINEAGE}{SUMMARY} AND p.tenant IN (SELECT id FROM lineage) ORDER BY p.id LIMIT :limit"
        wanted["tenant"] = query.tenant
    rows, more = cut_page(reader.execute(statement, wanted).mappings().all(), query.limit)
    items = tuple(PolicySummary.model_validate(dict(row)) for row in rows)
    return PolicyPage(items=items, next_cursor=encode_cursor(items[-1].item_id) if more else None)


def get_policy(query: GetPolicy, reader: Reader) -> PolicyItemView:
    """The newest version of a published item, whoever asks. Raises ItemUnknown."""
    row = reader.execute(
        "SELECT id, tenant, item_version, content FROM policy_item WHERE id = :id", {"id": query.item_id}
    ).first()
    if row is None:
        raise ItemUnknown()
    return item_view(row.id, row.tenant, row.item_version, PolicyItemContent.model_validate(row.content))


def get_enterprise(query: GetEnterprise, reader: Reader) -> EnterpriseView:
    """A firm's file with its current facts. Raises EnterpriseNotYours or EnterpriseUnknown."""
    refuse_stranger(reader.actor, query.enterprise_id)
    return _file(query.enterprise_id, reader)


def check_entitlement(query: CheckEntitlement, reader: Reader) -> EntitlementView:
    """The item's answer on the firm's file as it stands, before caps that need earlier awards.

    Raises EnterpriseNotYours, ItemUnknown (also for an item that is not on offer to this tenant's firms) or
    EnterpriseUnknown.
    """
    refuse_stranger(reader.actor, query.enterprise_id)
    item = reader.execute(
        f"{LINEAGE} SELECT p.id, p.item_version, p.content FROM policy_item p"
        " WHERE p.id = :id AND p.tenant IN (SELECT id FROM lineage)",
        {"id": query.item_id, "tenant": reader.tenant},
    ).first()
    if item is None:
        raise ItemUnknown()
    enterprise = _file(query.enterprise_id, reader)
    today = reader.now.astimezone(CHINA).date()
    content = PolicyItemContent.model_validate(item.content)
    found = assess(content.rules, FactSheet(facts=enterprise.facts, reference_year=today.year), today)
    return EntitlementView(
        item_id=item.id,
        item_version=item.item_version,
        enterprise_id=enterprise.enterprise_id,
        verdict=found.verdict,
        amount=found.amount,
        checked_at=reader.now,
    )


def _file(enterprise_id: str, reader: Reader) -> EnterpriseView:
    row = reader.execute(FILE, {"tenant": reader.tenant, "id": enterprise_id}).mappings().first()
    if row is None:
        raise EnterpriseUnknown()
    facts = tuple(Fact.model_validate(fact) for fact in row["facts"])
    return EnterpriseView.model_validate({**row, "facts": facts})
