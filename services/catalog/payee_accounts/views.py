"""The accounts that an enterprise has named, as people see them."""

from __future__ import annotations

from chassis.read.reader import Reader
from contracts.enterprises import (
    ListPayeeAccounts,
    PayeeAccountList,
    PayeeAccountRecord,
)
from services.catalog.enterprises.known import refuse_unknown

ACCOUNTS = (
    "SELECT id AS account_id, enterprise_id, account_name, account_masked, bank_name, account_version,"
    " state = 'confirmed' AS confirmed, version, registered_by, registered_at, confirmed_by, confirmed_at,"
    " withdrawn_by, withdrawn_at, withdrawn_why, CASE WHEN withdrawn_by IS NOT NULL THEN 'withdrawn'"
    " WHEN state = 'confirmed' AND account_version = paid.newest THEN 'paid'"
    " WHEN account_version < paid.newest THEN 'superseded' ELSE 'waiting' END AS standing"
    " FROM payee_account, (SELECT coalesce(max(account_version) FILTER (WHERE state = 'confirmed'), 0) AS newest"
    " FROM payee_account WHERE tenant = :tenant AND enterprise_id = :id) AS paid"
    " WHERE tenant = :tenant AND enterprise_id = :id ORDER BY account_version DESC"
)


def list_payee_accounts(query: ListPayeeAccounts, reader: Reader) -> PayeeAccountList:
    """Every account that an enterprise has named, masked, the newest first. Raises EnterpriseNotYours or EnterpriseUnknown."""
    refuse_unknown(reader, query.enterprise_id)
    rows = reader.execute(ACCOUNTS, {"tenant": reader.tenant, "id": query.enterprise_id})
    return PayeeAccountList(items=tuple(PayeeAccountRecord.model_validate(dict(row)) for row in rows.mappings()))
