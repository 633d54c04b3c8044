"""Who receives the money where that is not, or not only, the applicant."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from contracts.rule.amount import AmountRule
from contracts.rule.facts import RulePart
from contracts.rule.shares import FractionText


class PayeeKind(StrEnum):
    APPLICANT = "applicant"  # 申报企业
    MANAGEMENT_TEAM = "management_team"  # 企业管理团队
    EMPLOYEE = "employee"  # 职工、人才
    GRADUATE = "graduate"  # 毕业生本人
    BANK = "bank"  # 经办银行
    EVENT_HOST = "event_host"  # 活动承办单位
    INVESTOR = "investor"  # 投资方
    LANDLORD = "landlord"  # 出租方
    OTHER = "other"


NATURAL_PERSONS = frozenset({PayeeKind.EMPLOYEE, PayeeKind.GRADUATE})
"""Receivers who are natural persons, whatever the text calls them."""


class PayeePart(RulePart):
    """One receiver: a `fraction` of the amount, or an `amount` of its own; the last takes what is left.

    `fund` is the pot that the text names for this part, e.g. 就业补助资金. `most` is the most that it gets of one
    payment: what lies above is paid to nobody, and the item's amount comes down by it. `income_tax`: of what a natural
    person gets, whether the payer withholds individual income tax (代扣个人所得税) or not.
    """

    who: PayeeKind
    label: str = Field(min_length=1, max_length=60)
    fraction: FractionText | None = None
    amount: AmountRule | None = None
    fund: str | None = Field(default=None, min_length=2, max_length=60)
    most: AmountRule | None = None
    income_tax: Literal["withheld", "not_withheld"] | None = None


class Payees(RulePart):
    """The receivers in the order in which they are served; exactly the last has neither fraction nor amount."""

    node: Literal["payees"] = "payees"
    parts: Annotated[tuple[PayeePart, ...], Field(min_length=1, max_length=10)]
