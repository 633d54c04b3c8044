"""以信用代审核: a good integrity record and a signed commitment stand for the material check.

It is the machine's answer, and it holds only as long as what it rests on: where a record turns bad before the decision, the answer
is taken back, and somebody looks at the materials. What was granted so is verified afterwards (room `credit_checks`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from chassis.write.uow import UnitOfWork
from contracts.message import SYSTEM
from rules.plan_run import SlotPlace
from services.review.cases.answers import StepAnswer
from services.review.cases.case import Case
from services.review.good_standing.good_record import has_good_record
from services.review.item_copies.item import PinnedItem
from services.review.register.persons import Filer, Persons

CREDIT = "credit"
"""Under which name an answer's evidence says that credit stands for the check: the commitment, word for word."""

LISTED = "serious_dishonest_listed"
"""The fact that an enterprise is on the national list of the seriously dishonest; whoever is has no good record."""

SKIPPED = "以信用代审核：信用记录良好，已签署信用承诺；批准后随机抽查"
NO_MORE = "信用记录发生变化，不再适用以信用代审核，须核对材料"


def without_good_record(cases: Sequence[tuple[Case, PinnedItem]], uow: UnitOfWork) -> frozenset[str]:
    """The cases among those that are filed on credit whose enterprises have no good record, under whatever code."""
    filed = [case for case, item in cases if case.credit_commitment and item.rules.plan.credit is not None]
    if not filed:
        return frozenset()
    filers = [Filer(case.id, case.claim.filed_in, case.claim.enterprise_id, case.claim.uscc) for case in filed]
    persons = uow.of(Persons).of(filers)
    codes = {case.id: {case.claim.uscc, *(persons[case.id].codes if case.id in persons else ())} for case in filed}
    good = has_good_record(uow, [code for of_case in codes.values() for code in of_case])
    return frozenset(
        case.id
        for case in filed
        if not all(good[code] for code in codes[case.id])
        or any(each.name == LISTED and each.value is True for each in case.facts)
    )


def stands_for_check(case: Case, item: PinnedItem, bad: Collection[str]) -> bool:
    """Whether credit stands for the material check that is open: nobody has begun to look at the materials."""
    filed = case.credit_commitment and item.rules.plan.credit is not None
    return filed and not case.materials.confirmed and case.id not in bad


def evidence_of(item: PinnedItem) -> Mapping[str, str]:
    credit = item.rules.plan.credit
    assert credit is not None, "only a plan with terms of credit is answered so"
    return {CREDIT: credit.commitment}


def credited(case: Case) -> StepAnswer | None:
    """The answer by which credit stands for the check, if it does."""
    latest: dict[SlotPlace, StepAnswer] = {each.place: each for each in case.answers if each.kind == "material_check"}
    return next((each for each in latest.values() if each.verdict == "passed" and CREDIT in each.evidence), None)


def take_back(case: Case, uow: UnitOfWork) -> bool:
    """Credit stands for the check no more; returns whether it did."""
    answer = credited(case)
    if answer is None:
        return False
    case.answer(replace(answer, verdict="withdrawn", by=SYSTEM.id, at=uow.now, reason=NO_MORE, evidence={}))
    return True
