"""The heading of a table of earlier awards: which column is what. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.refusal import Invalid, Reason
from contracts.written import column_letters, is_error, plain_heading

FIXED = {
    "uscc": ("统一社会信用代码", "信用代码", "uscc", "credit_code"),
    "family": ("事项编码", "family"),
    "title": ("事项名称", "title"),
    "year": ("年度", "year"),
    "yuan": ("金额", "金额(元)", "yuan"),
    "wan": ("金额(万元)",),
    "granted_on": ("拨付日期", "批准日期", "granted_on"),
    "level": ("层级", "level"),
    "part": ("部分", "part"),
    "instalment": ("期次", "instalment"),
    "claim": ("申报编号", "claim"),
}
BY_TITLE = {title: column for column, titles in FIXED.items() for title in titles}
REQUIRED = ("uscc", "family", "year", "granted_on")
KEY = "编号:"
"""Before the name of the fact that tells what an award was for: `编号:certificate_no`. What people call it will do alone."""


class AwardHeadingRefused(Invalid):
    """The table's heading cannot be understood; `reasons` names each column."""

    code = "award_heading_refused"
    sentence = "表头有误，请按提示修改。"


class AwardTableEmpty(Invalid):
    """The file has no heading at all."""

    code = "award_table_empty"
    sentence = "表格是空的：第一行应为表头。"


@dataclass(frozen=True, slots=True)
class AwardHeading:
    """Where everything stands. `keys`: the places of columns that tell what awards were for, by fact."""

    titles: tuple[str, ...]
    fixed: Mapping[str, int]
    keys: Mapping[str, int]


def read_heading(cells: Sequence[str], facts: Mapping[str, str]) -> AwardHeading:
    """`facts`: names of the facts that tell what awards are for, by name and by label. Raises AwardHeadingRefused."""
    titles = tuple(cell.strip() for cell in cells)
    fixed: dict[str, int] = {}
    keys: dict[str, int] = {}
    reasons: list[Reason] = []
    for place, title in enumerate(titles):
        heading = plain_heading(title)
        column = BY_TITLE.get(heading.casefold(), BY_TITLE.get(heading))
        fact = facts.get(heading.removeprefix(KEY))
        if not heading:
            continue
        if is_error(title):
            reasons.append(_reason("heading_is_error", f"表头“{title}”是表格软件的错误值，请填写列名", title, place))
        elif column in fixed or fact in keys:
            reasons.append(_reason("column_twice", f"“{title}”与前面的列是同一列", title, place))
        elif column is not None:
            fixed[column] = place
        elif fact is not None:
            keys[fact] = place
        else:
            text = f"“{title}”不是已知的列名；项目、证书、人员等编号写作“编号:数据项”，如“编号:certificate_no”"
            reasons.append(_reason("column_unknown", text, title, place))
    reasons += [
        _reason("column_missing", f"缺少“{FIXED[column][0]}”列", FIXED[column][0])
        for column in REQUIRED
        if column not in fixed
    ]
    if ("yuan" in fixed) == ("wan" in fixed):
        reasons.append(_reason("column_missing", "须有且只有一列金额：“金额(元)”或“金额(万元)”", "金额(元)"))
    if reasons:
        raise AwardHeadingRefused(*reasons)
    return AwardHeading(titles, fixed, keys)


def _reason(code: str, message: str, title: str, place: int | None = None) -> Reason:
    where = f"{column_letters(place)} 列：" if place is not None else ""
    return Reason(code=code, message=f"{where}{message}。", field=title)
