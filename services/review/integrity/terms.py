"""For how long a record stands, and from when its repair may be asked for. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from contracts.integrity_grounds import GROUNDS, TERMS, TERMS_SOURCE, Gravity, GroundCode
from contracts.integrity_labels import GRAVITY
from contracts.refusal import Refused
from services.review.integrity.refusals import GravityUnfit, TermUnfit


def against_term(ground: GroundCode, gravity: Gravity, months: int) -> list[Refused]:
    """Everything that is wrong with such a record."""
    found: list[Refused] = []
    may = GROUNDS[ground].gravities
    if gravity not in may:
        names = "、".join(GRAVITY[each].public_zh for each in may)
        found.append(GravityUnfit(ground=GROUNDS[ground].name, gravities=names, field="gravity"))
    least, most = months_of(gravity)
    if not least <= months <= most:
        said = {"gravity": GRAVITY[gravity].public_zh, "least": least, "most": most, "source": TERMS_SOURCE}
        found.append(TermUnfit(field="months", **said))
    return found


def months_of(gravity: Gravity) -> tuple[int, int]:
    """The fewest and the most months that such a record stands."""
    term = TERMS[gravity]
    return max(term.least, 1), term.most


def repairable_from(gravity: Gravity, first: date) -> date:
    """The first day on which repair may be asked for: the least term is over, counted from the day of the decision."""
    least = TERMS[gravity].least
    return months_after(first, least) + timedelta(days=1) if least else first


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that is too short (民法典第二百零二条)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
