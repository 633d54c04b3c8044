"""Who may decide a case: not the person whose word it rests on."""

from __future__ import annotations

from collections.abc import Collection

from chassis.write.uow import UnitOfWork
from contracts.message import Id
from services.review.cases.case import Case
from services.review.cases.four_eyes import RecorderDecides, RecorderNominates, called, recorded_by
from services.review.cases.pinned import version_of
from services.review.item_copies.store import ItemVersions


def against_decider(case: Case, uow: UnitOfWork) -> list[RecorderDecides]:
    """What stands against a decision of the actor's."""
    return [RecorderDecides(facts=facts, field="case_id") for facts in _own_words([(case, uow.actor.id)], uow).values()]


def against_nominators(lines: Collection[tuple[Case, Id]], uow: UnitOfWork) -> dict[str, RecorderNominates]:
    """What stands against approving lines of these persons' lists without anybody else, by case."""
    return {case_id: RecorderNominates(facts=facts) for case_id, facts in _own_words(lines, uow).items()}


def _own_words(asked: Collection[tuple[Case, Id]], uow: UnitOfWork) -> dict[str, str]:
    """The facts of each case that are the person's own word, as the item calls them; cases without any are left out."""
    own = {case.id: (case, names) for case, person in asked if (names := recorded_by(case.recorders, person))}
    if not own:
        return {}
    rules = uow.of(ItemVersions).get_many([version_of(case.claim) for case, _names in own.values()])
    known = {key: version.fact_types_by_name for key, version in rules.items()}
    return {id: called(names, known.get(version_of(case.claim), {})) for id, (case, names) in own.items()}
