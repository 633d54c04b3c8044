"""Facts that somebody made up, as a person writes them: one in a field, or a line each, pasted from a text or a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError

from contracts.refusal import Invalid, Reason
from contracts.rule import Decision, Fact
from contracts.trials import NeededFact, TriedItem
from contracts.written import NotWritten, cell_number, day_written, folded, is_error, numbers_in_cell, says_nothing
from gateway.portal.department.authoring.editor.writing import period_read

SOURCE = "试算时填写"
YES = frozenset({"是", "有", "true", "yes", "1", "✓", "√"})
NO = frozenset({"否", "无", "没有", "false", "no", "0", "×"})
QUANTITY = re.compile(r"([+-]?[0-9][0-9,.]*(?:[eE]\+[0-9]+)?)\s*([^\s0-9,;]{0,24})")
BETWEEN = re.compile(r"[、,，;；]+")
SIGNS = re.compile(r"\t+|\s*[=＝:：]\s*|\s+")
PASTED = "pasted"
AT_DECISION = re.compile(r"decisions\.([0-9]+)\.")


class FactsUnreadable(Invalid):
    """Some of what was filled in is no fact; `reasons` says which and why."""

    code = "facts_unreadable"
    sentence = "有些数据没有看懂，请按提示修改。"


def key_of(needed: NeededFact) -> str:
    """The name of the field for one fact of one period."""
    return f"{needed.name}@{needed.period or ''}"


def facts_said(tried: TriedItem, filled: Mapping[str, Any], lines: str, on: date) -> tuple[Fact, ...]:
    """What was filled in and what was pasted, which counts where both say something. Raises FactsUnreadable."""
    found: dict[tuple[str, str | None], Fact] = {}
    wrong: list[Reason] = []
    for needed in tried.needed:
        said = filled.get(key_of(needed))
        texts = [said] if isinstance(said, str) else list(said or ())
        if any(texts):
            _take(found, wrong, needed, texts, needed.period, f"v.{key_of(needed)}", on)
    for number, line in enumerate(lines.splitlines(), 1):
        if line.strip():
            _pasted(found, wrong, tried.needed, line.strip(), number, (tried.year, on))
    if wrong:
        raise FactsUnreadable(*wrong)
    return tuple(found.values())


def decisions_said(tried: TriedItem, filled: Mapping[str, Any], on: date) -> tuple[Decision, ...]:
    """Figures that somebody would set: `50万元`. Raises FactsUnreadable; a number alone may be 元 or 万元."""
    found: list[Decision] = []
    wrong: list[Reason] = []
    for needed in tried.decisions:
        text = str(filled.get(needed.decision) or "").strip()
        if not text:
            continue
        example = f"请写数字和单位，例如 50 {needed.unit or '万元'}"
        try:
            value, unit = _quantity(text)
            if not unit:
                raise NotWritten("缺少单位")
            found.append(Decision(name=needed.decision, value=value, unit=unit, by=needed.by, on=on))
        except NotWritten as error:
            wrong.append(_reason(f"d.{needed.decision}", f"{example}（{error.why}）"))
        except ValidationError:
            wrong.append(_reason(f"d.{needed.decision}", example))
    if wrong:
        raise FactsUnreadable(*wrong)
    return tuple(found)


def unfit_decisions(reasons: Iterable[Reason], decisions: Sequence[Decision]) -> tuple[Reason, ...]:
    """What the rules say against these figures, each at the field in which it was filled in."""
    found = [(each, AT_DECISION.match(each.field or "")) for each in reasons]
    return tuple(
        each.model_copy(update={"field": f"d.{decisions[int(place[1])].name}"}) for each, place in found if place
    )


def _pasted(
    found: dict[tuple[str, str | None], Fact],
    wrong: list[Reason],
    needed: Sequence[NeededFact],
    line: str,
    number: int,
    when: tuple[int, date],
) -> None:
    """One line: 名称=值 单位 期间, or cells with tabs between them."""
    year, on = when
    name, rest = _parted(line)
    named = [each for each in needed if name in (each.label, each.name)]
    if not named or not rest:
        why = f"没有名为“{name}”的数据" if rest else "请写成：名称=值 单位 期间"
        wrong.append(_reason(PASTED, f"第 {number} 行：{why}"))
        return
    periods = {each.period: each for each in named}
    period = _period(rest[-1], year) if len(rest) > 1 else None
    texts = rest[:-1] if period in periods and period is not None else rest
    chosen = periods.get(period) if period is not None and period in periods else named[0]
    if len(named) > 1 and (period is None or period not in periods):
        said = "、".join(each.period or "不分期间" for each in named)
        wrong.append(_reason(PASTED, f"第 {number} 行：请写明期间（{said}）"))
        return
    assert chosen is not None
    _take(found, wrong, chosen, [" ".join(texts)], chosen.period, PASTED, on, f"第 {number} 行：")


def _parted(line: str) -> tuple[str, list[str]]:
    parts = [each.strip() for each in SIGNS.split(line) if each.strip()]
    return parts[0], parts[1:]


def _period(text: str, year: int) -> str | None:
    """A period as facts have it, with the year counted out: 上年度 of 2026 is 2025."""
    period = period_read(text)
    known = re.fullmatch(r"Y(?:-([1-9]))?(.*)", period)
    if known:
        return f"{year - int(known[1] or 0)}{known[2]}"
    return period if re.fullmatch(r"[0-9]{4}(Q[1-4]|M[0-9]{2})?", period) else None


def _take(
    found: dict[tuple[str, str | None], Fact],
    wrong: list[Reason],
    needed: NeededFact,
    texts: Sequence[str],
    period: str | None,
    field: str,
    on: date,
    where: str = "",
) -> None:
    try:
        fact = _fact(needed, texts, period, on)
    except NotWritten as error:
        wrong.append(_reason(field, f"{where}“{needed.label}”{error.why}"))
    except (ValidationError, ValueError):
        wrong.append(_reason(field, f"{where}“{needed.label}”{HOW[needed.kind]}"))
    else:
        if fact is not None:
            found[needed.name, period] = fact


HOW = {
    "number": "应为数字，例如 2000 万元",
    "numbers": "应为一串数字，用、隔开",
    "flag": "应为是或否",
    "code": "不是可以取的值",
    "codes": "含有不可以取的值",
    "date": "应为日期，例如 2025-06-30",
    "dates": "应为一串日期，用、隔开，例如 2025-01-10、2025-06-30",
}


def _fact(needed: NeededFact, texts: Sequence[str], period: str | None, on: date) -> Fact | None:
    """None where a word for nothing was written. Raises NotWritten, ValueError or ValidationError."""
    text = texts[-1].strip()
    if is_error(text):
        raise NotWritten("的内容是表格软件的错误值")
    if not _is_a_word_of(needed, text) and says_nothing(text):
        return None
    unit, value = needed.unit, _value(needed, texts)
    if needed.kind == "number":
        value, said = _quantity(text)
        unit = said or unit
    return Fact.model_validate(
        {
            "name": needed.name,
            "kind": needed.kind,
            "value": value,
            "unit": unit,
            "period": period,
            "source": SOURCE,
            "as_of": on,
        }
    )


def _is_a_word_of(needed: NeededFact, text: str) -> bool:
    """Whether 无 or another word for nothing is one that the fact may have."""
    return text.lower() in YES | NO if needed.kind == "flag" else text in {*needed.codes, *needed.codes.values()}


def _quantity(text: str) -> tuple[str, str]:
    """A number and its unit, which may be left out. Raises NotWritten."""
    quantity = QUANTITY.fullmatch(folded(text))
    if quantity is None:
        raise NotWritten(HOW["number"])
    return cell_number(quantity[1]), quantity[2]


def _value(needed: NeededFact, texts: Sequence[str]) -> Any:
    """What a person wrote, as the fact has it. Raises ValueError."""
    text = texts[-1].strip()
    if needed.kind == "flag":
        if text.lower() not in YES | NO:
            raise ValueError(text)
        return text.lower() in YES
    if needed.kind == "date":
        return day_written(text).isoformat()
    if needed.kind == "code":
        return _code(needed, text)
    if needed.kind == "codes":
        return [_code(needed, each) for each in _several(texts)]
    if needed.kind == "dates":
        return [day_written(each).isoformat() for each in _several(texts)]
    if needed.kind == "numbers":
        return list(numbers_in_cell([each for each in re.split(r"[、;；\s]+", text) if each]))
    return text


def _several(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from (each for each in BETWEEN.split(text) if each.strip())


def _code(needed: NeededFact, said: str) -> str:
    """The code that is meant, by itself or by what people call it. Raises ValueError."""
    said = said.strip()
    by_label = {label: code for code, label in needed.codes.items()}
    code = by_label.get(said, said)
    if needed.codes and code not in needed.codes:
        raise NotWritten(f"{HOW[needed.kind]}，应为：{'、'.join(list(needed.codes.values())[:20])}")
    if is_error(code) or (not needed.codes and says_nothing(code)):
        raise NotWritten(HOW[needed.kind])
    return code


def _reason(field: str, text: str) -> Reason:
    return Reason(code="fact_unreadable", message=text, field=field)
