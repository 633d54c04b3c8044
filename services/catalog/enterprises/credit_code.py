"""The check of unified social credit codes (统一社会信用代码): GB 32100-2015 with its amendment 1 of 2016."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from operator import mul

from stdnum.cn import ric

from contracts.typed import half_width
from services.catalog.enterprises.domain import CreditCodeInvalid

DEPARTMENTS = {
    "1": "1239",  # 机构编制：机关、事业单位、群众团体、其他
    "2": "19",  # 外交：外国常驻新闻机构
    "3": "123459",  # 司法行政：律师执业机构、公证处、基层法律服务所、司法鉴定机构、仲裁委员会
    "4": "19",  # 文化：外国在华文化中心
    "5": "123459",  # 民政：社会团体、民办非企业单位、基金会；村民委员会 54、居民委员会 55 是民政部门另行赋码
    "6": "129",  # 旅游：外国、港澳台地区旅游部门常驻代表机构
    "7": "129",  # 宗教：活动场所、院校
    "8": "19",  # 工会：基层工会
    "9": "123",  # 工商：企业、个体工商户、农民专业合作社
    "A": "19",  # 中央军委改革和编制办公室：军队事业单位
    "N": "1239",  # 农业：组级、村级、乡镇级集体经济组织
    "Y": "1",  # 其他
}
"""First character, the department that registers (登记管理部门); then the second ones that it gives (机构类别)."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WELL_FORMED = re.compile(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")
GIVEN_OUT = re.compile("|".join(f"{first}[{second}]" for first, second in DEPARTMENTS.items()))
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
VALUES = {character: value for value, character in enumerate(ALPHABET)}
RESIDENT_ID = re.compile(
    "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])[0-9]{4}(19[0-9]{2}|20[0-9]{2})([0-9]{2})([0-9]{2})[0-9]{3}[0-9X]"
)
SET_APART = re.compile(r"[\s‐‑‒–—―-]+")

ENGLISH_LOOKALIKES = "IOZSV"

LENGTH = "应为 18 位"
CHECK_DIGIT = "校验码不符，请核对是否抄错"
CHARACTERS = f"含有不允许的字符（不使用 {'、'.join(ENGLISH_LOOKALIKES)}）或区划代码不是数字"
DEPARTMENT = "前两位不是 GB 32100 及其第 1 号修改单所列的登记管理部门和机构类别"
PERSON = "这是居民身份证号，不是统一社会信用代码，请填写营业执照或登记证书上的代码"

ADMISSIBLE = "；证照上确是如此的，可申请核准该代码"
"""What can be done about a code that has the shape of one (services/catalog/code_admissions)."""


def never(_code: str) -> bool:
    """Nothing has been admitted."""
    return False


def checked_credit_code(written: str, admitted: Callable[[str], bool] = never) -> str:
    """The code in its standard form: 18 capitals and digits, check character included.

    Blanks, hyphens, small letters and wide characters are forgiven. `admitted` is asked about what does not fit: whether
    two persons have admitted exactly this code. Raises CreditCodeInvalid, saying what does not fit.
    """
    # What is right as it stands is told at once: a city's table has 300,000 of them.
    code = written if WELL_FORMED.fullmatch(written) else plain_code(written)
    why = wrong_with(code)
    if why is None or (WELL_FORMED.fullmatch(code) and admitted(code)):
        return code
    raise CreditCodeInvalid(why=why + ADMISSIBLE if why in (CHECK_DIGIT, DEPARTMENT) else why, field="uscc")


def plain_code(written: str) -> str:
    """The code without what people set it apart with, in narrow capitals."""
    return SET_APART.sub("", half_width(written)).upper()


def wrong_with(code: str) -> str | None:
    """Why a code in its standard form is none, in Chinese; None for one that is."""
    if is_resident_id(code):
        return PERSON
    if len(code) != 18:
        return LENGTH
    if not WELL_FORMED.fullmatch(code):
        return CHARACTERS
    if not GIVEN_OUT.match(code):
        return DEPARTMENT
    return None if adds_up(code) else CHECK_DIGIT


def adds_up(code: str) -> bool:
    """Whether the last of the 18 characters is the check character of the others (formula of GB 32100, 附录 A)."""
    values = [VALUES[character] for character in code]
    total: int = sum(map(mul, WEIGHTS, values))
    return total % 31 == (31 - values[17]) % 31


def is_resident_id(code: str) -> bool:
    """Whether it reads as a resident id (GB 11643): province, date of birth and check digit are right."""
    found = RESIDENT_ID.fullmatch(code)
    if found is None or ric.calc_check_digit(code) != code[-1]:
        return False
    try:
        date(*map(int, found.groups()))
    except ValueError:
        return False
    return True
