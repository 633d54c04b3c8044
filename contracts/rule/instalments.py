"""Payment in parts: over years or by milestones, each with its own condition."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.rule.amount import AmountRule
from contracts.rule.dates import DateRef
from contracts.rule.eligibility import Eligibility
from contracts.rule.facts import Code, FactName, PeriodRef, RulePart
from contracts.rule.shares import FractionText


class Recheck(RulePart):
    """One condition of an instalment, and what becomes of the instalment where it fails.

    Judged on the facts of the instalment's own year; `exemption` lets a failed one count as passed. `skip`, `stop` and
    `wait` as of an instalment; `reduce` pays `reduced_to` of it (未达 80% 的按半额兑付). Of several that fail the
    strictest counts: stop, skip, wait, then the smallest `reduced_to`.
    """

    condition: Eligibility
    exemption: Eligibility | None = None
    if_failed: Literal["skip", "stop", "wait", "reduce"] = "skip"
    reduced_to: FractionText | None = None


class Instalment(RulePart):
    """One part: a `fraction` of the whole, or an `amount` of its own.

    It can be claimed in the year that lies `due_year` years after that of the claim (0: in the same year), or from the
    day `due_on`; claimed before, it is *not yet* due, which takes nothing from it or from the later ones.
    `rechecks` are its conditions, each with its own outcome. Items from before they existed have one `recheck`: it
    is judged on the facts of the instalment's own year (`Y` is that year); `exemption` is what
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
    due_year: int | None = Field(default=None, ge=0, le=60)
    due_on: DateRef | None = None
    rechecks: Annotated[tuple[Recheck, ...], Field(max_length=20)] = ()


Parts = Annotated[tuple[Instalment, ...], Field(min_length=1, max_length=60)]


class InstalmentTerms(RulePart):
    """What holds for a schedule of parts, whichever it is.

    `together`: parts that are due at the same time are paid at once (several milestones reached in one year); else
    each claim pays one. `whole` is `fixed` with the first part, or `recomputed` with each: then a part pays what the
    parts so far come to of the whole as it is now (按实际投资核算), less what they were paid.
    """

    together: bool = False
    whole: Literal["fixed", "recomputed"] = "fixed"


class InstalmentPlan(InstalmentTerms):
    """Parts in their order; either all have fractions, which sum to one, or all have amounts."""

    node: Literal["instalments"] = "instalments"
    parts: Parts


class InstalmentRow(RulePart):
    codes: Annotated[tuple[Code, ...], Field(min_length=1, max_length=100)]
    parts: Parts


class InstalmentsBy(InstalmentTerms):
    """The parts differ by what a code fact says (工业一次付，服务业分三年)."""

    node: Literal["instalments_by"] = "instalments_by"
    fact: FactName
    period: PeriodRef | None = None
    rows: Annotated[tuple[InstalmentRow, ...], Field(min_length=1, max_length=30)]
    otherwise: Parts | None = None


class InstalmentCase(RulePart):
    """The schedule of those who meet this condition when they claim the first part."""

    condition: Eligibility
    parts: Parts


class InstalmentsWhen(InstalmentTerms):
    """The parts differ by a condition (100 万元以下一次付，以上分三年): the first row that is met when the first part is
    claimed gives them, for all of that claim's parts; `otherwise` where none is.
    """

    node: Literal["instalments_when"] = "instalments_when"
    rows: Annotated[tuple[InstalmentCase, ...], Field(min_length=1, max_length=30)]
    otherwise: Parts


Instalments = Annotated[InstalmentPlan | InstalmentsBy | InstalmentsWhen, Field(discriminator="node")]
