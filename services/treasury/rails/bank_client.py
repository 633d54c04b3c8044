"""The bank over HTTP, and what can be concluded from each way in which a request ends."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pydantic import ValidationError

from chassis.foundation.settings import SettingMissing
from chassis.outside.client import (
    AnswerLost,
    Limits,
    NothingSent,
    OutsideAnswer,
    OutsideClient,
    OutsideFault,
    Transport,
)
from contracts.message import Model
from services.treasury.rails.bank import BATCH_LIMIT, BankAnswer, BankUnreachable, BatchRefused, BookedPayment, Payment

LIMITS = Limits(seconds=10.0, connect_seconds=2.0, answer_bytes=4 * 1024 * 1024)
"""A job asks first and sends then: both together end well within the lease of its claim (30 s)."""


class _Results(Model):
    results: tuple[dict[str, Any], ...]


class _Return(Model):
    instruction_id: str


class _Returns(Model):
    returns: tuple[_Return, ...]
    next_after: int


class _Booked(Model):
    payments: tuple[BookedPayment, ...]
    next_after: int


class BankClient:
    """A `Bank`."""

    def __init__(self, base_url: str, transport: Transport | None = None, limits: Limits = LIMITS) -> None:
        self._client = OutsideClient(limits, base_url=base_url, transport=transport)

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> BankClient:
        """Raises SettingMissing."""
        if not env.get("BANK_URL"):
            raise SettingMissing("缺少环境变量：BANK_URL (missing setting)")
        return cls(env["BANK_URL"])

    def pay(self, payments: Sequence[Payment]) -> dict[str, BankAnswer]:
        silent = {
            each.instruction_id: BankAnswer(instruction_id=each.instruction_id, status="silent") for each in payments
        }
        try:
            answer = self._client.call(
                "POST", "/payments/batch", json={"payments": [asdict(each) for each in payments]}
            )
        except NothingSent as error:
            raise BankUnreachable(f"nothing was sent: {error}") from error
        except AnswerLost:
            return silent
        if answer.status_code in (400, 422):
            if len(payments) > 1:
                raise BatchRefused(answer.text[:500])
            why = {"reason_code": "instruction_malformed", "reason": answer.text[:300]}
            return {each: BankAnswer(instruction_id=each, status="failed", **why) for each in silent}
        if 300 <= answer.status_code < 500:
            raise BankUnreachable(f"turned away unread, HTTP {answer.status_code}")
        return silent | (_answers(answer) if answer.status_code == 200 else {})

    def ask(self, instruction_ids: Sequence[str]) -> dict[str, BankAnswer]:
        answers = _answers(self._read("POST", "/payments/query", json={"instruction_ids": list(instruction_ids)}))
        if not answers.keys() >= set(instruction_ids):
            raise BankUnreachable("the bank's answer is incomplete or cannot be read")
        return answers

    def returns(self, after: int) -> tuple[tuple[str, ...], int]:
        answer = self._read("GET", "/returns", params={"after": after, "limit": BATCH_LIMIT})
        try:
            page = _Returns.model_validate_json(answer.content)
        except ValidationError as error:
            raise BankUnreachable("the bank's list of returns cannot be read") from error
        return tuple(each.instruction_id for each in page.returns), page.next_after

    def booked(self, after: int) -> tuple[tuple[BookedPayment, ...], int]:
        answer = self._read("GET", "/payments", params={"after": after, "limit": BATCH_LIMIT})
        try:
            page = _Booked.model_validate_json(answer.content)
        except ValidationError as error:
            raise BankUnreachable("the bank's book cannot be read") from error
        return page.payments, page.next_after

    def _read(self, method: str, path: str, **content: Any) -> OutsideAnswer:
        try:
            answer = self._client.call(method, path, **content)
        except OutsideFault as error:
            raise BankUnreachable(str(error)) from error
        if answer.status_code != 200:
            raise BankUnreachable(f"HTTP {answer.status_code}")
        return answer


def _answers(reply: OutsideAnswer) -> dict[str, BankAnswer]:
    """Every line that can be read. One that cannot is as if it were missing: it must not spoil its neighbours."""
    try:
        lines = _Results.model_validate_json(reply.content).results
    except ValidationError:
        return {}
    answers = {}
    for line in lines:
        try:
            answer = BankAnswer.model_validate(line)
        except ValidationError:
            continue
        answers[answer.instruction_id] = answer
    return answers
