"""What the catalogue answers about enterprises: reads straight from its tables to contract types."""

from __future__ import annotations

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.enterprise_lookup import EnterpriseFound, FindEnterprise
from contracts.enterprises import (
    AbsorbedEnterprise,
    EnterpriseView,
    FormerName,
    GetEnterprise,
)
from contracts.fact_records import FactHistory, GetFactHistory
from contracts.rule import Fact
from services.catalog.enterprises.admitted_codes import is_admitted
from services.catalog.enterprises.credit_code import checked_credit_code, plain_code
from services.catalog.enterprises.domain import CreditCodeUnknown, EnterpriseUnknown, refuse_stranger
from services.catalog.enterprises.fact_records import FACT_COLUMNS, HISTORY, fact_record
from services.catalog.enterprises.known import refuse_unknown
from services.catalog.labels.views import labels_for

FACT_PARTS = ", ".join(f"'{column}', f.{column}" for column in FACT_COLUMNS)

FILE = (
    "SELECT e.id AS enterprise_id, e.tenant, e.uscc, e.name, e.industry, e.contact_name, e.contact_masked,"
    " e.contact_changed_at, e.version, e.merged_into,"
    f" COALESCE((SELECT jsonb_agg(jsonb_build_object({FACT_PARTS})"
    " ORDER BY f.name, f.period NULLS FIRST) FROM enterprise_fact_current f"
    " WHERE f.tenant = e.tenant AND f.enterprise_id = e.id), '[]') AS facts,"
    " COALESCE((SELECT jsonb_agg(jsonb_build_object('enterprise_id', o.id, 'uscc', o.uscc, 'name', o.name,"
    " 'merged_at', o.merged_at) ORDER BY o.id) FROM enterprise o"
    " WHERE o.tenant = e.tenant AND o.merged_into = e.id), '[]') AS absorbed,"
    " COALESCE((SELECT jsonb_agg(jsonb_build_object('name', n.former_name, 'until', n.effective_on)"
    " ORDER BY n.decided_at DESC) FROM enterprise_name_change n"
    " WHERE n.tenant = e.tenant AND n.enterprise_id = e.id AND n.state = 'confirmed'), '[]') AS former_names"
    " FROM enterprise e WHERE e.tenant = :tenant AND e.id = :id"
)

WHO = "SELECT id AS enterprise_id, uscc, name, merged_into FROM enterprise WHERE tenant = :tenant AND "


def dossier_of(enterprise_id: str, reader: Reader) -> EnterpriseView:
    """The whole dossier, whoever asks within the tenant, without its labels. Raises EnterpriseUnknown."""
    row = reader.execute(FILE, {"tenant": reader.tenant, "id": enterprise_id}).mappings().first()
    if row is None:
        raise EnterpriseUnknown()
    facts = tuple(Fact.model_validate(fact) for fact in row["facts"])
    former = tuple(AbsorbedEnterprise.model_validate(dossier) for dossier in row["absorbed"])
    names = tuple(FormerName.model_validate(name) for name in row["former_names"])
    return EnterpriseView.model_validate({**row, "facts": facts, "absorbed": former, "former_names": names})


def get_enterprise(query: GetEnterprise, reader: Reader) -> EnterpriseView:
    """An enterprise's dossier with its current facts and its labels. Raises EnterpriseNotYours or EnterpriseUnknown."""
    refuse_stranger(reader.actor, query.enterprise_id)
    dossier = dossier_of(query.enterprise_id, reader)
    return dossier.model_copy(update={"labels": labels_for(dossier.facts, reader)})


def find_enterprise(query: FindEnterprise, reader: Reader) -> EnterpriseFound:
    """Who has this credit code. Raises CreditCodeInvalid, CreditCodeUnknown."""
    uscc = plain_code(query.uscc)
    row = reader.execute(f"{WHO} uscc = :uscc", {"tenant": reader.tenant, "uscc": uscc}).mappings().first()
    if row is None:
        checked_credit_code(uscc, lambda code: is_admitted(code, reader))
        raise CreditCodeUnknown(uscc=uscc, field="uscc")
    while row["merged_into"] is not None:
        row = reader.execute(f"{WHO} id = :id", {"tenant": reader.tenant, "id": row["merged_into"]}).mappings().one()
    return EnterpriseFound(enterprise_id=row["enterprise_id"], uscc=row["uscc"], name=row["name"])


def get_fact_history(query: GetFactHistory, reader: Reader) -> FactHistory:
    """A dossier's records, the newest first. Raises EnterpriseNotYours, EnterpriseUnknown or CursorInvalid."""
    refuse_unknown(reader, query.enterprise_id)
    before = decode_cursor(query.cursor, int, int)
    found = reader.execute(
        f"SELECT * FROM ({HISTORY}) AS h WHERE (CAST(:name AS text) IS NULL OR name = :name)"
        " AND (CAST(:version AS integer) IS NULL OR (version, ordinal) < (:version, :ordinal))"
        " ORDER BY version DESC, ordinal DESC LIMIT :limit",
        {
            "tenant": reader.tenant,
            "id": query.enterprise_id,
            "name": query.name,
            "version": before[0] if before else None,
            "ordinal": before[1] if before else None,
            "limit": query.limit + 1,
        },
    )
    rows, more = cut_page(found.mappings().all(), query.limit)
    cursor = encode_cursor(rows[-1]["version"], rows[-1]["ordinal"]) if more else None
    return FactHistory(items=tuple(fact_record(row) for row in rows), next_cursor=cursor)
