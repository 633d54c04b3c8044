"""The rule language's shape (DESIGN section 4): a policy item as data.

Three machine-readable parts, eligibility, amount and plan, with the shares of who bears it and, where the text
has them, payees, instalments, stacking and quota. Every tree is a union told apart by its `node` (steps by their
`kind`), so that the language grows by new nodes and what is published keeps its meaning. What the parts mean is in
`rules/`; docs/rules.md tells it to the officer who writes an item.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from contracts.rule_amount import (
    AmountRule,
    AtLeast,
    Band,
    Cap,
    CountCodes,
    CountMet,
    Decided,
    Difference,
    Each,
    Elapsed,
    FactAmount,
    Fixed,
    Growth,
    GrowthBands,
    GrowthStep,
    Highest,
    InKind,
    Interest,
    Lookup,
    LookupRow,
    Lowest,
    Parameter,
    PerUnit,
    Product,
    Quotient,
    Rate,
    Rounded,
    RoundingRule,
    RowFact,
    Sum,
    Table,
    Threshold,
    TopUp,
    Unstated,
    When,
    WholeSteps,
)
from contracts.rule_awards import (
    Award,
    AwardHistory,
    AwardKey,
    Counted,
    Decision,
    InstalmentRecord,
    KeyRef,
)
from contracts.rule_batches import Allotment, BatchClaim, Candidate, Standing
from contracts.rule_dates import (
    DateFact,
    DateRef,
    Day,
    Earliest,
    EndOf,
    Latest,
    Shifted,
    StartOf,
    Today,
)
from contracts.rule_eligibility import (
    AllOf,
    AnyOf,
    Compare,
    CompareDates,
    CompoundGrowth,
    Condition,
    Eligibility,
    NOf,
    Not,
    Operator,
)
from contracts.rule_facts import (
    CodeLabel,
    Fact,
    FactKind,
    FactSheet,
    FactType,
    ParameterType,
    ParameterValue,
    RulePart,
    absolute_period,
)
from contracts.rule_instalments import (
    Instalment,
    InstalmentPlan,
    InstalmentRow,
    Instalments,
    InstalmentsBy,
)
from contracts.rule_payees import (
    PayeeKind,
    PayeePart,
    Payees,
)
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
from contracts.rule_quota import (
    FirstCome,
    Quota,
    Ranked,
    RankKey,
)
from contracts.rule_results import (
    Amount,
    Assessment,
    Benefit,
    BorneShare,
    ConditionResult,
    InstalmentAnswer,
    Line,
    MissingFact,
    Objection,
    PayeeLine,
    Problem,
    RuleSentences,
    ShareLine,
    State,
    Verdict,
)
from contracts.rule_shares import (
    Level,
    SharePart,
    Shares,
    Split,
    SplitBy,
    SplitRow,
)
from contracts.rule_stacking import (
    Additive,
    AtMostOf,
    Exclusive,
    GroupName,
    OncePer,
    SameChoice,
    Stacking,
    Within,
)

__all__ = [
    "Additive",
    "AllOf",
    "Allotment",
    "Amount",
    "AmountRule",
    "AnyOf",
    "Approval",
    "Assessment",
    "AtLeast",
    "AtMostOf",
    "Award",
    "AwardHistory",
    "AwardKey",
    "Band",
    "BatchClaim",
    "Benefit",
    "BorneShare",
    "Candidate",
    "Cap",
    "CodeLabel",
    "Compare",
    "CompareDates",
    "CompoundGrowth",
    "Condition",
    "ConditionResult",
    "CountCodes",
    "CountMet",
    "Counted",
    "DateFact",
    "DateRef",
    "Day",
    "Decided",
    "Decision",
    "Difference",
    "Each",
    "Earliest",
    "Elapsed",
    "Eligibility",
    "EndOf",
    "Exclusive",
    "Fact",
    "FactAmount",
    "FactKind",
    "FactSheet",
    "FactType",
    "FirstCome",
    "Fixed",
    "FormField",
    "Growth",
    "GrowthBands",
    "GrowthStep",
    "Highest",
    "InKind",
    "Instalment",
    "InstalmentAnswer",
    "InstalmentPlan",
    "InstalmentRecord",
    "InstalmentRow",
    "Instalments",
    "InstalmentsBy",
    "Interest",
    "ItemRules",
    "JointCheck",
    "KeyRef",
    "Latest",
    "Level",
    "Line",
    "Lookup",
    "LookupRow",
    "Lowest",
    "Material",
    "MaterialCheck",
    "MissingFact",
    "Mode",
    "NOf",
    "Not",
    "Objection",
    "OncePer",
    "Operator",
    "Panel",
    "Parameter",
    "ParameterType",
    "ParameterValue",
    "PayeeKind",
    "PayeeLine",
    "PayeePart",
    "Payees",
    "PaymentFrequency",
    "PerUnit",
    "Plan",
    "PlanStep",
    "Problem",
    "Product",
    "PublicNotice",
    "Quota",
    "Quotient",
    "RankKey",
    "Ranked",
    "Rate",
    "Rounded",
    "RoundingRule",
    "RowFact",
    "RuleSentences",
    "SameChoice",
    "ShareLine",
    "SharePart",
    "Shares",
    "Shifted",
    "SiteInspection",
    "Split",
    "SplitBy",
    "SplitRow",
    "Stacking",
    "Standing",
    "StartOf",
    "State",
    "Sum",
    "Table",
    "Threshold",
    "TimeLimit",
    "TimeUnit",
    "Today",
    "TopUp",
    "Unstated",
    "Verdict",
    "When",
    "WholeSteps",
    "Window",
    "Within",
    "absolute_period",
]


class ItemRules(RulePart):
    """The machine part of one version of an item.

    `fact_types` declares every fact that the parts use, and `parameters` every outside figure, so that an item
    can be read, asked for and checked alone. `reference_year` is the year called `Y` in its periods; absent, it
    is the year of the claim. `amount` is all that the item comes to; `instalments` divide it in time, `payees`
    among receivers (absent: the applicant). `groups` are those that an `at_most_of` of any item may name.
    """

    version: Literal["1"] = "1"
    fact_types: Annotated[tuple[FactType, ...], Field(min_length=1, max_length=200)]
    reference_year: int | None = Field(default=None, ge=1980, le=2200)
    eligibility: Eligibility
    amount: AmountRule
    rounding: RoundingRule = RoundingRule()
    shares: Shares
    plan: Plan
    parameters: Annotated[tuple[ParameterType, ...], Field(max_length=30)] = ()
    payees: Payees | None = None
    instalments: Instalments | None = None
    stacking: Annotated[tuple[Stacking, ...], Field(max_length=30)] = ()
    groups: Annotated[tuple[GroupName, ...], Field(max_length=10)] = ()
    quotas: Annotated[tuple[Quota, ...], Field(max_length=10)] = ()

    @cached_property
    def fact_types_by_name(self) -> dict[str, FactType]:
        """The declared facts by name."""
        return {fact_type.name: fact_type for fact_type in self.fact_types}

    @cached_property
    def parameters_by_name(self) -> dict[str, ParameterType]:
        """The declared outside figures by name."""
        return {parameter.name: parameter for parameter in self.parameters}
