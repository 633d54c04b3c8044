"""Holders of accounts and their accounts: who they are, who may see them, what is told of them. Pure: time, ids and actor are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts.aggregate import Aggregate
from contracts.message import Actor
from contracts.names import alike, same_name
from contracts.payee_holder_accounts import HolderAccountView, HolderStanding, PayeeHolderView
from contracts.payee_holders import HolderAccountChanged, HolderKind, PayeeHolder
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound
from services.catalog.contacts.domain import ContactChangedRecently
from services.catalog.payee_accounts.domain import AccountState, NamedAccount

HOLDER_ACCOUNT_MOVES: Mapping[tuple[AccountState, AccountState], type[HolderAccountChanged]] = {
    ("registered", "confirmed"): HolderAccountChanged,
}
"""A holder's account's only move, with the event that it emits."""


class PayeeHolderUnknown(NotFound):
    """No holder of this tenant has this id, or none that the enterprise has named."""

    code = "payee_holder_unknown"
    sentence = "没有找到该收款人。"


class HolderAccountUnknown(NotFound):
    """No account of a holder of this tenant has this id, or none that the enterprise has named."""

    code = "holder_account_unknown"
    sentence = "没有找到该收款人的账户。"


class PayeeHolderRefused(Invalid):
    """The holder cannot be as it is written; `reasons` names each."""

    code = "payee_holder_refused"
    sentence = "收款人的填写有误，请按提示修改。"


class HolderNamedAtOnce(Conflict):
    """Somebody else has named the same holder in this moment."""

    code = "holder_named_at_once"
    sentence = "该收款人刚刚由他人登记，请再提交一次。"


class HolderNameMismatch(Invalid):
    """Money goes to the holder itself: the account's name must be the holder's own."""

    code = "holder_name_mismatch"
    sentence = "账户名称“{account_name}”与收款人名称“{name}”不一致{where}，只能登记收款人本人（本单位）的账户。"


class HolderConfirmedByStaffOnly(Forbidden):
    """Of the two persons who vouch for a holder's account, the second is of the window or the bureau."""

    code = "holder_confirmed_by_staff_only"
    sentence = "收款人的账户由兑现专窗或行政审批局复核，企业不能自行复核。"


class HolderCorrectedByStaffOnly(Forbidden):
    """Somebody who has seen the holder's papers corrects its name."""

    code = "holder_corrected_by_staff_only"
    sentence = "收款人的名称由兑现专窗或行政审批局凭证件更正。"


def standing_of(confirmed: bool, account_waits: bool) -> HolderStanding:
    """Whether money can reach a holder."""
    return "paid" if confirmed else "waiting" if account_waits else "none"


@dataclass(kw_only=True, slots=True)
class RegisteredHolder(Aggregate):
    """A firm, person or organisation that receives money without applying for it. `known_by`: see `HolderIdentity`.

    `named_for` are the enterprises for which this version names it: kept beside it, only ever added to. `corrected_why` is
    why this version calls it otherwise: the audit keeps it.
    """

    kind: HolderKind
    name: str
    known_by: str
    code_masked: str
    identity_sealed: str | None = None
    registered_by: str
    registered_at: datetime
    named_for: tuple[str, ...] = ()
    corrected_why: str | None = None

    def correct(self, name: str, *, by: Actor, why: str) -> None:
        """Call it otherwise from now on. Raises HolderCorrectedByStaffOnly."""
        if by.enterprise_id is not None:
            raise HolderCorrectedByStaffOnly()
        self.name, self.corrected_why = name, why

    def view(self, standing: HolderStanding = "none", *, account_waits: bool = False) -> PayeeHolderView:
        return PayeeHolderView(
            holder_id=self.id,
            kind=self.kind,
            name=self.name,
            code_masked=self.code_masked,
            standing=standing,
            account_waits=account_waits,
            registered_at=self.registered_at,
            version=self.version,
        )

    def told(self, named_by: str | None) -> PayeeHolder:
        """Who holds the account, as others hear it."""
        return PayeeHolder(
            kind=self.kind, holder_id=self.id, name=self.name, code_masked=self.code_masked, named_by=named_by
        )


@dataclass(kw_only=True, slots=True)
class HolderAccount(NamedAccount):
    """One account of a holder; `named_by` is the enterprise that has named it, absent where staff did."""

    holder_id: str
    named_by: str | None = None

    def check_name(self, holder: RegisteredHolder) -> None:
        """Raises HolderNameMismatch unless the account is in the holder's own name, as people read it."""
        if same_name(self.account_name, holder.name):
            return
        found = alike(self.account_name, (holder.name,))
        where = f"（{found[1].sentence}）" if found else ""
        raise HolderNameMismatch(account_name=self.account_name, name=holder.name, where=where, field="account_name")

    def confirm(
        self,
        holder: RegisteredHolder,
        *,
        by: Actor,
        at: datetime,
        newest_confirmed: int,
        waits: ContactChangedRecently | None = None,
    ) -> None:
        """A second person, of the staff, vouches for it; from now on it is paid.

        Raises HolderConfirmedByStaffOnly, HolderNameMismatch (the holder was corrected meanwhile), or what `vouch` raises.
        """
        if by.enterprise_id is not None:
            raise HolderConfirmedByStaffOnly()
        self.vouch(by=by, at=at, newest_confirmed=newest_confirmed, waits=waits)
        self.check_name(holder)
        event = HOLDER_ACCOUNT_MOVES["registered", "confirmed"]
        self.record(event(holder=holder.told(self.named_by), payee=self.payee()))

    def view(self) -> HolderAccountView:
        return HolderAccountView(
            account_id=self.id,
            holder_id=self.holder_id,
            account_name=self.account_name,
            account_masked=self.account_masked,
            bank_name=self.bank_name,
            account_version=self.account_version,
            confirmed=self.state == "confirmed",
            version=self.version,
        )
