"""How long one must wait after failing too often. Pure.

Every attempt counts as failed before it is looked at, and is given back when it succeeds: so a hundred attempts at the
same moment are no more than one after the other. What is counted is what was typed and where it came from, whether
there is such an account or not, so that the delay tells nobody which accounts there are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from contracts.refusal import Conflict


class TooManyAttempts(Conflict):
    """HTTP 429: `seconds` is how long to wait."""

    code = "too_many_attempts"
    sentence = "连续失败次数过多，请在 {minutes} 分钟后重试；忘记口令的，请联系安全管理员重置。"

    def __init__(self, until: datetime, now: datetime) -> None:
        self.seconds = max(1, int((until - now).total_seconds() + 0.999))
        super().__init__(minutes=-(-self.seconds // 60))


@dataclass(frozen=True, kw_only=True, slots=True)
class DelayRule:
    """The first `free` failures cost nothing; each further one doubles the wait, from `first` to `longest`.

    Failures are forgotten when nobody has tried for `forgotten_after`.
    """

    free: int
    first: timedelta
    longest: timedelta
    forgotten_after: timedelta

    def delay_after(self, failures: int) -> timedelta:
        """How long to wait after so many failures in a row."""
        if failures < self.free:
            return timedelta(0)
        doublings = min(failures - self.free, 40)  # beyond that no date holds it
        return min(self.first * (1 << doublings), self.longest)


OF_ACCOUNTS = DelayRule(
    free=5, first=timedelta(minutes=1), longest=timedelta(hours=1), forgotten_after=timedelta(hours=24)
)
OF_ADDRESSES = DelayRule(
    free=30, first=timedelta(minutes=1), longest=timedelta(minutes=15), forgotten_after=timedelta(hours=1)
)
"""A whole city hall may stand behind one address: it is let fail more often, and waits less long."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delay:
    """What is known of one login or one address."""

    failures: int = 0
    last_at: datetime
    blocked_until: datetime

    def attempt(self, rule: DelayRule, now: datetime) -> Delay:
        """As it is when one more attempt is made, which counts as failed until it is given back.

        Raises TooManyAttempts while the wait lasts; such an attempt counts for nothing.
        """
        if now < self.blocked_until:
            raise TooManyAttempts(self.blocked_until, now)
        known = 0 if now - self.last_at >= rule.forgotten_after else self.failures
        failures = known + 1
        return Delay(failures=failures, last_at=now, blocked_until=now + rule.delay_after(failures))

    def given_back(self, now: datetime) -> Delay:
        """The attempt did not fail."""
        return replace(self, failures=max(0, self.failures - 1), blocked_until=min(self.blocked_until, now))

    def forgiven(self, now: datetime) -> Delay:
        """Somebody has proved wholly that they are who they say: what failed before is forgotten."""
        return Delay(failures=0, last_at=now, blocked_until=now)

    def blocks(self, now: datetime) -> bool:
        """Whether, as it stands, the next attempt must wait."""
        return now < self.blocked_until
