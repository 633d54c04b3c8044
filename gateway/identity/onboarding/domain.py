"""What a place on board must have. Pure: counts and days are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from contracts.departments import DepartmentChange, DepartmentFunction
from contracts.duties import DutyKind
from contracts.identity import SiteFooter
from contracts.names import folded
from contracts.onboarding import ChecklistLine, ChecklistSubject
from contracts.refusal import Invalid, Refused

NEEDED_FUNCTIONS: tuple[DepartmentFunction, ...] = ("policy", "approval_bureau", "finance")
EXPECTED_FUNCTIONS: tuple[DepartmentFunction, ...] = ("discipline", "development_reform", "market_regulation", "audit")
"""Without the first nobody decides or pays; the others are asked in a consultation, or look over the shoulder."""

NEEDED_DUTIES: tuple[DutyKind, ...] = (
    "policy_author",
    "first_review",
    "leader",
    "window",
    "bureau_intake",
    "payment_maker",
    "payment_check",
    "finance",
)
EXPECTED_DUTIES: tuple[DutyKind, ...] = ("review_check", "finance_check", "supervision", "discipline")

FOOTER_LINES = ("organiser", "site_code", "icp_number", "police_number", "discipline_phone")
"""What a government's site must say at its foot (政府网站发展指引)."""

ANNOUNCED_IN = 11
"""The month in which the State Council announces the next year's days off; before it nobody can load them."""


class DepartmentNamedTwice(Invalid):
    """The same name stands in two places of the list."""

    code = "department_named_twice"
    sentence = "第 {first} 个和第 {second} 个部门名称相同（{name}），同一部门只列一次，职能可以有几项。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is there. `functions` and `duties` count departments and persons; `loaded` are the years that are complete;
    `remedies`: it is known whom one turns to against a refusal."""

    functions: Mapping[str, int]
    duties: Mapping[str, int]
    windows: int
    loaded: frozenset[int]
    footer: SiteFooter
    remedies: bool = False


def named_twice(departments: Sequence[DepartmentChange]) -> list[Refused]:
    """One refusal for each department that is named again, with both places counted from 1."""
    seen: dict[str, int] = {}
    found: list[Refused] = []
    for place, each in enumerate(departments):
        first = seen.setdefault(folded(each.name), place)
        if first != place:
            named = {"name": each.name, "first": first + 1, "second": place + 1}
            found.append(DepartmentNamedTwice(field=f"departments.{place}.name", **named))
    return found


def checklist(found: Found, today: date) -> tuple[ChecklistLine, ...]:
    """Every line, what is needed before what is expected."""
    return (
        *(_counted("department", each, found.functions, needed=True) for each in NEEDED_FUNCTIONS),
        *(_counted("department", each, found.functions, needed=False) for each in EXPECTED_FUNCTIONS),
        *(_counted("duty", each, found.duties, needed=True) for each in NEEDED_DUTIES),
        *(_counted("duty", each, found.duties, needed=False) for each in EXPECTED_DUTIES),
        ChecklistLine(subject="window", what="window", needed=True, there=found.windows > 0, count=found.windows),
        *(
            ChecklistLine(subject="calendar", what=str(year), needed=needed, there=year in found.loaded)
            for year, needed in ((today.year, True), (today.year + 1, today.month >= ANNOUNCED_IN))
        ),
        ChecklistLine(subject="remedies", what="remedies", needed=True, there=found.remedies),
        *(
            ChecklistLine(subject="site", what=each, needed=False, there=bool(getattr(found.footer, each)))
            for each in FOOTER_LINES
        ),
    )


def _counted(subject: ChecklistSubject, what: str, counts: Mapping[str, int], *, needed: bool) -> ChecklistLine:
    count = counts.get(what, 0)
    return ChecklistLine(subject=subject, what=what, needed=needed, there=count > 0, count=count)
