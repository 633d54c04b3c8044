"""Named values: what a rule says several times is defined once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from contracts.rule.amount_node import AmountNode
from contracts.rule.facts import RulePart

if TYPE_CHECKING:
    from contracts.rule.amount import AmountRule

ValueName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")]


class NamedValue(RulePart):
    """A figure that the item defines once (可补贴租金): `label` is what people call it, `of` how it is worked out.

    It may use those that are defined before it. Conditions, amount, caps, instalments, payees, quotas and bounds use
    it by name.
    """

    name: ValueName
    label: str = Field(min_length=1, max_length=60)
    of: AmountRule


class NamedFigure(AmountNode):
    """The figure that the item defines under this name in `values`."""

    node: Literal["value"] = "value"
    value: ValueName
