"""The rule language's shape (DESIGN section 4): a policy item as data.

Three machine-readable parts, eligibility, amount and plan, with the shares of who bears it. Every tree is a
union told apart by its `node` (steps by their `kind`), so that the language grows by new nodes and what is
published keeps its meaning. What the parts mean is in `rules/`.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from contracts.rule_amount import (
    AmountRule,
    Band,
    Cap,
    FactAmount,
    Fixed,
    Highest,
    Lookup,
    LookupRow,
    Lowest,
    PerUnit,
    Rate,
    RoundingRule,
    Sum,
    Table,
    When,
)
from contracts.rule_eligibility import AllOf, AnyOf, Condition, Eligibility, Not, Operator
from contracts.rule_facts import CodeLabel, Fact, FactKind, FactSheet, FactType, RulePart, absolute_period
from contracts.rule_plan import (
    Approval,
    FormField,
    JointCheck,
    Material,
    MaterialCheck,
    Mode,
    Panel,
    PaymentFrequency,
    Plan,
    PlanStep,
    PublicNotice,
    SiteInspection,
    TimeLimit,
    TimeUnit,
    Window,
)
from contracts.rule_results import (
    Amount,
    Assessment,
    BorneShare,
    ConditionResult,
    Line,
    MissingFact,
    Problem,
    RuleSentences,
    ShareLine,
    State,
    Verdict,
)
from contracts.rule_shares import Level, SharePart, Shares, Split

__all__ = [
    "AllOf",
    "Amount",
    "AmountRule",
    "AnyOf",
    "Approval",
    "Assessment",
    "Band",
    "BorneShare",
    "Cap",
    "CodeLabel",
    "Condition",
    "ConditionResult",
    "Eligibility",
    "Fact",
    "FactAmount",
    "FactKind",
    "FactSheet",
    "FactType",
    "Fixed",
    "FormField",
    "Highest",
    "ItemRules",
    "JointCheck",
    "Level",
    "Line",
    "Lookup",
    "LookupRow",
    "Lowest",
    "Material",
    "MaterialCheck",
    "MissingFact",
    "Mode",
    "Not",
    "Operator",
    "Panel",
    "PaymentFrequency",
    "PerUnit",
    "Plan",
    "PlanStep",
    "Problem",
    "PublicNotice",
    "Rate",
    "RoundingRule",
    "RuleSentences",
    "ShareLine",
    "SharePart",
    "Shares",
    "SiteInspection",
    "Split",
    "State",
    "Sum",
    "Table",
    "TimeLimit",
    "TimeUnit",
    "Verdict",
    "When",
    "Window",
    "absolute_period",
]


class ItemRules(RulePart):
    """The machine part of one version of an item.

    `fact_types` declares every fact that the parts use, so that an item can be read, asked for and checked
    alone. `reference_year` is the year called `Y` in its periods; absent, it is the year of the claim.
    """

    version: Literal["1"] = "1"
    fact_types: Annotated[tuple[FactType, ...], Field(min_length=1, max_length=200)]
    reference_year: int | None = Field(default=None, ge=1980, le=2200)
    eligibility: Eligibility
    amount: AmountRule
    rounding: RoundingRule = RoundingRule()
    shares: Shares
    plan: Plan

    @cached_property
    def fact_types_by_name(self) -> dict[str, FactType]:
        """The declared facts by name."""
        return {fact_type.name: fact_type for fact_type in self.fact_types}
