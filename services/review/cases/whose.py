"""Whose answer a slot of a plan waits for: which tenant, which department, which duty.

A plan names departments and duties in its own words; what they mean the tenant that acts has said once (`copies.plan_terms`). Where
it has not, they are a department's name, or what a department is there for; a department of a level above answers in its own tenant.
Words that mean nothing yet leave the item's own department as the owner, and an obstacle to approval (`plan_terms`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from chassis.tenancy.registry import TenantUnknown
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.departments import PlanTermMeaning, PlanTermUse, ToDuty
from contracts.duties import DutyKind
from contracts.message import Actor, Id, TenantId
from contracts.plan_terms import TermInPlan
from contracts.rule import Level
from copies.function_words import function_of_word
from copies.plan_terms import KnownPlanTerms
from rules.plan_run import PlannedStep, SlotPlace
from services.review.cases.answers import ACCEPTANCE
from services.review.cases.case import Case
from services.review.cases.open_tasks import StepOwner
from services.review.cases.refusals import is_of
from services.review.tasks.use_cases import duties_for


class _Known(NamedTuple):
    """What is known of the words of slots, by (tenant, words). A department by its id is known with its tenant."""

    meanings: Mapping[tuple[TenantId, TermInPlan], PlanTermMeaning]
    called: Mapping[tuple[TenantId, str], Id]
    there_for: Mapping[tuple[TenantId, str], tuple[TenantId, Id]]
    homes: Mapping[tuple[TenantId, Id], TenantId]


class SlotsAsked(NamedTuple):
    """Slots of a case that wait for an answer, with the steps that they belong to."""

    case: Case
    steps: Sequence[PlannedStep]
    places: Collection[SlotPlace]


class _Words(NamedTuple):
    """By which words of the plan a slot names whose it is; nothing: the item's own department. `tenant` is where they are looked
    up first, absent where that level has not been onboarded."""

    tenant: TenantId | None
    case_tenant: TenantId
    use: PlanTermUse | None
    term: str
    duty: DutyKind | None

    @property
    def tenants(self) -> tuple[TenantId, ...]:
        """Where they are looked up: the level that acts, then the case's own tenant."""
        return tuple(dict.fromkeys(each for each in (self.tenant, self.case_tenant) if each is not None))


Department = tuple[TenantId, str]
"""A department, by the register where it is in it, else by name."""


def department_of(owner: StepOwner) -> Department:
    return owner.tenant, owner.department_id or owner.department


def owners_of(
    waiting: Iterable[SlotsAsked], uow: UnitOfWork, but: Collection[Department] = ()
) -> dict[str, dict[SlotPlace, StepOwner]]:
    """By case: whose each of its slots is. The words of all of them are looked up together, once for each tenant that acts.

    What a department has said is not its to answer, or is one of `but`, is the item's own department's.
    """
    asked = {
        (each.case.id, place): (each.case, _words(each.case, each.steps, place, uow))
        for each in waiting
        for place in each.places
    }
    known = _looked_up([words for _case, words in asked.values()], uow)
    found: defaultdict[str, dict[SlotPlace, StepOwner]] = defaultdict(dict)
    for (case_id, place), (case, words) in asked.items():
        owner = _owner(case, words, known)
        if department_of(owner) in {*but, *_said_not_theirs(case, place)}:
            owner = StepOwner(case.tenant, case.claim.department, case.claim.department_id, words.duty)
        found[case_id][place] = owner
    return found


def _said_not_theirs(case: Case, place: SlotPlace) -> Collection[Department]:
    said = [each for each in case.answers if each.evidence.get("answer") == "not_ours" and each.place == place]
    return [(each.evidence["tenant"], each.evidence["department_id"] or each.department) for each in said]


def may_answer(actor: Actor, owner: StepOwner, names: Collection[str] = ()) -> bool:
    """Whether the actor is of the department and holds a duty that may; `names` is what else its department is known by."""
    if "department" not in actor.roles or not is_of(actor, owner.department, owner.department_id, names):
        return False
    return bool(actor.duties.intersection(duties_for(owner.duty)))


def _words(case: Case, steps: Sequence[PlannedStep], place: SlotPlace, uow: UnitOfWork) -> _Words:
    own = case.tenant
    if place == ACCEPTANCE:
        return _Words(own, own, None, "", "first_review")
    step = next(each for each in steps if each.number == place.step)
    tenant = own if step.level is None else _acting(step.level, case, uow)
    if step.kind == "approval":
        return _Words(tenant, own, "approver", place.slot, None)
    if step.kind == "joint_check":
        return _Words(tenant, own, "check", place.slot, None)
    if step.department is not None:
        return _Words(tenant, own, "department", step.department, "first_review")
    return _Words(tenant, own, None, "", "first_review")


def _acting(level: Level, case: Case, uow: UnitOfWork) -> TenantId | None:
    """The tenant of that level above the place of filing; nothing where it has not been onboarded."""
    try:
        return uow.registry.payer(level, case.claim.filed_in)
    except TenantUnknown:
        return None


def _looked_up(words: Sequence[_Words], uow: UnitOfWork) -> _Known:
    terms: defaultdict[TenantId, set[TermInPlan]] = defaultdict(set)
    for each in words:
        if each.use is not None:
            for tenant in each.tenants:
                terms[tenant].add(TermInPlan(use=each.use, term=each.term))
    known, day = uow.of(KnownPlanTerms), uow.now.astimezone(CHINA).date()
    meanings = {
        (tenant, term): meaning
        for tenant, wanted in terms.items()
        for term, meaning in known.meanings(tenant, sorted(wanted, key=lambda term: (term.use, term.term))).items()
    }
    named = {(tenant, each.term) for each in words if each.use in ("check", "department") for tenant in each.tenants}
    called = known.departments(named, day) if named else {}
    unknown = {pair for pair in named - set(called) if function_of_word(pair[1]) is not None}
    there_for = known.by_function(unknown, day) if unknown else {}
    meant = {(tenant, id) for (tenant, _term), each in meanings.items() if (id := each.department_id) is not None}
    ids = {*meant, *((tenant, id) for (tenant, _name), id in called.items())}
    return _Known(meanings, called, there_for, known.homes(ids) if ids else {})


def _owner(case: Case, words: _Words, known: _Known) -> StepOwner:
    own = case.own_owner
    if words.use is None:
        return StepOwner(words.tenant or own.tenant, own.department, own.department_id, words.duty)
    if words.use == "approver" and words.tenant is None:
        # Another level's approval is nobody's here: it waits, and the case can only be refused.
        return StepOwner(own.tenant, f"{words.term}（该级尚未开通本平台）", None, None)
    for tenant in words.tenants:
        if (meant := _meant(case, words, tenant, known)) is not None:
            return meant
    # A source for which no department answers is looked up by the item's own people.
    return StepOwner(own.tenant, own.department, own.department_id, words.duty)


def _meant(case: Case, words: _Words, tenant: TenantId, known: _Known) -> StepOwner | None:
    """Whom the words mean in that tenant: what it has said, else who is called so, else who is there for it."""
    assert words.use is not None
    meaning = known.meanings.get((tenant, TermInPlan(use=words.use, term=words.term)))
    duty = meaning.kind if isinstance(meaning, ToDuty) else words.duty
    id = meaning.department_id if meaning is not None else None
    if id is None and isinstance(meaning, ToDuty):
        own = case.own_owner
        return StepOwner(tenant if words.use == "approver" else own.tenant, own.department, own.department_id, duty)
    if id is None:
        id = known.called.get((tenant, words.term))
    if id is not None:
        return StepOwner(known.homes.get((tenant, id), tenant), words.term, id, duty)
    if meaning is None and (found := known.there_for.get((tenant, words.term))) is not None:
        home, id = found
        return StepOwner(home, words.term, id, duty)
    return None
