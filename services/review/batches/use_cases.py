"""What a department does with a batch: it is drawn up, put to a second person, fixed or declined; who is left out is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.message import Actor, Id
from contracts.quota_batches import (
    DeclineBatch,
    DrawUpBatch,
    FixBatch,
    ProposeFixing,
    QuotaBatchView,
    RefuseUnserved,
    UnservedRefused,
)
from contracts.refusal import StaleVersion
from contracts.rule import ItemRules
from copies.plan_terms import KnownPlanTerms
from rules.batches import needs_batch
from rules.claims import subject_to_text
from services.review.batches.domain import (
    LEFT_OUT,
    MOST,
    SERVED,
    BatchNotFixedYet,
    BatchNotNeeded,
    BatchTooLarge,
    NoClaimsForBatch,
    QuotaBatch,
    QuotaUnknown,
)
from services.review.batches.drawing import Drawn, worked_out
from services.review.batches.ready import drawable, must_stand
from services.review.batches.store import QuotaBatches, newest_version
from services.review.cases import granting
from services.review.cases.answering import settle, with_items
from services.review.cases.awarding import asked_of, judge_anew
from services.review.cases.case import Case
from services.review.cases.deciders import against_decider
from services.review.cases.quota_places import hold_quotas
from services.review.cases.refusals import NotYourDepartment, is_of
from services.review.cases.refusing import SaidOfRefusal, refusing
from services.review.cases.store import Cases
from services.review.item_copies.store import ItemVersions
from services.review.quotas.domain import kept_takes, left_of
from services.review.quotas.store import QuotaPlaces
from services.review.register.store import AwardRegister

AT_ONCE = 500
"""Cases that are refused by one command."""


def draw_up_batch(cmd: DrawUpBatch, uow: UnitOfWork) -> QuotaBatchView:
    """Work out who would be served, as things stand. Nothing is locked, and nothing follows from it yet.

    Raises NoClaimsForBatch, BatchTooLarge, QuotaUnknown or BatchNotNeeded.
    """
    rules, version = _newest_rules(cmd.item_id, uow)
    number = cmd.number - 1
    if rules is not None and number >= len(rules.quotas):
        raise QuotaUnknown(number=cmd.number, field="number")
    if rules is not None and not needs_batch(rules.quotas[number]):
        raise BatchNotNeeded()
    before = datetime.combine(cmd.until + timedelta(days=1), time(), CHINA)
    cases = _of_own_department(uow.of(Cases).accepted_of_item(cmd.item_id, before), uow)
    if rules is None or not cases:
        raise NoClaimsForBatch()
    if len(cases) > MOST:
        raise BatchTooLarge(most=MOST, count=len(cases))
    handled = with_items(cases, uow)
    drawn = drawable(handled, number, uow)
    if not drawn:
        raise NoClaimsForBatch()
    batch = _batch(cmd, rules, version, handled[0].item.family, drawn, uow)
    uow.of(QuotaBatches).save(batch)
    return shown_batch(batch)


def propose_fixing(cmd: ProposeFixing, uow: UnitOfWork) -> QuotaBatchView:
    """Raises BatchChanged, BatchAlreadyProposed or BatchDecided."""
    batch = _in_hand(cmd.batch_id, cmd.expected_version, uow)
    batch.propose(uow.actor, uow.now)
    found = uow.of(Cases).get_many([each.case_id for each in batch.entries])
    must_stand(batch, with_items(list(found.values()), uow), uow)
    uow.of(QuotaBatches).save(batch)
    return shown_batch(batch)


def fix_batch(cmd: FixBatch, uow: UnitOfWork) -> QuotaBatchView:
    """A second person fixes it: those who are served have their places from now on, before any of them is approved.

    Raises BatchNotProposed, BatchDecided, BatchNeedsSecondPerson or BatchChanged.
    """
    batch = _in_hand(cmd.batch_id, cmd.expected_version, uow)
    batch.must_be_fixable_by(uow.actor)
    found = uow.of(Cases).get_many([each.case_id for each in batch.entries])
    handled = with_items(list(found.values()), uow)
    # Persons first, as whoever grants does: what of it is a line of a list is granted at once (`settle`).
    uow.of(AwardRegister).hold([asked_of(each.case, each.item) for each in handled])
    hold_quotas([(each.case, each.item) for each in handled], uow)
    must_stand(batch, handled, uow)
    batch.agree(by=uow.actor, at=uow.now)
    rows = [
        {
            "tenant": batch.tenant,
            "family": batch.family,
            "number": batch.number,
            "case_id": each.case_id,
            "filed_at": each.filed_at,
            "fen": each.allotted_fen,
            "takes": kept_takes(each.takes),
            "state": "allotted",
            "batch_id": batch.id,
        }
        for each in batch.entries
        if each.outcome in SERVED
    ]
    uow.of(QuotaBatches).save(batch)
    uow.of(QuotaPlaces).take(rows)
    settle(handled, uow)
    return shown_batch(batch)


def decline_batch(cmd: DeclineBatch, uow: UnitOfWork) -> QuotaBatchView:
    """Raises BatchDecided."""
    batch = _in_hand(cmd.batch_id, cmd.expected_version, uow)
    batch.drop(uow.actor, uow.now, cmd.why)
    uow.of(QuotaBatches).save(batch)
    return shown_batch(batch)


def refuse_unserved(cmd: RefuseUnserved, uow: UnitOfWork) -> UnservedRefused:
    """Refuse those whom the batch leaves out, each with its own reason. Whoever recorded a fact of one does not decide it."""
    batch = _in_hand(cmd.batch_id, None, uow)
    if batch.state != "fixed":
        raise BatchNotFixedYet()
    reasons = {each.case_id: each.reason for each in batch.entries if each.outcome in LEFT_OUT}
    found = uow.of(Cases).get_many(sorted(reasons))
    open_cases = [case for case in found.values() if case.state == "accepted"]
    handled = with_items(open_cases, uow)
    judge_anew([(each.case, each.item) for each in handled], uow)
    left_out = [
        each
        for each in handled
        if each.case.quota is not None
        and any(said.number == batch.number and said.outcome == "not_served" for said in each.case.quota.said)
        and not against_decider(each.case, uow)
    ]
    now = left_out[:AT_ONCE]
    cites = (subject_to_text([batch.quota])[0], f"批次“{batch.name}”")
    for each in now:
        note = f"{cmd.reason}（{reasons[each.case.id]}）"
        ground = (f"quota:{batch.number + 1}",)
        said = SaidOfRefusal(note, cites, cmd.how_to_object, ground, cmd.other_grounds)
        granting.refuse(each.case, refusing(each.case, each.item, said, uow), uow)
    settle(now, uow)
    return UnservedRefused(refused=len(now), left=len(open_cases) - len(now))


def shown_batch(batch: QuotaBatch) -> QuotaBatchView:
    """As its department sees it."""
    return batch.view(subject_to_text([batch.quota])[0])


def _batch(
    cmd: DrawUpBatch, rules: ItemRules, version: int, family: str, drawn: Sequence[Drawn], uow: UnitOfWork
) -> QuotaBatch:
    number, claim = cmd.number - 1, drawn[0].case.claim
    quota, use = rules.quotas[number], uow.of(QuotaPlaces).used(uow.tenant, family, number)
    today = uow.now.astimezone(CHINA).date()
    entries = worked_out(rules, number, drawn, use, today, with_unready=cmd.with_unready)
    return QuotaBatch(
        id=uow.new_id(),
        tenant=uow.tenant,
        state="drawn",
        proposed_by=uow.actor.id,
        proposed_at=uow.now,
        item_id=cmd.item_id,
        item_version=version,
        family=family,
        item_title=claim.item_title,
        department=claim.department,
        department_id=claim.department_id,
        number=number,
        quota=quota,
        name=cmd.name,
        until=cmd.until,
        used=use.takes,
        places_taken=use.places,
        before_zh=left_of(quota, use).strip(),
        claims=len(entries),
        served=sum(each.outcome in SERVED for each in entries),
        allotted_fen=sum(each.allotted_fen for each in entries),
        drawn_by=uow.actor.id,
        drawn_at=uow.now,
        entries=entries,
    )


def _newest_rules(item_id: Id, uow: UnitOfWork) -> tuple[ItemRules | None, int]:
    version = newest_version(uow, item_id)
    if version is None:
        return None, 0
    return uow.of(ItemVersions).get_many([(item_id, version)]).get((item_id, version)), version


def _in_hand(batch_id: Id, expected_version: int | None, uow: UnitOfWork) -> QuotaBatch:
    """Raises BatchUnknown, NotYourDepartment or StaleVersion."""
    batch = uow.of(QuotaBatches).get(batch_id)
    if not _is_own(uow.actor, batch.department, batch.department_id, uow):
        raise NotYourDepartment.but_of(batch.department, batch.department_id)
    if expected_version is not None and batch.version != expected_version:
        raise StaleVersion()
    return batch


def _of_own_department(cases: Sequence[Case], uow: UnitOfWork) -> list[Case]:
    return [case for case in cases if _is_own(uow.actor, case.claim.department, case.claim.department_id, uow)]


def _is_own(actor: Actor, department: str, department_id: Id | None, uow: UnitOfWork) -> bool:
    if "department" not in actor.roles:
        return False
    if is_of(actor, department, department_id, ()):
        return True
    if actor.department_id is None or department_id is not None:
        return False
    return department in uow.of(KnownPlanTerms).names_of(uow.tenant, actor.department_id)
