"""Sessions: pure, given the time. How long they live, when they are fresh, and what is still to be done before they open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from contracts.refusal import Forbidden, Invalid
from gateway.identity.accounts.domain import needs_second_factor

Stage = Literal["second_factor", "notice", "capacity", "open"]
"""What a session waits for: the code, the personal-data notice, the choice for whom to act; or for nothing."""


class SessionOver(Forbidden):
    """The session has ended, or another of this browser has taken its place."""

    code = "session_over"
    sentence = "登录已失效，请重新登录。"


class CapacityUnknown(Invalid):
    """The person does not act for that, or no longer does."""

    code = "capacity_unknown"
    sentence = "您目前不能以该身份办理，请重新选择。"


class CapacityNeedsSecondFactor(Forbidden):
    """A duty that decides or pays is not opened by a password alone."""

    code = "capacity_needs_second_factor"
    sentence = "该岗位须以动态口令登录；尚未启用的，请向安全管理员索取重置链接。"


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionLimits:
    """How long things last. `waiting`: from the password to the open session."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)
    waiting: timedelta = timedelta(minutes=10)
    step_up: timedelta = timedelta(minutes=5)
    noticed_every: timedelta = timedelta(minutes=1)
    """How often it is written down that somebody is still there: a session ends so much too early at most."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedSession:
    """A session as it is kept, under the digest of its id.

    `account_id` and `issuer_id` say how they came: by an account, by an issuer, or by an issuer and then the code of
    their account. `second_factor`: proved in this session, here or at the issuer.
    """

    id_digest: str
    person_id: str
    account_tenant: str | None = None
    account_id: str | None = None
    issuer_tenant: str | None = None
    issuer_id: str | None = None
    stage: Stage
    second_factor: bool = False
    capacity_key: str | None = None
    opened_at: datetime
    seen_at: datetime
    stepped_up_at: datetime | None = None
    client_address: str | None = None

    def alive(self, now: datetime, limits: SessionLimits) -> bool:
        """Whether it may still be used."""
        if now - self.opened_at >= limits.absolute or now - self.seen_at >= limits.idle:
            return False
        return self.stage == "open" or now - self.opened_at < limits.waiting

    def fresh(self, now: datetime, limits: SessionLimits) -> bool:
        """Whether the person has proved themselves just now. A clock that was set back makes nothing fresh."""
        return self.stepped_up_at is not None and timedelta(0) <= now - self.stepped_up_at <= limits.step_up

    def to_be_noticed(self, now: datetime, limits: SessionLimits) -> bool:
        return now - self.seen_at >= limits.noticed_every

    def proved(self, at: datetime) -> OpenedSession:
        """The second factor has been given."""
        return replace(self, second_factor=True, stepped_up_at=at)


def stage_after(
    session: OpenedSession, *, has_second_factor: bool, notice_accepted: bool, usable: Sequence[str]
) -> tuple[Stage, str | None]:
    """What comes next, and the capacity that the session has then.

    `usable` are the keys of the capacities that the person may take in this session: the only one is taken by itself.
    """
    if has_second_factor and not session.second_factor:
        return "second_factor", None
    if not notice_accepted:
        return "notice", None
    chosen = session.capacity_key if session.capacity_key in usable else None
    if chosen is None and len(usable) == 1:
        chosen = usable[0]
    return ("open", chosen) if chosen is not None else ("capacity", None)


def usable_with(duties: frozenset[str], *, second_factor: bool) -> bool:
    """Whether duties may be taken up in a session."""
    return second_factor or not needs_second_factor(duties)
