"""A package's list, its hash, and the voucher that an event of money is. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.archive import ArchivedFile, ArchiveStage
from contracts.intake import Claim
from contracts.money import Money
from contracts.treasury import DisbursementReturned, DisbursementSettled

SEALED = frozenset({"account_sealed", "query_code_digest"})
"""What no archive keeps in the open, and nobody could read."""

MoneyMoved = DisbursementSettled | DisbursementReturned


@dataclass(frozen=True, slots=True)
class Voucher:
    """One movement of money, as it was said."""

    claim: Claim
    case_id: str
    disbursement_id: str
    amount_fen: int
    settled: bool
    at: datetime
    body: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body.encode()).hexdigest()

    @property
    def file(self) -> ArchivedFile:
        """Its line in a package."""
        what = "到账凭证" if self.settled else "退汇凭证"
        return ArchivedFile(
            kind="voucher",
            name=f"{what} {self.disbursement_id} {Money(self.amount_fen).yuan_text()} 元",
            sha256=self.sha256,
            kept_by=self.claim.tenant,
            at=self.at,
            size=len(self.body.encode()),
        )


def voucher_of(event: MoneyMoved, at: datetime) -> Voucher:
    """The event word for word; `at` is when it was said."""
    settled = isinstance(event, DisbursementSettled)
    return Voucher(
        claim=event.claim,
        case_id=event.case_id,
        disbursement_id=event.disbursement_id,
        amount_fen=event.amount_fen,
        settled=settled,
        at=event.settled_at if isinstance(event, DisbursementSettled) else at,
        body=canonical(_open(event.model_dump(mode="json"))),
    )


def canonical(said: Any) -> str:
    """The same text for the same thing: names in their order, nothing between them, letters as they are."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def manifest_of(
    claim: Claim,
    number: int,
    stage: ArchiveStage,
    files: Sequence[ArchivedFile],
    frozen_at: datetime,
    before: str | None,
) -> str:
    """The list of a package: what its hash is taken of."""
    return canonical(
        {
            "tenant": claim.tenant,
            "receipt": claim.receipt,
            "number": number,
            "stage": stage,
            "before": before,
            "frozen_at": frozen_at.isoformat(),
            "files": [each.model_dump(mode="json") for each in files],
        }
    )


def hash_of(manifest: str) -> str:
    return hashlib.sha256(manifest.encode()).hexdigest()


def together(before: Iterable[ArchivedFile], news: Iterable[ArchivedFile]) -> tuple[ArchivedFile, ...]:
    """What was listed, and what is new, in this order: nothing twice."""
    kept: dict[tuple[str, str, str], ArchivedFile] = {}
    for each in (*before, *news):
        kept.setdefault((each.kind, each.name, each.sha256), each)
    return tuple(kept.values())


def _open(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _open(value) if isinstance(value, Mapping) else value
        for name, value in said.items()
        if name not in SEALED
    }
