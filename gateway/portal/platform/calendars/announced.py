"""Days as they are announced: the State Council's own text, or dates and spans of dates, one or several a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from contracts.refusal import Invalid, Reason
from contracts.typed import half_width

IN_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
CLAUSES = re.compile(r"[。；;\n]")
DAY = r"(?:([0-9]{4})\s*[年/.-]\s*)?(?:([0-9]{1,2})\s*[月/.-]\s*)?([0-9]{1,2})\s*(?:日|号|(?=[^0-9]|$))"
SPAN = re.compile(rf"{DAY}(?:\s*(?:至|到|—|–|~|～|-)\s*{DAY})?")
COUNTS = re.compile(r"共\s*[0-9]+\s*天|[0-9]+\s*天|第\s*[0-9]+\s*号")
COMPACT = re.compile(r"(?<![0-9])([0-9]{4})([0-9]{2})([0-9]{2})(?![0-9])")
DASHED = r"\1-\2-\3 "
BESIDE = re.compile(r"(?:[\s,，、;；。.:：和及与]|放假|调休|休息|上班|补班|周[一二三四五六日]|星期[一二三四五六日])*")
"""What may stand beside the days of a list."""

LONGEST_SPAN = 60


class AnnouncementUnclear(Invalid):
    """There are no days in it, or one that no calendar has."""

    code = "announcement_unclear"
    sentence = "没有认出日期。"


def announced(text: str, year: int) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """(days off, days worked) that the text of the announcement names, in order. Days of other years are left out: they
    stand in the announcement of theirs. Raises AnnouncementUnclear with all days that there are not.

    元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
    """
    off: set[date] = set()
    worked: set[date] = set()
    wrong: list[Reason] = []
    for clause in CLAUSES.split(IN_BRACKETS.sub("", half_width(text))):
        plain = COUNTS.sub("", clause)
        if "上班" in plain:
            worked |= set(_days(plain, year, "notice", wrong))
        elif "放假" in plain or "休息" in plain:
            off |= set(_days(plain, year, "notice", wrong))
    if wrong:
        raise AnnouncementUnclear(*wrong)
    return _of(off, year), _of(worked, year)


def listed(text: str, year: int, field: str) -> tuple[date, ...]:
    """The days of a list of dates and spans: 2027-01-01, 1月1日至3日, 20270101. Raises AnnouncementUnclear with every
    line in which something else stands."""
    days: set[date] = set()
    wrong: list[Reason] = []
    for line in text.splitlines():
        plain = COUNTS.sub("", IN_BRACKETS.sub("", half_width(line)))
        days |= set(_days(plain, year, field, wrong))
        if not BESIDE.fullmatch(SPAN.sub("", COMPACT.sub(DASHED, plain))):
            wrong.append(_unclear(line, field))
    if wrong:
        raise AnnouncementUnclear(*dict.fromkeys(wrong))
    return tuple(sorted(days))


def _days(text: str, year: int, field: str, wrong: list[Reason]) -> Iterator[date]:
    """What is no day is told in `wrong`."""
    month = None
    for found in SPAN.finditer(COMPACT.sub(DASHED, text)):
        first_year, first_month, first, last_year, last_month, last = (int(n) if n else None for n in found.groups())
        try:
            # A year without a month is half of a date, which the month of the day before must not complete.
            month = first_month or (None if first_year else month)
            begin = date(first_year or year, month or 0, first or 0)
            if last is None:
                yield begin
                continue
            month = last_month or (None if last_year else month)
            end = date(last_year or begin.year, month or 0, last)
            if not begin <= end <= begin + timedelta(days=LONGEST_SPAN):
                raise ValueError(found[0])
            yield from (begin + timedelta(days=number) for number in range((end - begin).days + 1))
        except ValueError:
            wrong.append(_unclear(found[0], field))


def _unclear(text: str, field: str) -> Reason:
    why = f"“{text.strip()[:40]}”不是日期，请写全月、日（如 2027-01-01、1月1日至3日）。"
    return Reason(code=AnnouncementUnclear.code, message=why, field=field)


def _of(days: set[date], year: int) -> tuple[date, ...]:
    return tuple(sorted(day for day in days if day.year == year))
