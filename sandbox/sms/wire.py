"""What is said to the SMS provider and what it answers, in JSON."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from sandbox.misbehaviour import Fault, Rule

MessageId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]

TEXT_LIMIT = 500  # characters, signature included: what mainland carriers join into one long message
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SIGN = re.compile(r"[\w·（）()-]{2,16}")  # any script: a name


def _mainland_mobile(number: str) -> str:
    if not _MOBILE.fullmatch(number):
        raise _own("not_a_mainland_mobile", "收信人不是中国内地手机号 / not a mainland mobile number")
    return number


def _sendable_text(text: str) -> str:
    if not text.strip():
        raise _own("text_empty", "短信内容为空 / the text is empty")
    if len(text) > TEXT_LIMIT:
        raise _own("text_too_long", f"短信内容超过 {TEXT_LIMIT} 字 / the text is too long")
    return text


def _registered_shape(sign: str) -> str:
    if not _SIGN.fullmatch(sign):
        raise _own("sign_invalid", "短信签名须为 2 至 16 个字 / the signature must have 2 to 16 characters")
    return sign


def _own(code: str, message: str) -> PydanticCustomError:
    return PydanticCustomError(code, message, {"own_code": True})


class MessageOrder(BaseModel):
    """One message, to be delivered once. `sign` is the sender's signature, without its brackets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    message_id: MessageId
    to: Annotated[str, AfterValidator(_mainland_mobile)]
    text: Annotated[str, AfterValidator(_sendable_text)]
    sign: Annotated[str, AfterValidator(_registered_shape)]

    @property
    def id(self) -> str:
        return self.message_id

    def content(self) -> dict[str, str | int | None]:
        """Its columns in the book; the same id must come with the same of these."""
        content: dict[str, str | int | None] = self.model_dump()
        return content


class MessageResult(BaseModel):
    """How a message stands; `reason_code` and `reason` say why it failed."""

    message_id: str
    status: Literal["delivered", "failed", "pending"]
    reason_code: str | None = None
    reason: str | None = None
    delivered_at: str | None = None

    @classmethod
    def of(cls, row: sqlite3.Row) -> MessageResult:
        return cls(**_result(row))


class MessageEntry(MessageResult):
    """A message with its content, as the book lists it; `attempts_seen`: how often it was presented."""

    to: str
    text: str
    sign: str
    attempts_seen: int

    @classmethod
    def of(cls, row: sqlite3.Row) -> MessageEntry:
        own = {name: row[name] for name in ("to", "text", "sign", "attempts_seen")}
        return cls(**_result(row), **own)


class SentMessagePage(BaseModel):
    """`next_after` is where the next page begins; it stays where it was when nothing came."""

    messages: list[MessageEntry]
    next_after: int


class MessageRule(Rule):
    """A fault on demand; every match that is given must hold, and a rule without any covers all."""

    own_words: ClassVar[Mapping[str, Fault]] = {
        "deliver_then_timeout": Fault.DONE_THEN_TIMEOUT,
        "pending_then_deliver": Fault.PENDING_THEN_DONE,
    }
    behaviour: Literal[
        "answer_late", "fail", "deliver_then_timeout", "timeout_before", "pending_then_deliver", "http_500"
    ]
    to: str | None = None
    message_prefix: MessageId | None = None

    def covers(self, order: MessageOrder) -> bool:
        return self.to in (None, order.to) and order.message_id.startswith(self.message_prefix or "")


def _result(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "message_id": row["message_id"],
        "status": row["status"],
        "reason_code": row["reason_code"],
        "reason": row["reason"],
        "delivered_at": row["done_at"],
    }
