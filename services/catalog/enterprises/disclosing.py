"""Who may see what of a firm, and who has: consents, a bank's look at a label, the contact in the open."""

from __future__ import annotations

from chassis.foundation.secrecy import Cipher
from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.consents import (
    ConsentList,
    ConsentView,
    ConsultLabel,
    DisclosurePage,
    DisclosureView,
    GiveConsent,
    LabelReport,
    ListConsents,
    ListDisclosures,
    ReadContact,
    RevealContact,
    RevealedContact,
    RevokeConsent,
)
from services.catalog.enterprises.consent_store import Consents, Disclosures, consent_of
from services.catalog.enterprises.consents import (
    CONTACT,
    Consent,
    ConsentMissing,
    Disclosure,
    LabelUnknown,
    LookUnknown,
    NotCovered,
    why_refused,
)
from services.catalog.enterprises.credit_code import checked_credit_code
from services.catalog.enterprises.domain import refuse_stranger
from services.catalog.enterprises.label_rules import holding
from services.catalog.enterprises.labels import label_of
from services.catalog.enterprises.store import Enterprises


def give_consent(cmd: GiveConsent, uow: UnitOfWork) -> ConsentView:
    """The firm lets a bank see what it names."""
    refuse_stranger(uow.actor, cmd.enterprise_id)
    uow.of(Enterprises).get(cmd.enterprise_id).refuse_merged()
    consent = Consent(
        id=uow.new_id(),
        tenant=uow.tenant,
        enterprise_id=cmd.enterprise_id,
        grantee=cmd.grantee,
        grantee_name=cmd.grantee_name,
        labels=tuple(dict.fromkeys(cmd.labels)),
        purposes=tuple(dict.fromkeys(cmd.purposes)),
        valid_from=cmd.valid_from,
        valid_until=cmd.valid_until,
        given_by=uow.actor.id,
        given_at=uow.now,
    )
    today = uow.now.astimezone(CHINA).date()
    consent.check(by=uow.actor, today=today, known_labels=[each.code for each in holding(uow)])
    uow.of(Consents).save(consent)
    return consent.view(today)


def revoke_consent(cmd: RevokeConsent, uow: UnitOfWork) -> ConsentView:
    """The firm takes it back; the next look is refused."""
    consents = uow.of(Consents)
    consent = consents.get(cmd.consent_id)
    consent.revoke(by=uow.actor, at=uow.now)
    consents.save(consent)
    return consent.view(uow.now.astimezone(CHINA).date())


def consult_label(cmd: ConsultLabel, uow: UnitOfWork) -> LabelReport:
    """A bank sees one label of a firm that has consented; the look is written down in the same transaction.

    One that is refused is written down with the refusal, for the firm to see who asks without its consent.
    """
    rules = {each.code: each for each in holding(uow)}
    if cmd.label not in rules:
        raise LabelUnknown(field="label")
    today = uow.now.astimezone(CHINA).date()
    enterprises = uow.of(Enterprises)
    enterprise = enterprises.by_uscc(checked_credit_code(cmd.uscc))
    given = uow.of(Consents).given_to(uow.actor.id, enterprise.id) if enterprise is not None else []
    standing = [each for each in given if each.covers(cmd.label, cmd.purpose, today)]
    if enterprise is None:
        raise ConsentMissing(field="uscc")
    if not standing:
        refused = why_refused(given, cmd.label, cmd.purpose, today)
        about = enterprise.id, cmd.label, cmd.purpose, None
        uow.if_refused(lambda keeping: _write_down(keeping, *about, refused))
        raise ConsentMissing(field="uscc")
    consent = max(standing, key=lambda each: each.valid_until)
    look = _write_down(uow, enterprise.id, cmd.label, cmd.purpose, consent.id)
    return LabelReport(
        disclosure_id=look.id,
        consent_id=consent.id,
        consent_until=consent.valid_until,
        uscc=enterprise.uscc,
        name=enterprise.name,
        label=label_of(rules[cmd.label], enterprises.current_facts(enterprise.id), today),
        seen_at=uow.now,
    )


def reveal_contact(cmd: RevealContact, uow: UnitOfWork) -> DisclosureView:
    """Write down who wants to see the contact number, and why; then it can be read."""
    refuse_stranger(uow.actor, cmd.enterprise_id)
    enterprise = uow.of(Enterprises).get(cmd.enterprise_id)
    return _write_down(uow, enterprise.id, CONTACT, cmd.reason, None).view()


def _write_down(
    uow: UnitOfWork,
    enterprise_id: str,
    subject: str,
    reason: str,
    consent_id: str | None,
    refused: NotCovered | None = None,
) -> Disclosure:
    look = Disclosure(
        id=uow.new_id(),
        tenant=uow.tenant,
        enterprise_id=enterprise_id,
        subject=subject,
        reason=reason,
        consent_id=consent_id,
        seen_by=uow.actor.id,
        seen_by_name=uow.actor.name,
        seen_at=uow.now,
        refused=refused,
    )
    uow.of(Disclosures).save(look)
    return look


# -- asked ------------------------------------------------------------------------------------------------


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
    """All consents of a firm, the newest first. Raises EnterpriseNotYours."""
    refuse_stranger(reader.actor, query.enterprise_id)
    rows = reader.execute(
        "SELECT * FROM consent WHERE tenant = :tenant AND enterprise_id = :id ORDER BY consent.id DESC",
        {"tenant": reader.tenant, "id": query.enterprise_id},
    )
    today = reader.now.astimezone(CHINA).date()
    return ConsentList(items=tuple(consent_of(row).view(today) for row in rows.mappings()))


def list_disclosures(query: ListDisclosures, reader: Reader) -> DisclosurePage:
    """Who has looked at what of a firm, or was refused a look, the newest first. Raises EnterpriseNotYours or CursorInvalid."""
    refuse_stranger(reader.actor, query.enterprise_id)
    before = decode_cursor(query.cursor, 1)
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
