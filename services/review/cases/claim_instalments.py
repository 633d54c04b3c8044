"""What stands against a later instalment because of the earlier ones of its claim.

An earlier one that is looked at again may come to less, or to nothing: until it is decided, and said, nothing follows it. Whoever
reopens it holds the person in law, as whoever grants does: so neither overlooks the other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from chassis.write.uow import UnitOfWork
from contracts.money import ZERO, Money
from contracts.refusal import Conflict, Refused
from contracts.review import CaseState
from contracts.rule import AwardHistory
from services.review.cases.case import Case
from services.review.cases.filing import follow_up_id
from services.review.cases.moves import OPEN


class EarlierInstalmentUndecided(Conflict):
    code = "earlier_instalment_undecided"
    sentence = (
        "本申报第 {number} 期正在重新审查，新的决定尚未作出或尚未告知企业，本期不能批准；请待其办结后再办理本期。"
    )


class FirstInstalmentRefused(Conflict):
    """What follows rests on the first."""

    code = "first_instalment_refused"
    sentence = "本申报首期重新审查后已不予批准，本期不能批准；请说明理由后不予批准。"


class InstalmentBeyondWhole(Conflict):
    """All instalments come to what the first has fixed."""

    code = "instalment_beyond_whole"
    sentence = "各期合计将超过首期时确定的总额 {whole} 元（已批准 {paid} 元），不能批准；请核对各期金额。"


class CaseOutcome(NamedTuple):
    """The state of a case, and until when its decision can be undone."""

    state: CaseState
    undo_until: datetime | None


STAND = "SELECT id, state, undo_until FROM review_case WHERE tenant = ANY (:tenants) AND id = ANY (:ids)"


class CaseOutcomes:
    """How cases stand now, as far as others depend on it; nothing is locked."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def of(self, case_ids: Collection[str]) -> dict[str, CaseOutcome]:
        asked = {"tenants": list(self._uow.tenants), "ids": sorted(set(case_ids))}
        return {row.id: CaseOutcome(row.state, row.undo_until) for row in self._uow.execute(STAND, asked)}


def look_at_earlier(cases: Sequence[Case], uow: UnitOfWork) -> None:
    """Let these keep what earlier instalments of their claims say against them now."""
    later = [case for case in cases if case.first_case_id is not None]
    found = uow.of(CaseOutcomes).of({id for case in later for id in _earlier_of(case).values()}) if later else {}
    for case in later:
        case.earlier = tuple(
            EarlierInstalmentUndecided(number=str(number))
            for number, id in _earlier_of(case).items()
            if id in found and (found[id].state in OPEN or found[id].undo_until is not None)
        )
        if not case.earlier and case.first_case_id in found and found[case.first_case_id].state == "rejected":
            case.earlier = (FirstInstalmentRefused(),)


def beyond_whole(case: Case, history: AwardHistory | None) -> list[Refused]:
    """Whether it would pay more than the first has fixed for all, beside what was paid before it."""
    if case.first_case_id is None or history is None or history.whole is None:
        return []
    before = [each for each in history.instalments if each.number < case.instalment and each.outcome == "paid"]
    paid = Money.total(each.money for each in before)
    if (paid + (case.assessment.amount.money or ZERO)).fen <= history.whole.fen:
        return []
    return [InstalmentBeyondWhole(whole=history.whole.yuan_text(), paid=paid.yuan_text())]


def _earlier_of(case: Case) -> dict[int, str]:
    """By number the cases in which the instalments before this one were decided, as far as they had cases of their own."""
    assert case.first_case_id is not None
    later = {number: follow_up_id(case.first_case_id, number) for number in range(2, case.instalment)}
    return {1: case.first_case_id, **later}
