"""What every node of an amount has: the name that the document gives this part of it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.rule.facts import RulePart

PartName = Annotated[str, Field(min_length=1, max_length=60)]
"""What the document calls a part of an amount: 基础奖, 贷款贴息."""


class AmountNode(RulePart):
    """Lines of the working take the `name`; caps, quotas, awards and objections speak of a part by it."""

    name: PartName | None = None
