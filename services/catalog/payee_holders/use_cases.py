"""What is done with holders and their accounts: one function per command."""

from __future__ import annotations

from chassis.foundation.secrecy import Cipher, mask_account
from chassis.write.uow import UnitOfWork
from contracts.message import Id
from contracts.names import same_name
from contracts.payee_holder_accounts import (
    ConfirmHolderAccount,
    CorrectPayeeHolder,
    HolderAccountView,
    PayeeHolderView,
    RegisterHolderAccount,
    RegisterPayeeHolder,
    WithdrawHolderAccount,
)
from contracts.refusal import Reason
from services.catalog.contacts.use_cases import why_accounts_wait
from services.catalog.enterprises.admitted_codes import AdmittedCodes
from services.catalog.enterprises.domain import Enterprise, refuse_stranger
from services.catalog.enterprises.store import Enterprises
from services.catalog.payee_holders.domain import (
    HolderAccount,
    HolderAccountUnknown,
    PayeeHolderRefused,
    PayeeHolderUnknown,
    RegisteredHolder,
)
from services.catalog.payee_holders.identity import HolderIdentity, identity_of
from services.catalog.payee_holders.store import HolderAccounts, PayeeHolders


def register_payee_holder(cmd: RegisterPayeeHolder, uow: UnitOfWork, cipher: Cipher) -> PayeeHolderView:
    """Name a receiver; who is known already is the same one again.

    Raises EnterpriseNotYours, EnterpriseUnknown, EnterpriseMergedAlready, HolderNamedAtOnce, or PayeeHolderRefused with
    all reasons.
    """
    enterprise = _named_for(cmd.enterprise_id, uow)
    holders = uow.of(PayeeHolders)
    identity, reasons = identity_of(cmd, cipher, uow.tenant, lambda code: uow.of(AdmittedCodes).holds(code))
    holder = holders.known_by(identity) if identity is not None else None
    reasons += _against_naming(cmd, identity, enterprise, holder)
    if reasons or identity is None:
        raise PayeeHolderRefused(*reasons)
    if holder is None:
        holder = RegisteredHolder(
            id=uow.new_id(),
            tenant=uow.tenant,
            traceparent=uow.traceparent,
            kind=cmd.kind,
            name=cmd.name,
            known_by=identity.known_by,
            code_masked=identity.masked,
            identity_sealed=identity.sealed,
            registered_by=uow.actor.id,
            registered_at=uow.now,
            named_for=(enterprise.id,) if enterprise is not None else (),
        )
        holders.save(holder)
    elif enterprise is not None and not holders.is_named_for(holder.id, enterprise.id):
        holder.named_for = (enterprise.id,)
        holders.save(holder)
    return _view(holder, holders)


def correct_payee_holder(cmd: CorrectPayeeHolder, uow: UnitOfWork) -> PayeeHolderView:
    """Staff who have seen its papers correct its name. Raises HolderCorrectedByStaffOnly, PayeeHolderUnknown."""
    holders = uow.of(PayeeHolders)
    holder = holders.get(cmd.holder_id, expected_version=cmd.expected_version)
    holder.correct(cmd.name, by=uow.actor, why=cmd.reason)
    holders.save(holder)
    return _view(holder, holders)


def register_holder_account(cmd: RegisterHolderAccount, uow: UnitOfWork, cipher: Cipher) -> HolderAccountView:
    """Name an account in the holder's own name; nothing is paid to it until a second person confirms.

    Raises PayeeHolderUnknown or HolderNameMismatch.
    """
    holders, accounts = uow.of(PayeeHolders), uow.of(HolderAccounts)
    own = uow.actor.enterprise_id
    if own is not None and not holders.is_named_for(cmd.holder_id, own):
        raise PayeeHolderUnknown()
    # The holder's row stays locked until the commit, so that account versions are counted one by one.
    holder = holders.get(cmd.holder_id)
    newest, _ = accounts.account_versions(holder.id)
    account = HolderAccount(
        id=uow.new_id(),
        tenant=uow.tenant,
        traceparent=uow.traceparent,
        holder_id=holder.id,
        named_by=own,
        account_name=cmd.account_name,
        account_sealed=cipher.seal(cmd.account_number, tenant=uow.tenant, purpose="payee_account"),
        account_masked=mask_account(cmd.account_number),
        bank_name=cmd.bank_name,
        account_version=newest + 1,
        registered_by=uow.actor.id,
        registered_at=uow.now,
    )
    account.check_name(holder)
    accounts.save(account)
    return account.view()


def confirm_holder_account(cmd: ConfirmHolderAccount, uow: UnitOfWork) -> HolderAccountView:
    """A second person confirms; review and treasury learn whom to pay."""
    accounts = uow.of(HolderAccounts)
    account = accounts.get(cmd.account_id, expected_version=cmd.expected_version)
    # An enterprise before a holder, as where one is named. Locked: none is confirmed while the contact of whoever named
    # it is being changed, and two accounts of one holder are confirmed in turn.
    waits = None
    if account.named_by is not None:
        waits = why_accounts_wait(uow.of(Enterprises).get(account.named_by), uow)
    holder = uow.of(PayeeHolders).get(account.holder_id)
    _, newest_confirmed = accounts.account_versions(holder.id)
    account.confirm(holder, by=uow.actor, at=uow.now, newest_confirmed=newest_confirmed, waits=waits)
    accounts.save(account)
    return account.view()


def withdraw_holder_account(cmd: WithdrawHolderAccount, uow: UnitOfWork) -> HolderAccountView:
    """An account that nobody has confirmed is taken back; an enterprise takes back what it has named itself.

    Raises HolderAccountUnknown, PayeeAccountInUse or PayeeAccountWithdrawn.
    """
    accounts = uow.of(HolderAccounts)
    account = accounts.get(cmd.account_id)
    own = uow.actor.enterprise_id
    if own is not None and not accounts.is_of(account, own):
        raise HolderAccountUnknown()
    account.take_back(by=uow.actor, at=uow.now, why=cmd.reason)
    accounts.save(account)
    return account.view()


def _named_for(enterprise_id: Id | None, uow: UnitOfWork) -> Enterprise | None:
    """The enterprise whose receiver is named, locked; none where staff names one for nobody in particular."""
    own = uow.actor.enterprise_id
    if enterprise_id is not None:
        refuse_stranger(uow.actor, enterprise_id)
    wanted = own or enterprise_id
    if wanted is None:
        return None
    enterprise = uow.of(Enterprises).get(wanted)
    enterprise.refuse_merged()
    return enterprise


def _against_naming(
    cmd: RegisterPayeeHolder,
    identity: HolderIdentity | None,
    enterprise: Enterprise | None,
    holder: RegisteredHolder | None,
) -> list[Reason]:
    """The applicant is no receiver besides itself, and a holder has one name, which is not told to whoever guesses."""
    if identity is not None and enterprise is not None and identity.known_by == enterprise.uscc:
        text = "该代码是本企业自己的，无需登记为收款人；本企业的账户请在“收款账户”中登记"
        return [Reason(code="holder_is_applicant", message=text, field="uscc")]
    if holder is not None and not same_name(cmd.name, holder.name):
        text = "该证件号码已以其他名称登记，请核对名称；名称确已变更的，请收款人持证件到兑现专窗更正"
        return [Reason(code="holder_name_differs", message=text, field="name")]
    return []


def _view(holder: RegisteredHolder, holders: PayeeHolders) -> PayeeHolderView:
    standing, account_waits = holders.standing(holder.id)
    return holder.view(standing, account_waits=account_waits)
