"""What a person fills in of an account: its number twice, so that a slip is seen before it is named."""

from __future__ import annotations

import re

from pydantic import Field

from contracts.message import Model
from contracts.names import OrganisationName
from contracts.refusal import Invalid, Reason
from contracts.typed import half_width

NUMBER = re.compile(r"[0-9]{8,32}")
SET_APART = re.compile(r"[\s-]+")


class NewAccount(Model):
    """An account of the enterprise's own, or of a receiver that it has named. The holder's name is sent to the bank as it
    is written here; who leaves it out means the name that the holder is known by.
    """

    account_name: OrganisationName | None = None
    account_number: str = Field(min_length=1, max_length=60)
    account_number_again: str = Field(min_length=1, max_length=60)
    bank_name: str = Field(min_length=2, max_length=120)


def number_of(filled: NewAccount) -> str:
    """The number without what people set it apart with. Raises Invalid with all that is wrong."""
    number, again = (
        SET_APART.sub("", half_width(each)) for each in (filled.account_number, filled.account_number_again)
    )
    wrong = []
    if not NUMBER.fullmatch(number):
        message = "账号应为 8 至 32 位数字，用 0 至 9 书写"
        wrong.append(Reason(code="account_number_wrong", message=message, field="account_number"))
    if again != number:
        message = "两次填写的账号不一致，请核对"
        wrong.append(Reason(code="account_numbers_differ", message=message, field="account_number_again"))
    if wrong:
        raise Invalid(*wrong)
    return number
