"""Which claims may be in a batch as things stand, and whether those of one that was drawn up still are what they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chassis.write.uow import UnitOfWork
from services.review.batches.domain import BatchChanged, QuotaBatch, changes_since
from services.review.batches.drawing import Drawn, marked
from services.review.cases.answering import Handled
from services.review.cases.awarding import judge_anew
from services.review.cases.progress import against
from services.review.cases.quota_places import quota_claim
from services.review.quotas.domain import QuotaStanding
from services.review.quotas.store import QuotaPlaces


def drawable(handled: Sequence[Handled], number: int, uow: UnitOfWork) -> list[Drawn]:
    """Those that have no place of this quota yet, as the rule judges them today, with what else stands against them."""
    judge_anew([(each.case, each.item) for each in handled], uow)
    found = []
    for each in handled:
        said = each.case.quota.said if each.case.quota is not None else ()
        if any(of.number == number and of.outcome == "allotted" for of in said):
            continue
        each.case.quota = QuotaStanding(tuple(of for of in said if of.number != number))
        stands = "；".join(refusal.message for refusal in against(each.case, each.item, each.standing))
        claim = quota_claim(each.case, each.item)
        if number >= len(each.item.rules.quotas):
            # The version that it was filed under has no such quota.
            claim = replace(claim, money=None)
        found.append(Drawn(each.case, claim, stands))
    return found


def must_stand(batch: QuotaBatch, handled: Sequence[Handled], uow: UnitOfWork) -> None:
    """Raises BatchChanged."""
    open_cases = [each for each in handled if each.case.state == "accepted"]
    marks = {each.case.id: marked(each.case, each.claim) for each in drawable(open_cases, batch.number, uow)}
    use = uow.of(QuotaPlaces).used(batch.tenant, batch.family, batch.number)
    if what := changes_since(batch, marks, use.takes, use.places):
        raise BatchChanged(what=what)
