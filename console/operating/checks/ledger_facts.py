"""F: every entry of the ledger is sealed as it stands, and nothing that was sealed is missing from the ledger."""

from __future__ import annotations

from sqlalchemy import Connection, text

from console.operating.checks.findings import Finding

MOST = 100

UNSEALED = text(
    """
    SELECT e.tenant, e.id FROM ledger_entry e WHERE NOT EXISTS (SELECT FROM audit_fact f
        WHERE (f.tenant, f.aggregate_type, f.aggregate_id, f.version) = (e.tenant, 'ledger_entry', e.id, 1))
    AND NOT EXISTS (SELECT FROM audit_archived a
        WHERE (a.tenant, a.aggregate_type, a.aggregate_id) = (e.tenant, 'ledger_entry', e.id)) LIMIT :most
    """
)

# A body that was erased tells nothing any more; its digest is still in the chain.
ALTERED = text(
    """
    SELECT f.tenant, f.aggregate_id AS id, e.id IS NULL AS missing FROM audit_fact f
    LEFT JOIN ledger_entry e ON (e.tenant, e.id) = (f.tenant, f.aggregate_id)
    WHERE f.aggregate_type = 'ledger_entry' AND f.body <> '' AND (e.id IS NULL
        OR jsonb_build_object('line_id', e.line_id, 'kind', e.kind, 'disbursement_id', e.disbursement_id,
            'document', e.document, 'reverses', e.reverses, 'postings', (SELECT jsonb_object_agg(p.account, p.amount_fen)
                FROM ledger_posting p WHERE (p.tenant, p.entry_id) = (e.tenant, e.id)))
        IS DISTINCT FROM (SELECT jsonb_object_agg(told.key, told.value) FROM jsonb_each(f.body::jsonb) told
            WHERE told.key IN ('line_id', 'kind', 'disbursement_id', 'document', 'reverses', 'postings'))
        OR (f.body::jsonb ->> 'at')::timestamptz IS DISTINCT FROM e.at) LIMIT :most
    """
)


def unsealed_entries(treasury: Connection) -> list[Finding]:
    """What is wrong with the ledger's entries of the tenants that the connection shows."""
    findings = [
        Finding("F", row.tenant, f"treasury：分录 {row.id} 没有审计记录")
        for row in treasury.execute(UNSEALED, {"most": MOST})
    ]
    for row in treasury.execute(ALTERED, {"most": MOST}):
        what = "已不在账上" if row.missing else "与审计记录不符"
        findings.append(Finding("F", row.tenant, f"treasury：分录 {row.id} {what}"))
    return findings
