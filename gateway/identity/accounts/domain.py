"""Accounts and invitations: pure, given ids, time and digests. What is secret stands beside them, not in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.accounts import AccountState, AccountView, InvitationPurpose, InvitationView
from contracts.aggregate import Aggregate
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound

FIRST_SIGN_IN_FOR = timedelta(days=3)
RECOVERY_FOR = timedelta(hours=24)
"""How long a link may wait: it is handed over, not found."""

LASTS: dict[InvitationPurpose, timedelta] = {
    "first_sign_in": FIRST_SIGN_IN_FOR,
    "recovery": RECOVERY_FOR,
    "link": FIRST_SIGN_IN_FOR,
}

SECOND_FACTOR_DUTIES = frozenset(
    {
        "system_admin",
        "security_admin",
        "audit_admin",
        "first_review",
        "review_check",
        "leader",
        "bureau_intake",
        "payment_maker",
        "payment_check",
        "finance",
        "finance_check",
        "discipline",
        "audit",
    }
)
"""Duties that decide, pay, or may see and change everything: a password alone does not open them."""


class LoginTaken(Conflict):
    """Logins are unique in the whole house, since the page that asks for one knows no tenant."""

    code = "login_taken"
    sentence = "该登录名已被使用，请换一个。"


class AccountExists(Conflict):
    """One account for a person in a tenant; what was lost is recovered."""

    code = "account_exists"
    sentence = "该人员已有账号；遗失口令或动态口令的，请办理重置。"


class AccountMissing(NotFound):
    code = "account_missing"
    sentence = "没有找到该账号。"


class AccountSuspendedAlready(Conflict):
    code = "account_suspended_already"
    sentence = "该账号已停用。"


class AccountNotSuspended(Conflict):
    code = "account_not_suspended"
    sentence = "该账号没有停用，无须恢复。"


class PersonSuspended(Forbidden):
    """Whoever was suspended here does not come in by another way."""

    code = "person_suspended"
    sentence = "您的账号已停用；如有疑问，请联系安全管理员。"


class InvitationInvalid(Invalid):
    """Used, withdrawn, run out or never made: which of them is not said to whoever holds a link."""

    code = "invitation_invalid"
    sentence = "邀请链接已失效或已使用，请向安全管理员重新索取。"


class SecondFactorCompulsory(Invalid):
    """The person's duties ask for a second factor."""

    code = "second_factor_compulsory"
    sentence = "您的岗位须启用动态口令：请用验证器扫描二维码，并填写显示的六位数字。"


class SecondFactorWrong(Invalid):
    """The code is not the one of this moment, or has been used."""

    code = "second_factor_wrong"
    sentence = "动态口令不正确或已使用过，请等待下一个数字后重试，并核对手机时间。"


def needs_second_factor(duties: Iterable[str]) -> bool:
    """Whether any of these kinds of duty may only be held with a second factor."""
    return not SECOND_FACTOR_DUTIES.isdisjoint(duties)


@dataclass(kw_only=True, slots=True)
class SignInAccount(Aggregate):
    """What a person signs in with, in the tenant that gave it."""

    person_id: str
    login: str
    state: AccountState = "invited"
    password_set_at: datetime | None = None
    second_factor_since: datetime | None = None
    recovered_at: datetime | None = None
    recovered_by: str | None = None

    @property
    def usable(self) -> bool:
        return self.state == "active"

    def set_up(self, *, second_factor: bool, at: datetime) -> None:
        """The person has chosen a password, and set up a second factor or not. Raises InvitationInvalid."""
        if self.state == "suspended":
            raise InvitationInvalid()
        self.state = "active"
        self.password_set_at = at
        self.second_factor_since = at if second_factor else None

    def recover(self, *, by: str, at: datetime) -> None:
        """Take password and second factor away; nobody signs in until the new invitation is used.

        Raises AccountSuspendedAlready: whoever left does not come back by a recovery.
        """
        if self.state == "suspended":
            raise AccountSuspendedAlready()
        self.state = "invited"
        self.password_set_at = self.second_factor_since = None
        self.recovered_at, self.recovered_by = at, by

    def suspend(self) -> None:
        """Raises AccountSuspendedAlready."""
        if self.state == "suspended":
            raise AccountSuspendedAlready()
        self.state = "suspended"

    def resume(self) -> None:
        """Raises AccountNotSuspended."""
        if self.state != "suspended":
            raise AccountNotSuspended()
        self.state = "active" if self.password_set_at is not None else "invited"

    def view(self, invited_until: datetime | None = None) -> AccountView:
        return AccountView(
            account_id=self.id,
            person_id=self.person_id,
            login=self.login,
            state=self.state,
            second_factor=self.second_factor_since is not None,
            invited_until=invited_until,
            version=self.version,
        )


@dataclass(kw_only=True, slots=True)
class Invitation(Aggregate):
    """A link that one person may use once. Only the digest of its token is kept."""

    purpose: InvitationPurpose
    person_id: str
    account_id: str | None = None
    issuer_id: str | None = None
    token_digest: str
    invited_by: str
    invited_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    withdrawn_at: datetime | None = None

    def is_open(self, at: datetime) -> bool:
        return self.used_at is None and self.withdrawn_at is None and at < self.expires_at

    def use(self, at: datetime) -> None:
        """Raises InvitationInvalid unless it is open."""
        if not self.is_open(at):
            raise InvitationInvalid()
        self.used_at = at

    def withdraw(self, at: datetime) -> None:
        """A newer one takes its place, or the account is gone."""
        if self.is_open(at):
            self.withdrawn_at = at

    def view(self) -> InvitationView:
        return InvitationView(
            invitation_id=self.id,
            purpose=self.purpose,
            person_id=self.person_id,
            account_id=self.account_id,
            issuer_id=self.issuer_id,
            expires_at=self.expires_at,
        )


def invitation(
    purpose: InvitationPurpose,
    *,
    id: str,
    tenant: str,
    person_id: str,
    token_digest: str,
    by: str,
    at: datetime,
    account_id: str | None = None,
    issuer_id: str | None = None,
) -> Invitation:
    """A new invitation, which ends by itself."""
    return Invitation(
        id=id,
        tenant=tenant,
        purpose=purpose,
        person_id=person_id,
        account_id=account_id,
        issuer_id=issuer_id,
        token_digest=token_digest,
        invited_by=by,
        invited_at=at,
        expires_at=at + LASTS[purpose],
    )
