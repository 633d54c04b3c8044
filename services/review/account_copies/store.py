"""Copies of confirmed accounts as rows. Rows belong to the tenant that registered the account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import orjson

from chassis.write.uow import UnitOfWork
from contracts.enterprises import Payee
from contracts.payee_holders import PayeeHolder
from services.review.account_copies.domain import HolderKey, ReceiverAccount

KEEP_ENTERPRISES = """
INSERT INTO payee_account_copy (tenant, enterprise_id, account_version, payee)
SELECT tenant, id, version, payee
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, id text, version integer, payee jsonb)
ORDER BY tenant, id
ON CONFLICT (tenant, enterprise_id) DO UPDATE
SET account_version = EXCLUDED.account_version, payee = EXCLUDED.payee
WHERE payee_account_copy.account_version < EXCLUDED.account_version
"""

KEEP_HOLDERS = """
INSERT INTO holder_account_copy (tenant, holder_id, account_version, holder, payee)
SELECT tenant, id, version, holder, payee
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, id text, version integer, holder jsonb, payee jsonb)
ORDER BY tenant, id
ON CONFLICT (tenant, holder_id) DO UPDATE
SET account_version = EXCLUDED.account_version, holder = EXCLUDED.holder, payee = EXCLUDED.payee
WHERE holder_account_copy.account_version < EXCLUDED.account_version
"""

# The surviving enterprise's account leads; one that has none yet leaves that of the enterprise merged into it, which is the same
# person in law. Accounts are looked for one by one (LIMIT): how long the way is the planner cannot know.
OF_ENTERPRISES = """
WITH RECURSIVE way AS (
    SELECT k.tenant, k.id AS origin, k.id, ARRAY[]::text[] AS absorbed
    FROM unnest(CAST(:tenants AS text[]), CAST(:ids AS text[])) AS k(tenant, id)
    UNION ALL SELECT way.tenant, way.origin, m.surviving_id, way.absorbed || way.id
    FROM way JOIN merged_enterprise m ON (m.tenant, m.absorbed_id) = (way.tenant, way.id)
    WHERE m.surviving_id <> ALL (way.absorbed || way.id))
SELECT DISTINCT ON (way.tenant, way.origin) way.tenant, way.origin, way.id, a.payee
FROM way CROSS JOIN LATERAL (
    SELECT payee FROM payee_account_copy p WHERE (p.tenant, p.enterprise_id) = (way.tenant, way.id) LIMIT 1) AS a
ORDER BY way.tenant, way.origin, cardinality(way.absorbed) DESC
"""

OF_HOLDERS = """
SELECT k.tenant, k.id, a.holder, a.payee
FROM unnest(CAST(:tenants AS text[]), CAST(:ids AS text[])) AS k(tenant, id) CROSS JOIN LATERAL (
    SELECT holder, payee FROM holder_account_copy h WHERE (h.tenant, h.holder_id) = (k.tenant, k.id) LIMIT 1) AS a
"""


class AccountCopies:
    """The newest confirmed account of each enterprise and of each other holder, as catalog told it."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def keep_enterprises(self, accounts: Mapping[HolderKey, Payee]) -> None:
        """Keep these; an older version never replaces a newer one."""
        self._uow.execute(KEEP_ENTERPRISES, {"rows": _rows(accounts)})

    def keep_holders(self, accounts: Mapping[HolderKey, tuple[PayeeHolder, Payee]]) -> None:
        """The same of holders that are no applicants."""
        holders = {key: holder for key, (holder, _payee) in accounts.items()}
        payees = {key: payee for key, (_holder, payee) in accounts.items()}
        self._uow.execute(KEEP_HOLDERS, {"rows": _rows(payees, holders)})

    def of_enterprises(self, enterprises: Iterable[HolderKey]) -> dict[HolderKey, ReceiverAccount]:
        """Where each of these enterprises is paid to now; the unit of work names their tenants. Who has none is left out."""
        wanted = _asked(enterprises)
        rows = self._uow.execute(OF_ENTERPRISES, wanted) if wanted["ids"] else ()
        found = {}
        for row in rows:
            payee = Payee.model_validate(row.payee)
            holder = PayeeHolder(kind="enterprise", holder_id=row.id, name=payee.account_name)
            found[row.tenant, row.origin] = ReceiverAccount(row.origin, holder, payee)
        return found

    def of_holders(self, holders: Iterable[HolderKey]) -> dict[HolderKey, ReceiverAccount]:
        """The same of holders that are no applicants."""
        wanted = _asked(holders)
        rows = self._uow.execute(OF_HOLDERS, wanted) if wanted["ids"] else ()
        return {
            (row.tenant, row.id): ReceiverAccount(
                row.id, PayeeHolder.model_validate(row.holder), Payee.model_validate(row.payee)
            )
            for row in rows
        }


def _rows(payees: Mapping[HolderKey, Payee], holders: Mapping[HolderKey, PayeeHolder] | None = None) -> str:
    rows = [
        {
            "tenant": key[0],
            "id": key[1],
            "version": payee.account_version,
            "payee": payee.model_dump(mode="json"),
            "holder": holders[key].model_dump(mode="json") if holders is not None else None,
        }
        for key, payee in payees.items()
    ]
    return orjson.dumps(rows).decode()


def _asked(keys: Iterable[HolderKey]) -> dict[str, list[str]]:
    wanted = sorted(set(keys))
    return {"tenants": [tenant for tenant, _ in wanted], "ids": [id for _, id in wanted]}
