"""The one error that crosses a border: a rule says no, with every reason at once.

Anything else that goes wrong is a fault: retried, logged, traced, and never shown in detail.
"""

from __future__ import annotations

from typing import Literal

from contracts.message import Model

Kind = Literal["not_found", "conflict", "forbidden", "invalid"]


class Reason(Model):
    """One thing that is wrong: a stable code, a sentence for a person, and the field it is about."""

    code: str
    message: str
    field: str | None = None


class Refusal(Model):
    """A refusal as it travels: the first reason gives the headline code.

    `rests_on`: the types of aggregate of other services on whose copy it rests, if it does. What is missing may be on its
    way, so it may be a yes in a moment: nobody remembers such a refusal, and the door tries again for a while.
    """

    kind: Kind
    code: str
    message: str
    reasons: tuple[Reason, ...] = ()
    retryable: bool = False
    rests_on: tuple[str, ...] = ()


class Refused(Exception):
    """A rule says no.

    Subclasses give the cause its name and set `kind`, `code` and a Chinese `sentence`, which may use the
    keyword arguments given when it is raised. `reasons` lists everything that is wrong, not only the first.
    `rests_on` names the aggregates of other services whose events could have made it a yes (docs/decisions/0016).
    """

    kind: Kind = "conflict"
    code: str = "refused"
    sentence: str = "请求被拒绝。"
    retryable: bool = False
    rests_on: tuple[str, ...] = ()

    def __init__(self, *reasons: Reason, field: str | None = None, **fields: object) -> None:
        message = self.sentence.format(**fields) if fields else self.sentence
        self.message = message
        self.reasons = reasons or (Reason(code=self.code, message=message, field=field),)
        super().__init__(f"{self.code}: {message}")

    def refusal(self) -> Refusal:
        """What crosses the wire."""
        return Refusal(
            kind=self.kind,
            code=self.code,
            message=self.message,
            reasons=self.reasons,
            retryable=self.retryable,
            rests_on=self.rests_on,
        )


class NotFound(Refused):
    """There is no such thing for this tenant and this person."""

    kind: Kind = "not_found"
    code = "not_found"
    sentence = "没有找到所请求的内容。"


class Conflict(Refused):
    """The request is sound, but the state of things does not allow it."""

    kind: Kind = "conflict"


class Forbidden(Refused):
    """This person may not do this."""

    kind: Kind = "forbidden"
    code = "forbidden"
    sentence = "您没有办理此事项的权限。"


class Invalid(Refused):
    """What was sent cannot be accepted as it is; `reasons` says everything that must change."""

    kind: Kind = "invalid"
    code = "invalid"
    sentence = "提交的内容有误，请按提示修改。"


class StaleVersion(Conflict):
    """Somebody else changed it first: read it again and decide anew (HTTP 412)."""

    code = "stale_version"
    sentence = "该记录已被他人更新，请刷新后重试。"


class CommandInProgress(Conflict):
    """The same operation is still running (HTTP 409); ask again with the same key."""

    code = "command_in_progress"
    sentence = "同一请求正在处理中，请稍后用同一请求编号重试。"
    retryable = True


class IdempotencyKeyReused(Conflict):
    """The same idempotency key came with another body: one of the two is a mistake."""

    code = "idempotency_key_reused"
    sentence = "同一请求编号已用于不同的内容，请更换请求编号。"
