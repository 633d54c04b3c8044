"""Copies of payee accounts as rows. Rows belong to the enterprise's own tenant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chassis.write.uow import UnitOfWork
from contracts.enterprises import Payee
from contracts.payee_holders import HolderAccountChanged
from services.treasury.account_copies.domain import CurrentAccount, HolderOwner, PayeeOwner

# The surviving enterprise's account leads; one that has none yet leaves that of the enterprise merged into it, which is
# the same person in law. Accounts are looked for one by one (LIMIT): how long the way is the planner cannot know.
CURRENT = """
WITH RECURSIVE way AS (
    SELECT k.tenant, k.id AS origin, k.id, ARRAY[]::text[] AS absorbed
    FROM unnest(CAST(:tenants AS text[]), CAST(:enterprises AS text[])) AS k(tenant, id)
    UNION ALL SELECT way.tenant, way.origin, m.surviving_id, way.absorbed || way.id
    FROM way JOIN merged_enterprise m ON (m.tenant, m.absorbed_id) = (way.tenant, way.id)
    WHERE m.surviving_id <> ALL (way.absorbed || way.id))
SELECT DISTINCT ON (way.tenant, way.origin) way.tenant, way.origin, way.id, way.absorbed, a.payee
FROM way CROSS JOIN LATERAL (
    SELECT payee FROM payee_account p WHERE (p.tenant, p.enterprise_id) = (way.tenant, way.id) LIMIT 1) AS a
ORDER BY way.tenant, way.origin, cardinality(way.absorbed) DESC
"""

KEEP = """
INSERT INTO payee_account (tenant, enterprise_id, account_version, payee)
SELECT * FROM unnest(CAST(:tenants AS text[]), CAST(:enterprises AS text[]), CAST(:versions AS integer[]),
    CAST(:payees AS jsonb[]))
ON CONFLICT (tenant, enterprise_id) DO UPDATE
SET account_version = EXCLUDED.account_version, payee = EXCLUDED.payee
WHERE payee_account.account_version < EXCLUDED.account_version
"""

KEEP_HOLDERS = """
INSERT INTO holder_account (tenant, holder_id, account_version, holder, payee)
SELECT * FROM unnest(CAST(:tenants AS text[]), CAST(:ids AS text[]), CAST(:versions AS integer[]),
    CAST(:holders AS jsonb[]), CAST(:payees AS jsonb[]))
ON CONFLICT (tenant, holder_id) DO UPDATE
SET account_version = EXCLUDED.account_version, holder = EXCLUDED.holder, payee = EXCLUDED.payee
WHERE holder_account.account_version < EXCLUDED.account_version
"""

CURRENT_OF_HOLDERS = """
SELECT h.tenant, h.holder_id, h.payee FROM holder_account h
JOIN unnest(CAST(:tenants AS text[]), CAST(:ids AS text[])) AS k(tenant, id) ON (h.tenant, h.holder_id) = (k.tenant, k.id)
"""


class HolderAccountCopies:
    """The newest confirmed account of each holder who is no applicant. Rows belong to the tenant that registered the holder."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def keep(self, accounts: Mapping[HolderOwner, HolderAccountChanged]) -> None:
        """Keep these; an older version never replaces a newer one."""
        keys = sorted(accounts)
        self._uow.execute(
            KEEP_HOLDERS,
            {
                "tenants": [tenant for tenant, _ in keys],
                "ids": [holder for _, holder in keys],
                "versions": [accounts[key].payee.account_version for key in keys],
                "holders": [accounts[key].holder.model_dump_json() for key in keys],
                "payees": [accounts[key].payee.model_dump_json() for key in keys],
            },
        )

    def current(self, holders: Iterable[HolderOwner]) -> dict[HolderOwner, CurrentAccount]:
        """Where each of these holders is paid to now; those without an account are left out."""
        wanted = sorted(set(holders))
        if not wanted:
            return {}
        asked = {"tenants": [tenant for tenant, _ in wanted], "ids": [holder for _, holder in wanted]}
        rows = self._uow.execute(CURRENT_OF_HOLDERS, asked)
        return {
            (row.tenant, row.holder_id): CurrentAccount(row.holder_id, Payee.model_validate(row.payee)) for row in rows
        }


class PayeeAccountCopies:
    """The newest confirmed account of each enterprise, as catalog told it."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def keep(self, accounts: Mapping[PayeeOwner, Payee]) -> None:
        """Keep these by (tenant, enterprise); an older version never replaces a newer one."""
        keys = sorted(accounts)
        self._uow.execute(
            KEEP,
            {
                "tenants": [tenant for tenant, _ in keys],
                "enterprises": [enterprise for _, enterprise in keys],
                "versions": [accounts[key].account_version for key in keys],
                "payees": [accounts[key].model_dump_json() for key in keys],
            },
        )

    def current(self, enterprises: Iterable[PayeeOwner]) -> dict[PayeeOwner, CurrentAccount]:
        """Where each of these enterprises is paid to now; the unit of work names their tenants. Those without an account are
        left out."""
        wanted = sorted(set(enterprises))
        if not wanted:
            return {}
        rows = self._uow.execute(
            CURRENT,
            {"tenants": [tenant for tenant, _ in wanted], "enterprises": [enterprise for _, enterprise in wanted]},
        )
        return {
            (row.tenant, row.origin): CurrentAccount(row.id, Payee.model_validate(row.payee), frozenset(row.absorbed))
            for row in rows
        }
