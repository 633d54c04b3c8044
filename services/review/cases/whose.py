"""Whose answer a slot of a plan waits for: which tenant, which department, which duty.

A plan names departments and duties in its own words; what they mean the tenant that acts has said once (`copies.plan_terms`).
Words that mean nothing yet leave the item's own department as the owner, and an obstacle to approval (`plan_terms`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.departments import PlanTermMeaning, PlanTermUse, ToDepartment, ToDuty, ToSource
from contracts.duties import DutyKind
from contracts.message import Actor, Id, TenantId
from contracts.plan_terms import TermInPlan
from copies.plan_terms import KnownPlanTerms
from rules.plan_run import PlannedStep, SlotPlace
from services.review.cases.answers import ACCEPTANCE
from services.review.cases.case import Case
from services.review.cases.open_tasks import StepOwner
from services.review.cases.refusals import is_of
from services.review.tasks.use_cases import duties_for

Meanings = Mapping[tuple[TenantId, TermInPlan], PlanTermMeaning]
Departments = Mapping[tuple[TenantId, str], Id]


class SlotsAsked(NamedTuple):
    """Slots of a case that wait for an answer, with the steps that they belong to."""

    case: Case
    steps: Sequence[PlannedStep]
    places: Collection[SlotPlace]


class _Words(NamedTuple):
    """By which words of the plan a slot names whose it is; nothing: the item's own department."""

    tenant: TenantId
    use: PlanTermUse | None
    term: str
    duty: DutyKind | None


def owners_of(waiting: Iterable[SlotsAsked], uow: UnitOfWork) -> dict[str, dict[SlotPlace, StepOwner]]:
    """By case: whose each of its slots is. The words of all of them are looked up together, once for each tenant that acts."""
    asked = {
        (each.case.id, place): (each.case, _words(each.case, each.steps, place, uow))
        for each in waiting
        for place in each.places
    }
    meanings, departments = _looked_up([words for _case, words in asked.values()], uow)
    found: defaultdict[str, dict[SlotPlace, StepOwner]] = defaultdict(dict)
    for (case_id, place), (case, words) in asked.items():
        found[case_id][place] = _owner(case, words, meanings, departments)
    return found


def may_answer(actor: Actor, owner: StepOwner, names: Collection[str] = ()) -> bool:
    """Whether the actor is of the department and holds a duty that may; `names` is what else its department is known by."""
    if "department" not in actor.roles or not is_of(actor, owner.department, owner.department_id, names):
        return False
    return bool(actor.duties.intersection(duties_for(owner.duty)))


def _words(case: Case, steps: Sequence[PlannedStep], place: SlotPlace, uow: UnitOfWork) -> _Words:
    if place == ACCEPTANCE:
        return _Words(case.tenant, None, "", "first_review")
    step = next(each for each in steps if each.number == place.step)
    tenant = case.tenant if step.level is None else uow.registry.payer(step.level, case.claim.filed_in)
    if step.kind == "approval":
        return _Words(tenant, "approver", place.slot, None)
    if step.kind == "joint_check":
        return _Words(tenant, "check", place.slot, None)
    if step.department is not None:
        return _Words(tenant, "department", step.department, "first_review")
    return _Words(tenant, None, "", "first_review")


def _looked_up(words: Sequence[_Words], uow: UnitOfWork) -> tuple[Meanings, Departments]:
    terms: defaultdict[TenantId, set[TermInPlan]] = defaultdict(set)
    for each in words:
        if each.use is not None:
            terms[each.tenant].add(TermInPlan(use=each.use, term=each.term))
    known, day = uow.of(KnownPlanTerms), uow.now.astimezone(CHINA).date()
    meanings = {
        (tenant, term): meaning
        for tenant, wanted in terms.items()
        for term, meaning in known.meanings(tenant, sorted(wanted, key=lambda term: (term.use, term.term))).items()
    }
    named = {(each.tenant, each.term) for each in words if each.use in ("check", "department")}
    return meanings, known.departments(named, day) if named else {}


def _owner(case: Case, words: _Words, meanings: Meanings, departments: Departments) -> StepOwner:
    own = case.own_owner
    if words.use is None:
        return StepOwner(words.tenant, own.department, own.department_id, words.duty)
    meaning = meanings.get((words.tenant, TermInPlan(use=words.use, term=words.term)))
    called = departments.get((words.tenant, words.term))
    if isinstance(meaning, ToDuty):
        if meaning.department_id is not None:
            return StepOwner(words.tenant, words.term, meaning.department_id, meaning.kind)
        return StepOwner(words.tenant, own.department, own.department_id, meaning.kind)
    if isinstance(meaning, ToDepartment | ToSource) and meaning.department_id is not None:
        return StepOwner(words.tenant, words.term, meaning.department_id, words.duty)
    if called is not None:
        return StepOwner(words.tenant, words.term, called, words.duty)
    # A source for which no department answers is looked up by the item's own people.
    return StepOwner(words.tenant, own.department, own.department_id, words.duty)
