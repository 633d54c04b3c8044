"""What the catalogue answers about policies: reads straight from its tables to contract types."""

from __future__ import annotations

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.item import PolicyItemContent
from contracts.policies import GetPolicy, ListPolicies, PolicyItemView, PolicyPage, PolicySummary
from services.catalog.policies.domain import ItemUnknown, item_view

LINEAGE = (
    "WITH RECURSIVE lineage AS (SELECT id, parent_id, 0 AS depth FROM tenant WHERE id = :tenant"
    " UNION ALL SELECT t.id, t.parent_id, l.depth + 1 FROM tenant t JOIN lineage l ON t.id = l.parent_id"
    " WHERE l.depth < 8)"
)
"""The tenant and the levels above it, whose published items are on offer to its enterprises."""

SUMMARY = (
    " SELECT p.id AS item_id, p.tenant, p.item_version AS version, p.code, p.content ->> 'title' AS title,"
    " p.content #>> '{rules,plan,mode}' AS mode, p.content #>> '{rules,plan,department}' AS department,"
    " CAST(p.content ->> 'sample' AS boolean) AS sample FROM policy_item p"
    " WHERE p.state = 'published' AND p.id > :after"
)


def list_policies(query: ListPolicies, reader: Reader) -> PolicyPage:
    """Items on offer in the order of their first publication. Raises CursorInvalid."""
    after = decode_cursor(query.cursor, str)
    wanted = {"after": str(after[0]) if after else "", "limit": query.limit + 1}
    if query.tenant is None:
        statement = f"{SUMMARY} ORDER BY p.id LIMIT :limit"
    else:
        statement = f"{LINEAGE}{SUMMARY} AND p.tenant IN (SELECT id FROM lineage) ORDER BY p.id LIMIT :limit"
        wanted["tenant"] = query.tenant
    rows, more = cut_page(reader.execute(statement, wanted).mappings().all(), query.limit)
    items = tuple(PolicySummary.model_validate(dict(row)) for row in rows)
    return PolicyPage(items=items, next_cursor=encode_cursor(items[-1].item_id) if more else None)


VERSION = """
SELECT p.id, p.tenant, p.item_version AS latest_version, p.state, p.state_reason,
    coalesce(v.item_version, p.item_version) AS version, coalesce(v.published_at, p.published_at) AS published_at,
    coalesce(v.content, p.content) AS content
FROM policy_item p
LEFT JOIN policy_item_version v ON v.item_id = p.id AND v.item_version = CAST(:version AS integer)
WHERE p.id = :id
"""


def get_policy(query: GetPolicy, reader: Reader) -> PolicyItemView:
    """A published item in its newest version or the one asked for, whoever asks. Raises ItemUnknown."""
    row = reader.execute(VERSION, {"id": query.item_id, "version": query.item_version}).first()
    if row is None or query.item_version not in (None, row.version):
        raise ItemUnknown()
    return item_view(
        row.id,
        row.tenant,
        row.version,
        PolicyItemContent.model_validate(row.content),
        state=row.state,
        state_reason=row.state_reason,
        latest_version=row.latest_version,
        published_at=row.published_at,
    )
