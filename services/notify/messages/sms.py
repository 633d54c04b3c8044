"""The SMS provider over HTTP. It delivers one message id at most once, so sending again is harmless."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import AwareDatetime, ValidationError

from chassis.foundation.settings import SettingMissing
from chassis.outside.client import Limits, OutsideAnswer, OutsideClient, OutsideFault, Transport
from contracts.message import Model

LIMITS = Limits(seconds=7.0, connect_seconds=2.0, answer_bytes=64 * 1024)
SIGN = "直达"
"""Our signature, as registered with the carriers; the provider sets its brackets."""

REFUSED_FOR_GOOD = frozenset({400, 409, 413, 422})
"""What is wrong with the message itself stays wrong; every other answer may be different the next time."""

REASONS: Mapping[str, str] = {
    "number_unknown": "手机号码不存在",
    "number_blocked": "对方拒收短信",
    "number_off": "手机关机或不在服务区",
    "text_refused": "短信内容被拦截",
    "message_content_differs": "同一短信编号已用于其他内容",
}
"""The provider's codes in our words: what it writes itself names numbers."""

Standing = Literal["delivered", "failed", "pending", "absent", "silent"]


class Answer(Model):
    """What the provider says of a message."""

    status: Literal["delivered", "failed", "pending"]
    reason_code: str | None = None
    delivered_at: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """How a message stands. *absent*: the provider has never taken it. *silent*: no answer that can be relied on."""

    standing: Standing
    reason: str = ""
    delivered_at: AwareDatetime | None = None


class Sms(Protocol):
    """Whoever delivers short messages. Neither method raises for what the network or the provider does."""

    def send(self, message_id: str, mobile: str, text: str) -> ProviderAnswer:
        """Hand a message in: *silent* when it is not certain what came of it."""

    def ask(self, message_id: str) -> ProviderAnswer:
        """How a message that may have been handed in stands now."""


class SmsClient:
    """An `Sms` over HTTP, as docs/sandbox.md describes it."""

    def __init__(self, base_url: str, transport: Transport | None = None, limits: Limits = LIMITS) -> None:
        self._client = OutsideClient(limits, base_url=base_url, transport=transport)

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> SmsClient:
        """Raises SettingMissing."""
        if not env.get("SMS_URL"):
            raise SettingMissing("缺少环境变量：SMS_URL (missing setting)")
        return cls(env["SMS_URL"])

    def close(self) -> None:
        """Let go of its connections."""
        self._client.close()

    def send(self, message_id: str, mobile: str, text: str) -> ProviderAnswer:
        request = {"message_id": message_id, "to": mobile, "text": text, "sign": SIGN}
        try:
            answer = self._client.call("POST", "/messages", json=request)
        except OutsideFault:
            return ProviderAnswer("silent", "短信平台未答复")
        if answer.status_code in REFUSED_FOR_GOOD:
            return ProviderAnswer("failed", REASONS.get(_code(answer), "短信平台拒收"))
        return _word(answer)

    def ask(self, message_id: str) -> ProviderAnswer:
        try:
            answer = self._client.call("GET", f"/messages/{message_id}")
        except OutsideFault:
            return ProviderAnswer("silent", "短信平台未答复")
        if answer.status_code == 404 and _code(answer) == "message_not_found":
            return ProviderAnswer("absent")
        return _word(answer)


def _word(answer: OutsideAnswer) -> ProviderAnswer:
    if answer.status_code != 200:
        return ProviderAnswer("silent", f"短信平台暂不可用（HTTP {answer.status_code}）")
    try:
        said = Answer.model_validate_json(answer.content)
    except ValidationError:
        return ProviderAnswer("silent", "短信平台的答复无法识别")
    if said.status == "pending":
        return ProviderAnswer("pending", "尚未收到送达回执")
    return ProviderAnswer(said.status, REASONS.get(said.reason_code or "", ""), said.delivered_at)


def _code(answer: OutsideAnswer) -> str:
    try:
        return str(answer.json()["code"])[:80]
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"
