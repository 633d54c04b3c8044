"""When there is not enough for all: pots, places and the order in which claims are served."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.rule.amount import AmountRule
from contracts.rule.facts import NumberText, RulePart, UnitText


class FirstCome(RulePart):
    """先到先得: by the instant of filing."""

    node: Literal["first_come"] = "first_come"


class RankKey(RulePart):
    """A measure that claims are ranked by: the larger value first, unless `smallest_first`."""

    by: AmountRule
    smallest_first: bool = False


class Ranked(RulePart):
    """择优: by the first measure, ties by the next; what is still even goes by the instant of filing."""

    node: Literal["ranked"] = "ranked"
    keys: Annotated[tuple[RankKey, ...], Field(min_length=1, max_length=6)]


class Quota(RulePart):
    """At most `places` claims, and at most `pot` in all; one of the two is there.

    `part` names the part of the amount that the pot pays for (absent: all of it). `measure` is what the pot
    counts where that is not the money granted, e.g. the loans whose interest is subsidised.
    Where the pot does not reach: `stop` serves nobody any more (用完为止), `partial` gives the rest to the
    first that it does not cover in full, `pass_over` goes on to later claims that still fit, and `pro_rata`
    cuts all in the same proportion (按比例折算).
    """

    node: Literal["quota"] = "quota"
    places: int | None = Field(default=None, ge=1, le=1_000_000)
    pot: NumberText | None = None
    pot_unit: UnitText = "元"
    part: str | None = Field(default=None, min_length=1, max_length=60)
    measure: AmountRule | None = None
    order: Annotated[FirstCome | Ranked, Field(discriminator="node")] = FirstCome()
    when_short: Literal["stop", "partial", "pass_over", "pro_rata"] = "stop"
