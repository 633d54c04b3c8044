"""What intake answers: applications as they were filed. Where a case is now is oversight's to tell."""

from __future__ import annotations

from typing import Any

from chassis.foundation.secrecy import Cipher
from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.intake import ApplicationPage, ApplicationView, Claim, GetApplication, ListApplications
from contracts.receipt_numbers import FindApplication
from copies.merged_enterprises import OF_ENTERPRISE
from services.intake.applications.domain import ApplicationUnknown
from services.intake.whose import refuse_stranger

COLUMNS = (
    "SELECT tenant, claim, query_code_sealed, estimated_fen, lowest_fen, highest_fen, submitted_at, account_needed AND NOT EXISTS (SELECT FROM payee p"
    " WHERE p.tenant = application.tenant AND p.enterprise_id = application.enterprise_id) AS account_needed FROM application"
)
"""An account that was confirmed after the filing is needed no more."""


def get_application(query: GetApplication, reader: Reader, cipher: Cipher) -> ApplicationView:
    """One application, filed or nominated. To another enterprise it does not exist. Raises ApplicationUnknown."""
    row = reader.execute(
        f"{COLUMNS} WHERE tenant = :tenant AND id = :id AND (CAST(:enterprise AS text) IS NULL OR enterprise_id {OF_ENTERPRISE})",
        {
            "tenant": reader.tenant,
            "id": query.application_id,
            "enterprise": reader.actor.enterprise_id,
        },
    ).first()
    if row is None:
        raise ApplicationUnknown()
    return _view(row, cipher)


def find_application(query: FindApplication, reader: Reader, cipher: Cipher) -> ApplicationView:
    """The application of the place that has this receipt. Raises ApplicationUnknown."""
    row = reader.execute(
        f"{COLUMNS} WHERE tenant = :tenant AND receipt = :receipt",
        {"tenant": reader.tenant, "receipt": query.receipt.upper()},
    ).first()
    if row is None:
        raise ApplicationUnknown()
    return _view(row, cipher)


def list_applications(query: ListApplications, reader: Reader, cipher: Cipher) -> ApplicationPage:
    """An enterprise's applications, those of dossiers merged into its own included, newest first. Raises EnterpriseNotYours or CursorInvalid."""
    refuse_stranger(reader.actor, query.enterprise_id)
    before = decode_cursor(query.cursor, str)
    rows = reader.execute(
        f"{COLUMNS} WHERE tenant = :tenant AND enterprise_id {OF_ENTERPRISE}"
        " AND (CAST(:item AS text) IS NULL OR item_id = :item) AND (CAST(:receipt AS text) IS NULL OR receipt = :receipt)"
        " AND (CAST(:before AS text) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit",
        {
            "item": query.item_id,
            "receipt": query.receipt,
            "tenant": reader.tenant,
            "enterprise": query.enterprise_id,
            "before": str(before[0]) if before else None,
            "limit": query.limit + 1,
        },
    ).all()
    rows, more = cut_page(rows, query.limit)
    items = tuple(_view(row, cipher) for row in rows)
    return ApplicationPage(items=items, next_cursor=encode_cursor(items[-1].claim.application_id) if more else None)


def _view(row: Any, cipher: Cipher) -> ApplicationView:
    return ApplicationView(
        claim=Claim.model_validate(row.claim),
        query_code=cipher.open(row.query_code_sealed, purpose="query_code", tenant=row.tenant),
        estimated_fen=row.estimated_fen,
        account_needed=row.account_needed,
        lowest_fen=row.lowest_fen,
        highest_fen=row.highest_fen,
        submitted_at=row.submitted_at,
    )
