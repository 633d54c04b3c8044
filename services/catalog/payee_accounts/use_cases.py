"""What is done with payee accounts: one function per command."""

from __future__ import annotations

from chassis.foundation.secrecy import Cipher, mask_account
from chassis.write.uow import UnitOfWork
from contracts.enterprises import (
    ConfirmPayeeAccount,
    PayeeAccountView,
    RegisterPayeeAccount,
    WithdrawPayeeAccount,
)
from services.catalog.contacts.use_cases import why_accounts_wait
from services.catalog.enterprises.domain import refuse_stranger
from services.catalog.enterprises.store import Enterprises
from services.catalog.name_changes.store import NameChanges
from services.catalog.payee_accounts.domain import PayeeAccount
from services.catalog.payee_accounts.store import PayeeAccounts


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
    account.check_name(enterprise, uow.of(NameChanges).former_names(enterprise.id))
    accounts.save(account)
    return account.view()


def confirm_payee_account(cmd: ConfirmPayeeAccount, uow: UnitOfWork) -> PayeeAccountView:
    """A second person confirms; intake and treasury learn whom to pay."""
    accounts = uow.of(PayeeAccounts)
    account = accounts.get(cmd.account_id, expected_version=cmd.expected_version)
    # Locked: two accounts of one enterprise are confirmed in turn, and none while its contact is being changed.
    enterprise = uow.of(Enterprises).get(account.enterprise_id)
    _, newest_confirmed = accounts.account_versions(account.enterprise_id)
    waits = why_accounts_wait(enterprise, uow)
    account.confirm(by=uow.actor, at=uow.now, newest_confirmed=newest_confirmed, waits=waits)
    accounts.save(account)
    return account.view()


def withdraw_payee_account(cmd: WithdrawPayeeAccount, uow: UnitOfWork) -> PayeeAccountView:
    """An account that nobody has confirmed is taken back; it cannot be confirmed any more."""
    accounts = uow.of(PayeeAccounts)
    account = accounts.get(cmd.account_id)
    account.withdraw(by=uow.actor, at=uow.now, why=cmd.reason)
    accounts.save(account)
    return account.view()
