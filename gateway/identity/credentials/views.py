"""What is answered about credentials."""

from __future__ import annotations

from sqlalchemy import ColumnElement, any_, literal, select

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.credentials import CredentialPage, ListCredentials, ListPartnerBanks, PartnerBank, PartnerBankList
from gateway.identity.credentials.store import CREDENTIAL, credential_of


def list_credentials(query: ListCredentials, reader: Reader) -> CredentialPage:
    """Raises CursorInvalid."""
    columns = CREDENTIAL.c
    statement = select(CREDENTIAL).where(columns.tenant == reader.tenant).order_by(columns.id).limit(query.limit + 1)
    if not query.past:
        statement = statement.where(*_good(reader))
    if (last := decode_cursor(query.cursor, str)) is not None:
        statement = statement.where(columns.id > str(last[0]))
    rows, more = cut_page(reader.execute(statement).mappings().all(), query.limit)
    return CredentialPage(
        items=tuple(credential_of(row).view() for row in rows),
        next_cursor=encode_cursor(rows[-1]["id"]) if more else None,
    )


def list_partner_banks(_query: ListPartnerBanks, reader: Reader) -> PartnerBankList:
    """Each once, whatever the number of its credentials."""
    columns = CREDENTIAL.c
    of_banks = (columns.tenant == reader.tenant, literal("bank") == any_(columns.roles), *_good(reader))
    statement = select(columns.actor_id, columns.name).where(*of_banks).order_by(columns.id)
    known = {row.actor_id: row.name for row in reader.execute(statement)}
    banks = (PartnerBank(bank_id=id, name=name) for id, name in known.items())
    return PartnerBankList(items=tuple(sorted(banks, key=lambda bank: (bank.name, bank.bank_id))))


def _good(reader: Reader) -> tuple[ColumnElement[bool], ...]:
    """What says of a credential that it still opens something."""
    columns = CREDENTIAL.c
    return columns.revoked_at.is_(None), columns.ends_at.is_(None) | (columns.ends_at > reader.now)
