"""Who may decide a case: not the person whose word it rests on."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from contracts.message import Id
from services.review.cases.case import Case
from services.review.cases.four_eyes import RecorderDecides, RecorderNominates, called, recorded_by
from services.review.cases.opening import version_of
from services.review.item_copies.store import ItemVersions


def against_decider(case: Case, uow: UnitOfWork) -> list[RecorderDecides]:
    """What stands against a decision of the actor's."""
    facts = _own_word(case, uow.actor.id, uow)
    return [RecorderDecides(facts=facts, field="case_id")] if facts else []


def against_nominator(case: Case, person: Id, uow: UnitOfWork) -> list[RecorderNominates]:
    """What stands against approving a line of this person's list without anybody else."""
    facts = _own_word(case, person, uow)
    return [RecorderNominates(facts=facts)] if facts else []


def _own_word(case: Case, person: Id, uow: UnitOfWork) -> str:
    names = recorded_by(case.recorders, person)
    if not names:
        return ""
    version = version_of(case.claim)
    rules = uow.of(ItemVersions).get_many([version]).get(version)
    return called(names, rules.fact_types_by_name if rules is not None else {})
