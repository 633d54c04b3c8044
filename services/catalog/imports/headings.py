"""The heading of a table of enterprises: which column is what. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from contracts.refusal import Invalid, Reason
from contracts.rule.facts import WITH_UNIT, CodeLabel, FactKind, FactType
from contracts.written import column_letters, folded, is_error, plain_heading

FIXED = {
    "uscc": ("统一社会信用代码", "信用代码", "uscc", "credit_code"),
    "name": ("企业名称", "名称", "name"),
    "industry": ("行业", "所属行业", "industry"),
    "contact_mobile": ("联系手机", "联系电话", "手机", "contact_mobile", "contact"),
    "as_of": ("数据日期", "as_of"),
}
FIXED_BY_TITLE = {title: column for column, titles in FIXED.items() for title in titles}
MOST_SHOWN = 20
"""Codes of a list that a refusal names."""

OPTIONAL_TEXT = ("industry",)
"""Where 无 may be meant as it is written."""

REQUIRED = ("uscc", "name")

KINDS = {
    "是否": FactKind.FLAG,
    "flag": FactKind.FLAG,
    "代码": FactKind.CODE,
    "code": FactKind.CODE,
    "多代码": FactKind.CODES,
    "codes": FactKind.CODES,
    "日期": FactKind.DATE,
    "date": FactKind.DATE,
    "多日期": FactKind.DATES,
    "dates": FactKind.DATES,
}
"""What stands in the place of a unit for a fact that is no number."""

SEVERAL = re.compile(r"多个(?=[^\s0-9,;])")
"""Before a unit: the column holds several numbers in it, `多个元`."""

NAME = re.compile(r"[a-z][a-z0-9_]{1,63}\Z")
PERIOD = re.compile(r"[0-9]{4}(Q[1-4]|M(0[1-9]|1[0-2]))?\Z")
UNIT = re.compile(r"[^\s0-9,;]{1,24}\Z")


class HeadingRefused(Invalid):
    """The table's heading cannot be understood; `reasons` names each column."""

    code = "heading_refused"
    sentence = "表头有误，请按提示修改。"


class TableEmpty(Invalid):
    """The file has no heading at all."""

    code = "table_empty"
    sentence = "表格是空的：第一行应为表头。"


@dataclass(frozen=True)
class FactColumn:
    """A column that holds one fact of every enterprise. `codes` are those that there are, where items list them; none
    where any may occur."""

    place: int
    heading: str
    name: str
    kind: FactKind
    period: str | None
    unit: str | None
    codes: tuple[CodeLabel, ...] = ()

    def code_of(self, text: str) -> str | None:
        """The code that is meant, by itself or by what people call it; None for one that is not listed."""
        if not self.codes:
            return text
        meant = self.by_word.get(text)
        return meant if meant is not None else self.by_word.get(folded(text).casefold())

    @cached_property
    def by_word(self) -> Mapping[str, str]:
        """Codes by what may be written for them; the word as it is listed counts before another way of writing it."""
        words = [(each.label, each.code) for each in self.codes] + [(each.code, each.code) for each in self.codes]
        return {folded(word).casefold(): code for word, code in words} | dict(words)


def choice_of(codes: Sequence[CodeLabel]) -> str:
    """What may be written, for people: of a long list its beginning."""
    said = [each.label if each.label == each.code else f"{each.code}（{each.label}）" for each in codes[:MOST_SHOWN]]
    return "、".join(said) + (f" 等 {len(codes)} 项" if len(codes) > MOST_SHOWN else "")


@dataclass(frozen=True, slots=True)
class Heading:
    """Where everything stands. `titles` are the headings as they are written."""

    titles: tuple[str, ...]
    fixed: Mapping[str, int]
    facts: tuple[FactColumn, ...]

    def title(self, column: str) -> str | None:
        """The heading of a fixed column."""
        return self.titles[self.fixed[column]] if column in self.fixed else None


def read_heading(cells: Sequence[str], vocabulary: Mapping[str, FactType]) -> Heading:
    """`vocabulary`: the facts that items ask for, by name and by label. Raises HeadingRefused with all reasons."""
    titles = tuple(cell.strip() for cell in cells)
    words = {plain_heading(word): fact for word, fact in vocabulary.items()}
    fixed: dict[str, int] = {}
    facts: list[FactColumn] = []
    reasons: list[Reason] = []
    for place, title in enumerate(titles):
        heading = plain_heading(title)
        if not heading:
            continue
        if is_error(title):
            reasons.append(_reason("heading_is_error", f"表头“{title}”是表格软件的错误值，请填写列名", title, place))
            continue
        column = FIXED_BY_TITLE.get(heading.casefold())
        if column in fixed:
            other = f"“{titles[fixed[column]]}”（{column_letters(fixed[column])} 列）"
            reasons.append(_reason("column_twice", f"“{title}”与{other}是同一列", title, place))
        elif column is not None:
            fixed[column] = place
        else:
            fact = _fact_column(place, title, words, reasons)
            if fact is not None and any((fact.name, fact.period) == (each.name, each.period) for each in facts):
                reasons.append(_reason("column_twice", f"“{title}”与前面的列是同一项数据", title, place))
            elif fact is not None:
                facts.append(fact)
    missing = [column for column in REQUIRED if column not in fixed]
    reasons += [_reason("column_missing", f"缺少“{FIXED[column][0]}”列", FIXED[column][0]) for column in missing]
    if reasons:
        raise HeadingRefused(*reasons)
    return Heading(titles, fixed, tuple(facts))


def _fact_column(
    place: int, title: str, vocabulary: Mapping[str, FactType], reasons: list[Reason]
) -> FactColumn | None:
    """`名称:期间:单位`, where a name that items ask for brings its unit itself."""
    parts = [part.strip() for part in plain_heading(title).split(":")]
    name, period, third = (*parts, "", "")[:3]
    known = vocabulary.get(name)
    wrong = len(reasons)
    if len(parts) > 3 or (known is None and not NAME.match(name)):
        text = f"“{title}”不是已知的列名；数据列写作“名称:期间:单位”"
        reasons.append(_reason("column_unknown", text, title, place))
        return None
    if period and not PERIOD.match(period):
        text = f"“{title}”的期间“{period}”应为年（2025）、季（2025Q3）或月（2025M07）"
        reasons.append(_reason("column_period", text, title, place))
    kind: FactKind | None
    unit: str | None
    if third:
        several = SEVERAL.match(third)
        kind = KINDS.get(third, FactKind.NUMBERS if several else FactKind.NUMBER)
        unit = (third[several.end() :] if several else third) if kind in WITH_UNIT else None
    else:
        kind, unit = (known.kind, known.unit) if known is not None else (None, None)
    if kind is None:
        text = f"“{title}”须写明单位；不是数字的写“是否”“代码”“多代码”“日期”或“多日期”"
        reasons.append(_reason("column_unit", text, title, place))
    elif known is not None and kind is not known.kind:
        reasons.append(_reason("column_kind", f"“{title}”与政策事项所用数据的类型不符", title, place))
    elif unit is not None and not UNIT.match(unit):
        reasons.append(_reason("column_unit", f"“{title}”的单位“{unit}”有误", title, place))
    if len(reasons) > wrong or kind is None:
        return None
    codes = known.codes if known is not None else ()
    return FactColumn(place, title, known.name if known is not None else name, kind, period or None, unit, codes)


def _reason(code: str, message: str, title: str, place: int | None = None) -> Reason:
    where = f"{column_letters(place)} 列：" if place is not None else ""
    return Reason(code=code, message=f"{where}{message}", field=title)
