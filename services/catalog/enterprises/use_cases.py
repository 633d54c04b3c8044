"""What the catalogue does with enterprises when it is told to: one function per command."""

from __future__ import annotations

from chassis.foundation.secrecy import Cipher, mask_phone
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.enterprises import (
    EnterpriseView,
    RecordFacts,
    RegisterEnterprise,
)
from contracts.fact_records import WithdrawFacts
from services.catalog.enterprises.admitted_codes import AdmittedCodes
from services.catalog.enterprises.counting import counting
from services.catalog.enterprises.credit_code import checked_credit_code
from services.catalog.enterprises.domain import Enterprise, refuse_stranger
from services.catalog.enterprises.names import refuse_look_alike
from services.catalog.enterprises.store import Enterprises
from services.catalog.enterprises.voices import voice_of


def register_enterprise(cmd: RegisterEnterprise, uow: UnitOfWork, cipher: Cipher) -> EnterpriseView:
    """Open an enterprise's dossier under its checked credit code. Raises NameLooksAlike."""
    enterprise = Enterprise(
        id=uow.new_id(),
        tenant=uow.tenant,
        traceparent=uow.traceparent,
        uscc=checked_credit_code(cmd.uscc, lambda code: uow.of(AdmittedCodes).holds(code)),
        name=cmd.name,
        industry=cmd.industry,
        contact_sealed=cipher.seal(cmd.contact_mobile, tenant=uow.tenant, purpose="contact"),
        contact_masked=mask_phone(cmd.contact_mobile),
    )
    enterprise.register(by=uow.actor, today=uow.now.astimezone(CHINA).date())
    refuse_look_alike(cmd.name, uow, apart_from=cmd.apart_from)
    uow.of(Enterprises).save(enterprise)
    return enterprise.view()


def record_facts(cmd: RecordFacts, uow: UnitOfWork) -> EnterpriseView:
    """Add facts to a dossier; the answer shows the dossier's current facts."""
    refuse_stranger(uow.actor, cmd.enterprise_id)
    enterprises = uow.of(Enterprises)
    enterprise = enterprises.get(cmd.enterprise_id)
    standing = counting(enterprises.told(enterprise.id)).values()
    today = uow.now.astimezone(CHINA).date()
    told = [(fact.source, fact.source_kind) for fact in cmd.facts]
    voice = voice_of(uow, [source for source, _kind in told])
    enterprise.record_facts(cmd.facts, by=uow.actor, today=today, standing=standing, besides=voice.against_all(told))
    enterprises.save(enterprise)
    return enterprise.view(enterprises.current_facts(enterprise.id))


def withdraw_facts(cmd: WithdrawFacts, uow: UnitOfWork) -> EnterpriseView:
    """Take records back; the answer shows what counts now."""
    refuse_stranger(uow.actor, cmd.enterprise_id)
    enterprises = uow.of(Enterprises)
    enterprise = enterprises.get(cmd.enterprise_id)
    history = enterprises.fact_history(enterprise.id, cmd.records)
    told = enterprises.told(enterprise.id)
    enterprise.withdraw_facts(cmd.records, history, told, by=uow.actor, at=uow.now, reason=cmd.reason)
    enterprises.save(enterprise)
    return enterprise.view(enterprises.current_facts(enterprise.id))
