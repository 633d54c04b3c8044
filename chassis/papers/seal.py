"""The port to whoever puts the electronic seal on a paper, and its adapter over HTTP (docs/papers.md).

A seal is a signature inside the file (PAdES) that is added behind what was sent: whatever comes back begins with the very
bytes that we set, or it is not taken. Never called inside a transaction.
"""

from __future__ import annotations

import hashlib
import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import orjson
from pydantic import AwareDatetime, Base64Bytes, BaseModel, ConfigDict, ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from chassis.foundation.secrecy import mask_numbers
from chassis.foundation.settings import SettingMissing
from chassis.outside.client import MIB, Limits, OutsideAnswer, OutsideClient, OutsideFault, Transport

LIMITS = Limits(seconds=15.0, connect_seconds=2.0, answer_bytes=32 * MIB)
MAY_PASS = frozenset({401, 403, 404, 408, 425, 429})
"""Of the answers below 500 these say nothing about the paper, but about the address, the secret or the hour."""

SIGNED = b"/ByteRange"
"""Every signature inside a PDF says which bytes it covers (ISO 32000-1, 12.8.1)."""


class SealUnavailable(Exception):
    """No seal now, for no reason that lies in the paper: no answer, none that counts, or *not yet*. Try again later."""


class SealRefused(Exception):
    """The seal office will not seal this paper. `code` is its own, `reason` its sentence."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code, self.reason = code, reason


@dataclass(frozen=True, slots=True)
class Sealed:
    """The sealed file: what was sent, and behind it the seal of this name with a certificate of this number (hex)."""

    pdf: bytes
    seal_name: str
    certificate_serial: str
    sealed_at: datetime


class SealOffice(Protocol):
    """Whoever holds the seals of a place's departments."""

    def seal(self, pdf: bytes, department_id: str, paper_number: str) -> Sealed:
        """The file with the department's seal on it. The same number with the same bytes gets the same file again.

        Raises SealUnavailable or SealRefused.
        """


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    pdf: Base64Bytes
    seal_name: str
    certificate_serial: str
    sealed_at: AwareDatetime


class _Refusal(BaseModel):
    code: str = "refused"
    message: str = ""


class SealClient:
    """A `SealOffice` at an address that the operator has named; both sides sign with one secret (Standard Webhooks)."""

    def __init__(self, base_url: str, secret: str, transport: Transport | None = None, limits: Limits = LIMITS) -> None:
        self._client = OutsideClient(limits, base_url=base_url, transport=transport)
        self._webhook = Webhook(secret if secret.startswith("whsec_") else secret.encode())

    def seal(self, pdf: bytes, department_id: str, paper_number: str) -> Sealed:
        sha256 = hashlib.sha256(pdf).hexdigest()
        asked = {"department_id": department_id, "paper_number": paper_number, "sha256": sha256}
        body = orjson.dumps({**asked, "pdf": b64encode(pdf).decode()})
        try:
            answer = self._client.call("POST", "/seals", content=body, headers=self._signed(sha256, body))
        except OutsideFault as error:
            raise SealUnavailable(str(error)) from error
        if answer.status_code != 200:
            raise _instead_of_a_seal(answer)
        return self._taken(answer, pdf)

    def _signed(self, message_id: str, body: bytes) -> dict[str, str]:
        now = datetime.now(UTC)
        return {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(message_id, now, body.decode()),
        }

    def _taken(self, answer: OutsideAnswer, sent: bytes) -> Sealed:
        try:
            self._webhook.verify(answer.content, dict(answer.headers), json_parse=False)
            said = _Answer.model_validate_json(answer.content)
        except (WebhookVerificationError, ValidationError, ValueError) as error:
            raise SealUnavailable(f"an answer that is none: {type(error).__name__}") from error
        if not said.pdf.startswith(sent) or SIGNED not in said.pdf[len(sent) :]:
            raise SealUnavailable("what came back is not our paper with a seal behind it")
        return Sealed(said.pdf, said.seal_name, said.certificate_serial, said.sealed_at)


def seal_office_from_env(env: Mapping[str, str] = os.environ) -> SealOffice | None:
    """The seal office at `SEAL_OFFICE_URL`, with `SEAL_OFFICE_SECRET`; None without: papers then go out unsealed, and say so.

    Raises SettingMissing for an address without a secret.
    """
    if not env.get("SEAL_OFFICE_URL"):
        return None
    if not env.get("SEAL_OFFICE_SECRET"):
        raise SettingMissing("设置了 SEAL_OFFICE_URL，但缺少 SEAL_OFFICE_SECRET (an address without a secret)")
    return SealClient(env["SEAL_OFFICE_URL"], env["SEAL_OFFICE_SECRET"])


def _instead_of_a_seal(answer: OutsideAnswer) -> SealUnavailable | SealRefused:
    if not 400 <= answer.status_code < 500 or answer.status_code in MAY_PASS:
        return SealUnavailable(f"HTTP {answer.status_code}")
    try:
        said = _Refusal.model_validate_json(answer.content)
    except ValidationError:
        said = _Refusal(message=answer.text[:200])
    return SealRefused(said.code[:64], mask_numbers(said.message[:500]))
