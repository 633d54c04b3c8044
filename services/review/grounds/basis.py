"""What grounds are derived from. Pure: whoever holds the case says it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from contracts.case_materials import ConfirmedMaterial
from contracts.case_steps import StepKind
from contracts.quota_batches import QuotaOutcome
from contracts.refusal import Reason
from contracts.rule import Assessment, Fact, ItemRules


@dataclass(frozen=True, slots=True)
class FailedAnswer:
    """The answer of a step that stands against the claim."""

    step: int
    slot: str
    kind: StepKind
    department: str
    on: date
    reason: str
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuotaFinding:
    """What a quota says of the claim; `number` counts from 1, `why` is its own sentence."""

    number: int
    limits: str
    outcome: QuotaOutcome
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalBasis:
    """A case as far as it is refused. `citation` is its document, with its number; `filed_on` when it was claimed."""

    rules: ItemRules
    citation: str
    department: str
    assessment: Assessment
    facts: tuple[Fact, ...]
    filed_on: date
    today: date
    failed: tuple[FailedAnswer, ...] = ()
    materials: tuple[ConfirmedMaterial, ...] = ()
    quotas: tuple[QuotaFinding, ...] = ()
    remarks: tuple[Reason, ...] = ()

    def clause(self, of: str) -> str:
        """The document, and what of it."""
        return f"{self.citation}{of}"[:400]
