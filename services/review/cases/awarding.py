"""What a case is worth beside what its person in law was granted before, and what the register keeps of a grant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.rule import AwardHistory, Level
from services.review.cases.case import Case
from services.review.cases.claim_instalments import look_at_earlier
from services.review.cases.judging import judged
from services.review.cases.quota_places import leave_to_quotas
from services.review.item_copies.item import PinnedItem
from services.review.register.awards import AwardAsked, GrantedAward, granted_award
from services.review.register.store import AwardRegister


def asked_of(case: Case, item: PinnedItem) -> AwardAsked:
    """Whose history its assessment needs."""
    return AwardAsked(
        case_id=case.id,
        tenant=case.tenant,
        claim=case.claim,
        family=item.family,
        rules=item.rules,
        instalment=case.instalment,
        facts=case.facts,
        paid_before=case.paid_before,
    )


def judge_anew(cases: Sequence[tuple[Case, PinnedItem]], uow: UnitOfWork) -> None:
    """Let open cases be worth what the rule says today, beside earlier awards: what the officer sees is the amount after caps
    and quotas.

    Nobody is held for it; whoever grants looks again under the lock.
    """
    open_cases = [(case, item) for case, item in cases if case.is_open]
    asked = [asked_of(case, item) for case, item in open_cases]
    histories = uow.of(AwardRegister).histories(asked) if asked else {}
    for case, item in open_cases:
        judge(case, item, histories, uow)
    leave_to_quotas(open_cases, histories, uow)
    look_at_earlier([case for case, _item in open_cases], uow)


def judge(case: Case, item: PinnedItem, histories: Mapping[str, AwardHistory], uow: UnitOfWork) -> None:
    """One case, beside its history."""
    case.assessment = judged(
        item.rules,
        case.facts,
        case.parameters,
        case.received_at.astimezone(CHINA).date(),
        today=uow.now.astimezone(CHINA).date(),
        awards=histories.get(case.id, case.paid_before),
        decisions=case.decisions,
    )


def award_of(case: Case, item: PinnedItem, history: AwardHistory | None, uow: UnitOfWork) -> GrantedAward:
    """What the register keeps of its grant. Items from before their level was kept are the county's."""
    today = uow.now.astimezone(CHINA).date()
    first_year = item.rules.reference_year or case.received_at.astimezone(CHINA).year
    return granted_award(
        asked_of(case, item),
        case.assessment,
        level=item.level or Level.COUNTY,
        year=first_year if case.instalment == 1 else today.year,
        period=case.award_period,
        granted_on=today,
        history=history,
        revision=case.revision,
    )
