"""The enterprises of each tenant as the catalogue knows them: names, newest facts, confirmed accounts, by its events."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from chassis.events.received import Received
from chassis.write.uow import UnitOfWork
from contracts.enterprises import (
    EnterpriseFactsChanged,
    EnterpriseRegistered,
    FactRecorders,
    Payee,
    PayeeAccountChanged,
)
from contracts.message import TenantId
from contracts.name_changes import EnterpriseRenamed
from contracts.rule import Fact
from services.intake.catalog_copies.domain import Applicant
from services.intake.catalog_copies.rows import write_rows

KEEP_ENTERPRISES = """
INSERT INTO enterprise (tenant, id, uscc, name)
SELECT tenant, id, uscc, name
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, id text, uscc text, name text)
ON CONFLICT DO NOTHING
"""

CALL_OTHERWISE = """
UPDATE enterprise e SET name = r.name
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, id text, name text)
WHERE (e.tenant, e.id) = (r.tenant, r.id)
"""

KEEP_FACTS = """
INSERT INTO enterprise_fact (tenant, enterprise_id, name, period, as_of, fact, recorders)
SELECT tenant, enterprise_id, name, period, as_of, fact, ARRAY(SELECT json_array_elements_text(recorders))
FROM json_to_recordset(CAST(:rows AS json))
    AS r(tenant text, enterprise_id text, name text, period text, as_of date, fact jsonb, recorders json)
ORDER BY tenant, enterprise_id, name, period
ON CONFLICT (tenant, enterprise_id, name, period)
DO UPDATE SET as_of = EXCLUDED.as_of, fact = EXCLUDED.fact, recorders = EXCLUDED.recorders
WHERE enterprise_fact.as_of <= EXCLUDED.as_of
"""

FORGET_FACTS = """
DELETE FROM enterprise_fact AS f
USING jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, enterprise_id text, name text, period text)
WHERE (f.tenant, f.enterprise_id, f.name, f.period) = (r.tenant, r.enterprise_id, r.name, r.period)
"""

KEEP_PAYEES = """
INSERT INTO payee (tenant, enterprise_id, account_version, payee)
SELECT tenant, enterprise_id, account_version, payee
FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS r(tenant text, enterprise_id text, account_version integer, payee jsonb)
ORDER BY tenant, enterprise_id
ON CONFLICT (tenant, enterprise_id) DO UPDATE
SET account_version = EXCLUDED.account_version, payee = EXCLUDED.payee
WHERE payee.account_version < EXCLUDED.account_version
"""

ENTERPRISES = """
SELECT e.id, e.tenant, e.uscc, e.name, p.payee, m.surviving_id AS merged_into,
    EXISTS (SELECT FROM merged_enterprise f WHERE f.tenant = e.tenant AND f.surviving_id = e.id) AS has_absorbed,
    (SELECT jsonb_agg(jsonb_build_array(f.fact, f.recorders) ORDER BY f.name, f.period) FROM enterprise_fact f
     WHERE f.tenant = e.tenant AND f.enterprise_id = e.id AND f.name = ANY (:names)) AS facts
FROM enterprise e LEFT JOIN payee p ON p.tenant = e.tenant AND p.enterprise_id = e.id
LEFT JOIN merged_enterprise m ON m.tenant = e.tenant AND m.absorbed_id = e.id
WHERE e.tenant = :tenant AND e.id = ANY (:ids)
"""


class EnterpriseCopies:
    """The enterprises as one unit of work sees them; each is as new as the last event that arrived."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def keep_enterprises(self, events: Sequence[Received[EnterpriseRegistered]]) -> None:
        rows = [
            {
                "tenant": event.tenant,
                "id": event.data.enterprise_id,
                "uscc": event.data.uscc,
                "name": event.data.name,
            }
            for event in events
        ]
        write_rows(self._uow, KEEP_ENTERPRISES, rows)
        self.keep_facts(events)

    def keep_names(self, events: Sequence[Received[EnterpriseRenamed]]) -> None:
        """Of several changes of one enterprise the last one: they arrive in the order in which they were confirmed."""
        names = {(event.tenant, event.data.enterprise_id): event.data.name for event in events}
        rows = [{"tenant": tenant, "id": id, "name": name} for (tenant, id), name in sorted(names.items())]
        write_rows(self._uow, CALL_OTHERWISE, rows)

    def keep_facts(self, events: Sequence[Received[EnterpriseRegistered] | Received[EnterpriseFactsChanged]]) -> None:
        """The newest fact of each name and period: the latest `as_of`, and of those the last one told.

        What is withdrawn is forgotten first, so that an older fact that counts again is taken.
        """
        newest: dict[tuple[str, str, str, str], Fact] = {}
        whose: dict[tuple[str, str, str, str], tuple[str, ...]] = {}
        withdrawn: set[tuple[str, str, str, str]] = set()
        for event in events:
            dossier = (event.tenant, event.data.enterprise_id)
            for gone in event.data.withdrawn if isinstance(event.data, EnterpriseFactsChanged) else ():
                key = (*dossier, gone.name, gone.period or "")
                withdrawn.add(key)
                newest.pop(key, None)
            own = (event.data.recorded_by,) if event.data.recorded_by is not None else ()
            others = event.data.recorders if isinstance(event.data, EnterpriseFactsChanged) else ()
            recorders = {(each.name, each.period): each.persons for each in others}
            for fact in event.data.facts:
                key = (*dossier, fact.name, fact.period or "")
                if key not in newest or fact.as_of >= newest[key].as_of:
                    newest[key] = fact
                    whose[key] = recorders.get((fact.name, fact.period), own)
        columns = ("tenant", "enterprise_id", "name", "period")
        write_rows(self._uow, FORGET_FACTS, [dict(zip(columns, key, strict=True)) for key in sorted(withdrawn)])
        rows = [
            {
                "tenant": tenant,
                "enterprise_id": enterprise_id,
                "name": name,
                "period": period,
                "as_of": fact.as_of,
                "fact": vars(fact),
                "recorders": whose[tenant, enterprise_id, name, period],
            }
            for (tenant, enterprise_id, name, period), fact in newest.items()
        ]
        write_rows(self._uow, KEEP_FACTS, rows)

    def keep_payees(self, events: Sequence[Received[PayeeAccountChanged]]) -> None:
        """The enterprise's account of the highest version. Accounts are aggregates of their own, so the events of
        two of them may arrive in either order.
        """
        newest: dict[tuple[str, str], Payee] = {}
        for event in events:
            key = (event.tenant, event.data.enterprise_id)
            if key not in newest or event.data.payee.account_version > newest[key].account_version:
                newest[key] = event.data.payee
        rows = [
            {
                "tenant": tenant,
                "enterprise_id": enterprise_id,
                "account_version": payee.account_version,
                "payee": payee.model_dump(mode="json"),
            }
            for (tenant, enterprise_id), payee in newest.items()
        ]
        write_rows(self._uow, KEEP_PAYEES, rows)

    def enterprises(
        self, enterprise_ids: Collection[str], fact_names: Collection[str], *, tenant: TenantId
    ) -> dict[str, Applicant]:
        """Those of these enterprises that `tenant` has, with their facts of these names."""
        rows = self._uow.execute(
            ENTERPRISES,
            {"tenant": tenant, "ids": sorted(set(enterprise_ids)), "names": sorted(fact_names)},
        )
        return {row.id: _enterprise(row) for row in rows}


def _enterprise(row: Any) -> Applicant:
    known = [(Fact.model_validate(fact), tuple(persons)) for fact, persons in row.facts or ()]
    return Applicant(
        enterprise_id=row.id,
        tenant=row.tenant,
        uscc=row.uscc,
        name=row.name,
        facts=tuple(fact for fact, _persons in known),
        payee=Payee.model_validate(row.payee) if row.payee is not None else None,
        merged_into=row.merged_into,
        has_absorbed=row.has_absorbed,
        recorders=tuple(
            FactRecorders(name=fact.name, period=fact.period, persons=persons) for fact, persons in known if persons
        ),
    )
