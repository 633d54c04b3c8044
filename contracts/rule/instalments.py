"""Payment in parts: over years or by milestones, each with its own condition."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.rule.amount import AmountRule
from contracts.rule.eligibility import Eligibility
from contracts.rule.facts import Code, FactName, PeriodRef, RulePart
from contracts.rule.shares import FractionText


class Instalment(RulePart):
    """One part: a `fraction` of the whole, or an `amount` of its own.

    `recheck` is judged on the facts of the instalment's own year (`Y` is that year); `exemption` is what
    lets a failed recheck count as passed, e.g. a statutory tax exemption. Where it fails, `if_failed` says
    what becomes of this part: `skip` nothing this time, and the later ones go on; `stop` nothing for ever;
    `wait` it stays due until the condition is met (half is paid when production has begun).
    """

    label: str = Field(min_length=1, max_length=60)
    fraction: FractionText | None = None
    amount: AmountRule | None = None
    recheck: Eligibility | None = None
    exemption: Eligibility | None = None
    if_failed: Literal["skip", "stop", "wait"] = "skip"


Parts = Annotated[tuple[Instalment, ...], Field(min_length=1, max_length=60)]


class InstalmentPlan(RulePart):
    """Parts in their order; either all have fractions, which sum to one, or all have amounts."""

    node: Literal["instalments"] = "instalments"
    parts: Parts


class InstalmentRow(RulePart):
    codes: Annotated[tuple[Code, ...], Field(min_length=1, max_length=100)]
    parts: Parts


class InstalmentsBy(RulePart):
    """The parts differ by what a code fact says (工业一次付，服务业分三年)."""

    node: Literal["instalments_by"] = "instalments_by"
    fact: FactName
    period: PeriodRef | None = None
    rows: Annotated[tuple[InstalmentRow, ...], Field(min_length=1, max_length=30)]
    otherwise: Parts | None = None


Instalments = Annotated[InstalmentPlan | InstalmentsBy, Field(discriminator="node")]
