"""A department's own system over HTTP, signed both ways (docs/department-systems.md). It takes one check id once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Literal, Protocol
from urllib.parse import urlsplit

import orjson
from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from chassis.foundation.secrecy import mask_numbers
from chassis.outside.client import Limits, NotAllowed, OutsideAnswer, OutsideClient, OutsideFault, Transport
from chassis.outside.reach import Reach
from services.review.dispatches.domain import CheckQuestion
from services.review.dispatches.judging import SystemWords

LIMITS = Limits(seconds=6.0, connect_seconds=2.0, answer_bytes=64 * 1024)
"""A check is sent and its answer confirmed, three calls at most, within the lease of its job."""

KEPT = 500
MAY_PASS = frozenset({408, 425, 429})
"""Of the answers below 500 these may be others the next time; the rest refuse the check for good."""

Standing = Literal["said", "absent", "silent", "refused", "strange"]


@dataclass(frozen=True, slots=True)
class SystemAt:
    """Where a system is, and what both sides sign with."""

    address: str
    secret: str


@dataclass(frozen=True, slots=True)
class HeardOfCheck:
    """What came back. *absent*: the system has never taken it. *strange*: an answer that is none, `text` as it came."""

    standing: Standing
    words: SystemWords | None = None
    text: str = ""


class DepartmentSystem(Protocol):
    """Whoever reaches departments' systems. Neither of the first two raises for what the network or the system does."""

    def send(self, at: SystemAt, check_id: str, question: CheckQuestion) -> HeardOfCheck:
        """Hand a check in; again is harmless."""

    def ask(self, at: SystemAt, check_id: str) -> HeardOfCheck:
        """How a check stands that may have been handed in."""

    def may_be(self, address: str) -> bool:
        """Whether a system may be there, as far as the address alone says it."""


class DepartmentSystemClient:
    """A `DepartmentSystem` within `reach`: an address that somebody entered must not become a way into our own network."""

    def __init__(self, reach: Reach | None = None, transport: Transport | None = None, limits: Limits = LIMITS) -> None:
        self._reach = reach or Reach()
        self._client = OutsideClient(limits, reach=self._reach, transport=transport)

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> DepartmentSystemClient:
        """Raises SettingMissing for networks or ports that are none."""
        return cls(Reach.from_env(env))

    def send(self, at: SystemAt, check_id: str, question: CheckQuestion) -> HeardOfCheck:
        body = orjson.dumps({"check_id": check_id, **question.model_dump(mode="json")})
        return self._call(at, check_id, "POST", "/checks", body)

    def ask(self, at: SystemAt, check_id: str) -> HeardOfCheck:
        return self._call(at, check_id, "GET", f"/checks/{check_id}", b"")

    def may_be(self, address: str) -> bool:
        parts = urlsplit(address)
        port, host = parts.port or (443 if parts.scheme == "https" else 80), parts.hostname or ""
        try:
            return self._reach.allows(str(ip_address(host)), port)
        except ValueError:  # a name: its addresses are judged at each call
            return self._reach.ports is None or port in self._reach.ports

    def _call(self, at: SystemAt, check_id: str, method: str, path: str, body: bytes) -> HeardOfCheck:
        webhook = Webhook(at.secret if at.secret.startswith("whsec_") else at.secret.encode())
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": check_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": webhook.sign(check_id, now, body.decode()),
        }
        try:
            answer = self._client.call(method, f"{at.address}{path}", content=body, headers=headers)
        except NotAllowed:
            return HeardOfCheck("refused", text="地址不在允许访问的网络内")
        except OutsideFault as error:
            return HeardOfCheck("silent", text=type(error).__name__)
        return _heard(answer, webhook)


def _heard(answer: OutsideAnswer, webhook: Webhook) -> HeardOfCheck:
    if answer.status_code == 404:
        return HeardOfCheck("absent")
    if answer.status_code >= 500 or answer.status_code in MAY_PASS:
        return HeardOfCheck("silent", text=f"HTTP {answer.status_code}")
    if answer.status_code not in (200, 202):
        return HeardOfCheck("refused", text=f"HTTP {answer.status_code}")
    text = mask_numbers(answer.text[:KEPT])
    try:
        webhook.verify(answer.content, dict(answer.headers), json_parse=False)
        return HeardOfCheck("said", SystemWords.model_validate_json(answer.content), text)
    except (WebhookVerificationError, ValidationError, ValueError) as error:
        return HeardOfCheck("strange", text=f"{type(error).__name__}: {text}")
