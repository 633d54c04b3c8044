"""The whole of an item's rules: its three parts, and what some texts say besides."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from contracts.rule.amount import AmountRule, RoundingRule
from contracts.rule.eligibility import Compare, CompareDates, Eligibility
from contracts.rule.facts import FactType, ParameterType, RulePart
from contracts.rule.instalments import Instalments
from contracts.rule.payees import Payees
from contracts.rule.plan import Plan
from contracts.rule.quota import Quota
from contracts.rule.shares import Shares
from contracts.rule.stacking import GroupName, Stacking
from contracts.rule.values import NamedValue

FactBound = Annotated[Compare | CompareDates, Field(discriminator="node")]
"""What the facts owe each other (境外客商不多于客商总数), whoever is entitled: where it fails, the facts are wrong."""


class ItemRules(RulePart):
    """The machine part of one version of an item.

    `fact_types` declares every fact that the parts use, and `parameters` every outside figure, so that an item
    can be read, asked for and checked alone. `reference_year` is the year called `Y` in its periods; absent, it
    is the year of the claim. `amount` is all that the item comes to; `instalments` divide it in time, `payees`
    among receivers (absent: the applicant). `groups` are those that an `at_most_of` of any item may name. `values`
    are figures that the other parts use by name, `bounds` what the facts owe each other: looked at when facts are
    entered, and facts that contradict one another determine nothing.
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
    values: Annotated[tuple[NamedValue, ...], Field(max_length=60)] = ()
    bounds: Annotated[tuple[FactBound, ...], Field(max_length=60)] = ()

    @cached_property
    def fact_types_by_name(self) -> dict[str, FactType]:
        """The declared facts by name."""
        return {fact_type.name: fact_type for fact_type in self.fact_types}

    @cached_property
    def parameters_by_name(self) -> dict[str, ParameterType]:
        """The declared outside figures by name."""
        return {parameter.name: parameter for parameter in self.parameters}

    @cached_property
    def values_by_name(self) -> dict[str, NamedValue]:
        """The named values by name."""
        return {value.name: value for value in self.values}
