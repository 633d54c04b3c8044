"""Holders and their accounts, as people see them: to staff all of a place, to an enterprise those that it has named."""

from __future__ import annotations

from sqlalchemy import RowMapping

from chassis.read.paging import newest_page
from chassis.read.reader import Reader
from contracts.message import Id
from contracts.payee_holder_accounts import (
    GetPayeeHolder,
    HolderAccountRecord,
    ListPayeeHolders,
    PayeeHolderPage,
    PayeeHolderSheet,
    PayeeHolderView,
)
from services.catalog.enterprises.known import refuse_unknown
from services.catalog.payee_holders.domain import PayeeHolderUnknown, standing_of
from services.catalog.payee_holders.store import OWN_DOSSIERS

HOLDERS = (
    f"{OWN_DOSSIERS} SELECT * FROM (SELECT h.tenant, h.id, h.kind, h.name, h.code_masked, h.registered_at, h.version,"
    " a.newest > 0 AS confirmed, EXISTS (SELECT FROM holder_account w WHERE w.tenant = h.tenant AND w.holder_id = h.id"
    " AND w.state = 'registered' AND w.withdrawn_by IS NULL AND w.account_version > a.newest) AS account_waits"
    " FROM payee_holder h CROSS JOIN LATERAL (SELECT coalesce(max(account_version), 0) AS newest FROM holder_account c"
    " WHERE c.tenant = h.tenant AND c.holder_id = h.id AND c.state = 'confirmed') AS a) AS holder WHERE tenant = :tenant"
)
NAMED_FOR = (
    " AND id IN (SELECT n.holder_id FROM payee_holder_naming n"
    " WHERE n.tenant = :tenant AND n.enterprise_id IN (SELECT id FROM own))"
)
WAITING = (
    " AND account_waits AND id IN (SELECT u.holder_id FROM holder_account u"
    " WHERE u.tenant = :tenant AND u.state = 'registered' AND u.withdrawn_by IS NULL)"
)
"""The second condition says less, and is found by an index of those alone."""

STANDINGS = {None: "", True: WAITING, False: " AND NOT account_waits"}

ACCOUNTS_OF_HOLDER = (
    f"{OWN_DOSSIERS} SELECT id AS account_id, holder_id, account_name, account_masked, bank_name, account_version,"
    " state = 'confirmed' AS confirmed, version, registered_by, registered_at, confirmed_by, confirmed_at,"
    " withdrawn_by, withdrawn_at, withdrawn_why, CASE WHEN withdrawn_by IS NOT NULL THEN 'withdrawn'"
    " WHEN state = 'confirmed' AND account_version = paid.newest THEN 'paid'"
    " WHEN account_version < paid.newest THEN 'superseded' ELSE 'waiting' END AS standing"
    " FROM holder_account, (SELECT coalesce(max(account_version) FILTER (WHERE state = 'confirmed'), 0) AS newest"
    " FROM holder_account WHERE tenant = :tenant AND holder_id = :holder) AS paid"
    " WHERE tenant = :tenant AND holder_id = :holder"
    " AND (CAST(:enterprise AS text) IS NULL OR named_by IN (SELECT id FROM own)) ORDER BY account_version DESC"
)


def list_payee_holders(query: ListPayeeHolders, reader: Reader) -> PayeeHolderPage:
    """The receivers of a place, or of one enterprise. Raises EnterpriseNotYours, EnterpriseUnknown or CursorInvalid."""
    enterprise = query.enterprise_id or reader.actor.enterprise_id
    if enterprise is not None:
        refuse_unknown(reader, enterprise)
    rows, cursor = newest_page(
        reader,
        HOLDERS + (NAMED_FOR if enterprise is not None else "") + STANDINGS[query.account_waits],
        {"tenant": reader.tenant, "enterprise": enterprise},
        query,
    )
    return PayeeHolderPage(items=tuple(_view(row) for row in rows), next_cursor=cursor)


def get_payee_holder(query: GetPayeeHolder, reader: Reader) -> PayeeHolderSheet:
    """One receiver with its accounts. Raises PayeeHolderUnknown."""
    own: Id | None = reader.actor.enterprise_id
    asked = {"tenant": reader.tenant, "enterprise": own, "holder": query.holder_id}
    named_for = NAMED_FOR if own is not None else ""
    row = reader.execute(f"{HOLDERS} AND id = :holder{named_for}", asked).mappings().first()
    if row is None:
        raise PayeeHolderUnknown()
    accounts = reader.execute(ACCOUNTS_OF_HOLDER, asked).mappings()
    return PayeeHolderSheet(
        holder=_view(row), accounts=tuple(HolderAccountRecord.model_validate(dict(each)) for each in accounts)
    )


def _view(row: RowMapping) -> PayeeHolderView:
    return PayeeHolderView(
        holder_id=row["id"],
        kind=row["kind"],
        name=row["name"],
        code_masked=row["code_masked"],
        standing=standing_of(row["confirmed"], row["account_waits"]),
        account_waits=row["account_waits"],
        registered_at=row["registered_at"],
        version=row["version"],
    )
