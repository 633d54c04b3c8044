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
LONGEST_SPAN = 60


class AnnouncementUnclear(Invalid):
    """There are no days in it, or one that no calendar has."""

    code = "announcement_unclear"
    sentence = "没有认出日期。"


def announced(text: str, year: int) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """(days off, days worked) that the text of the announcement names, in order. Days of other years are left out: they
    stand in the announcement of theirs. Raises AnnouncementUnclear for days that there are not.

    元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
    """
    off: set[date] = set()
    worked: set[date] = set()
    for clause in CLAUSES.split(IN_BRACKETS.sub("", half_width(text))):
        plain = COUNTS.sub("", clause)
        if "上班" in plain:
            worked |= set(_days(plain, year, "notice"))
        elif "放假" in plain or "休息" in plain:
            off |= set(_days(plain, year, "notice"))
    return _of(off, year), _of(worked, year)


def listed(text: str, year: int, field: str) -> tuple[date, ...]:
    """The days of a list of dates and spans: 2027-01-01, 1月1日至3日. Raises AnnouncementUnclear."""
    return tuple(sorted({day for line in text.splitlines() for day in _days(line, year, field)}))


def _days(text: str, year: int, field: str) -> Iterator[date]:
    month = None
    for found in SPAN.finditer(half_width(text)):
        first_year, first_month, first, last_year, last_month, last = (int(n) if n else None for n in found.groups())
        month = first_month or month
        begin = _day(first_year or year, month, first, found[0], field)
        if last is None:
            yield begin
            continue
        month = last_month or month
        end = _day(last_year or begin.year, month, last, found[0], field)
        if not begin <= end <= begin + timedelta(days=LONGEST_SPAN):
            raise _unclear(found[0], field)
        yield from (begin + timedelta(days=number) for number in range((end - begin).days + 1))


def _day(year: int, month: int | None, day: int | None, text: str, field: str) -> date:
    try:
        return date(year, month or 0, day or 0)
    except ValueError:
        raise _unclear(text, field) from None


def _unclear(text: str, field: str) -> AnnouncementUnclear:
    return AnnouncementUnclear(
        Reason(code=AnnouncementUnclear.code, message=f"“{text.strip()}”不是日期。", field=field)
    )


def _of(days: set[date], year: int) -> tuple[date, ...]:
    return tuple(sorted(day for day in days if day.year == year))
