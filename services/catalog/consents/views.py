"""Who is allowed to see what of an enterprise, and who has seen it: reads."""

from __future__ import annotations

from chassis.foundation.secrecy import Cipher
from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.consents import (
    ConsentList,
    DisclosurePage,
    ListConsents,
    ListDisclosures,
    ReadContact,
    RevealedContact,
)
from services.catalog.consents.domain import (
    Disclosure,
    LookUnknown,
)
from services.catalog.consents.store import consent_of
from services.catalog.enterprises.known import refuse_unknown


def read_contact(query: ReadContact, reader: Reader, cipher: Cipher) -> RevealedContact:
    """The number behind a look of one's own, for a few minutes. Raises LookUnknown."""
    row = (
        reader.execute(
            "SELECT d.*, e.contact_sealed FROM disclosure d"
            " JOIN enterprise e ON e.tenant = d.tenant AND e.id = d.enterprise_id"
            " WHERE d.tenant = :tenant AND d.id = :id",
            {"tenant": reader.tenant, "id": query.disclosure_id},
        )
        .mappings()
        .first()
    )
    if row is None:
        raise LookUnknown()
    look = Disclosure(**{name: value for name, value in row.items() if name != "contact_sealed"})
    if not look.readable_by(reader.actor, reader.now):
        raise LookUnknown()
    mobile = cipher.open(row["contact_sealed"], purpose="contact", tenant=look.tenant)
    return RevealedContact(disclosure_id=look.id, enterprise_id=look.enterprise_id, contact_mobile=mobile)


def list_consents(query: ListConsents, reader: Reader) -> ConsentList:
    """All consents of an enterprise, the newest first. Raises EnterpriseNotYours or EnterpriseUnknown."""
    refuse_unknown(reader, query.enterprise_id)
    rows = reader.execute(
        "SELECT * FROM consent WHERE tenant = :tenant AND enterprise_id = :id ORDER BY consent.id DESC",
        {"tenant": reader.tenant, "id": query.enterprise_id},
    )
    today = reader.now.astimezone(CHINA).date()
    return ConsentList(items=tuple(consent_of(row).view(today) for row in rows.mappings()))


def list_disclosures(query: ListDisclosures, reader: Reader) -> DisclosurePage:
    """Who has looked at what of an enterprise, or was refused a look, the newest first. Raises EnterpriseNotYours, EnterpriseUnknown or CursorInvalid."""
    refuse_unknown(reader, query.enterprise_id)
    before = decode_cursor(query.cursor, str)
    found = reader.execute(
        "SELECT * FROM disclosure WHERE tenant = :tenant AND enterprise_id = :id"
        " AND (CAST(:before AS text) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit",
        {
            "tenant": reader.tenant,
            "id": query.enterprise_id,
            "before": str(before[0]) if before else None,
            "limit": query.limit + 1,
        },
    )
    rows, more = cut_page(found.mappings().all(), query.limit)
    items = tuple(Disclosure(**dict(row)).view() for row in rows)
    return DisclosurePage(items=items, next_cursor=encode_cursor(items[-1].disclosure_id) if more else None)
