"""Another password of one's own: by whoever knows the present one, in a session of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from contracts.refusal import Forbidden, Invalid, Reason
from gateway.identity.accounts.passwords import PasswordUnfit, check_password
from gateway.identity.accounts.store import AccountSecrets, AccountStore
from gateway.identity.accounts.views import KnownAccount
from gateway.identity.security.events import DOOR
from gateway.identity.sessions.store import SessionStore
from gateway.identity.sign_in.attempts import begin_attempt, failed, forgive
from gateway.identity.sign_in.entrance import Entered, Entrance, Visit, actor_of, go_on, note, waiting_session
from gateway.identity.sign_in.use_cases import account_behind


class PresentPasswordWrong(Forbidden):
    """The present password is not what was typed."""

    code = "present_password_wrong"
    sentence = "现用口令不正确。"


class NoPasswordHere(Forbidden):
    """The session began with an issuer, and there is no account with a password."""

    code = "no_password_here"
    sentence = "您通过身份认证平台登录，本系统没有您的口令；请在该平台修改。"


class NewPasswordUnfit(Invalid):
    """Every reason at once."""

    code = "new_password_unfit"
    sentence = "新口令不符合要求，请按提示修改。"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPassword:
    """What the person fills in."""

    present: str
    password: str
    repeated: str


def change_password(entrance: Entrance, filled: NewPassword, visit: Visit) -> tuple[Entered, int]:
    """The session under a new id, and how many others of the person's have ended. Blocks, for the time of two hashes.

    Raises SessionOver, NoPasswordHere, TooManyAttempts, PresentPasswordWrong, NewPasswordUnfit.
    """
    session = waiting_session(entrance, visit, "open")
    if session.account_id is None:
        raise NoPasswordHere()
    known = account_behind(entrance, session)
    reasons = tuple(_unfit(filled, known.login, entrance.people.name_of(known.person_id)))
    if reasons:
        raise NewPasswordUnfit(*reasons)
    attempt = begin_attempt(entrance, known.login, visit.origin, known)
    if not entrance.hashes.fits(known.secrets.password_hash, filled.present):
        failed(entrance, attempt, visit.origin, known, "present_password")
        raise PresentPasswordWrong(field="present_password")
    better = entrance.hashes.made_of(filled.password)
    tenants = sorted({DOOR, known.tenant})
    with entrance.frame.unit(tenants, action="change_password", actor=actor_of(known.person_id, entrance)) as uow:
        _keep(uow.of(AccountSecrets), known, better)
        account = uow.of(AccountStore).get(known.account_id)
        account.password_set_at = uow.now
        uow.of(AccountStore).save(account)
        ended = uow.of(SessionStore).end_of_person(known.person_id, but=session.id_digest)
        entered = go_on(entrance, uow, session, has_second_factor=known.second_factor)
        forgive(uow, attempt)
        note(uow, "password_changed", entered.session, visit.origin, sessions_ended=ended)
    entrance.directory.forget_person(known.person_id)
    return entered, ended


def _unfit(filled: NewPassword, login: str, name: str) -> Iterator[Reason]:
    try:
        check_password(filled.password, login=login, name=name)
    except PasswordUnfit as error:
        yield from error.reasons
    if filled.password != filled.repeated:
        yield Reason(code="password_repeated_differently", message="两次输入的口令不一致。", field="repeated_password")
    if filled.password == filled.present:
        yield Reason(code="password_unchanged", message="新口令与现用口令相同。", field="password")


def _keep(secrets: AccountSecrets, known: KnownAccount, better: str) -> None:
    kept = secrets.of(known.tenant, known.account_id)
    secrets.put(known.tenant, known.account_id, replace(kept, password_hash=better))
