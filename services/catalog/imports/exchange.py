"""The data exchange over HTTP: signed pages of a feed (Standard Webhooks), each taken whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from standardwebhooks import Webhook, WebhookVerificationError

from chassis.foundation.settings import SettingMissing
from chassis.operations.work import SourceAway
from chassis.outside.client import Limits, OutsideAnswer, OutsideClient, OutsideFault, Transport
from contracts.fact_sources import OTHER_SOURCES, SourceKind
from contracts.refusal import Invalid
from services.catalog.enterprises.sources import Voice

LIMITS = Limits(seconds=15.0, answer_bytes=32 * 1024 * 1024)
"""A page of 500 records, well within the lease of the job that waits for it."""


class FeedSignatureInvalid(Invalid):
    """The page is not as the data exchange signed it, or not the page that was asked for: nothing of it is taken."""

    code = "feed_signature_invalid"
    sentence = "数据交换平台的数据签名校验不通过，可能被改动，已停止导入，请核实后再继续。"


class FeedRefused(Invalid):
    """The data exchange does not give this feed to us."""

    code = "feed_refused"
    sentence = "数据交换平台拒绝提供该数据（{status}），请核对数据名称与授权。"


class FeedStandsStill(Invalid):
    """The page says that there is more, and that it begins where this one began: it would never come to an end."""

    code = "feed_stands_still"
    sentence = "数据交换平台给出的下一页位置没有前进，已停止导入，请联系数据交换平台核实后再继续。"


GATHERING = Voice(kinds=frozenset(SourceKind) - {SourceKind.ENTERPRISE, SourceKind.WINDOW}, passes_on=True)
"""What an exchange gathers while nobody says otherwise: what offices hold, not what firms say of themselves."""


def _voice(env: Mapping[str, str]) -> Voice:
    """DATA_EXCHANGE_SOURCES: the sources for which the exchange may speak, with commas. Raises SettingMissing."""
    said = {each.strip() for each in env.get("DATA_EXCHANGE_SOURCES", "").split(",") if each.strip()}
    if unknown := sorted(said - {kind.value for kind in SourceKind} - {OTHER_SOURCES}):
        raise SettingMissing(f"DATA_EXCHANGE_SOURCES 中有不认识的来源：{', '.join(unknown)} (unknown kinds of source)")
    kinds = frozenset(SourceKind(each) for each in said - {OTHER_SOURCES})
    return Voice(kinds=kinds, passes_on=OTHER_SOURCES in said) if said else GATHERING


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Records after a position, each with its own; `total` is how many the feed has now."""

    records: list[dict[str, Any]]
    next_after: int
    more: bool
    total: int | None


class ExchangeClient:
    """A `Feed`. Raises SourceAway for whatever may pass by itself."""

    def __init__(
        self,
        base_url: str,
        secret: str,
        transport: Transport | None = None,
        limits: Limits = LIMITS,
        voice: Voice = GATHERING,
    ) -> None:
        self.voice = voice
        self._webhook = Webhook(secret if secret.startswith("whsec_") else secret.encode())
        self._client = OutsideClient(limits, base_url=base_url, transport=transport)

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> ExchangeClient:
        """Raises SettingMissing, naming every absent variable at once."""
        missing = [name for name in ("DATA_EXCHANGE_URL", "DATA_EXCHANGE_SECRET") if not env.get(name)]
        if missing:
            raise SettingMissing(f"缺少环境变量：{', '.join(missing)} (missing settings)")
        return cls(env["DATA_EXCHANGE_URL"], env["DATA_EXCHANGE_SECRET"], voice=_voice(env))

    def page(self, feed: str, after: int, limit: int) -> FeedPage:
        """The records after position `after`. Raises SourceAway, FeedSignatureInvalid or FeedRefused."""
        try:
            answer = self._client.call("GET", f"/feeds/{feed}/pages", params={"after": after, "limit": limit})
        except OutsideFault as error:
            raise SourceAway("feed_away", "数据交换平台暂时没有应答，稍后自动继续。") from error
        if answer.status_code >= 500 or answer.status_code == 429:
            raise SourceAway("feed_away", f"数据交换平台暂时不可用（{answer.status_code}），稍后自动继续。")
        if answer.status_code != 200:
            raise FeedRefused(status=answer.status_code)
        return self._checked(answer, feed, after)

    def _checked(self, answer: OutsideAnswer, feed: str, after: int) -> FeedPage:
        try:
            self._webhook.verify(answer.content, dict(answer.headers), json_parse=False)
            head, *records = (orjson.loads(line) for line in answer.content.splitlines())
            # A page that was signed once must not be taken for another one: the signature covers where it begins.
            if (head["feed"], head["after"], head["count"]) != (feed, after, len(records)):
                raise FeedSignatureInvalid()
            if head["more"] and head["next_after"] <= after:
                raise FeedStandsStill()
            return FeedPage(records, head["next_after"], head["more"], head["total"])
        except (WebhookVerificationError, ValueError, KeyError, TypeError) as error:
            raise FeedSignatureInvalid() from error
