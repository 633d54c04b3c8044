"""Payee accounts as rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chassis.write.uow import UnitOfWork
from contracts.enterprises import Payee
from contracts.message import TenantId

PayeeOwner = tuple[TenantId, str]
"""The enterprise's own tenant, and its id."""


class PayeeAccountCopies:
    """The newest confirmed account of each enterprise, as catalog told it. Rows belong to the enterprise's own tenant."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def keep(self, accounts: Mapping[PayeeOwner, Payee]) -> None:
        """Keep these by (tenant, enterprise); an older version never replaces a newer one."""
        keys = sorted(accounts)
        self._uow.execute(
            "INSERT INTO payee_account (tenant, enterprise_id, account_version, payee)"
            " SELECT * FROM unnest(CAST(:tenants AS text[]), CAST(:enterprises AS text[]),"
            " CAST(:versions AS integer[]), CAST(:payees AS jsonb[]))"
            " ON CONFLICT (tenant, enterprise_id) DO UPDATE"
            " SET account_version = EXCLUDED.account_version, payee = EXCLUDED.payee"
            " WHERE payee_account.account_version < EXCLUDED.account_version",
            {
                "tenants": [tenant for tenant, _ in keys],
                "enterprises": [enterprise for _, enterprise in keys],
                "versions": [accounts[key].account_version for key in keys],
                "payees": [accounts[key].model_dump_json() for key in keys],
            },
        )

    def newest(self, enterprises: Iterable[PayeeOwner]) -> dict[PayeeOwner, Payee]:
        """The newest account of each of these enterprises that has one."""
        wanted = sorted(set(enterprises))
        rows = self._uow.execute(
            "SELECT a.tenant, a.enterprise_id, a.payee FROM payee_account a"
            " JOIN unnest(CAST(:tenants AS text[]), CAST(:enterprises AS text[])) AS k(tenant, enterprise_id)"
            " USING (tenant, enterprise_id)",
            {"tenants": [tenant for tenant, _ in wanted], "enterprises": [enterprise for _, enterprise in wanted]},
        )
        return {(row.tenant, row.enterprise_id): Payee.model_validate(row.payee) for row in rows}
