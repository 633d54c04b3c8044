"""Whether a schedule by years can be worked out: days that are days, and steps that come to the same kind of thing."""

from __future__ import annotations

from contracts.rule import YearSchedule
from rules.checking.values import CHECKS, dimension_of, shared
from rules.findings import Findings
from rules.units import Dimension


def _year_schedule(node: YearSchedule, where: str, findings: Findings) -> Dimension | None:
    findings.day(node.since, f"{where}/since")
    if node.until is not None:
        findings.day(node.until, f"{where}/until")
    thens = [dimension_of(step.then, f"{where}/steps/{index}/then", findings) for index, step in enumerate(node.steps)]
    return shared(thens, where, findings)


CHECKS[YearSchedule] = _year_schedule
