"""What is done about consents: given and revoked, a bank's look at a label, a look at the contact number."""

from __future__ import annotations

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.consents import (
    ConsentView,
    ConsultLabel,
    DisclosureView,
    GiveConsent,
    LabelReport,
    RevealContact,
    RevokeConsent,
)
from services.catalog.consents.domain import (
    CONTACT,
    Consent,
    ConsentMissing,
    Disclosure,
    LabelUnknown,
    NotCovered,
    why_refused,
)
from services.catalog.consents.store import Consents, Disclosures
from services.catalog.enterprises.admitted_codes import AdmittedCodes
from services.catalog.enterprises.credit_code import checked_credit_code, plain_code
from services.catalog.enterprises.domain import refuse_stranger
from services.catalog.enterprises.store import Enterprises
from services.catalog.labels.domain import label_of
from services.catalog.labels.store import holding


def give_consent(cmd: GiveConsent, uow: UnitOfWork) -> ConsentView:
    """The enterprise lets a bank see what it names."""
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
    """The enterprise takes it back; the next look is refused."""
    consents = uow.of(Consents)
    consent = consents.get(cmd.consent_id)
    consent.revoke(by=uow.actor, at=uow.now)
    consents.save(consent)
    return consent.view(uow.now.astimezone(CHINA).date())


def consult_label(cmd: ConsultLabel, uow: UnitOfWork) -> LabelReport:
    """A bank sees one label of an enterprise that has consented; the look is written down in the same transaction.

    One that is refused is written down with the refusal, for the enterprise to see who asks without its consent.
    """
    rules = {each.code: each for each in holding(uow)}
    if cmd.label not in rules:
        raise LabelUnknown(field="label")
    today = uow.now.astimezone(CHINA).date()
    enterprises = uow.of(Enterprises)
    enterprise = enterprises.by_uscc(plain_code(cmd.uscc))
    given = uow.of(Consents).given_to(uow.actor.id, enterprise.id) if enterprise is not None else []
    standing = [each for each in given if each.covers(cmd.label, cmd.purpose, today)]
    if enterprise is None:
        checked_credit_code(cmd.uscc, lambda code: uow.of(AdmittedCodes).holds(code))
        raise ConsentMissing(field="uscc")
    if not standing:
        refused = why_refused(given, cmd.label, cmd.purpose, today)
        _write_down_if_refused(uow, enterprise.id, cmd.label, cmd.purpose, refused)
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


def _write_down_if_refused(uow: UnitOfWork, enterprise_id: str, label: str, purpose: str, refused: NotCovered) -> None:
    def keep(keeping: UnitOfWork) -> None:
        _write_down(keeping, enterprise_id, label, purpose, None, refused)

    uow.if_refused(keep)


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
