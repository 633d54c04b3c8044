"""The way in, step by step. Each function is one step; all of them block, and two take the time of a hash."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from chassis.write.uow import UnitOfWork
from contracts.refusal import Forbidden, Invalid
from gateway.identity.accounts.domain import SecondFactorWrong
from gateway.identity.accounts.store import AccountSecrets
from gateway.identity.accounts.views import KnownAccount, account_by_id, account_of_login
from gateway.identity.notices.store import Acceptances
from gateway.identity.notices.text import VERSION
from gateway.identity.security.events import DOOR
from gateway.identity.sessions.domain import (
    CapacityNeedsSecondFactor,
    CapacityUnknown,
    OpenedSession,
    SessionOver,
    usable_with,
)
from gateway.identity.sessions.store import SessionStore
from gateway.identity.sign_in.attempts import CountedAttempt, begin_attempt, failed, forgive, give_back
from gateway.identity.sign_in.codes import use_code
from gateway.identity.sign_in.entrance import (
    Entered,
    Entrance,
    Proof,
    Visit,
    actor_of,
    go_on,
    note,
    note_refused,
    open_session,
    tenant_of,
    waiting_session,
)


class SignInRefused(Forbidden):
    """Which of the two is wrong, or whether there is such an account, is not said."""

    code = "sign_in_refused"
    sentence = "登录名或口令不正确。"


class NoticeOutdated(Invalid):
    """There is a newer text than the one that was read."""

    code = "notice_outdated"
    sentence = "告知书已更新，请阅读新的内容后再同意。"


class StepUpImpossible(Forbidden):
    """The session did not begin with an account: it is the issuer that must ask again."""

    code = "step_up_impossible"
    sentence = "请通过登录时使用的身份认证平台重新验证。"


def sign_in(entrance: Entrance, login: str, password: str, visit: Visit) -> Entered:
    """The first step: login and password. Raises TooManyAttempts, SignInRefused.

    The same is looked up, compared and written whether there is such an account or not.
    """
    known = account_of_login(entrance.frame, login)
    attempt = begin_attempt(entrance, login, visit.origin, known)
    usable = known is not None and known.usable
    fits = entrance.hashes.fits(known.secrets.password_hash if known and usable else None, password)
    if known is None or not fits:
        failed(entrance, attempt, visit.origin, known, "password")
        raise SignInRefused()
    _rehash(entrance, known, password)
    with entrance.frame.unit((DOOR, known.tenant), action="sign_in", actor=actor_of(known.person_id, entrance)) as uow:
        entered = open_session(entrance, uow, Proof(person_id=known.person_id, account=known), visit)
        if entered.session.stage == "second_factor":
            give_back(uow, attempt)
        else:
            forgive(uow, attempt)
            note(uow, "sign_in", entered.session, visit.origin, how="password")
    _forget(entrance, visit)
    return entered


def give_code(entrance: Entrance, typed: str, visit: Visit) -> Entered:
    """The second step: the code. Raises SessionOver, TooManyAttempts, SecondFactorWrong."""
    session = waiting_session(entrance, visit, "second_factor")
    known = account_behind(entrance, session)
    attempt = begin_attempt(entrance, known.login, visit.origin, known)
    try:
        return _proved(entrance, session, known, attempt, typed, visit, "sign_in")
    except SecondFactorWrong:
        failed(entrance, attempt, visit.origin, known, "second_factor")
        raise


def confirm(entrance: Entrance, typed: str, visit: Visit) -> Entered:
    """Step-up: the code, or for an account without a second factor the password, once more.

    Raises SessionOver, TooManyAttempts, SecondFactorWrong, SignInRefused, StepUpImpossible.
    """
    session = waiting_session(entrance, visit, "open")
    if session.account_id is None:
        raise StepUpImpossible()
    known = account_behind(entrance, session)
    attempt = begin_attempt(entrance, known.login, visit.origin, known)
    try:
        if known.second_factor:
            return _proved(entrance, session, known, attempt, typed, visit, "step_up")
        return _password_again(entrance, session, known, attempt, typed, visit)
    except (SecondFactorWrong, SignInRefused):
        failed(entrance, attempt, visit.origin, known, "proof", "step_up_refused")
        raise


def accept_notice(entrance: Entrance, version: str, visit: Visit) -> Entered:
    """The personal-data notice has been read. Raises SessionOver, NoticeOutdated."""
    session = waiting_session(entrance, visit, "notice")
    if version != VERSION:
        raise NoticeOutdated()
    with _unit(entrance, session, "accept_notice") as uow:
        uow.of(Acceptances).add(session.person_id, visit.origin)
        note(uow, "notice_accepted", session, visit.origin, version=version)
    with _unit(entrance, session, "sign_in") as uow:
        entered = go_on(entrance, uow, session, has_second_factor=False)
    _forget(entrance, visit)
    return entered


def choose_capacity(entrance: Entrance, key: str, visit: Visit) -> Entered:
    """For whom to act from now on. Raises SessionOver, CapacityUnknown, CapacityNeedsSecondFactor."""
    session = waiting_session(entrance, visit, "capacity", "open")
    capacity = next((each for each in entrance.people.capacities(session.person_id) if each.key == key), None)
    if capacity is None:
        raise CapacityUnknown(field="key")
    if not usable_with(capacity.duties, second_factor=session.second_factor):
        note_refused(entrance, "permission_refused", session, visit.origin, CapacityNeedsSecondFactor.code)
        raise CapacityNeedsSecondFactor(field="key")
    with _unit(entrance, session, "choose_capacity") as uow:
        entered = go_on(entrance, uow, replace(session, capacity_key=key), has_second_factor=False)
        note(uow, "capacity_chosen", entered.session, visit.origin, capacity=key)
    _forget(entrance, visit)
    return entered


def sign_out(entrance: Entrance, visit: Visit) -> None:
    """The session ends, whatever it waits for. Nothing happens where there is none."""
    session = entrance.directory.opened(visit.cookie) if visit.cookie else None
    if session is None:
        return
    with _unit(entrance, session, "sign_out") as uow:
        if uow.of(SessionStore).end(session.id_digest):
            note(uow, "sign_out", session, visit.origin)
    _forget(entrance, visit)


def account_behind(entrance: Entrance, session: OpenedSession) -> KnownAccount:
    """The account that a session belongs to, as long as it may be used. Raises SessionOver."""
    known = None
    if session.account_tenant is not None and session.account_id is not None:
        known = account_by_id(entrance.frame, session.account_tenant, session.account_id)
    if known is None or not known.usable:
        raise SessionOver()
    return known


def _proved(
    entrance: Entrance,
    session: OpenedSession,
    known: KnownAccount,
    attempt: CountedAttempt,
    typed: str,
    visit: Visit,
    kind: Literal["sign_in", "step_up"],
) -> Entered:
    """The code is right: once, whoever else gives it at the same moment. Raises SecondFactorWrong, SessionOver."""
    with _unit(entrance, session, kind) as uow:
        use = use_code(entrance.frame.cipher, uow, known, typed)
        entered = go_on(entrance, uow, session.proved(uow.now), has_second_factor=known.second_factor)
        forgive(uow, attempt)
        note(uow, kind, entered.session, visit.origin, how=use.how)
        if use.how == "recovery_code":
            note(uow, "recovery_code_used", entered.session, visit.origin, left=use.left)
    _forget(entrance, visit)
    return entered


def _password_again(
    entrance: Entrance, session: OpenedSession, known: KnownAccount, attempt: CountedAttempt, typed: str, visit: Visit
) -> Entered:
    if not entrance.hashes.fits(known.secrets.password_hash, typed):
        raise SignInRefused()
    with _unit(entrance, session, "step_up") as uow:
        entered = go_on(entrance, uow, replace(session, stepped_up_at=uow.now), has_second_factor=False)
        forgive(uow, attempt)
        note(uow, "step_up", entered.session, visit.origin, how="password")
    _forget(entrance, visit)
    return entered


def _rehash(entrance: Entrance, known: KnownAccount, password: str) -> None:
    """The same password under today's parameters, when they have been raised since it was chosen."""
    kept = known.secrets.password_hash
    if kept is None or not entrance.hashes.outdated(kept):
        return
    better = entrance.hashes.made_of(password)
    with entrance.frame.unit((known.tenant,), action="rehash_password") as uow:
        uow.of(AccountSecrets).rehash(known.tenant, known.account_id, kept, better)


def _unit(entrance: Entrance, session: OpenedSession, action: str) -> UnitOfWork:
    tenants = {DOOR, tenant_of(session)}
    return entrance.frame.unit(sorted(tenants), action=action, actor=actor_of(session.person_id, entrance))


def _forget(entrance: Entrance, visit: Visit) -> None:
    if visit.id_digest is not None:
        entrance.directory.forget(visit.id_digest)
