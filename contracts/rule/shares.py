"""Who bears it: the levels of government that share an amount."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from contracts.rule.facts import Code, FactName, NumberText, PeriodRef, RulePart, UnitText

FractionText = Annotated[str, Field(pattern=r"^(0|1|[1-9][0-9]{0,5}/[1-9][0-9]{0,5})$")]
"""An exact part of the whole: `1/2`, `2/10`, `1`, `0`."""


class Level(StrEnum):
    """A level of government, as author of a policy and as payer."""

    NATIONAL = "national"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


class SharePart(RulePart):
    """`most` is the most that this level bears of one payment (市级承担 50%，最高 100 万元)."""

    payer: Level
    fraction: FractionText
    most: NumberText | None = None
    most_unit: UnitText = "元"


class Split(RulePart):
    """Fixed parts per level (市县分担), which sum to one.

    Each part is rounded down to the fen and what is left over, also above a part's `most`, goes to
    `remainder_to`. In mode `direct` each
    level pays its own part; in `county_advances` the county pays everything and settles with the others
    later, so that the enterprise gets one payment.
    """

    node: Literal["split"] = "split"
    mode: Literal["direct", "county_advances"] = "direct"
    parts: Annotated[tuple[SharePart, ...], Field(min_length=1, max_length=4)]
    remainder_to: Level


class SplitRow(RulePart):
    codes: Annotated[tuple[Code, ...], Field(min_length=1, max_length=200)]
    split: Split


class SplitBy(RulePart):
    """The parts differ by county, sector or whatever a code fact says (受益区 5:5，其他县 2:8).

    The row that names the fact's code counts, else `otherwise`; with neither, who bears it is not known.
    """

    node: Literal["split_by"] = "split_by"
    fact: FactName
    period: PeriodRef | None = None
    rows: Annotated[tuple[SplitRow, ...], Field(min_length=1, max_length=60)]
    otherwise: Split | None = None


Shares = Annotated[Split | SplitBy, Field(discriminator="node")]
"""How an amount is shared."""
