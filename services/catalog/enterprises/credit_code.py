"""The check of unified social credit codes (统一社会信用代码, GB 32100-2015), by python-stdnum."""

from __future__ import annotations

import re
from operator import mul

from stdnum.cn import uscc as gb32100
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from services.catalog.enterprises.domain import CreditCodeInvalid

WELL_FORMED = re.compile(r"[0-9]{8}[0-9A-HJ-NP-RTUWXY]{10}")
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
VALUES = {character: value for value, character in enumerate("0123456789ABCDEFGHJKLMNPQRTUWXY")}


def checked_credit_code(written: str) -> str:
    """The code in its standard form: 18 capitals and digits, check character included.

    Blanks, hyphens and small letters are forgiven. Raises CreditCodeInvalid, saying what does not fit.
    """
    # What is right as it stands is told at once (a city's table has 300,000 of them), by the formula of GB 32100; what
    # is not is for the library to forgive or to explain.
    if WELL_FORMED.fullmatch(written):
        values = [VALUES[character] for character in written]
        if sum(map(mul, WEIGHTS, values)) % 31 == (31 - values[17]) % 31:
            return written
    try:
        return gb32100.validate(written)
    except InvalidLength as error:
        raise CreditCodeInvalid(why="应为 18 位", field="uscc") from error
    except InvalidChecksum as error:
        raise CreditCodeInvalid(why="校验码不符，请核对是否抄错", field="uscc") from error
    except ValidationError as error:
        raise CreditCodeInvalid(why="含有不允许的字符或登记机关代码、区划代码不是数字", field="uscc") from error
