"""What the catalogue does with enterprises when it is told to: one function per command."""

from __future__ import annotations

from chassis.foundation.secrecy import Cipher, mask_account, mask_phone
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.enterprises import (
    ConfirmPayeeAccount,
    EnterpriseView,
    PayeeAccountView,
    RecordFacts,
    RegisterEnterprise,
    RegisterPayeeAccount,
    WithdrawPayeeAccount,
)
from contracts.fact_records import WithdrawFacts
from services.catalog.enterprises.credit_code import checked_credit_code
from services.catalog.enterprises.domain import Enterprise, refuse_stranger
from services.catalog.enterprises.payee_account import PayeeAccount
from services.catalog.enterprises.store import Enterprises, PayeeAccounts


def register_enterprise(cmd: RegisterEnterprise, uow: UnitOfWork, cipher: Cipher) -> EnterpriseView:
    """Open an enterprise's file under its checked credit code."""
    enterprise = Enterprise(
        id=uow.new_id(),
        tenant=uow.tenant,
        traceparent=uow.traceparent,
        uscc=checked_credit_code(cmd.uscc),
        name=cmd.name,
        industry=cmd.industry,
        contact_sealed=cipher.seal(cmd.contact_mobile, tenant=uow.tenant, purpose="contact"),
        contact_masked=mask_phone(cmd.contact_mobile),
    )
    enterprise.register(by=uow.actor, today=uow.now.astimezone(CHINA).date())
    uow.of(Enterprises).save(enterprise)
    return enterprise.view()


def record_facts(cmd: RecordFacts, uow: UnitOfWork) -> EnterpriseView:
    """Add facts to a file; the answer shows the file's current facts."""
    refuse_stranger(uow.actor, cmd.enterprise_id)
    enterprises = uow.of(Enterprises)
    enterprise = enterprises.get(cmd.enterprise_id)
    standing = enterprises.current_facts(enterprise.id)
    today = uow.now.astimezone(CHINA).date()
    enterprise.record_facts(cmd.facts, by=uow.actor, today=today, standing=standing)
    enterprises.save(enterprise)
    return enterprise.view(enterprises.current_facts(enterprise.id))


def withdraw_facts(cmd: WithdrawFacts, uow: UnitOfWork) -> EnterpriseView:
    """Take records back; the answer shows what counts now."""
    refuse_stranger(uow.actor, cmd.enterprise_id)
    enterprises = uow.of(Enterprises)
    enterprise = enterprises.get(cmd.enterprise_id)
    history = enterprises.fact_history(enterprise.id, cmd.records)
    enterprise.withdraw_facts(cmd.records, history, by=uow.actor, at=uow.now, reason=cmd.reason)
    enterprises.save(enterprise)
    return enterprise.view(enterprises.current_facts(enterprise.id))


def register_payee_account(cmd: RegisterPayeeAccount, uow: UnitOfWork, cipher: Cipher) -> PayeeAccountView:
    """Name an account in the enterprise's own name; nothing is paid to it until a second person confirms."""
    refuse_stranger(uow.actor, cmd.enterprise_id)
    # The enterprise's row stays locked until the commit, so that account versions are counted one by one.
    enterprise = uow.of(Enterprises).get(cmd.enterprise_id)
    enterprise.refuse_merged()
    accounts = uow.of(PayeeAccounts)
    newest, _ = accounts.account_versions(enterprise.id)
    account = PayeeAccount(
        id=uow.new_id(),
        tenant=uow.tenant,
        traceparent=uow.traceparent,
        enterprise_id=enterprise.id,
        account_name=cmd.account_name,
        account_sealed=cipher.seal(cmd.account_number, tenant=uow.tenant, purpose="payee_account"),
        account_masked=mask_account(cmd.account_number),
        bank_name=cmd.bank_name,
        account_version=newest + 1,
        registered_by=uow.actor.id,
        registered_at=uow.now,
    )
    account.check_name(enterprise)
    accounts.save(account)
    return account.view()


def confirm_payee_account(cmd: ConfirmPayeeAccount, uow: UnitOfWork) -> PayeeAccountView:
    """A second person confirms; intake and treasury learn whom to pay."""
    accounts = uow.of(PayeeAccounts)
    account = accounts.get(cmd.account_id, expected_version=cmd.expected_version)
    uow.of(Enterprises).get(account.enterprise_id)  # locked: two accounts of one firm are confirmed in turn
    _, newest_confirmed = accounts.account_versions(account.enterprise_id)
    account.confirm(by=uow.actor, at=uow.now, newest_confirmed=newest_confirmed)
    accounts.save(account)
    return account.view()


def withdraw_payee_account(cmd: WithdrawPayeeAccount, uow: UnitOfWork) -> PayeeAccountView:
    """An account that nobody has confirmed is taken back; it cannot be confirmed any more."""
    accounts = uow.of(PayeeAccounts)
    account = accounts.get(cmd.account_id)
    account.withdraw(by=uow.actor, at=uow.now, why=cmd.reason)
    accounts.save(account)
    return account.view()
