"""Limits over an amount and over what was granted before: caps, top-ups, one cap over several parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from contracts.rule.amount_node import AmountNode
from contracts.rule.awards import Counted

if TYPE_CHECKING:
    from contracts.rule.amount import AmountRule

CapScope = Literal["payment", "year", "project", "lifetime"]


class Cap(AmountNode):
    """No more than `limit`: in this one payment, or together with what was granted before.

    `year`, `project` and `lifetime` need earlier awards: then no more than `limit` less what was granted in
    the same year, for the same project (`counted.key` tells which), ever. `counted` says which awards count;
    its `scope` counts for `project` alone (a project's year, or all of it), its `parts` for one part of the item.
    Caps nest.
    """

    node: Literal["cap"] = "cap"
    scope: CapScope = "payment"
    of: AmountRule
    limit: AmountRule
    counted: Counted | None = None


class CapInOrder(AmountNode):
    """One `limit` over several parts, paid in their order (先贴息、后担保费，合计不超过 50 万元).

    Each part has a `name`. The first is paid as far as the limit goes, the next of what it leaves, and so on.
    `scope` and `counted` as of a cap.
    """

    node: Literal["cap_in_order"] = "cap_in_order"
    scope: CapScope = "payment"
    of: Annotated[tuple[AmountRule, ...], Field(min_length=2, max_length=20)]
    limit: AmountRule
    counted: Counted | None = None


class TopUp(AmountNode):
    """补差: `of` less what was granted before for what `counted` names; never below zero."""

    node: Literal["top_up"] = "top_up"
    of: AmountRule
    counted: Counted = Counted()
