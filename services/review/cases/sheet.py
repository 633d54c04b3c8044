"""A case as whoever decides it must see it: the facts that it rests on, each condition, the working, earlier awards."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, text

from chassis.read.reader import Reader
from chassis.time.sla import SlaClock
from contracts.case_materials import ConfirmedMaterial
from contracts.case_sheet import CaseSheet, EarlierAward, GetCaseSheet, InspectionView, SheetFact, SheetMaterial
from contracts.case_tasks import SheetTask
from contracts.enterprises import FactRecorders
from contracts.rule import Assessment, Fact, ItemRules, Material
from rules import sentences
from rules.facts import label, value_text
from services.review.cases.clock import due_by
from services.review.cases.four_eyes import persons_behind
from services.review.cases.open_tasks import OpenTask
from services.review.cases.overpaying import remarked
from services.review.cases.quota_lines import quota_lines
from services.review.cases.shown_changes import shown_changes, shown_instalment
from services.review.cases.tables import REVIEW_CASE
from services.review.cases.task_times import clock_of_task, earlier_end
from services.review.cases.views import case_row, shown
from services.review.tasks.standing import projected_end

FACTS: TypeAdapter[tuple[Fact, ...]] = TypeAdapter(tuple[Fact, ...])
TASKS: TypeAdapter[tuple[OpenTask, ...]] = TypeAdapter(tuple[OpenTask, ...])
RECORDERS: TypeAdapter[tuple[FactRecorders, ...]] = TypeAdapter(tuple[FactRecorders, ...])
RULES = text("SELECT rules, family, benefit_kind FROM item_version WHERE item_id = :item AND item_version = :version")
AWARDS = text(
    "SELECT c.id AS case_id, c.claim ->> 'receipt' AS receipt, c.claim ->> 'item_id' AS item_id,"
    " c.claim ->> 'item_title' AS item_title, (c.assessment #>> '{amount,money}')::bigint AS amount_fen, c.decided_at"
    " FROM review_case c WHERE c.tenant = :tenant AND c.state = 'approved' AND c.id <> :case"
    " AND c.uscc = :uscc ORDER BY c.decided_at DESC, c.id LIMIT 50"
)


def get_case_sheet(query: GetCaseSheet, reader: Reader) -> CaseSheet:
    """Raises CaseNotFound, NotYourDepartment or Forbidden."""
    more = (REVIEW_CASE.c.facts, REVIEW_CASE.c.recorders, REVIEW_CASE.c.commitments, REVIEW_CASE.c.tasks)
    row = case_row(query.case_id, reader, *more)
    case = shown(row, reader)
    claim = case.claim
    item = reader.execute(RULES, {"item": claim.item_id, "version": claim.item_version}).one()
    rules = ItemRules.model_validate(item.rules)
    facts = FACTS.validate_python(row.facts)
    assessment = Assessment.model_validate(row.assessment)
    said = sentences(rules)
    confirmed = {each["code"]: ConfirmedMaterial.model_validate(each) for each in row.materials["confirmed"]}
    asked = {"tenant": reader.tenant, "case": case.case_id, "uscc": claim.uscc}
    return CaseSheet(
        case=remarked(case, rules),
        eligibility=said.eligibility,
        amount=said.amount,
        conditions=assessment.verdict.reasons,
        working=assessment.amount.working,
        facts=shown_facts(facts, rules, RECORDERS.validate_python(row.recorders)),
        missing=(*assessment.verdict.missing, *assessment.amount.missing),
        awards=tuple(EarlierAward(**award) for award in reader.execute(AWARDS, asked).mappings()),
        materials=tuple(_material(each, row.commitments, confirmed) for each in rules.plan.materials),
        inspection=InspectionView.model_validate(row.inspection) if row.inspection else None,
        inspection_findings=row.inspection["findings"] if row.inspection else "",
        account_version=row.payee["account_version"] if row.payee else None,
        bank_name=row.payee["bank_name"] if row.payee else "",
        tasks=_tasks(row, reader),
        changes=shown_changes(case.case_id, rules, reader),
        instalment=shown_instalment(assessment),
        quota=quota_lines(row, item, rules, facts, reader),
        version=case.version,
    )


def shown_facts(
    facts: tuple[Fact, ...], rules: ItemRules, recorders: tuple[FactRecorders, ...] = ()
) -> tuple[SheetFact, ...]:
    """Those that the rule or the form names, in the order in which the item declares them. Pure."""
    types, behind = rules.fact_types_by_name, persons_behind(recorders)
    order = {name: place for place, name in enumerate(types)}
    asked = {field.fact for field in rules.plan.form_fields}
    kept = [fact for fact in facts if fact.name in types or fact.name in asked]
    kept.sort(key=lambda fact: (order.get(fact.name, len(order)), fact.period or ""))
    return tuple(
        SheetFact(
            name=fact.name,
            label=label(fact.name, types),
            period=fact.period,
            value=value_text(fact, types),
            source=fact.source,
            as_of=fact.as_of,
            valid_until=fact.valid_until,
            recorded_by=behind.get((fact.name, fact.period), ()),
        )
        for fact in kept
    )


def _tasks(row: Row[Any], reader: Reader) -> tuple[SheetTask, ...]:
    """What is still to be done, until when by the calendars as they are now; the rows follow them a little later."""
    calendar = reader.calendar(reader.tenant)
    clock = SlaClock.model_validate(row.clock) if row.clock else None
    found = []
    for task in TASKS.validate_python(row.tasks):
        own = clock_of_task(task)
        still = [each for each in (own, clock) if each is not None and each.paused is not None]
        if still and (own is None or own.paused is not None):
            stands = {"paused_why": _why(still), "projected_due_at": projected_end(still, reader.now, calendar)}
            found.append(task.on_sheet().model_copy(update=stands))
            continue
        due_at, awaits_year = earlier_end([due_by(own, calendar), due_by(clock, calendar)])
        found.append(replace(task, due_at=due_at, awaits_year=awaits_year).on_sheet())
    return tuple(found)


def _why(still: Collection[SlaClock]) -> str | None:
    return next((each.paused.reason for each in reversed([*still]) if each.paused is not None), None)


def _material(
    material: Material, commitments: Collection[str], confirmed: Mapping[str, ConfirmedMaterial]
) -> SheetMaterial:
    return SheetMaterial(
        code=material.code,
        name=material.name,
        required=material.required,
        provided_by=material.provided_by,
        pledge=material.commitment if material.code in commitments else None,
        confirmed=confirmed.get(material.code),
    )
