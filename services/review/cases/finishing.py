"""A case whose plan is done without another person's hand: what a machine answers, and what is granted because nothing is left.

A machine answers for materials where none is to be checked. A list is its department's own decision: the department's approvals of
a line are given with it as soon as all that others have to answer is answered; whatever then stands against the line leaves it to
a person.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.case_steps import SlotVerdict, StepKind
from contracts.message import SYSTEM
from contracts.refusal import Refused
from rules.plan_run import PlanStanding, SlotPlace
from services.review.cases import credit
from services.review.cases.answers import StepAnswer, deciding
from services.review.cases.case import Case
from services.review.cases.deciders import against_nominators
from services.review.cases.decision import CaseDecision
from services.review.cases.granting import Grant, grant_many, hold_persons, is_in_kind
from services.review.cases.heard import with_news_to_take_up
from services.review.cases.last_approval import CertificateNeeded, ListedFigureWasSet
from services.review.cases.moving import MovingCases
from services.review.cases.open_tasks import StepOwner
from services.review.cases.overpaying import held_for_a_person
from services.review.cases.payee_refusals import WAITS_FOR
from services.review.cases.pinned import version_of
from services.review.cases.plan_terms import PlanTermUnmapped, waiting_for
from services.review.cases.whose import SlotsAsked, owners_of
from services.review.item_copies.item import PinnedItem
from services.review.item_copies.plan_words import PlanWords, Unmapped

WAITED_FOR = frozenset({PlanTermUnmapped.code, *WAITS_FOR})
"""What a line of a list waits for: once it is there, the line is granted as it was listed."""


@dataclass(frozen=True, slots=True)
class _Done:
    """A case of whose plan nothing is left once `answers` are added; `listed_by`: they are those of a list."""

    case: Case
    item: PinnedItem
    answers: tuple[StepAnswer, ...] = ()
    listed_by: str | None = None


def finish(cases: Sequence[tuple[Case, PinnedItem]], uow: UnitOfWork) -> Mapping[str, Refused]:
    """Give the machine's answers, and grant what is done; → what stood against the others, by case. Nothing is saved here."""
    open_cases = [pair for pair in cases if pair[0].state == "accepted"]
    bad = credit.without_good_record(open_cases, uow)
    for case, item in open_cases:
        if case.id in bad and credit.take_back(case, uow):
            withdraw_approvals(case, credit.NO_MORE, uow)
        _answer_by_machine(case, item, bad, uow)
    done = _done(open_cases, uow)
    # What is heard of its firm, also while the person was waited for, is taken up first: nothing is granted on facts that have
    # just been withdrawn.
    hold_persons([(each.case, each.item) for each in done], uow)
    moving = uow.of(MovingCases).among([each.case.id for each in done])
    moving |= with_news_to_take_up([(each.case, each.item) for each in done if not each.case.version], uow)
    done = [each for each in done if each.case.id not in moving]
    if not done:
        return {}
    unmapped = _unmapped(done, uow)
    own_word = against_nominators([(each.case, each.listed_by) for each in done if each.listed_by is not None], uow)
    grants = []
    for each in done:
        found: list[Refused] = [*waiting_for(unmapped.get(version_of(each.case.claim), ()))]
        if each.listed_by is not None:
            found += [CertificateNeeded()] if is_in_kind(each.case, each.item) else []
            found += held_for_a_person(each.item.rules)
            found += [ListedFigureWasSet()] if each.case.decisions else []
            found += [own_word[each.case.id]] if each.case.id in own_word else []
        asked = each.case.asked_fen if each.listed_by is not None else each.case.amount_fen
        grants.append(Grant(each.case, each.item, asked, _decision(each, uow), tuple(found)))
    refused = grant_many(grants, uow)
    for each in done:
        if each.case.id in refused:
            _leave_to_a_person(each, refused[each.case.id], uow)
        else:
            for answer in each.answers:
                each.case.answer(answer)
    return refused


def _answer_by_machine(case: Case, item: PinnedItem, bad: Collection[str], uow: UnitOfWork) -> None:
    """Where no material is to be checked by a person, or credit stands for it, the check is passed by itself; and so is an
    inspection that was entered before plans were run. `bad`: cases of enterprises without a good record."""
    standing = case.standing(item.steps(case.instalment))
    for place in standing.open:
        kind = next(each.step.kind for each in standing.steps if each.step.number == place.step)
        if kind == "material_check" and not case.materials.unsettled:
            said = "没有需要人工核对的材料" if not case.materials.confirmed else "材料已逐项核对"
            by = case.materials.confirmed[-1].confirmed_by if case.materials.confirmed else SYSTEM.id
            if case.materials.outstanding:
                said = "材料已逐项核对，部分容缺受理"
            case.answer(_answer(case, place, "material_check", by, uow, said))
        elif kind == "material_check" and credit.stands_for_check(case, item, bad):
            passed = _answer(case, place, "material_check", SYSTEM.id, uow, credit.SKIPPED)
            case.answer(replace(passed, evidence=dict(credit.evidence_of(item))))
        elif kind == "site_inspection" and case.inspection is not None and not _inspected_by_plan(case):
            verdict: SlotVerdict = "passed" if case.inspection.passed else "failed"
            earlier = _answer(
                case, place, "site_inspection", case.inspection.recorded_by, uow, case.inspection.findings
            )
            case.answer(replace(earlier, verdict=verdict))


def _inspected_by_plan(case: Case) -> bool:
    """Whether an inspection was entered as the answer of a step: such a one stands for no other step."""
    return any(each.kind == "site_inspection" for each in case.answers)


def _answer(case: Case, place: SlotPlace, kind: StepKind, by: str, uow: UnitOfWork, reason: str) -> StepAnswer:
    return StepAnswer(place.step, place.slot, kind, "passed", by, case.claim.department, uow.now, reason)


def _done(cases: Sequence[tuple[Case, PinnedItem]], uow: UnitOfWork) -> list[_Done]:
    found = []
    listed: list[tuple[Case, PinnedItem, PlanStanding]] = []
    for case, item in cases:
        standing = case.standing(item.steps(case.instalment))
        if standing.passed:
            found.append(_Done(case, item))
        elif case.listed_by is not None and not standing.failed:
            listed.append((case, item, standing))
    waiting = [
        SlotsAsked(case, item.steps(case.instalment), _approvals_to_give(standing)) for case, item, standing in listed
    ]
    owners = owners_of(waiting, uow)
    for case, item, _standing in listed:
        given = _by_list(case, owners.get(case.id, {}), uow)
        if case.standing(item.steps(case.instalment), given).passed:
            found.append(_Done(case, item, tuple(given), case.listed_by))
    return found


def _approvals_to_give(standing: PlanStanding) -> list[SlotPlace]:
    """The slots of approvals that are not given yet, open or waiting."""
    return [
        SlotPlace(each.step.number, slot)
        for each in standing.steps
        if each.step.kind == "approval"
        for slot, state in each.slots.items()
        if state in ("open", "waiting")
    ]


def _by_list(case: Case, owners: Mapping[SlotPlace, StepOwner], uow: UnitOfWork) -> list[StepAnswer]:
    """The approvals of the department's own, as its list gives them."""
    own = case.own_owner
    return [
        _answer(case, place, "approval", SYSTEM.id, uow, "部门推送名单即为同意")
        for place, owner in owners.items()
        if (owner.tenant, owner.department, owner.department_id) == (own.tenant, own.department, own.department_id)
    ]


def _decision(done: _Done, uow: UnitOfWork) -> CaseDecision:
    """The list's own word at the instant when nothing else was missing, or that of whoever gave the last approval."""
    if done.listed_by is not None:
        at = done.case.received_at if done.case.version == 0 else uow.now
        return CaseDecision(done.listed_by, at, "")
    last = deciding(done.case.answers)
    assert last is not None, "a plan that nobody has answered is not done"
    return CaseDecision(last.by, uow.now, last.reason, certificate=last.evidence.get("certificate"))


def _leave_to_a_person(done: _Done, refusal: Refused, uow: UnitOfWork) -> None:
    """A line goes to the department, or waits where nothing but the meaning of words, or who is paid, is missing. An approval that turns out not
    to hold is withdrawn: somebody has to look again."""
    case = done.case
    others = [reason for reason in refusal.reasons if reason.code not in WAITED_FOR]
    case.leave_open(others)
    if done.listed_by is not None:
        case.listed_by = None if others else done.listed_by
        return
    withdraw_approvals(case, refusal.message, uow)


def withdraw_approvals(case: Case, why: str, uow: UnitOfWork) -> None:
    """What was approved is not what would be granted now: whoever has approved has to look again."""
    latest = {answer.place: answer for answer in case.answers if answer.kind == "approval"}
    for answer in latest.values():
        if answer.verdict == "passed":
            case.answer(replace(answer, verdict="withdrawn", by=SYSTEM.id, at=uow.now, reason=why))


def _unmapped(done: Sequence[_Done], uow: UnitOfWork) -> Unmapped:
    return uow.of(PlanWords).unmapped([version_of(each.case.claim) for each in done], uow.now.astimezone(CHINA).date())
