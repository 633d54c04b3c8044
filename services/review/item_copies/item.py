"""A published version of an item as review knows it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.item import BenefitKind, Contact
from contracts.rule import ItemRules, Level
from rules.plan_run import PlannedStep, planned_steps
from rules.remembered import once_per_rules


@dataclass(frozen=True, slots=True)
class PinnedItem:
    """What a case is judged by: the rules of the version that it was filed under, and what its notices say of the item.

    `family` is the item's code, the same through its versions. Versions from before these were kept have the item's id for
    it, and no contacts. `citation` is the document with its number, as a refusal cites it.
    """

    rules: ItemRules
    family: str
    title: str = ""
    level: Level | None = None
    benefit_kind: BenefitKind = BenefitKind.GRANT
    contacts: tuple[Contact, ...] = ()
    citation: str = ""

    @property
    def pays_money(self) -> bool:
        """Whether what it grants is paid out; a relief, a qualification or a service ends in review."""
        return self.benefit_kind.pays_money

    def steps(self, instalment: int = 1) -> tuple[PlannedStep, ...]:
        """The steps that its plan has for a claim, or for a later instalment of it."""
        return _of_claim(self.rules) if instalment == 1 else _of_later_instalment(self.rules)


@once_per_rules
def _of_claim(rules: ItemRules) -> tuple[PlannedStep, ...]:
    return planned_steps(rules.plan)


@once_per_rules
def _of_later_instalment(rules: ItemRules) -> tuple[PlannedStep, ...]:
    """The same for each of them."""
    return planned_steps(rules.plan, 2)
