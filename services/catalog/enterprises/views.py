"""What the catalogue answers about enterprises: reads straight from its tables to contract types."""

from __future__ import annotations

from chassis.reader import Reader
from contracts.enterprises import EnterpriseView, GetEnterprise
from contracts.rule import Fact
from services.catalog.enterprises.domain import EnterpriseUnknown, refuse_stranger

FILE = (
    "SELECT e.id AS enterprise_id, e.tenant, e.uscc, e.name, e.industry, e.contact_masked, e.version,"
    " COALESCE((SELECT jsonb_agg(jsonb_build_object('name', f.name, 'kind', f.kind, 'value', f.value,"
    " 'unit', f.unit, 'period', f.period, 'source', f.source, 'as_of', f.as_of, 'valid_until', f.valid_until)"
    " ORDER BY f.name, f.period NULLS FIRST) FROM enterprise_fact_current f"
    " WHERE f.tenant = e.tenant AND f.enterprise_id = e.id), '[]') AS facts"
    " FROM enterprise e WHERE e.tenant = :tenant AND e.id = :id"
)


def get_enterprise(query: GetEnterprise, reader: Reader) -> EnterpriseView:
    """A firm's file with its current facts. Raises EnterpriseNotYours or EnterpriseUnknown."""
    refuse_stranger(reader.actor, query.enterprise_id)
    return file_of(query.enterprise_id, reader)


def file_of(enterprise_id: str, reader: Reader) -> EnterpriseView:
    """The whole file, whoever asks within the tenant. Raises EnterpriseUnknown."""
    row = reader.execute(FILE, {"tenant": reader.tenant, "id": enterprise_id}).mappings().first()
    if row is None:
        raise EnterpriseUnknown()
    facts = tuple(Fact.model_validate(fact) for fact in row["facts"])
    return EnterpriseView.model_validate({**row, "facts": facts})
