"""The check of unified social credit codes (统一社会信用代码, GB 32100-2015), by python-stdnum."""

from __future__ import annotations

from stdnum.cn import uscc as gb32100
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from services.catalog.enterprises.domain import CreditCodeInvalid


def checked_credit_code(written: str) -> str:
    """The code in its standard form: 18 capitals and digits, check character included.

    Blanks, hyphens and small letters are forgiven. Raises CreditCodeInvalid, saying what does not fit.
    """
    try:
        return gb32100.validate(written)
    except InvalidLength as error:
        raise CreditCodeInvalid(why="应为 18 位", field="uscc") from error
    except InvalidChecksum as error:
        raise CreditCodeInvalid(why="校验码不符，请核对是否抄错", field="uscc") from error
    except ValidationError as error:
        raise CreditCodeInvalid(
            why="含有不允许的字符或登记机关代码、区划代码不是数字", field="uscc"
        ) from error
